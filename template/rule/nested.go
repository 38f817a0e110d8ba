package rule

import (
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
