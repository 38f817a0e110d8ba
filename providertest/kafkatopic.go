package providertest

import (
	"encoding/json"
	"strconv"

	"github.com/bianpai/bianpai/provider"
)

// modifyPartitionNum adds partitions to a topic. It never has fewer.
func modifyPartitionNum(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("InstanceId", "Topic", "AddPartitionNum"); err != nil {
		return nil, err
	}
	t, err := f.find(kindFor("ALIYUN::KAFKA::Topic"), f.args.text("InstanceId")+":"+f.args.text("Topic"), "Topic")
	if err != nil && assumed(f.args.text("InstanceId")) {
		return byShape(f)
	}
	if err != nil {
		return nil, err
	}
	more := f.args.number("AddPartitionNum", 0)
	if more < 1 {
		return nil, invalid("BIZ_FIELD_CHECK_INVALID", "AddPartitionNum", "Partitions can only be added.")
	}
	const usual = 12
	have, wrong := strconv.Atoi(t.text("PartitionNum"))
	if wrong != nil {
		have = usual
	}
	err = f.c.revise(t, map[string]any{"PartitionNum": json.Number(strconv.Itoa(have + more))})
	return map[string]any{"Success": true, "Code": 200}, err
}
