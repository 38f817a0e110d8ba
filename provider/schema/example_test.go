package schema_test

import (
	"fmt"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

func Example() {
	types := schema.Default()
	vswitch := types.Type("ALIYUN::ECS::VSwitch")
	cidr := vswitch.Properties["CidrBlock"]
	fmt.Println("CidrBlock required:", cidr.Required, "changed by replacement:", cidr.Update == provider.UpdateReplaces)
	fmt.Println("known in full:", vswitch.Coverage == provider.CoverageFull)
	fmt.Println("no such type:", types.Type("ALIYUN::VPC::VSwitch") == nil)
	// Output:
	// CidrBlock required: true changed by replacement: true
	// known in full: true
	// no such type: true
}
