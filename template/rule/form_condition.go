package rule

import (
	"slices"

	"github.com/bianpai/bianpai/template"
)

// formConditionKeys are the keys of AssociationPropertyMetadata that may hold
// conditions.
var formConditionKeys = []string{
	"Visible", "Required", "ReadOnly", "Value", "AllowedValues", "MinValue", "MaxValue", "DynamicValue",
}

func runFormCondition(p *Pass) {
	p.OnParameter(func(parameter *template.Parameter) {
		for _, key := range formConditionKeys {
			n := parameter.AssociationMetadata.Get(key)
			p.formConditions(n, "AssociationPropertyMetadata."+key)
			for item := range n.Items() {
				if n.Kind() == template.NodeList {
					p.formConditions(item, "AssociationPropertyMetadata."+key)
				}
			}
		}
	})
}

func (p *Pass) formConditions(n template.Node, path string) {
	if c := n.Get("Condition"); !c.IsZero() {
		p.formCondition(c, path+".Condition")
	}
}

// formCondition checks a condition in the console's own language, in which only
// the first key of a map counts.
func (p *Pass) formCondition(n template.Node, path string) {
	arg := n.At(0)
	name := n.KeyAt(0)
	if n.Kind() != template.NodeMap {
		p.Report(n.Range(), path, n.Kind().String(), "Fn::And, Fn::Or, Fn::Not, Fn::Equals, Fn::Contains")
		return
	}
	path += "." + name
	switch name {
	case "Fn::And", "Fn::Or":
		if arg.Kind() != template.NodeList {
			p.Report(arg.Range(), path, name+" "+arg.Kind().String(), name+" [condition, …]")
			return
		}
		for member := range arg.Items() {
			p.formCondition(member, path)
		}
	case "Fn::Not":
		if arg.Kind() != template.NodeMap {
			p.Report(arg.Range(), path, name+" "+arg.Kind().String(), name+" condition")
			return
		}
		p.formCondition(arg, path)
	case "Fn::Equals", "Fn::Contains":
		if arg.Kind() != template.NodeList || arg.Len() != 2 {
			p.Report(arg.Range(), path, name+" "+arg.Kind().String(), name+" [value, value]")
			return
		}
		for member := range arg.Items() {
			if f, _, call := template.Call(member); call && !slices.Contains([]string{"Fn::Select"}, f) {
				p.Report(member.Range(), path, f, "${parameter}, Fn::Select")
			}
		}
	default:
		at := n.Range()
		if n.Len() > 0 {
			at = arg.KeyRange()
		}
		p.Report(at, path, orDash(name), "Fn::And, Fn::Or, Fn::Not, Fn::Equals, Fn::Contains")
	}
}
