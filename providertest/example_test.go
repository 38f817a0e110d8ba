package providertest_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// A throttled call takes no effect; the next one with the same token does.
func Example() {
	cloud, err := providertest.NewCloud(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	cloud.Inject(providertest.On("Create", "Group").Nth(1), providertest.Throttle())
	req := &provider.Request{
		Token:     "web/Group/1",
		Type:      "ALIYUN::ECS::SecurityGroup",
		LogicalID: "Group",
		Desired:   json.RawMessage(`{"SecurityGroupName": "web"}`),
	}
	for range 2 {
		_, err := cloud.Create(context.Background(), req)
		fmt.Println(err == nil, len(cloud.Resources()))
	}
	group, _ := cloud.Resource("Group")
	fmt.Println(group.Attribute("SecurityGroupName"))
	for _, op := range cloud.Calls() {
		fmt.Println(op.Verb, op.LogicalID, op.Outcome, op.Code)
	}
	// Output:
	// false 0
	// true 1
	// web
	// Create Group failed Throttling.User
	// Create Group done
}
