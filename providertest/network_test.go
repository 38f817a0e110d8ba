package providertest_test

import (
	"encoding/json"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// TestRangeOfVPC: a VPC in use keeps the ranges that its VSwitches are in.
func TestRangeOfVPC(t *testing.T) {
	c := providertest.New(t, nil)
	vpc, _, _ := network(t, c)
	for i, tt := range []struct {
		properties string
		taken      bool
	}{
		{`{"CidrBlock":"10.0.0.0/8"}`, false},
		{`{"CidrBlock":"192.168.128.0/17"}`, false},
		{`{"CidrBlock":"10.0.0.0/8","SecondaryCidrBlocks":["192.168.0.0/16"]}`, true},
		{`{"CidrBlock":"192.168.0.0/16","Description":"the same"}`, true},
	} {
		_, err := drive(t.Context(), c.Update, &provider.Request{
			Token: string(rune('a' + i)), Type: "ALIYUN::ECS::VPC", LogicalID: "Vpc", PhysicalID: vpc, Desired: json.RawMessage(tt.properties),
		})
		if tt.taken && err != nil {
			t.Errorf("%s: %v", tt.properties, err)
		}
		if !tt.taken {
			refused(t, err, provider.Conflict, "OperationFailed.CidrBlockInUse")
		}
	}
}
