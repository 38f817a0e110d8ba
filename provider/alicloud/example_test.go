package alicloud_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
)

// shop answers for one VPC.
type shop struct{ made bool }

func (s *shop) Do(_ context.Context, req *alicloud.Request) (*alicloud.Response, error) {
	body := `{"Vpcs":{"Vpc":[]}}`
	switch {
	case req.API == "CreateVpc":
		s.made, body = true, `{"VpcId":"vpc-1","RouteTableId":"vtb-1"}`
		fmt.Println(req.API, req.Query["CidrBlock"], req.Query["ClientToken"])
	case s.made:
		body = `{"Vpcs":{"Vpc":[{"VpcId":"vpc-1","Status":"Available","VpcName":"net"}]}}`
	}
	return &alicloud.Response{Status: 200, Body: []byte(body)}, nil
}

func Example() {
	p, err := alicloud.New(&shop{}, &alicloud.Options{Region: "cn-hangzhou"})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &provider.Request{Token: "token-1", Type: "ALIYUN::ECS::VPC", LogicalID: "Vpc", Desired: json.RawMessage(`{"CidrBlock":"10.0.0.0/8"}`)}
	for {
		got, err := p.Create(context.Background(), req)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(got.PhysicalID, got.Done)
		if got.Done {
			fmt.Println(string(got.Attributes))
			return
		}
		req.Resume = got.Resume // an engine waits for got.After first
	}
	// Output:
	// CreateVpc 10.0.0.0/8 token-1
	// vpc-1 false
	// vpc-1 true
	// {"RouteTableId":"vtb-1","VpcId":"vpc-1","VpcName":"net"}
}

// echo answers with what it was asked.
type echo struct{}

func (echo) Do(_ context.Context, req *alicloud.Request) (*alicloud.Response, error) {
	body, err := json.Marshal(map[string]any{"RequestId": "R-1", "Asked": req.Query})
	return &alicloud.Response{Status: 200, Body: body}, err
}

// Any API is called by its name, with its parameters as runbooks write them.
func ExampleCaller() {
	caller, err := alicloud.NewCaller(echo{}, &alicloud.CallerOptions{Region: "cn-hangzhou"})
	if err != nil {
		fmt.Println(err)
		return
	}
	got, err := caller.Call(context.Background(), &provider.Call{
		Service: "ecs", API: "TagResources",
		Parameters: json.RawMessage(`{"ResourceType":"instance","ResourceIds":["i-1","i-2"],"Tags":[{"Key":"team","Value":"web"}]}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(got.RequestID, string(got.Body))
	_, err = caller.Call(context.Background(), &provider.Call{Service: "ECS", API: "DescribeInstance"})
	fmt.Println(err)
	// Output:
	// R-1 {"Asked":{"ResourceId.1":"i-1","ResourceId.2":"i-2","ResourceType":"instance","Tag.1.Key":"team","Tag.1.Value":"web"},"RequestId":"R-1"}
	// UnsupportedAPI: this module does not know the API DescribeInstance of service ECS; a call with a Version, or with Method and URI, is sent as it is; is DescribeInstances meant?
}
