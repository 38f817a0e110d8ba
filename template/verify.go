package template

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// verifier walks all expressions of a template once, without values: it checks
// that functions stand where they may and have arguments of the right shape,
// and that what they refer to exists. It notes which resource needs which.
type verifier struct {
	t     *Template
	table functions
	// what holds for the section that is walked
	section   string
	in        contexts
	resources bool // may be referred to
	locals    bool // may be referred to
	data      bool // so may data sources
	counted   bool // ALIYUN::Index has a meaning
	resource  int32
	firm      bool // the resource exists whatever the parameters are
	// where the walk is
	path     []step
	depth    int // of function calls
	branches int // of Fn::If that the walk is in

	edges      []edge // among resources, that hold whatever the parameters are
	conditions []edge
	condition  int32 // whose expression is walked, or -1
	localEdges []edge
	local      int32 // whose expression is walked, or -1
}

// verify checks the whole template.
func (t *Template) verify() {
	v := &verifier{t: t, table: table, condition: -1, local: -1, resource: -1}
	v.walkConditions()
	v.walkLocals()
	v.walkResources()
	v.walkRules()
	v.walkOutputs()
	v.reportCycles()
}

func (v *verifier) report(sev diag.Severity, code diag.Code, n doc.Node, args ...string) {
	v.t.report(sev, code, n, v.where(), args...)
}

func (v *verifier) where() string {
	path := formatPath(v.path)
	if path == "" {
		return v.section
	}
	return v.section + "." + path
}

func (v *verifier) walkConditions() {
	v.in, v.locals = atRoot, true
	for i, c := range v.t.Conditions {
		v.section, v.condition = "Conditions."+c.Name, int32(i)
		v.root(c)
	}
	v.condition = -1
}

// root checks that a condition is of a kind that gives a boolean.
func (v *verifier) root(c *Condition) {
	if c.Node.Kind() == doc.Bool {
		return
	}
	if _, _, ok := callOf(c.Node); !ok {
		v.report(diag.Error, "condition-root", c.Node, c.Name)
		v.misspelt(c.Node)
		return
	}
	v.in = atRoot
	v.walk(c.Node)
}

func (v *verifier) walkLocals() {
	v.locals, v.data = true, true
	for i, l := range v.t.Locals {
		v.section, v.local = "Locals."+l.Name, int32(i)
		v.in = inNormal | inCondition | inCount
		v.resources = l.Type == localMacro
		v.counted = v.resources
		v.walk(l.Value)
		v.walk(l.Properties)
	}
	v.local, v.data, v.counted, v.resources = -1, false, false, false
}

func (v *verifier) walkResources() {
	for i, r := range v.t.Resources {
		v.resource = int32(i)
		v.firm = r.Condition == "" && !r.fixed
		v.dependsOn(r)
		if !r.Count.IsZero() {
			v.count(r)
		}
		v.section = "Resources." + r.Name + ".Properties"
		v.in, v.resources, v.locals, v.counted = inNormal, true, true, !r.Count.IsZero()
		v.properties(r)
		v.counted, v.locals = false, false
		for _, n := range [...]doc.Node{r.Metadata, r.UpdatePolicy} {
			if n.Kind() == doc.Map {
				v.section = r.path(n.Key())
				v.walk(n)
			}
		}
		if r.policy.Kind() == doc.Map {
			v.section = r.path("DeletionPolicy")
			v.resources = false
			v.walk(r.policy)
		}
	}
	v.resource, v.resources = -1, false
}

// properties walks the properties, but not a template within.
func (v *verifier) properties(r *Resource) {
	raw := rawProperty(r.Type)
	if raw == "" || r.Properties.Kind() != doc.Map {
		v.walk(r.Properties)
		return
	}
	for member := range r.Properties.Items() {
		if member.Key() != raw {
			v.path = append(v.path, step{member.Key(), -1})
			v.walk(member)
			v.path = v.path[:0]
		}
	}
}

func (v *verifier) count(r *Resource) {
	v.section = r.path("Count")
	v.in, v.resources, v.locals, v.counted = inCount, false, true, false
	n := r.Count
	switch _, _, call := callOf(n); {
	case call:
		v.walk(n)
	case n.Kind() == doc.Null:
	default:
		if _, ok := natural(n.Scalar()); !ok || n.Kind() == doc.List || n.Kind() == doc.Map {
			v.report(diag.Error, "count-invalid", n, r.Name, clip(n.Literal()))
		}
	}
	if strings.HasPrefix(r.Type, "MODULE::") {
		v.report(diag.Error, "count-on-module", n, r.Name)
	}
}

func (v *verifier) dependsOn(r *Resource) {
	v.section = r.path("DependsOn")
	v.in, v.resources, v.locals = inCondition, false, false
	for _, n := range r.computed {
		v.walk(n)
	}
	for _, name := range r.DependsOn {
		base := name
		sym, ok := v.t.names[name]
		if !ok {
			if b, _, is := instance(name); is {
				base = b
				sym = v.t.names[base]
			}
		}
		if sym.kind != resourceSymbol {
			if !v.t.NeedsTransform() {
				n := memberOf(r.Node.Get("DependsOn"), name)
				v.t.report(diag.Error, "unknown-dependency", n, r.path("DependsOn"), name, r.Name, v.t.nearest(name, resourceSymbol))
				v.t.offer(n, n.Range(), name, v.t.namesOf([]symbolKind{resourceSymbol}))
			}
			continue
		}
		v.needs(sym.index)
	}
}

// memberOf finds a text in a list, or gives what is no list as it is.
func memberOf(n doc.Node, text string) doc.Node {
	if n.Kind() == doc.List {
		for member := range n.Items() {
			if member.Kind() == doc.String && member.Text() == text {
				return member
			}
		}
	}
	return n
}

// needs notes that the resource needs another, if that is so for sure.
func (v *verifier) needs(index int32) {
	if v.resource < 0 || v.branches > 0 || !v.firm {
		return
	}
	if other := v.t.Resources[index]; other.Condition != "" || other.fixed {
		return
	}
	v.edges = append(v.edges, edge{v.resource, index})
}

func (v *verifier) walkRules() {
	v.in, v.locals, v.resources = inCondition, false, false
	for _, r := range v.t.Rules {
		v.section = "Rules." + r.Name
		v.ruleExpression(r.Condition)
		for _, a := range r.Assertions {
			v.ruleExpression(a.Assert)
		}
	}
}

func (v *verifier) ruleExpression(n doc.Node) {
	if n.Kind() == doc.String {
		v.namedCondition(n, n.Text())
		return
	}
	v.walk(n)
}

func (v *verifier) walkOutputs() {
	v.in, v.resources, v.locals = inNormal, true, true
	for _, o := range v.t.Outputs {
		v.section = "Outputs." + o.Name + ".Value"
		v.walk(o.Value)
	}
}

// walk checks a node and all that it holds.
func (v *verifier) walk(n doc.Node) {
	switch n.Kind() {
	case doc.List:
		for i := range n.Len() {
			v.path = append(v.path, step{"", i})
			v.walk(n.At(i))
			v.path = v.path[:len(v.path)-1]
		}
	case doc.Map:
		if name, arg, ok := callOf(n); ok {
			v.call(n, name, arg)
			return
		}
		v.misspelt(n)
		for i := range n.Len() {
			member := n.At(i)
			v.path = append(v.path, step{member.Key(), -1})
			v.walk(member)
			v.path = v.path[:len(v.path)-1]
		}
	}
}

// misspelt warns of keys that look like functions but are data.
func (v *verifier) misspelt(n doc.Node) {
	for i := range n.Len() {
		key := n.KeyAt(i)
		if len(key) < 4 || !strings.EqualFold(key[:2], "fn") || key[2] != ':' {
			continue
		}
		name := "Fn::" + strings.TrimLeft(key[2:], ":")
		if name == key {
			v.t.reportAt(diag.Warning, "function-among-keys", n.At(i).KeyRange(), v.where(), key)
		} else {
			v.t.reportAt(diag.Warning, "function-misspelt", n.At(i).KeyRange(), v.where(), key, name)
			if n.Len() == 1 {
				v.offerFunction(n.At(i), name)
			}
		}
	}
}

func (v *verifier) call(n doc.Node, name string, arg doc.Node) {
	f := v.table[name]
	if f == nil {
		v.t.reportAt(diag.Error, "unknown-function", arg.KeyRange(), v.where(), name, diag.Propose(name, functionNames))
		v.offerFunction(arg, name)
		v.walk(arg)
		return
	}
	if f.in&v.in == 0 {
		v.t.reportAt(diag.Error, "function-misplaced", arg.KeyRange(), v.where(), name, v.in.place())
		v.walk(arg)
		return
	}
	if v.depth == maxNesting {
		v.report(diag.Error, "function-too-deep", n, strconv.Itoa(maxNesting))
		return
	}
	in := v.in
	if v.in&atRoot != 0 {
		v.in = inCondition
	}
	v.t.asks = v.t.asks || f.asks
	v.t.zoned = v.t.zoned || f.name == askZones
	v.t.dated = v.t.dated || f.name == "Fn::FormatTime"
	v.depth++
	if f.verify != nil {
		f.verify(v, n, arg)
	} else {
		v.arguments(f, n, arg)
	}
	v.depth--
	v.in = in
}

// offerFunction gives the finding just reported the fix that makes a function
// of a key, if there is one of that name or nearly so.
func (v *verifier) offerFunction(n doc.Node, name string) {
	if v.table[name] == nil {
		short, sure := diag.Meant(strings.TrimPrefix(name, "Fn::"), func(yield func(string) bool) {
			for f := range functionNames {
				if !yield(strings.TrimPrefix(f, "Fn::")) {
					return
				}
			}
		})
		if name = "Fn::" + short; !sure || v.table[name] == nil || len(v.t.findings) > maxProposals {
			return
		}
	}
	if fix, ok := diag.Rename(v.t.Source(), n.KeyRange(), n.Key(), name); ok && !n.Shared() {
		last := &v.t.findings[len(v.t.findings)-1]
		last.Fixes = append(last.Fixes, fix)
	}
}

// functionNames yields the names of all functions.
func functionNames(yield func(string) bool) {
	for _, group := range [...]func() []function{referenceFunctions, subFunctions, textFunctions, listFunctions, mapFunctions, numberFunctions, logicFunctions, hostFunctions} {
		for _, f := range group() {
			if !yield(f.name) {
				return
			}
		}
	}
}

// arguments checks the shape of a function's argument and walks its members.
func (v *verifier) arguments(f *function, n, arg doc.Node) {
	s := f.shape
	_, _, computed := callOf(arg)
	switch {
	case s.most == 0 && (!s.list || computed || arg.Kind() == doc.List || arg.Kind() == doc.Null):
		v.walk(arg)
		return
	case s.most == 0, arg.Kind() != doc.List, arg.Len() < s.least, s.most > 0 && arg.Len() > s.most:
		v.shape(n, f)
		v.walk(arg)
		return
	}
	for i := range arg.Len() {
		member := arg.At(i)
		if name, inner, ok := callOf(member); ok && i < 8 && s.raw&(1<<i) != 0 && !v.isLocal(name, inner) {
			v.report(diag.Error, "argument-not-literal", member, f.name, strconv.Itoa(i+1))
		}
		v.walk(member)
	}
}

func (v *verifier) shape(n doc.Node, f *function) {
	v.report(diag.Error, "function-shape", n, f.name, f.shape.text())
}

// isLocal reports whether a call is a reference to a local, which is put in
// before functions are built and so may stand for a literal.
func (v *verifier) isLocal(name string, arg doc.Node) bool {
	return name == "Ref" && v.t.names[arg.Text()].kind == localSymbol
}
