package rule

import (
	"iter"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// Pass is one run of one rule over one template. All rules together make one
// walk over the document: parameters, conditions, locals, rules, resources with
// their properties, outputs, each in the order of the template. What a rule
// asks for with the On methods it is called with on the way, on one goroutine.
// Arguments hold during the call only.
type Pass struct {
	Template *template.Template
	Types    template.Types // nil if nothing is known of resource types

	walk *walk
	rule *Rule
}

// OnParameter asks for each parameter.
func (p *Pass) OnParameter(f func(*template.Parameter)) {
	p.walk.parameters = append(p.walk.parameters, f)
}

// OnResource asks for each resource, before its properties, with its type if
// that is known.
func (p *Pass) OnResource(f func(*template.Resource, *provider.Type)) {
	p.walk.resources = append(p.walk.resources, f)
}

// OnLocal asks for each local.
func (p *Pass) OnLocal(f func(*template.Local)) { p.walk.locals = append(p.walk.locals, f) }

// OnOutput asks for each output.
func (p *Pass) OnOutput(f func(*template.Output)) { p.walk.outputs = append(p.walk.outputs, f) }

// OnMembers asks for each map of which the members are known: the properties of
// a resource, or a map in them.
func (p *Pass) OnMembers(f func(*Members)) { p.walk.members = append(p.walk.members, f) }

// OnValue asks for each value of a known property that is written out: neither
// null nor a function, of whose branches Fn::If has two.
func (p *Pass) OnValue(f func(*Value)) { p.walk.values = append(p.walk.values, f) }

// OnCall asks for each function call, Ref included, but for those in what is
// never evaluated and in a template within the template.
func (p *Pass) OnCall(f func(*Call)) { p.walk.calls = append(p.walk.calls, f) }

// OnReference asks for each name that refers to something of the template, be
// it there or not: in functions, DependsOn and Condition.
func (p *Pass) OnReference(f func(*Reference)) { p.walk.references = append(p.walk.references, f) }

// OnEnd asks for a call once all else has been seen.
func (p *Pass) OnEnd(f func()) { p.walk.ends = append(p.walk.ends, f) }

// Path is the data path of where the walk is; "" before and after it.
func (p *Pass) Path() string { return string(p.walk.path) }

// Holder tells in what the walk is: a resource, an output, or neither.
func (p *Pass) Holder() (*template.Resource, *template.Output) {
	return p.walk.resource, p.walk.output
}

// Guards are the branches of Fn::If that the walk is in, the outermost first.
// The slice holds during the call only.
func (p *Pass) Guards() []Guard { return p.walk.guards }

// Type gives the type of a resource that a name refers to, or that of a data
// source among the locals; nil if there is none or its type is not known.
func (p *Pass) Type(name string) *provider.Type { return p.walk.typeOf(name) }

// Report adds a finding of the rule at a place of the text. below is its data
// path below the one where the walk is, and may be "". The result holds until
// the next finding: a rule can lower its severity, and add fixes and related
// places.
func (p *Pass) Report(at diag.Range, below string, args ...string) *diag.Diagnostic {
	d := diag.New(p.rule.Severity, p.rule.Code, p.Template.Source(), at, p.walk.pathTo(below), args...)
	if p.rule.Words != nil {
		d.Words = p.rule.Words
		d.Message, d.Hint = d.Text(diag.English)
	}
	p.walk.found = append(p.walk.found, d)
	return &p.walk.found[len(p.walk.found)-1]
}

// maxProposals is how many names of a template are looked for among the others:
// to compare each of many unknown ones with each of many known ones takes too
// long.
const maxProposals = 200

// meant finds the name that was most likely meant, see diag.Meant.
func (p *Pass) meant(name string, among iter.Seq[string]) (near string, sure bool) {
	if p.walk.proposals++; p.walk.proposals > maxProposals {
		return "", false
	}
	return diag.Meant(name, among)
}

// offer adds the fix that writes a name in the place of another.
func (p *Pass) offer(d *diag.Diagnostic, at diag.Range, from, to string) {
	if fix, ok := diag.Rename(p.Template.Source(), at, from, to); ok {
		d.Fixes = append(d.Fixes, fix)
	}
}

// Guard is a branch of Fn::If: what stands in it matters only if the condition
// is Holds.
type Guard struct {
	Condition template.Node // a name, or a function that gives a boolean
	Holds     bool
}

// Members is a map whose members are known.
type Members struct {
	Node  template.Node                 // zero where Properties is missing
	Known map[string]*provider.Property // by name
	Type  *provider.Type                // of the resource
	Top   bool                          // it is Properties itself
	// Place is where to report what is missing.
	Place diag.Range
	// Severity is how bad it is to go against what is known of the type, by
	// how much is known of it. 0: too little to say anything.
	Severity diag.Severity

	near []nearName // of the unknown members, once somebody asked
	seen bool
}

// Value is a value, written out, of a known property.
type Value struct {
	Node     template.Node
	Property *provider.Property
	Type     *provider.Type // of the resource
	Name     string         // of the property; items of a list go by their list's
	Severity diag.Severity  // as for Members
}

// Call is a function call.
type Call struct {
	Node template.Node // the call
	Name string        // Ref, Fn::Join, …
	Arg  template.Node
	// Outermost says that the call is no argument of another, but perhaps a
	// branch of Fn::If.
	Outermost bool
	// Value is what the call is the whole value of, without its Node; nil if
	// it is part of something, or that is not known.
	Value *Value
}

// Kind tells what a reference asks of what it names.
type Kind uint8

// The kinds of references.
const (
	ToValue      Kind = iota + 1 // Ref X, ${X}: the value of a parameter, local or resource
	ToAttribute                  // Fn::GetAtt, ${X.Y}
	ToMapping                    // Fn::FindInMap
	ToCondition                  // Condition, Fn::If, Fn::And, …
	ToDependency                 // DependsOn
	ToForm                       // of the console's form: ${X} in AssociationPropertyMetadata
)

// Reference is one name that refers to something of the template.
type Reference struct {
	Kind      Kind
	Name      string        // "" where it is computed
	Attribute string        // of ToAttribute; "" where it is computed
	Node      template.Node // that the name is written in
	// Range is the place of the name, or all of Node where the name is written
	// in a way that has no place of its own.
	Range diag.Range
	Call  *Call // the function call; nil for others
}
