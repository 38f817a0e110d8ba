package rule

import (
	"testing"

	"github.com/bianpai/bianpai/provider/schema"
)

func TestMistakenTypes(t *testing.T) {
	types := schema.Default()
	for wrong, right := range mistakenTypes {
		if types.Type(wrong) != nil {
			t.Errorf("%s is a type", wrong)
		}
		if types.Type(right) == nil {
			t.Errorf("%s is no type", right)
		}
	}
}

func TestSameLetters(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"VPCId", "VpcId", true}, {"SystemDisk_Size", "SystemDiskSize", true}, {"vpc-id", "VpcId", true},
		{"VpcIds", "VpcId", false}, {"", "", true}, {"A", "", false},
	} {
		if got := sameLetters(c.a, c.b); got != c.want {
			t.Errorf("sameLetters(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
