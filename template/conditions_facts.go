package template

import (
	"slices"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// maxCompared is how many different values of one parameter are tried.
const maxCompared = 256

// facts is what conditions, rules and the guards of Fn::If do with parameters:
// which they compare with what. It is read off the expressions, without values.
type facts struct {
	t     *Template
	names []string // of the variables: parameters, pseudo parameters
	index map[string]int
	// class joins variables that are compared with each other.
	class    []int
	compared [][]value.Value // per variable: what it is compared with
	opaque   []bool          // per variable: used in ways other than comparison
	locals   map[int32]*localFacts
	at       *dependence // of the expression that is read
}

// dependence is what an expression depends on.
type dependence struct {
	variables  []int
	conditions []int32
	fallible   bool // it may be faulty for some values
	opaque     bool // values alone may not decide it
}

type localFacts struct {
	operand operand
	needs   dependence
}

// operand is what a part of a comparison may be: a variable or a value.
type operand struct {
	variables []int
	values    []value.Value
	opaque    bool // or something else
}

func newFacts(t *Template) *facts {
	return &facts{t: t, index: map[string]int{}, locals: map[int32]*localFacts{}}
}

// of reads an expression with read and gives what it depends on.
func (f *facts) of(read func()) dependence {
	outer, n := f.at, dependence{}
	f.at = &n
	read()
	f.at = outer
	return n
}

func (n *dependence) variable(i int) {
	if !slices.Contains(n.variables, i) {
		n.variables = append(n.variables, i)
	}
}

func (n *dependence) condition(i int32) {
	if !slices.Contains(n.conditions, i) {
		n.conditions = append(n.conditions, i)
	}
}

func (n *dependence) add(other *dependence) {
	for _, i := range other.variables {
		n.variable(i)
	}
	for _, i := range other.conditions {
		n.condition(i)
	}
	n.fallible = n.fallible || other.fallible
	n.opaque = n.opaque || other.opaque
}

// variable gives the number of a parameter or pseudo parameter.
func (f *facts) variable(name string) int {
	i, ok := f.index[name]
	if !ok {
		i = len(f.names)
		f.index[name] = i
		f.names = append(f.names, name)
		f.class = append(f.class, i)
		f.compared = append(f.compared, nil)
		f.opaque = append(f.opaque, false)
	}
	return i
}

func (f *facts) root(i int) int { return rootOf(f.class, i) }

// rootOf finds what stands for the set that i is in.
func rootOf(sets []int, i int) int {
	for sets[i] != i {
		sets[i] = sets[sets[i]]
		i = sets[i]
	}
	return i
}

// compare notes that operands are compared with each other.
func (f *facts) compare(operands ...operand) {
	first, opaque := -1, false
	for _, o := range operands {
		opaque = opaque || o.opaque
		for _, i := range o.variables {
			if first < 0 {
				first = f.root(i)
			}
			f.class[f.root(i)] = first
		}
	}
	if opaque {
		f.at.opaque = true
	}
	if first < 0 {
		return
	}
	for _, o := range operands {
		f.compared[first] = append(f.compared[first], o.values...)
		for _, i := range o.variables {
			f.opaque[i] = f.opaque[i] || opaque
		}
	}
}

// truth reads what stands where a boolean or the name of a condition does.
func (f *facts) truth(n doc.Node) {
	if name, ok := conditionName(n); ok {
		f.named(name)
		return
	}
	if n.Kind() == doc.List && n.Len() > 0 {
		f.truth(n.At(0))
		return
	}
	name, arg, ok := callOf(n)
	if !ok {
		f.at.fallible = f.at.fallible || n.Kind() != doc.Bool
		return
	}
	switch name {
	case "Fn::If":
		if arg.Kind() == doc.List && arg.Len() == 3 {
			for i := range 3 {
				f.truth(arg.At(i))
			}
			return
		}
	case "Fn::TransformNamespace":
		if subject, ok := conditionName(arg.At(2)); ok {
			f.named(arg.At(1).Text() + subject)
			return
		}
	default:
		o := f.call(n, name, arg)
		for _, i := range o.variables {
			p := f.t.Parameter(f.names[i])
			if p == nil || p.Type != typeBoolean {
				f.opaque[i], f.at.opaque = true, true
			}
			f.at.fallible = f.at.fallible || p == nil || p.Type != typeBoolean || p.Default.IsNull()
		}
		f.at.fallible = f.at.fallible || name == "Fn::FindInMap"
		f.at.opaque = f.at.opaque || o.opaque
		return
	}
	f.opaquely(arg)
}

func (f *facts) named(name string) {
	if i, ok := f.t.conditions[name]; ok {
		f.at.condition(i)
	} else {
		f.at.fallible = true
	}
}

// operand reads what is compared.
func (f *facts) operand(n doc.Node) operand {
	if name, arg, ok := callOf(n); ok {
		return f.call(n, name, arg)
	}
	if n.Kind() == doc.List || n.Kind() == doc.Map {
		if !literalOnly(n) {
			f.opaquely(n)
			return operand{opaque: true}
		}
	}
	return operand{values: []value.Value{n.Value()}}
}

// literalOnly reports whether no call is in a node.
func literalOnly(n doc.Node) bool {
	if isCall(n) {
		return false
	}
	for member := range n.Items() {
		if !literalOnly(member) {
			return false
		}
	}
	return true
}

var booleans = operand{values: []value.Value{value.Bool(true), value.Bool(false)}}

func (f *facts) call(n doc.Node, name string, arg doc.Node) operand {
	list := arg.Kind() == doc.List
	switch {
	case name == "Ref" && arg.Kind() == doc.String:
		return f.ref(arg.Text())
	case name == "Fn::If" && list && arg.Len() == 3:
		f.truth(arg.At(0))
		a, b := f.operand(arg.At(1)), f.operand(arg.At(2))
		return operand{slices.Concat(a.variables, b.variables), slices.Concat(a.values, b.values), a.opaque || b.opaque}
	case name == "Fn::FindInMap" && list && arg.Len() == 3:
		return f.findInMap(arg)
	case name == "Fn::Equals" && list && arg.Len() == 2:
		f.compare(f.operand(arg.At(0)), f.operand(arg.At(1)))
		return booleans
	case (name == "Fn::And" || name == "Fn::Or") && list:
		for member := range arg.Items() {
			f.truth(member)
		}
		return booleans
	case name == "Fn::Not":
		if list && arg.Len() == 1 {
			arg = arg.At(0)
		}
		f.truth(arg)
		return booleans
	case (name == "Fn::Contains" || name == "Fn::EachMemberIn") && list && arg.Len() == 2:
		f.members(arg, name == "Fn::Contains")
		return booleans
	}
	f.opaquely(arg)
	if name == "Fn::GetJsonValue" && list && arg.Len() == 2 {
		f.probe(arg.At(0), arg.At(1))
	}
	return operand{opaque: true}
}

// probe has a parameter tried with an object that has the key which is read,
// and with one that has not.
func (f *facts) probe(key, from doc.Node) {
	name, arg, ok := callOf(from)
	p := f.t.Parameter(arg.Text())
	if !ok || name != "Ref" || p == nil || key.Kind() != doc.String {
		return
	}
	i := f.variable(p.Name)
	with := value.Map([]value.Entry{{Key: key.Text(), Value: value.String("other")}})
	for _, object := range [...]value.Value{with, value.Map(nil)} {
		if p.Type != typeJSON {
			object = value.String(string(object.AppendJSON(nil)))
		}
		f.compared[i] = append(f.compared[i], object)
	}
}

func (f *facts) ref(name string) operand {
	sym := f.t.names[name]
	switch {
	case sym.kind == localSymbol:
		return f.local(sym.index)
	case sym.kind == parameterSymbol, sym.kind == 0 && f.isPseudo(name):
		i := f.variable(name)
		f.at.variable(i)
		return operand{variables: []int{i}}
	}
	f.at.fallible = true
	return operand{opaque: true}
}

func (f *facts) isPseudo(name string) bool {
	return name != pseudoIndex && name != pseudoNoValue && slices.Contains(pseudoNames, name)
}

// local reads a local once, however often it is referred to.
func (f *facts) local(index int32) operand {
	l := f.locals[index]
	if l == nil {
		l = &localFacts{operand: operand{opaque: true}}
		f.locals[index] = l
		l.needs = f.of(func() { l.operand = f.operand(f.t.Locals[index].Value) })
		if f.t.Locals[index].isData() {
			l.operand, l.needs.fallible = operand{opaque: true}, true
		}
	}
	f.at.add(&l.needs)
	return l.operand
}

// members reads two sides of which the members of one are looked up in the
// other. One that is not written out as a list may have any members.
func (f *facts) members(arg doc.Node, oneItem bool) {
	f.at.fallible = true
	var sides [2]operand
	for i := range sides {
		n := arg.At(i)
		if n.Kind() != doc.List {
			sides[i] = f.operand(n)
			sides[i].opaque = sides[i].opaque || i == 0 || !oneItem
			continue
		}
		for member := range n.Items() {
			o := f.operand(member)
			sides[i].variables = append(sides[i].variables, o.variables...)
			sides[i].values = append(sides[i].values, o.values...)
			sides[i].opaque = sides[i].opaque || o.opaque
		}
	}
	f.compare(sides[0], sides[1])
}

// findInMap reads the keys that are looked up, and gives what may be found.
func (f *facts) findInMap(arg doc.Node) operand {
	level := []doc.Node{f.t.Mappings}
	for key := range arg.Items() {
		if key.Kind() == doc.String || key.Kind() == doc.Int {
			level = below(level, func(n doc.Node) bool { return n.Key() == key.Literal() })
			continue
		}
		f.at.fallible = true
		level = below(level, func(doc.Node) bool { return true })
		keys := operand{}
		for _, n := range level {
			keys.values = append(keys.values, value.String(n.Key()))
		}
		f.compare(f.operand(key), keys)
	}
	if len(level) == 0 {
		f.at.fallible = true
	}
	found := operand{}
	for _, n := range level {
		found.values = append(found.values, n.Value())
	}
	return found
}

// below gives the members of nodes that are wanted.
func below(nodes []doc.Node, wanted func(doc.Node) bool) []doc.Node {
	var out []doc.Node
	for _, n := range nodes {
		for member := range n.Items() {
			if n.Kind() == doc.Map && wanted(member) && len(out) <= maxCompared {
				out = append(out, member)
			}
		}
	}
	return out
}

// opaquely reads an expression of which any value may come out.
func (f *facts) opaquely(n doc.Node) {
	f.at.fallible, f.at.opaque = true, true
	if name, arg, ok := callOf(n); ok {
		for _, i := range f.call(n, name, arg).variables {
			f.opaque[i] = true
		}
		return
	}
	for member := range n.Items() {
		f.opaquely(member)
	}
}
