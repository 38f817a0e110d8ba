package rule

import (
	"iter"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// nestedRules look into templates that are written out in a template.
func nestedRules() []*Rule {
	return []*Rule{
		{Code: "nested-locals", Severity: diag.Error, Run: runNestedLocals,
			Doc: "A nested stack whose template, written out in one that has Locals, has Locals too."},
		{Code: "nested-template-kind", Severity: diag.Warning, Run: runNestedTemplateKind,
			Doc: "A template of a nested stack, written out, that has no version of ROS."},
		{Code: "nested-output", Severity: diag.Warning, Run: runNestedOutput,
			Doc: "An output of a nested stack, read by Fn::GetAtt, that its template, written out, does not have."},
		{Code: "nested-parameter", Severity: diag.Warning, Run: runNestedParameter,
			Doc: "A parameter given to a nested stack that its template, written out, does not have, or one that has no default and is not given."},
		{Code: "module-version", Severity: diag.Warning, Run: runModuleVersion,
			Doc: "A Version of a module that is none: default, latest, or v and a number."},
	}
}

// bodies gives the templates that are written out as maps.
func (p *Pass) bodies(f func(r *template.Resource, body template.Node)) {
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		raw := template.NestedTemplate(r.Type)
		if body := r.Properties.Get(raw); raw != "" && body.Kind() == template.NodeMap {
			if _, _, call := template.Call(body); !call {
				f(r, body)
			}
		}
	})
}

func runNestedLocals(p *Pass) {
	if len(p.Template.Locals) == 0 {
		return
	}
	p.bodies(func(r *template.Resource, body template.Node) {
		if n := body.Get("Locals"); r.Type == typeStack && n.Kind() == template.NodeMap {
			p.Report(n.KeyRange(), "Properties.TemplateBody.Locals", r.Name)
		}
	})
}

func runNestedTemplateKind(p *Pass) {
	p.bodies(func(r *template.Resource, body template.Node) {
		if body.Get("ROSTemplateFormatVersion").Text() == "" {
			p.Report(body.KeyRange(), "Properties.TemplateBody", r.Name)
		}
	})
}

// bodyOf gives the template of a nested stack, the zero Node if it is not
// written out.
func bodyOf(r *template.Resource) template.Node {
	if r == nil || r.Type != typeStack {
		return template.Node{}
	}
	body := r.Properties.Get("TemplateBody")
	if _, _, call := template.Call(body); call || body.Kind() != template.NodeMap {
		return template.Node{}
	}
	return body
}

func runNestedOutput(p *Pass) {
	p.OnReference(func(r *Reference) {
		name, ok := strings.CutPrefix(r.Attribute, "Outputs.")
		body := bodyOf(p.Template.Instance(r.Name))
		outputs := body.Get("Outputs")
		if r.Kind != ToAttribute || !ok || body.IsZero() || !outputs.Get(name).IsZero() || !body.Get("Transform").IsZero() {
			return
		}
		at := r.Range
		if r.Call.Name == "Fn::GetAtt" {
			at = r.Call.Arg.At(1).Range()
		}
		p.Report(at, "", name, r.Name, orDash(fewOf(keysOf(outputs))))
	})
}

func keysOf(n template.Node) iter.Seq[string] {
	return func(yield func(string) bool) {
		for member := range n.Items() {
			if !yield(member.Key()) {
				return
			}
		}
	}
}

func runNestedParameter(p *Pass) {
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		body, given := bodyOf(r), r.Properties.Get("Parameters")
		if _, _, call := template.Call(given); call || body.IsZero() || !body.Get("Transform").IsZero() {
			return
		}
		declared := body.Get("Parameters")
		for n := range given.Items() {
			if declared.Get(n.Key()).IsZero() {
				p.Report(n.KeyRange(), "Properties.Parameters."+n.Key(), n.Key(), r.Name, orDash(fewOf(keysOf(declared))))
			}
		}
		for n := range declared.Items() {
			if n.Get("Default").IsZero() && given.Get(n.Key()).IsZero() {
				p.Report(n.KeyRange(), "Properties.TemplateBody.Parameters."+n.Key(), n.Key(), r.Name, orDash(fewOf(keysOf(given))))
			}
		}
	})
}

func runModuleVersion(p *Pass) {
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		n := r.Node.Get("Version")
		if !strings.HasPrefix(r.Type, modulePrefix) || n.Kind() == template.NodeNull {
			return
		}
		number, numbered := strings.CutPrefix(n.Text(), "v")
		if _, err := strconv.ParseUint(number, 10, 32); n.Text() != "default" && n.Text() != "latest" && (!numbered || err != nil) {
			p.Report(n.Range(), "Version", n.Literal(), r.Name)
		}
	})
}
