package rule

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// walk goes over a template once and calls the rules for what they asked for.
type walk struct {
	t     *template.Template
	types template.Types
	found diag.List

	parameters []func(*template.Parameter)
	resources  []func(*template.Resource, *provider.Type)
	locals     []func(*template.Local)
	outputs    []func(*template.Output)
	members    []func(*Members)
	values     []func(*Value)
	calls      []func(*Call)
	references []func(*Reference)
	ends       []func()
	judges     []func([]*waiver)
	sought     func(diag.Code) bool // whether findings of a code are looked for

	// where the walk is
	path     []byte
	resource *template.Resource
	output   *template.Output
	guards   []Guard
	depth    int // of calls, without Fn::If
	attempt  attempt
	// proposals counts the names that were looked for, see maxProposals.
	proposals int
	typ       *provider.Type // of the resource; nil if not known
	severity  diag.Severity  // see Members
	value     Value          // handed to the rules, for each value anew
	known     map[string]*provider.Type

	conditions *template.Conditions // nil until a rule asks
}

func newWalk(t *template.Template, types template.Types, found diag.List) *walk {
	return &walk{t: t, types: types, found: found, known: map[string]*provider.Type{}}
}

func (w *walk) run() {
	for _, p := range w.t.Parameters {
		w.begin("Parameters", p.Name)
		for _, f := range w.parameters {
			f(p)
		}
		w.form(p)
	}
	for _, c := range w.t.Conditions {
		w.begin("Conditions", c.Name)
		w.expression(c.Node)
	}
	for _, l := range w.t.Locals {
		w.begin("Locals", l.Name)
		w.local(l)
	}
	for _, r := range w.t.Rules {
		w.begin("Rules", r.Name)
		w.truth(r.Condition)
		for _, a := range r.Assertions {
			w.truth(a.Assert)
		}
	}
	for _, r := range w.t.Resources {
		w.begin("Resources", r.Name)
		w.walkResource(r)
	}
	w.resource = nil
	for _, o := range w.t.Outputs {
		w.begin("Outputs", o.Name)
		w.walkOutput(o)
	}
	w.output = nil
	w.path = w.path[:0]
	w.metadata()
	w.path = w.path[:0]
	for _, f := range w.ends {
		f()
	}
}

func (w *walk) begin(section, name string) {
	w.path = append(append(append(w.path[:0], section...), '.'), name...)
}

// enter and leave surround what stands under a key, enterItem and leave an item
// of a list.
func (w *walk) enter(key string) (before int) {
	before = len(w.path)
	w.path = append(append(w.path, '.'), key...)
	return before
}

func (w *walk) enterItem(i int) (before int) {
	before = len(w.path)
	w.path = append(strconv.AppendInt(append(w.path, '['), int64(i), 10), ']')
	return before
}

func (w *walk) leave(before int) { w.path = w.path[:before] }

func (w *walk) pathTo(below string) string {
	switch {
	case below == "":
		return string(w.path)
	case len(w.path) == 0:
		return below
	}
	return string(w.path) + "." + below
}

func (w *walk) walkResource(r *template.Resource) {
	w.resource = r
	w.setType(r.Type)
	for _, f := range w.resources {
		f(r, w.typ)
	}
	for attribute := range r.Node.Items() {
		before := w.enter(attribute.Key())
		switch attribute.Key() {
		case "Type", "Description", "Version", "Properties":
		case "Condition":
			w.conditionName(attribute)
		case "DependsOn":
			w.dependsOn(attribute)
		default:
			w.expression(attribute)
		}
		w.leave(before)
	}
	w.properties(r.Properties, r.Node, template.NestedTemplate(r.Type))
}

func (w *walk) local(l *template.Local) {
	w.setType(l.Type)
	for _, f := range w.locals {
		f(l)
	}
	if isData(l) {
		w.properties(l.Properties, l.Node, "")
	}
	before := w.enter("Value")
	w.expression(l.Value)
	w.leave(before)
}

func (w *walk) walkOutput(o *template.Output) {
	w.output = o
	for _, f := range w.outputs {
		f(o)
	}
	if c := o.Node.Get("Condition"); !c.IsZero() {
		before := w.enter("Condition")
		w.conditionName(c)
		w.leave(before)
	}
	before := w.enter("Value")
	w.expression(o.Value)
	w.leave(before)
}

// setType looks up the type of what is walked next.
func (w *walk) setType(name string) {
	w.typ, w.severity = w.lookup(name), 0
	if w.typ == nil {
		return
	}
	switch w.typ.Coverage {
	case provider.CoverageFull, provider.CoverageTop:
		w.severity = diag.Error
		if strings.HasPrefix(w.typ.Name, modulePrefix) {
			w.severity = diag.Warning // another version of the module may differ
		}
	case provider.CoverageDocs:
		w.severity = diag.Warning
	}
}

func (w *walk) lookup(name string) *provider.Type {
	if w.types == nil || name == "" {
		return nil
	}
	t, known := w.known[name]
	if !known {
		t = w.types.Type(name)
		w.known[name] = t
	}
	return t
}

// typeOf gives the type of a resource, or of a data source among the locals.
func (w *walk) typeOf(name string) *provider.Type {
	if r := w.t.Instance(name); r != nil {
		return w.lookup(r.Type)
	}
	if l := w.t.Local(name); l != nil && isData(l) {
		return w.lookup(l.Type)
	}
	return nil
}

// properties walks the properties of a resource, but not the template in them.
func (w *walk) properties(n, owner template.Node, raw string) {
	before := w.enter("Properties")
	defer w.leave(before)
	switch {
	case n.Kind() == template.NodeNull && w.typ != nil:
		w.tellMembers(n, owner.KeyRange(), w.typ.Properties, true)
	case n.Kind() == template.NodeMap && w.typ != nil:
		w.fields(n, w.typ.Properties, false, true, raw)
	default:
		w.fields(n, nil, true, false, raw)
	}
}
