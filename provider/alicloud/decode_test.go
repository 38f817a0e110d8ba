package alicloud

import (
	"slices"
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
	n := 0
	for _, d := range all {
		if why := d.absent(); why != "" {
			n++
			continue
		}
		for _, s := range slices.Concat(d.create, d.after, d.update, d.remove) {
			if why := s.missing(); why != "" {
				t.Logf("a step of %s: %s", d.name, why)
			}
		}
	}
	t.Logf("%d types, %d decoded, %d absent", len(names), len(all), n)
	if len(all) < 314 || n > 10 {
		t.Errorf("%d decoded, %d absent: there were more and fewer", len(all), n)
	}
}

// TestIdentityOfWords: an ID may have words in place of properties that are not
// given, or empty.
func TestIdentityOfWords(t *testing.T) {
	for text, want := range map[string]string{
		"{Cluster}:{NetType|=Public}": "c-1:Public",
		"{Cluster}:{Group|default}":   "c-1:default",
		"{Cluster}:{Empty|=Public}":   "c-1:Public",
		"{Cluster}:{Kind|=Public}":    "c-1:Private",
	} {
		id, err := parseIdentity(text)
		if err != nil {
			t.Fatal(err)
		}
		got, complete := id.known(&scope{desired: map[string]any{"Cluster": "c-1", "Empty": "", "Kind": "Private"}})
		if got != want || !complete {
			t.Errorf("%s is %q, %v; want %q", text, got, complete, want)
		}
	}
}
