package runbook

import (
	"strconv"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

const (
	formatVersion = "OOS-2019-06-01"
	stateVersion  = "OOS-2019-06-01-State"
)

var (
	sections = []string{
		"FormatVersion", "Description", "Parameters", "Conditions", "RamRole", "Tasks", "States", "Outputs", "Metadata",
	}
	outputKeys  = []string{"Type", "Value", "Description", "Label"}
	outputTypes = []string{"String", "Number", "Boolean", "List", "Json", "Object", "Array"}
)

// Parse reads a template, YAML or JSON, and checks all that can be checked
// without knowing other templates. All faults are found in one run: the error is
// a *diag.ListError if any finding is an error. The template, as far as it could
// be read, comes along with it. The name is for messages; nil options are the
// default.
func Parse(name string, src []byte, opts *ParseOptions) (*Template, error) {
	if opts == nil {
		opts = &ParseOptions{}
	}
	d, found := doc.Parse(name, src, &opts.Limits)
	t := &Template{Name: name, doc: d, root: d.Root(), options: *opts, findings: found}
	t.expressions, t.programs = make(map[doc.Node]expression), &programs{}
	if !t.root.IsZero() && (t.root.Kind() == doc.Map || found.Err() == nil) {
		r := &reader{t: t}
		if len(src) > maxTemplateBytes {
			r.limit("runbook-too-large", doc.Node{}, "", strconv.Itoa(len(src)), strconv.Itoa(maxTemplateBytes))
		}
		r.template()
	}
	t.findings = d.Unforced(t.findings)
	t.findings.Sort()
	return t, t.findings.Err()
}

// ParseNode reads a template that is part of another document, as the content of
// an ACS::Template; otherwise as Parse.
func ParseNode(name string, n doc.Node, opts *ParseOptions) (*Template, error) {
	if opts == nil {
		opts = &ParseOptions{}
	}
	t := &Template{Name: name, doc: n.Doc(), root: n, options: *opts}
	t.expressions, t.programs = make(map[doc.Node]expression), &programs{}
	(&reader{t: t}).template()
	t.findings.Sort()
	return t, t.findings.Err()
}

// inner reads a template inside of another one; its findings are the other's.
func (r *reader) inner(n doc.Node, path string) *Template {
	t := &Template{Name: r.t.Name, doc: r.t.doc, root: n, options: r.t.options}
	t.options.Child = true
	t.expressions, t.programs = make(map[doc.Node]expression), &programs{}
	(&reader{t: t, prefix: r.prefix + path + "."}).template()
	r.t.findings = append(r.t.findings, t.findings...)
	return t
}

func (r *reader) template() {
	root := r.t.root
	if root.Kind() != doc.Map {
		r.report(diag.Error, "runbook-not-map", root, "", root.Kind().String())
		return
	}
	r.keys(root, "", "runbook", sections)
	r.version(root)
	t := r.t
	t.Description, t.Metadata, t.RamRole = root.Get("Description"), root.Get("Metadata"), root.Get("RamRole")
	r.parameters(r.section(root, "Parameters", doc.Map))
	r.conditions(r.section(root, "Conditions", doc.Map))
	r.tasks(r.taskList(root))
	r.outputs(r.section(root, "Outputs", doc.Map))
	r.kind(t.RamRole, "RamRole", doc.String)
	r.compile()
	r.flow()
}

func (r *reader) version(root doc.Node) {
	version := root.Get("FormatVersion")
	r.t.Version = version.Text()
	switch {
	case version.IsZero():
		start := root.Range().Start
		r.t.report(diag.Error, "format-version-missing", diag.Range{Start: start, End: start}, r.prefix+"FormatVersion")
	case r.t.Version != formatVersion && r.t.Version != stateVersion:
		r.report(diag.Error, "unknown-format-version", version, "FormatVersion", version.Literal())
	}
}

// section returns a section of a kind; null is an empty one.
func (r *reader) section(root doc.Node, name string, kind doc.Kind) doc.Node {
	if n := root.Get(name); r.kind(n, name, kind) {
		return n
	}
	return doc.Node{}
}

// taskList gives the list of tasks, which a template has unless it describes
// states.
func (r *reader) taskList(root doc.Node) doc.Node {
	tasks := r.section(root, "Tasks", doc.List)
	if r.t.Version == stateVersion {
		r.t.States = r.section(root, "States", doc.List)
		switch {
		case !root.Get("Tasks").IsZero():
			r.reportKey(diag.Error, "tasks-in-state", root.Get("Tasks"), "Tasks")
		case r.t.States.Len() == 0:
			r.report(diag.Error, "states-missing", at(root.Get("States"), root), "States")
		}
		return tasks
	}
	if states := root.Get("States"); !states.IsZero() {
		r.reportKey(diag.Error, "states-in-automation", states, "States")
	}
	if n := root.Get("Tasks"); n.IsZero() || n.Kind() == doc.Null || n.Kind() == doc.List && n.Len() == 0 {
		r.report(diag.Error, "tasks-missing", at(n, root), "Tasks")
	}
	return tasks
}

// at gives a node, or the one around it where it is absent.
func at(n, around doc.Node) doc.Node {
	if n.IsZero() {
		return around
	}
	return n
}

// name checks a name that the template declares.
func (r *reader) name(declared *names, name string, index int, n doc.Node, rng diag.Range, path, what string) {
	if !isName(name) {
		r.t.report(diag.Error, "name-invalid", rng, r.prefix+path, diag.Clip(name), what)
	}
	if len(name) > maxNameLength {
		r.limit("name-too-long", n, path, diag.Clip(name), strconv.Itoa(len(name)), strconv.Itoa(maxNameLength))
	}
	if _, taken := declared.add(name, index); taken {
		r.t.report(diag.Error, "name-twice", rng, r.prefix+path, name, what)
	}
}

func (r *reader) conditions(section doc.Node) {
	for n := range section.Items() {
		r.name(&r.t.conditions, n.Key(), len(r.t.Conditions), n, n.KeyRange(), "Conditions."+n.Key(), "condition")
		r.t.Conditions = append(r.t.Conditions, &Condition{n.Key(), n})
		switch name, _, ok := callOf(n); {
		case !ok:
			r.report(diag.Error, "condition-shape", n, "Conditions."+n.Key(), n.Key())
		case name != "Fn::And" && name != "Fn::Or" && name != "Fn::Not" && name != "Fn::Equals":
			r.report(diag.Error, "condition-shape", n, "Conditions."+n.Key(), n.Key())
		}
	}
}

func (r *reader) outputs(section doc.Node) {
	var declared names
	for n := range section.Items() {
		path := "Outputs." + n.Key()
		r.name(&declared, n.Key(), len(r.t.Outputs), n, n.KeyRange(), path, "output")
		if !r.kind(n, path, doc.Map) {
			if n.Kind() == doc.Null {
				r.reportKey(diag.Error, "output-value-missing", n, path, n.Key())
			}
			continue
		}
		r.keys(n, path, "output", outputKeys)
		o := &Output{Name: n.Key(), Type: r.outputType(n.Get("Type"), path+".Type"), Value: n.Get("Value"), Node: n}
		if o.Value.IsZero() {
			r.reportKey(diag.Error, "output-value-missing", n, path, n.Key())
		}
		r.t.Outputs = append(r.t.Outputs, o)
	}
}

// outputType reads the type of an output, under one of its names.
func (r *reader) outputType(n doc.Node, path string) string {
	if !r.kind(n, path, doc.String) {
		return "String"
	}
	switch typ := n.Text(); typ {
	case "String", "Number", "Boolean", "List", "Json":
		return typ
	case "Object":
		return "Json"
	case "Array":
		return "List"
	default:
		r.report(diag.Error, "type-unknown", n, path, typ, near(typ, outputTypes))
		return "String"
	}
}

// compile makes expressions of all that is rendered outside of tasks, and of
// the tasks.
func (r *reader) compile() {
	t := r.t
	outside := func(section string, task int, n doc.Node, f func(*compiler, doc.Node)) {
		if n.IsZero() {
			return
		}
		c := &compiler{t: t, at: place{task: task}, path: []string{r.prefix + section}}
		f(c, n)
	}
	render := func(c *compiler, n doc.Node) { c.compile(n) }
	for _, p := range t.Parameters {
		outside("Parameters."+p.Name+".Default", noTask, p.Default, render)
	}
	outside("RamRole", noTask, t.RamRole, render)
	outside("States", noTask, t.States, render)
	for _, k := range t.Conditions {
		outside("Conditions."+k.Name, everyTask, k.Node, func(c *compiler, n doc.Node) { c.condition(n) })
	}
	var uses []use
	for _, task := range t.Tasks {
		uses = append(uses, r.compileTask(task)...)
	}
	for _, o := range t.Outputs {
		outside("Outputs."+o.Name+".Value", everyTask, o.Value, render)
	}
	r.cycles()
	r.neverSet(uses)
}
