package runbook

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// ValidateOptions is what a template is checked against. The zero value knows no
// other templates.
type ValidateOptions struct {
	// Templates gives child templates and product actions by name and version
	// (empty: the latest); nil, and a nil result, stand for "unknown".
	Templates func(name, version string) *Template
}

// Validate gives the findings of Parse and those that need other templates: what
// children are given, what is taken of their outputs, and templates that start
// themselves. Nil options are the default.
func (t *Template) Validate(opts *ValidateOptions) diag.List {
	if opts == nil {
		opts = &ValidateOptions{}
	}
	v := &validator{t: t, templates: opts.Templates}
	if v.templates == nil {
		v.templates = func(string, string) *Template { return nil }
	}
	v.tasks(t, "")
	found := append(slices.Clone(t.findings), v.found...)
	found.Sort()
	return found
}

type validator struct {
	t         *Template
	templates func(name, version string) *Template
	found     diag.List
}

func (v *validator) report(sev diag.Severity, code diag.Code, n doc.Node, path string, args ...string) {
	v.found = append(v.found, diag.New(sev, code, v.t.Source(), n.Range(), path, args...))
}

func (v *validator) tasks(t *Template, prefix string) {
	for _, task := range t.Tasks {
		path := prefix + taskPath(task.Index, task.Name)
		if task.Inner != nil {
			inside := path + ".Properties.TemplateContent."
			if task.Action == LoopAction {
				inside = path + ".Properties.LoopTasks."
			}
			v.tasks(task.Inner, inside)
			if task.Action == ChildTemplate {
				v.child(task, task.Inner, task.Properties.Get("Parameters"), path+".Properties.Parameters", path)
			}
			continue
		}
		v.task(task, path)
	}
}

// Child gives the name and version of the template that the task starts, as far
// as they are literal: the action itself, or what an ACS::Template names.
func (task *Task) Child() (name, version string, ok bool) {
	if task.Action == ChildTemplate {
		n := task.Properties.Get("TemplateName")
		return n.Text(), task.Properties.Get("TemplateVersion").Text(), n.Kind() == doc.String && !isDynamic(n)
	}
	return task.Action, "", task.Action != "" && !IsAtomic(task.Action) && strings.Count(task.Action, "::") >= 2
}

func (v *validator) task(task *Task, path string) {
	name, version, ok := task.Child()
	if !ok {
		return
	}
	child := v.templates(name, version)
	if child == nil {
		v.unknown(task, name, path)
		return
	}
	n, where := task.Properties, path+".Properties"
	if task.Action == ChildTemplate {
		n, where = n.Get("Parameters"), where+".Parameters"
	}
	v.child(task, child, n, where, path)
	if chain := v.recursion(name, version, child); chain != "" {
		v.report(diag.Error, "template-recursion", task.Node.Get("Action"), path+".Action", chain)
	}
}

// unknown reports a child that nobody knows. A name close to one that exists is
// most likely a slip; else the service may have learnt it since.
func (v *validator) unknown(task *Task, name, path string) {
	if task.Action == ChildTemplate {
		return // private templates are known to the account only
	}
	if _, ok := productActions()[strings.ToLower(name)]; ok {
		return
	}
	sev := diag.Warning
	if diag.Nearest(name, slices.Values(ProductActions())) != "" {
		sev = diag.Error
	}
	v.report(sev, "unknown-action", task.Node.Get("Action"), path+".Action", name, diag.Propose(name, actionNames))
}

// child checks what a child is given and what is taken of it.
func (v *validator) child(task *Task, child *Template, given doc.Node, where, path string) {
	if _, _, isCall := callOf(given); given.IsZero() || given.Kind() == doc.Null || given.Kind() == doc.Map && !isCall {
		for member := range given.Items() {
			if child.Parameter(member.Key()) == nil {
				v.found = append(v.found, diag.New(diag.Warning, "child-parameter-unknown", v.t.Source(), member.KeyRange(), where+"."+member.Key(), member.Key(), child.Name, diag.Propose(member.Key(), child.parameterNames())))
			}
		}
		for _, p := range child.Parameters {
			if p.Default.IsZero() && !hasKeyFold(given, p.Name) {
				v.report(diag.Error, "child-parameter-missing", at(given, task.Node.Get("Action")), where, p.Name, child.Name)
			}
		}
	}
	for _, o := range task.Outputs {
		name := strings.TrimPrefix(strings.TrimSpace(o.Selector.Text()), ".")
		if o.Selector.Kind() != doc.String || !isName(name) || strings.Contains(name, "-") || child.output(name) {
			continue
		}
		v.report(diag.Warning, "child-output-unknown", o.Selector, path+".Outputs."+o.Name, name, child.Name, diag.Propose(name, child.outputNames))
	}
}

func hasKeyFold(n doc.Node, key string) bool {
	for i := range n.Len() {
		if strings.EqualFold(n.KeyAt(i), key) {
			return true
		}
	}
	return false
}

func (t *Template) output(name string) bool {
	for _, o := range t.Outputs {
		if o.Name == name {
			return true
		}
	}
	return false
}

func (t *Template) outputNames(yield func(string) bool) {
	for _, o := range t.Outputs {
		if !yield(o.Name) {
			return
		}
	}
}

// recursion finds a way from a child to a template that starts itself: to this
// one, or to itself.
func (v *validator) recursion(name, version string, child *Template) string {
	var chain []string
	seen := make(map[string]bool)
	var visit func(name string, t *Template) bool
	visit = func(name string, t *Template) bool {
		if t == v.t || slices.Contains(chain, name) {
			chain = append(chain, name)
			return true
		}
		if seen[name] {
			return false
		}
		seen[name] = true
		chain = append(chain, name)
		for _, task := range t.Tasks {
			next, version, ok := task.Child()
			if !ok {
				continue
			}
			if grandchild := v.templates(next, version); grandchild != nil && visit(next, grandchild) {
				return true
			}
		}
		chain = chain[:len(chain)-1]
		return false
	}
	if visit(name, child) {
		return strings.Join(chain, " → ")
	}
	return ""
}
