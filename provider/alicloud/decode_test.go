package alicloud

import (
	"slices"
	"strings"
	"testing"
)

// every decodes all descriptors.
func every(t *testing.T) []*descriptor {
	t.Helper()
	var all []*descriptor
	for name := range describedTypes() {
		text, line := findBlock(name)
		d, err := decodeBlock(text, line)
		if err != nil {
			t.Errorf("%s: %s: %v", descriptorFile(name), name, err)
			continue
		}
		if d.name != name {
			t.Errorf("%s: found %s", name, d.name)
		}
		all = append(all, d)
	}
	return all
}

func TestEveryDescriptorIsDecoded(t *testing.T) {
	names := slices.Collect(describedTypes())
	all := every(t)
	absent := map[string]int{}
	n := 0
	for _, d := range all {
		if why := d.absent(); why != "" {
			absent[why]++
			n++
			t.Logf("absent: %s: %s", d.name, why)
		}
		for _, list := range [][]*step{d.create, d.after, d.update, d.remove} {
			for _, s := range list {
				if why := s.missing(); why != "" && d.absent() == "" {
					t.Logf("a step of %s: %s", d.name, why)
				}
			}
		}
	}
	t.Logf("%d types, %d decoded, %d absent", len(names), len(all), n)
	if len(all) < 311 {
		t.Errorf("only %d", len(all))
	}
	_ = strings.TrimSpace
}
