package alicloud

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// still answers always the same, without a wire.
type still struct{ resp *Response }

func (s still) Do(context.Context, *Request) (*Response, error) { return s.resp, nil }

// BenchmarkCaller compares a call with the least that one costs: its parameters
// and its answer read as JSON.
func BenchmarkCaller(b *testing.B) {
	for _, bench := range []struct{ name, service, api, params string }{
		{"small", "ECS", "DescribeInstances", `{"RegionId":"cn-hangzhou","InstanceIds":["i-1"],"PageSize":10}`},
		{"large", "ECS", "RunInstances", `{"RegionId":"cn-hangzhou","ImageId":"m-1","InstanceType":"ecs.g7.large","VSwitchId":"vsw-1","SecurityGroupIds":["sg-1","sg-2"],
			"SystemDiskSize":40,"SystemDiskCategory":"cloud_essd","DataDisks":[{"Size":100,"Category":"cloud_essd"},{"Size":200,"Category":"cloud_essd"}],
			"Tags":[{"Key":"a","Value":"b"},{"Key":"c","Value":"d"}],"Amount":2,"InstanceName":"web","UserData":"IyEvYmluL3NoCg=="}`},
	} {
		t := still{&Response{Status: 200, Body: []byte(`{"RequestId":"R","Instances":{"Instance":[{"InstanceId":"i-1","Status":"Running","ZoneId":"cn-hangzhou-h"}]},"TotalCount":1}`)}}
		req := &provider.Call{Service: bench.service, API: bench.api, Token: "t", Parameters: json.RawMessage(bench.params)}
		b.Run(bench.name, func(b *testing.B) {
			b.Run("ours", func(b *testing.B) {
				c := newCaller(b, t, nil)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Call(b.Context(), req); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(4, "bar:x-floor")
			})
			b.Run("floor", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := decodeObject(req.Parameters); err != nil {
						b.Fatal(err)
					}
					resp, err := t.Do(b.Context(), nil)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := decodeJSON(resp.Body); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
