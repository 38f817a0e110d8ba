package template

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/provider"
)

// Validate returns the findings of Parse together with those of all checks of
// the resources against their types, in the order of the text. How sure a check
// is depends on what is known of a type, see [provider.Coverage]: what may only
// be a gap of the catalogue is a warning or not reported. Values that functions
// give are not looked into, but for the branches of Fn::If. Resources whose
// condition may be false are checked like all others.
//
// With nil types the findings are those of Parse.
func (t *Template) Validate(types Types) diag.List {
	found := slices.Clone(t.findings)
	if types == nil || t.kind != Stack {
		return found
	}
	c := &checker{t: t, types: types, found: found}
	for _, r := range t.Resources {
		c.checkResource(r.Node.Get("Type"), r.Properties, r.Node, "Resources", r.Name)
	}
	for _, l := range t.Locals {
		if l.isData() {
			c.checkResource(l.Node.Get("Type"), l.Properties, l.Node, "Locals", l.Name)
		}
	}
	c.checkReferences()
	c.found.Sort()
	return c.found
}

// checker walks a template once and hands each construct to the checks for it.
type checker struct {
	t     *Template
	types Types
	found diag.List
	path  []step // of the construct that is looked at
	typ   *provider.Type
	meant []string // members of the current map that were misspelt, spelt right
	// rightTypes holds what each unknown type was taken for: to find out takes
	// a walk over all types, and one mistake is often made many times.
	rightTypes map[string]string
	patterns   map[string]*fn.Pattern // nil: cannot be checked
}

// valueChecks look at one literal value of a known property. Each is
// independent of the others.
var valueChecks = [...]func(c *checker, n doc.Node, p *provider.Property){
	(*checker).checkKind,
	(*checker).checkEnum,
	(*checker).checkRange,
	(*checker).checkLength,
	(*checker).checkPattern,
}

// memberChecks look at a map as a whole: at the properties of a resource or at
// the members of a map in them.
var memberChecks = [...]func(c *checker, n doc.Node, members map[string]*provider.Property){
	(*checker).checkUnknown,
	(*checker).checkRequired,
	(*checker).checkDeprecated,
}

func (c *checker) enter(key string) { c.path = append(c.path, step{key, -1}) }
func (c *checker) enterItem(i int)  { c.path = append(c.path, step{"", i}) }
func (c *checker) leave()           { c.path = c.path[:len(c.path)-1] }

// report adds a finding at the current path and below it.
func (c *checker) report(sev diag.Severity, code diag.Code, r diag.Range, below string, args ...string) *diag.Diagnostic {
	path := formatPath(c.path)
	if below != "" {
		path += "." + below
	}
	c.found = append(c.found, diag.New(sev, code, c.t.Source(), r, path, args...))
	return &c.found[len(c.found)-1]
}

// severity says how bad it is when a template goes against what is known of
// the current type; 0 means that too little is known to say anything.
func (c *checker) severity() diag.Severity {
	switch c.typ.Coverage {
	case provider.CoverageFull, provider.CoverageTop:
		if strings.HasPrefix(c.typ.Name, modulePrefix) {
			return diag.Warning // another version of the module may differ
		}
		return diag.Error
	case provider.CoverageDocs:
		return diag.Warning
	}
	return 0
}

// checkResource checks a resource, or a data source among the locals.
func (c *checker) checkResource(typ, properties, n doc.Node, section, name string) {
	c.path = append(c.path[:0], step{section, -1}, step{name, -1})
	if typ.Kind() != doc.String || typ.Text() == "" {
		return // Parse has said so
	}
	if c.typ = c.types.Type(typ.Text()); c.typ == nil {
		c.reportUnknownType(typ)
		return
	}
	c.checkTransform(typ)
	c.enter("Properties")
	switch properties.Kind() {
	case doc.Null:
		c.meant = c.meant[:0]
		c.reportMissing(properties, c.typ.Properties, n.KeyRange())
	case doc.Map:
		c.walkMembers(properties, c.typ.Properties, false)
	}
}

// walkMembers checks a map whose members are known and goes down into them.
func (c *checker) walkMembers(n doc.Node, members map[string]*provider.Property, freeKeys bool) {
	if _, _, isCall := callOf(n); isCall || len(members) == 0 && !c.complete() {
		return
	}
	if !freeKeys {
		for _, check := range memberChecks {
			check(c, n, members)
		}
	}
	raw := rawProperty(c.typ.Name) // a template of its own, with a scope of its own
	for member := range n.Items() {
		p := members[member.Key()]
		if p == nil || member.Key() == raw {
			continue
		}
		c.enter(member.Key())
		c.walkValue(member, p)
		c.leave()
	}
}

// complete reports whether the listing of the current type's properties is
// known to have no gaps, so that an empty one means that there are none.
func (c *checker) complete() bool {
	return len(c.path) == 3 && c.typ.Coverage >= provider.CoverageTop
}

// walkValue checks one value of a property and goes down into it.
func (c *checker) walkValue(n doc.Node, p *provider.Property) {
	if n.Kind() == doc.Null {
		return // null is as good as not given
	}
	if name, arg, isCall := callOf(n); isCall {
		if name == "Fn::If" && arg.Kind() == doc.List && arg.Len() == 3 {
			c.walkValue(arg.At(1), p)
			c.walkValue(arg.At(2), p)
		}
		return
	}
	for _, check := range valueChecks {
		check(c, n, p)
	}
	switch {
	case n.Kind() == doc.Map && p.Type == provider.TypeMap && p.Properties != nil:
		c.walkMembers(n, p.Properties, p.FreeKeys)
	case n.Kind() == doc.List && p.Type == provider.TypeList && p.Items != nil:
		i := 0
		for item := range n.Items() {
			c.enterItem(i)
			c.walkValue(item, p.Items)
			c.leave()
			i++
		}
	}
}

// sortedKeys gives names in an order that is the same each time.
func sortedKeys[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}
