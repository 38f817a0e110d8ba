package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
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

// Raw calls act on the same cloud as stacks. Calls that the cloud does not
// simulate are answered by the shape of their response, and counted.
func ExampleCloud_Call() {
	cloud, err := providertest.NewCloud(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	cloud.OnCall("ECS", "RebootInstance").Fail(&provider.Error{Kind: provider.Denied, Code: "Forbidden.RAM", Message: "not you"})
	for _, req := range []*provider.Call{
		{Token: "t-1", Service: "ECS", API: "RunInstances", Parameters: json.RawMessage(`{"ImageId": "aliyun_3", "InstanceType": "ecs.g7.large"}`)},
		{Service: "ECS", API: "RebootInstance", Parameters: json.RawMessage(`{"InstanceId": "i-1"}`)},
		{Service: "RDS", API: "DescribeSlowLogs", Parameters: json.RawMessage(`{"DBInstanceId": "rm-1"}`)},
	} {
		_, err := cloud.Call(context.Background(), req)
		refusal, _ := errors.AsType[*provider.Error](err)
		fmt.Println(req.API, refusal != nil && refusal.Kind == provider.Denied)
	}
	fmt.Println(len(cloud.Resources()), "resource")
	fmt.Println("by shape:", cloud.ShapeAnswered())
	// Output:
	// RunInstances false
	// RebootInstance true
	// DescribeSlowLogs false
	// 1 resource
	// by shape: [RDS.DescribeSlowLogs 1]
}
