package oos

import (
	"context"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// selectTargets finds the resources that filters select, by the describing call
// of their product. Several filters select what satisfies each.
var selectTargets = action{kind: callAction, do: func(ctx context.Context, ef *effector, w *work) core.Answer {
	props, res := ef.resolve(ctx, w)
	if res != nil {
		return answer(res)
	}
	typ := text(props, "ResourceType")
	target, ok := targets[typ]
	if !ok {
		return answer(&result{err: &TaskError{Code: "Unsupported", Message: "resources of type " + typ + " cannot be selected"}})
	}
	filters, err := filtersOf(props)
	if err != nil {
		return answer(&result{err: err})
	}
	var found *result
	for _, filter := range filters {
		res := ef.selectBy(ctx, w, &target, filter, text(props, "RegionId"))
		if res.err != nil {
			return answer(res)
		}
		if found == nil {
			found = res
			continue
		}
		found.raw = target.both(found.raw, res.raw)
	}
	if found == nil {
		found = &result{raw: target.none()}
	}
	return answer(found)
}}

// target is how resources of one type are found.
type target struct {
	service, api string
	ids          string // parameter
	idsText      bool   // ids are JSON text, else text with commas
	batch        int    // ids in one call
	tags         string // parameter
	list         []string
	id           string // member of the answer
}

// targets are the types of resources that can be selected.
var targets = map[string]target{
	"ALIYUN::ECS::Instance": {service: "ECS", api: "DescribeInstances", ids: "InstanceIds", idsText: true, batch: 100,
		tags: "Tag", list: []string{"Instances", "Instance"}, id: "InstanceId"},
	"ALIYUN::Redis::Instance": {service: "R-KVSTORE", api: "DescribeInstances", ids: "InstanceIds", batch: 30,
		tags: "Tag", list: []string{"Instances", "KVStoreInstance"}, id: "InstanceId"},
	"ALIYUN::RDS::Instance": {service: "RDS", api: "DescribeDBInstances", ids: "DBInstanceId", batch: 1,
		tags: "Tags", list: []string{"Items", "DBInstance"}, id: "DBInstanceId"},
}

// filtersOf reads the filters, each a map or the JSON text of one.
func filtersOf(props value.Value) ([]value.Value, *TaskError) {
	list, _ := props.Get("Filters")
	if list.Kind() != value.KindList {
		list = value.List([]value.Value{list})
	}
	var filters []value.Value
	for _, f := range list.Items() {
		if f.Kind() == value.KindString {
			if parsed, err := value.ParseJSON([]byte(f.Text())); err == nil {
				f = parsed
			}
		}
		if f.Kind() != value.KindMap {
			return nil, &TaskError{Code: "InvalidParameter", Message: "a filter is no map but a " + f.Kind().String()}
		}
		filters = append(filters, f)
	}
	return filters, nil
}

// selectBy finds what one filter selects.
func (ef *effector) selectBy(ctx context.Context, w *work, t *target, filter value.Value, region string) *result {
	if own := text(filter, "RegionId"); own != "" {
		region = own
	}
	if region == "" {
		region = w.region
	}
	params := []value.Entry{{Key: "RegionId", Value: value.String(region)}}
	if more, ok := filter.Get("Parameters"); ok && more.Kind() == value.KindMap {
		for key, v := range more.Entries() {
			params = append(params, value.Entry{Key: key, Value: v})
		}
	}
	switch kind := text(filter, "Type"); kind {
	case "ResourceIds":
		return ef.selectIDs(ctx, w, t, filter, params, region)
	case "Tags":
		tags, _ := filter.Get("Tags")
		params = append(params, value.Entry{Key: t.tags, Value: tags})
	case "ResourceGroup":
		params = append(params, value.Entry{Key: "ResourceGroupId", Value: value.String(text(filter, "ResourceGroupId"))})
	case "All", "":
	default:
		return &result{err: &TaskError{Code: "InvalidParameter", Message: "a filter has the type " + kind + ", it must be ResourceIds, Tags, ResourceGroup or All"}}
	}
	return ef.describe(ctx, w, t, params, region)
}

// selectIDs finds resources by their IDs, as many in a call as it takes. Those
// that do not exist are left out.
func (ef *effector) selectIDs(ctx context.Context, w *work, t *target, filter value.Value, params []value.Entry, region string) *result {
	list, _ := filter.Get("ResourceIds")
	var ids []value.Value
	for _, id := range list.Items() {
		ids = append(ids, id)
	}
	whole := &result{raw: t.none()}
	for start := 0; start < len(ids); start += t.batch {
		part := value.List(ids[start:min(start+t.batch, len(ids))])
		given := part
		if !t.idsText {
			given = value.String(joined(part))
		}
		res := ef.describe(ctx, w, t, append(params[:len(params):len(params)], value.Entry{Key: t.ids, Value: given}), region)
		if res.err != nil {
			return res
		}
		if start == 0 {
			whole = res
			continue
		}
		whole.raw = replaced(whole.raw, t.list, value.List(append(t.items(whole.raw), t.items(res.raw)...)))
	}
	return whole
}

func joined(list value.Value) string {
	s := ""
	for i, v := range list.Items() {
		if i > 0 {
			s += ","
		}
		s += asText(v)
	}
	return s
}

func (ef *effector) describe(ctx context.Context, w *work, t *target, params []value.Entry, region string) *result {
	req := &provider.Call{Token: w.token, Service: t.service, API: t.api, Region: region, Role: w.role,
		Parameters: runbook.CallParameters(value.Map(params)).AppendJSON(nil)}
	res := ef.pages(ctx, req, w)
	if res.err == nil && t.list[1] != "Instance" {
		res.raw = t.normal(res.raw)
	}
	return res
}

// normal gives an answer the names of that for ECS, Instances.Instance[] with
// InstanceId, besides its own: templates read it so for every product.
func (t *target) normal(raw value.Value) value.Value {
	items := t.items(raw)
	for i, item := range items {
		if id, ok := item.Get(t.id); ok && t.id != "InstanceId" {
			items[i] = merged(item, value.Map([]value.Entry{{Key: "InstanceId", Value: id}}))
		}
	}
	list := value.List(items)
	raw = replaced(raw, t.list, list)
	instances, _ := raw.Get("Instances")
	instances = merged(instances, value.Map([]value.Entry{{Key: "Instance", Value: list}}))
	return merged(raw, value.Map([]value.Entry{{Key: "Instances", Value: instances}}))
}

func (t *target) items(raw value.Value) []value.Value {
	for _, key := range t.list {
		raw, _ = raw.Get(key)
	}
	items := make([]value.Value, 0, raw.Len())
	for _, item := range raw.Items() {
		items = append(items, item)
	}
	return items
}

// none is the answer that holds nothing.
func (t *target) none() value.Value {
	empty := value.Map([]value.Entry{{Key: "Instance", Value: value.List(nil)}})
	return value.Map([]value.Entry{{Key: "Instances", Value: empty}})
}

// both keeps those resources of an answer that another one has too.
func (t *target) both(a, b value.Value) value.Value {
	in := map[string]bool{}
	for _, item := range t.items(b) {
		in[text(item, t.id)] = true
	}
	kept := []value.Value{}
	for _, item := range t.items(a) {
		if in[text(item, t.id)] {
			kept = append(kept, item)
		}
	}
	a = replaced(a, t.list, value.List(kept))
	return replaced(a, []string{"Instances", "Instance"}, value.List(kept))
}
