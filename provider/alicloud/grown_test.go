package alicloud

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// A call that adds to a number adds what is missing of it now: an earlier one,
// whose answer was lost, may have added already.
func TestNumbersGrowOnce(t *testing.T) {
	for _, test := range []struct {
		there    int
		repeated bool
		adds     string
	}{{6, false, "6"}, {8, false, "4"}, {12, false, ""}, {12, true, ""}} {
		now := test.there
		f := &table{answers: map[string]func(*Request) (int, any){
			"GetTopicList": func(*Request) (int, any) {
				return 200, map[string]any{"TopicList": map[string]any{"TopicVO": []any{map[string]any{"Topic": "t", "Status": 0, "PartitionNum": now}}}}
			},
			"ModifyPartitionNum": func(*Request) (int, any) { now = 12; return 200, map[string]any{"Success": true} },
		}}
		_, err := drive(t, newProvider(t, f).Update, &provider.Request{
			Token: "t", Type: "ALIYUN::KAFKA::Topic", PhysicalID: "i:t", Repeated: test.repeated,
			Prior:   asJSON(t, map[string]any{"InstanceId": "i", "Topic": "t", "Remark": "r", "PartitionNum": 6}),
			Desired: asJSON(t, map[string]any{"InstanceId": "i", "Topic": "t", "Remark": "r", "PartitionNum": 12}),
		})
		if err != nil {
			t.Errorf("there are %d: %v", test.there, err)
		}
		got := ""
		if call := f.last("ModifyPartitionNum"); call != nil {
			got = call.Query["AddPartitionNum"]
		}
		if got != test.adds {
			t.Errorf("there are %d: %q are added, want %q", test.there, got, test.adds)
		}
	}
}
