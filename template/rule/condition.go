package rule

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// conditionRules find what parameters, rules and mappings make of conditions.
// They say nothing of a template that lets no parameters pass, but for that.
func conditionRules() []*Rule {
	return []*Rule{
		{Code: "parameters-refused", Severity: diag.Error, Run: runParametersRefused,
			Doc: "Rules, or a condition that is faulty for all values, that let no parameters pass: no stack can be made."},
		{Code: "reference-absent", Severity: diag.Error, Run: runReferenceAbsent,
			Doc: "A reference, evaluated whatever the parameters are, to a resource that never exists."},
		{Code: "reference-conditional", Severity: diag.Warning, Run: runReferenceConditional,
			Doc: "A reference to a resource that can be absent when it is evaluated, with the parameters for which it is. " +
				"In an output the value is null then. DependsOn may name absent resources."},
		{Code: "condition-constant", Severity: diag.Warning, Run: runConditionConstant,
			Doc: "A condition that has the same truth for all values of the parameters that it reads, whatever the rules demand of them."},
		{Code: "resource-never-created", Severity: diag.Warning, Run: runResourceNeverCreated,
			Doc: "A resource whose condition is never true."},
		{Code: "branch-unreachable", Severity: diag.Warning, Run: runBranchUnreachable,
			Doc: "A branch of Fn::If that is never chosen where it stands, though its condition is not always the same."},
		{Code: "rule-never-applies", Severity: diag.Warning, Run: runRuleNeverApplies,
			Doc: "A rule whose RuleCondition is never true."},
		{Code: "default-refused", Severity: diag.Warning, Run: runDefaultRefused,
			Doc: "A rule that the defaults of the parameters break, though each of them is a value that could do."},
		{Code: "conditions-undecided", Severity: diag.Advice, Run: runConditionsUndecided,
			Doc: "Some questions about conditions have no answer, as functions decide that are only known for given values, or as they are too hard."},
	}
}

// Conditions decides what can be at the same time in the template. All rules
// share one, and so what it may spend.
func (p *Pass) Conditions() *template.Conditions {
	if p.walk.conditions == nil {
		p.walk.conditions = template.NewConditions(p.Template)
	}
	return p.walk.conditions
}

// conditional reports whether there is anything to ask about.
func (p *Pass) conditional() bool {
	return p.Conditions().Usable().Verdict != template.CannotBe
}

func runParametersRefused(p *Pass) {
	c := p.Conditions()
	if c.Usable().Verdict != template.CannotBe {
		return
	}
	told := false
	for _, r := range p.Template.Rules {
		if c.Passes(r).Verdict == template.CannotBe {
			p.Report(r.Node.KeyRange(), "Rules."+r.Name, r.Name)
			told = true
		}
	}
	for _, cond := range p.Template.Conditions {
		if c.Works(cond).Verdict == template.CannotBe {
			p.Report(cond.Node.KeyRange(), "Conditions."+cond.Name, cond.Name)
			told = true
		}
	}
	if told {
		return
	}
	section := p.Template.Root().Get("Rules")
	if section.IsZero() {
		section = p.Template.Root().Get("Conditions")
	}
	p.Report(section.KeyRange(), section.Key(), section.Key())
}

func runReferenceAbsent(p *Pass) {
	if !p.conditional() {
		return
	}
	for _, u := range p.Conditions().Uses() {
		if neverThere(p, u) {
			p.Report(u.At, u.Path, u.Resource.Name)
		}
	}
}

// neverThere reports whether a value that each stack needs asks for a resource
// that none has.
func neverThere(p *Pass, u *template.ConditionalUse) bool {
	return u.Output == nil && u.Always() && p.Conditions().Exists(u.Resource).Verdict == template.CannotBe
}

func runReferenceConditional(p *Pass) {
	if !p.conditional() {
		return
	}
	c := p.Conditions()
	for _, u := range c.Uses() {
		if found := c.Dangles(u); found.Verdict == template.CanBe && !neverThere(p, u) {
			p.Report(u.At, u.Path, u.Resource.Name, found.String())
		}
	}
}

func runConditionConstant(p *Pass) {
	if !p.conditional() {
		return
	}
	for _, cond := range p.Template.Conditions {
		if holds, constant := p.Conditions().Constant(cond.Name); constant {
			p.Report(cond.Node.KeyRange(), "Conditions."+cond.Name, cond.Name, strconv.FormatBool(holds))
		}
	}
}

func runResourceNeverCreated(p *Pass) {
	if !p.conditional() {
		return
	}
	for _, r := range p.Template.Resources {
		if p.Conditions().Exists(r).Verdict == template.CannotBe {
			at := r.Node.Get("Condition")
			p.Report(at.Range(), "Resources."+r.Name+".Condition", r.Name)
		}
	}
}

func runBranchUnreachable(p *Pass) {
	if !p.conditional() {
		return
	}
	c := p.Conditions()
	for _, b := range c.Branches() {
		if c.Chosen(b).Verdict != template.CannotBe || c.Reached(b).Verdict != template.CanBe {
			continue
		}
		if _, constant := c.Constant(b.Name); constant {
			continue // that is reported
		}
		p.Report(b.At, b.Path, b.Name, strconv.FormatBool(!b.Holds))
	}
}

func runRuleNeverApplies(p *Pass) {
	for _, r := range p.Template.Rules {
		if p.Conditions().Applies(r).Verdict == template.CannotBe {
			p.Report(r.Condition.Range(), "Rules."+r.Name+".RuleCondition", r.Name)
		}
	}
}

func runDefaultRefused(p *Pass) {
	if !p.conditional() {
		return
	}
	for _, r := range p.Template.Rules {
		if p.Conditions().DefaultRefused(r) {
			p.Report(r.Node.KeyRange(), "Rules."+r.Name, r.Name)
		}
	}
}

func runConditionsUndecided(p *Pass) {
	p.OnEnd(func() {
		names := p.Conditions().Undecided()
		if len(names) == 0 {
			return
		}
		const most = 5
		if len(names) > most {
			names = append(names[:most:most], "…")
		}
		section := p.Template.Root().Get("Conditions")
		if section.IsZero() {
			section = p.Template.Root().Get("Rules")
		}
		p.Report(section.KeyRange(), section.Key(), strings.Join(names, ", "))
	})
}
