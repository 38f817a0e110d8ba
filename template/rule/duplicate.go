package rule

import (
	"slices"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// duplicateRules find what is given twice where once is all that counts.
func duplicateRules() []*Rule {
	return []*Rule{
		{Code: "duplicate-item", Severity: diag.Warning, Run: runDuplicateItem,
			Doc: "An item that stands twice in a list that is a set: DependsOn, AllowedValues, rules of a security group, security groups, vSwitches, zones, and tags, which are the same by their key."},
		{Code: "duplicate-rule", Severity: diag.Warning, Run: runDuplicateRule,
			Doc: "A resource that adds the rule of a security group that another one adds already."},
	}
}

// sets are the lists of properties that are sets, whatever the type.
var sets = []string{
	"SecurityGroupIngress", "SecurityGroupEgress", "SecurityGroupIds", "VSwitchIds", "ZoneIds", "InstanceIds", "Tags",
}

func runDuplicateItem(p *Pass) {
	p.OnParameter(func(parameter *template.Parameter) {
		p.doubles(parameter.Node.Get("AllowedValues"), "AllowedValues", "AllowedValues")
	})
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		p.doubles(r.Node.Get("DependsOn"), "DependsOn", "DependsOn")
	})
	p.OnValue(func(v *Value) {
		if v.Node.Kind() == template.NodeList && slices.Contains(sets, v.Name) && v.Property.Type == provider.TypeList {
			p.doubles(v.Node, v.Name, "")
		}
	})
}

// doubles reports the items of a list that it has already.
func (p *Pass) doubles(list template.Node, name, below string) {
	if list.Kind() != template.NodeList || list.Len() < 2 {
		return
	}
	seen := make(map[string]bool, list.Len())
	for item := range list.Items() {
		identity := item
		if key := item.Get("Key"); name == "Tags" && !key.IsZero() {
			identity = key
		}
		text := string(identity.AppendJSON(nil))
		if text == "null" || text == "{}" {
			continue
		}
		if seen[text] {
			p.Report(item.Range(), below, name, diag.Clip(text))
		}
		seen[text] = true
	}
}

func runDuplicateRule(p *Pass) {
	seen := map[string]string{}
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		if r.Type != "ALIYUN::ECS::SecurityGroupIngress" && r.Type != "ALIYUN::ECS::SecurityGroupEgress" || r.Properties.Len() == 0 {
			return
		}
		text := r.Type + r.Condition + string(r.Properties.AppendJSON(nil))
		if other := seen[text]; other != "" {
			p.Report(r.Node.KeyRange(), "", r.Name, other)
			return
		}
		seen[text] = r.Name
	})
}
