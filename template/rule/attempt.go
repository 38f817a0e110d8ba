package rule

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// callFaults are the reasons for which a function fails whatever the parameters
// are, each a rule.
var callFaults = []struct{ code, doc string }{
	{"function-argument-type", "An argument, known before any parameter is, of a kind that the function does not take."},
	{"function-argument-range", "An argument of a function that is out of its range."},
	{"base64-invalid", "A constant that is no Base64 of a text."},
	{"json-invalid", "A constant, taken as JSON, that is none."},
	{"slice-invalid", "A constant of Fn::Select that looks like a slice and is none."},
	{"index-invalid", "A constant of Fn::Select that is no index of a list."},
	{"expression-invalid", "An expression that Fn::Calculate cannot calculate."},
	{"division-by-zero", "An expression of Fn::Calculate that divides by zero."},
	{"cidr-invalid", "A constant of Fn::Cidr that is no block."},
	{"cidr-too-many", "More networks asked of Fn::Cidr than the block holds."},
	{"time-zone-unknown", "A time zone that does not exist."},
	{"time-format-invalid", "A format of Fn::FormatTime that is none."},
	{"member-invalid", "A member of Fn::MemberListToMap without its name and value."},
	{"operands-mixed", "Operands of Fn::Add of different kinds."},
	{"lists-in-one-map", "A map of Fn::MergeMapToList with more than one list."},
	{"members-too-few", "Fn::Add with fewer than two members."},
}

func callRules() []*Rule {
	rules := make([]*Rule, 0, len(callFaults))
	for _, f := range callFaults {
		run := runCallFault
		switch f.code {
		case "function-argument-type":
			run = runArgumentType
		case "index-invalid":
			run = runIndexInvalid
		}
		rules = append(rules, &Rule{
			Code: diag.Code(f.code), Severity: diag.Error, Run: run,
			Doc: f.doc + " A warning where the call may not be evaluated.",
		})
	}
	return rules
}

// attempt is what became of the last call; all rules look at it.
type attempt struct {
	on    *template.Attempts
	call  template.Node
	fault diag.Diagnostic
	found bool
}

func runCallFault(p *Pass) {
	p.OnCall(func(c *Call) {
		resource, output := p.Holder()
		if !c.Outermost || resource == nil && output == nil || resource != nil && !p.inProperties() {
			return
		}
		a := p.walk.try(c.Node)
		if !a.found || a.fault.Code != p.rule.Code || a.fault.Source != p.Template.Source() {
			return
		}
		d := p.Report(a.fault.Range, "", a.fault.Args...)
		if p.soften(d); p.rule.Code == "base64-invalid" && decodesNothing(c.Node, d.Range) {
			d.Severity = diag.Warning // generated templates have it, and their stacks are made
		}
	})
}

// decodesNothing reports whether a call at a range, in a node, decodes a text of
// no characters.
func decodesNothing(n template.Node, at diag.Range) bool {
	if name, arg, isCall := template.Call(n); isCall && n.Range() == at {
		return name == "Fn::Base64Decode" && arg.Kind() == template.NodeString && arg.Text() == ""
	}
	for i := range n.Len() {
		if decodesNothing(n.At(i), at) {
			return true
		}
	}
	return false
}

// soften makes a warning of a finding in what may not be evaluated, or where a
// failure gives null.
func (p *Pass) soften(d *diag.Diagnostic) {
	if resource, output := p.Holder(); output != nil || resource == nil || resource.Condition != "" || len(p.Guards()) > 0 {
		d.Severity = diag.Warning
	}
}

// attemptFails reports whether the call that the walk is in, or that is a part
// of it, has been found to fail.
func (w *walk) attemptFails(n template.Node) bool {
	r := n.Range()
	return w.attempt.found && w.attempt.fault.Range.Start >= r.Start && w.attempt.fault.Range.End <= r.End
}

// inProperties reports whether the walk is in the properties of a resource.
func (p *Pass) inProperties() bool {
	rest, ok := strings.CutPrefix(string(p.walk.path), "Resources."+p.walk.resource.Name+".")
	return ok && strings.HasPrefix(rest, "Properties")
}

// try evaluates a call, once for all rules.
func (w *walk) try(n template.Node) *attempt {
	a := &w.attempt
	if a.call == n {
		return a
	}
	if a.on == nil {
		a.on = template.NewAttempts(w.t)
	}
	a.call = n
	a.fault, a.found = a.on.Fault(n)
	return a
}
