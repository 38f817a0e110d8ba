package diag

import (
	"slices"
	"testing"
)

func TestSameLetters(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"VPCId", "VpcId", true}, {"SystemDisk_Size", "SystemDiskSize", true}, {"vpc-id", "VpcId", true},
		{"VpcIds", "VpcId", false}, {"", "", true}, {"A", "", false},
	} {
		if got := SameLetters(c.a, c.b); got != c.want {
			t.Errorf("SameLetters(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

func TestMeant(t *testing.T) {
	for _, c := range []struct {
		name  string
		among []string
		near  string
		sure  bool
	}{
		{"VPCId", []string{"VpcId", "VpcIds"}, "VpcId", true},
		{"vpc_id", []string{"VpcName", "VpcId"}, "VpcId", true},
		{"Instnce", []string{"Instance", "Image"}, "Instance", true},
		{"Nane", []string{"Name"}, "Name", false},                    // short
		{"Subnet1", []string{"Subnet2"}, "Subnet2", false},           // another one, perhaps
		{"Servers", []string{"Server1", "Server"}, "Server1", false}, // two are near
		{"Secretes", []string{"Secret"}, "Secret", false},            // two letters
		{"Zone", []string{"Password"}, "", false},
		{"Net", nil, "", false},
	} {
		near, sure := Meant(c.name, slices.Values(c.among))
		if near != c.near || sure != c.sure {
			t.Errorf("%s among %v: %q, %v", c.name, c.among, near, sure)
		}
	}
}
