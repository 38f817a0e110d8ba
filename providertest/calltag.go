package providertest

import (
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// taggable are the kinds of things that keep their own tags, by the name that
// the tag calls have for them.
var taggable = []struct {
	name string
	kind *kind
}{
	{"instance", instances}, {"disk", disks}, {"image", images}, {"snapshot", snapshots}, {"securitygroup", groups}, {"eip", addresses}, {"command", commands},
	{"eni", interfaces}, {"vpc", vpcs}, {"vswitch", vswitches},
}

// owner finds the thing that keeps the tags of an id; nil if the cloud only
// remembers them.
func (c *Cloud) owner(id string) (*thing, string) {
	for _, of := range taggable {
		if t := c.thing(of.kind, id); t != nil {
			return t, of.name
		}
	}
	for _, o := range c.byID[id] {
		if t := c.thing(kindFor(o.Type), id); t != nil {
			return t, strings.ToLower(lastPart(o.Type))
		}
	}
	return nil, ""
}

// tagsOf gives the tags of what has an id.
func (c *Cloud) tagsOf(id string) map[string]string {
	if t, _ := c.owner(id); t != nil {
		return t.tags()
	}
	tags := make(map[string]string)
	for k, v := range c.remembered["tags "+id] {
		if v != nil {
			tags[k] = textOf(v)
		}
	}
	return tags
}

func (c *Cloud) setTags(id string, set map[string]string, remove []string) {
	if t, _ := c.owner(id); t != nil {
		t.tag(set, remove)
		return
	}
	values := make(map[string]any, len(set)+len(remove))
	for k, v := range set {
		values[k] = v
	}
	for _, k := range remove {
		values[k] = nil
	}
	c.remember("tags "+id, values)
}

func tagResources(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("ResourceId", "Tag"); err != nil {
		return nil, err
	}
	tags := f.args.tags()
	for key := range tags {
		if strings.HasPrefix(key, "aliyun") || strings.HasPrefix(key, "acs:") || len(key) > 128 {
			return nil, invalid("InvalidTagKey.Malformed", "Tag", "The specified tag key %q is not valid.", key)
		}
	}
	for _, id := range f.args.list("ResourceId") {
		f.c.setTags(id, tags, nil)
	}
	return map[string]any{}, nil
}

func untagResources(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("ResourceId"); err != nil {
		return nil, err
	}
	for _, id := range f.args.list("ResourceId") {
		keys := append(f.args.list("TagKey"), slices.Sorted(maps.Keys(f.args.tags()))...)
		if f.args.flag("All") {
			keys = slices.Sorted(maps.Keys(f.c.tagsOf(id)))
		}
		f.c.setTags(id, nil, keys)
	}
	return map[string]any{}, nil
}

func listTagResources(f *frame) (map[string]any, *provider.Error) {
	want, typ := f.args.tags(), f.args.text("ResourceType")
	list := make([]any, 0)
	for _, id := range f.taggedIDs(typ) {
		tags := f.c.tagsOf(id)
		if !hasTags(tags, want) {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			list = append(list, map[string]any{"ResourceId": id, "ResourceType": typ, "TagKey": key, "TagValue": tags[key]})
		}
	}
	return map[string]any{"NextToken": "", "TagResources": map[string]any{"TagResource": list}}, nil
}

// taggedIDs gives the ids that the call asks for, or all of the type.
func (f *frame) taggedIDs(typ string) []string {
	if ids := f.args.list("ResourceId"); len(ids) > 0 {
		return ids
	}
	var ids []string
	for _, of := range taggable {
		if strings.EqualFold(of.name, typ) {
			for _, t := range f.c.things(of.kind) {
				ids = append(ids, t.id)
			}
		}
	}
	return ids
}

func hasTags(have, want map[string]string) bool {
	for key, value := range want {
		if v, ok := have[key]; !ok || value != "" && v != value {
			return false
		}
	}
	return true
}

// arnTags reads the tags of the tag service: JSON text of a map.
func (f *frame) arnTags() map[string]string {
	tags := make(map[string]string)
	for _, m := range f.args.objects("Tags") {
		if key := valueOf(m, "Key", "TagKey"); key != nil {
			tags[textOf(key)] = textOf(valueOf(m, "Value", "TagValue"))
			continue
		}
		for k, v := range m {
			tags[k] = textOf(v)
		}
	}
	return tags
}

// resourceOf gives the id at the end of an ARN.
func resourceOf(arn string) string { return arn[strings.LastIndexAny(arn, "/:")+1:] }

func tagARNs(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("ResourceARN"); err != nil {
		return nil, err
	}
	for _, arn := range f.args.list("ResourceARN") {
		f.c.setTags(resourceOf(arn), f.arnTags(), f.args.list("TagKey"))
	}
	return map[string]any{"FailedResources": map[string]any{"FailedResource": []any{}}}, nil
}

func listTagARNs(f *frame) (map[string]any, *provider.Error) {
	arns := f.args.list("ResourceARN")
	if len(arns) == 0 {
		for _, t := range f.c.things(instances) {
			arns = append(arns, "acs:ecs:"+f.region+":"+f.c.account+":instance/"+t.id)
		}
	}
	want := f.arnTags()
	list := make([]any, 0, len(arns))
	for _, arn := range arns {
		tags := f.c.tagsOf(resourceOf(arn))
		if !hasTags(tags, want) {
			continue
		}
		told := make([]any, 0, len(tags))
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			told = append(told, map[string]any{"Key": key, "Value": tags[key], "Category": "Custom"})
		}
		list = append(list, map[string]any{"ResourceARN": arn, "ResourceId": resourceOf(arn), "Tags": told})
	}
	return map[string]any{"NextToken": "", "TagResources": list}, nil
}
