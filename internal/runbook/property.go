package runbook

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// properties checks the properties of an atomic action, where they are literal.
func (r *reader) properties(task *Task, a *action, path string) {
	n := task.Properties
	if n.Kind() == doc.String {
		if !strings.Contains(n.Text(), "{{") {
			r.report(diag.Error, "wrong-kind", n, path, "Properties", "map", "string")
		}
		return
	}
	names := make([]string, len(a.properties))
	for i, p := range a.properties {
		names[i] = p.name
		member := n.Get(p.name)
		if member.IsZero() {
			if p.required {
				r.t.report(diag.Error, "property-missing", at(n, task.Node.Get("Action")).KeyRange(), r.prefix+path, p.name, a.name)
			}
			continue
		}
		r.property(p, member, path+"."+p.name)
	}
	for member := range n.Items() {
		if key := member.Key(); !slices.Contains(names, key) {
			sev := diag.Warning // the service may have learnt it since
			if len(names) == 0 || diag.Nearest(key, slices.Values(names)) != "" {
				sev = diag.Error
			}
			r.reportKey(sev, "unknown-key", member, path+"."+key, key, a.name, near(key, names))
		}
	}
	switch a.name {
	case WaitFor, CheckFor:
		if n.Get("DesiredValues").IsZero() && n.Get("NotDesiredValues").IsZero() {
			r.t.report(diag.Error, "desired-missing", at(n, task.Node.Get("Action")).KeyRange(), r.prefix+path, a.name)
		}
	case Sleep:
		r.sleep(n, task, path)
	case ChildTemplate:
		if n.Get("TemplateName").IsZero() == n.Get("TemplateContent").IsZero() {
			r.t.report(diag.Error, "child-shape", at(n, task.Node.Get("Action")).KeyRange(), r.prefix+path)
		}
	case Approve, Notify:
		r.hook(n.Get("WebHook"), path+".WebHook", a.name)
	}
}

func (r *reader) property(p property, n doc.Node, path string) {
	if isDynamic(n) {
		return
	}
	if n.Kind() == doc.Null {
		if p.required {
			r.report(diag.Error, "property-missing", n, path, p.name, "null")
		}
		return
	}
	if p.kinds != nil && !r.kind(n, path, p.kinds...) {
		return
	}
	if p.values != nil && !slices.ContainsFunc(p.values, func(v string) bool { return strings.EqualFold(v, n.Text()) }) {
		r.report(diag.Error, "property-value", n, path, p.name, diag.Clip(n.Text()), near(n.Text(), p.values))
	}
}

// isDynamic reports whether a node is a function or a text with a reference,
// whose value is not known before it is rendered.
func isDynamic(n doc.Node) bool {
	if _, _, ok := callOf(n); ok {
		return true
	}
	return n.Kind() == doc.String && strings.Contains(n.Text(), "{{")
}

func (r *reader) sleep(n doc.Node, task *Task, path string) {
	duration, end := n.Get("Duration"), n.Get("EndDate")
	if duration.IsZero() == end.IsZero() {
		r.t.report(diag.Error, "sleep-shape", at(n, task.Node.Get("Action")).KeyRange(), r.prefix+path)
		return
	}
	switch {
	case !duration.IsZero() && !isDynamic(duration):
		if duration.Kind() == doc.Int {
			return
		}
		if _, err := ParseDuration(duration.Text()); err != nil {
			r.report(diag.Error, "duration-invalid", duration, path+".Duration", diag.Clip(duration.Text()))
		}
	case !end.IsZero() && !isDynamic(end):
		if _, _, err := parseTime("EndDate", end.Value()); err != nil {
			r.report(diag.Error, "time-invalid", end, path+".EndDate", "EndDate", diag.Clip(end.Text()))
		}
	}
}

func (r *reader) hook(n doc.Node, path, action string) {
	if n.Kind() != doc.Map || isDynamic(n) {
		return
	}
	r.keys(n, path, "WebHook", []string{"URI", "Headers", "Content"})
	for _, key := range [...]string{"URI", "Content"} {
		if n.Get(key).IsZero() {
			r.reportKey(diag.Error, "property-missing", n, path, key, action)
		}
	}
}
