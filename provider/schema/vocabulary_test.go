package schema_test

import (
	"testing"

	"github.com/bianpai/bianpai/provider/schema"
)

func TestHasProperty(t *testing.T) {
	c := schema.Default()
	for name, want := range map[string]bool{
		"VpcId": true, "ZoneId": true, "CidrBlock": true, "SourceCidrIp": true, "WeeklyPeriod": true,
		"CidrBlok": false, "Colour": false, "": false, "pcId": false, "\"": false, "DefaultUserKubeConfig": false,
	} {
		if got := c.HasProperty(name); got != want {
			t.Errorf("HasProperty(%q) is %t", name, got)
		}
	}
}
