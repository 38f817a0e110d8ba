package alicloud

import "strings"

// tagCalls reports whether tags are changed by calls of their own that take them
// as a list. Some services take JSON text.
func (d *descriptor) tagCalls() bool {
	return d.tags != "" && d.product.style == RPC && d.product.key != "kms" && d.product.key != "oos"
}

// listTags makes the list that the calls take of the map that a few types have.
func listTags(properties map[string]any) {
	m, isMap := properties["Tags"].(map[string]any)
	if !isMap {
		return
	}
	list := make([]any, 0, len(m))
	for _, key := range sortedKeys(m) {
		list = append(list, map[string]any{"Key": key, "Value": m[key]})
	}
	properties["Tags"] = list
}

// addTagCalls adds the calls that change tags, where a type says by which
// resource type they know it. Removing comes first: a tag whose value changed is
// among the removed and among the added.
func (d *descriptor) addTagCalls() {
	if !d.tagCalls() {
		return
	}
	for _, s := range d.update {
		if d.covers(s, "Tags") {
			return
		}
	}
	tag, untag := "TagResources", "UntagResources"
	switch d.product.key {
	case "vpc", "alb":
		untag = "UnTagResources"
	case "dcdn":
		tag, untag = "TagDcdnResources", "UntagDcdnResources"
	}
	add := d.call(tag, "ResourceType = "+d.tags, "ResourceId.1 = $id", "Tag.N{Key,Value} = $add.Tags")
	remove := d.call(untag, "ResourceType = "+d.tags, "ResourceId.1 = $id", "TagKey.N = $del.Tags.Key")
	d.update = append(d.update, remove, add)
	if !d.sendsOnCreate("Tags") {
		d.after = append(d.after, d.call(tag, "ResourceType = "+d.tags, "ResourceId.1 = $id", "Tags>Tag.N{Key,Value}"))
	}
}

// groupCalls are the calls that move a resource to another group: the call, and
// the parameters for resource type, ID and group.
var groupCalls = map[string][4]string{
	"ecs":             {"JoinResourceGroup", "ResourceType", "ResourceId", "ResourceGroupId"},
	"vpc":             {"MoveResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"slb":             {"MoveResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"alb":             {"MoveResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"nlb":             {"MoveResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"cbn":             {"MoveResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"resourcemanager": {"MoveResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"rds":             {"ModifyResourceGroup", "", "DBInstanceId", "ResourceGroupId"},
	"dds":             {"ModifyResourceGroup", "", "DBInstanceId", "ResourceGroupId"},
	"redis":           {"ModifyResourceGroup", "", "InstanceId", "ResourceGroupId"},
	"polardb":         {"ModifyDBClusterResourceGroup", "", "DBClusterId", "NewResourceGroupId"},
	"adb":             {"ModifyDBClusterResourceGroup", "", "DBClusterId", "NewResourceGroupId"},
	"gpdb":            {"ModifyDBInstanceResourceGroup", "", "DBInstanceId", "NewResourceGroupId"},
	"ess":             {"ChangeResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"nas":             {"ChangeResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"eipanycast":      {"ChangeResourceGroup", "ResourceType", "ResourceId", "NewResourceGroupId"},
	"privatelink":     {"ChangeResourceGroup", "ResourceType", "ResourceId", "ResourceGroupId"},
}

func (d *descriptor) addGroupCall() {
	call, ok := groupCalls[d.product.key]
	if !ok || d.resourceGroup == "" {
		return
	}
	for _, s := range d.update {
		if d.covers(s, "ResourceGroupId") {
			return
		}
	}
	lines := []string{call[2] + " = $id", "ResourceGroupId>" + call[3]}
	if call[1] != "" && d.resourceGroup != "true" {
		lines = append(lines, call[1]+" = "+d.resourceGroup)
	}
	d.update = append(d.update, d.call(call[0], lines...))
}

// call makes a step of the type's own product. Its lines are known to be right;
// the test that decodes all descriptors makes sure.
func (d *descriptor) call(action string, lines ...string) *step {
	s := &step{product: d.product, action: action}
	for _, line := range lines {
		p, err := parseParameter(strings.TrimSpace(line))
		if err != nil {
			continue
		}
		s.parameters = append(s.parameters, p)
	}
	return s
}
