package providertest_test

import (
	"encoding/json"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

func BenchmarkCall(b *testing.B) {
	for name, req := range map[string]*provider.Call{
		"behaviour": {Service: "ECS", API: "DescribeInstances"},
		"file":      {Service: "RDS", API: "DescribeDBInstances"},
		"shape":     {Service: "RDS", API: "DescribeSlowLogs", Parameters: json.RawMessage(`{"DBInstanceId": "rm-1"}`)},
	} {
		b.Run(name, func(b *testing.B) {
			c := providertest.New(b, nil)
			for b.Loop() {
				if _, err := c.Call(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
