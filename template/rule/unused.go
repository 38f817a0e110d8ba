package rule

import (
	"slices"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// unusedRules find what is declared and never referred to.
func unusedRules() []*Rule {
	return []*Rule{
		{Code: "unused-parameter", Severity: diag.Warning, Run: runUnusedParameter,
			Doc: "A parameter that nothing refers to: no function, and no other parameter's form. To be listed in a group of parameters is no use."},
		{Code: "unused-mapping", Severity: diag.Warning, Run: runUnusedMapping,
			Doc: "A mapping that no Fn::FindInMap and no form reads."},
		{Code: "unused-condition", Severity: diag.Warning, Run: runUnusedCondition,
			Doc: "A condition that nothing depends on, directly or by another condition."},
		{Code: "unused-local", Severity: diag.Warning, Run: runUnusedLocal,
			Doc: "A local that nothing refers to."},
	}
}

func runUnusedParameter(p *Pass) {
	var all []template.Node
	for _, parameter := range p.Template.Parameters {
		all = append(all, parameter.Node)
	}
	p.unused("Parameters", all, ToValue, ToForm)
}

func runUnusedMapping(p *Pass) {
	p.unused("Mappings", slices.Collect(p.Template.Mappings.Items()), ToMapping)
}

func runUnusedCondition(p *Pass) {
	var all []template.Node
	for _, c := range p.Template.Conditions {
		all = append(all, c.Node)
	}
	p.unused("Conditions", all, ToCondition)
}

func runUnusedLocal(p *Pass) {
	var all []template.Node
	for _, l := range p.Template.Locals {
		all = append(all, l.Node)
	}
	p.unused("Locals", all, ToValue, ToAttribute)
}

// unused reports those of a section that no reference of some kinds names. A
// name that is computed may be any.
func (p *Pass) unused(section string, all []template.Node, kinds ...Kind) {
	t := p.Template
	if len(all) == 0 || len(t.Resources)+len(t.Outputs) == 0 || t.Kind() != template.Stack || t.NeedsTransform() {
		return // a part of a template, or not known as a whole
	}
	used := make(map[string]bool, len(all))
	p.OnReference(func(r *Reference) {
		if slices.Contains(kinds, r.Kind) {
			used[r.Name] = true
		}
	})
	p.OnEnd(func() {
		if used[""] {
			return
		}
		for _, n := range all {
			if name := n.Key(); !used[name] {
				p.Report(n.KeyRange(), section+"."+name, name)
			}
		}
	})
}
