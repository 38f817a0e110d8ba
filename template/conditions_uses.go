package template

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// maxGuarded bounds the references and branches that are looked at: macros that
// hold macros multiply.
const maxGuarded = 20_000

// ConditionalUse is a reference, by Ref, Fn::GetAtt or Fn::Sub, to a resource
// that is not always there. DependsOn is none: the service passes over what is
// absent there.
type ConditionalUse struct {
	Resource *Resource // that is referred to
	// Owner or Output is what needs the value.
	Owner  *Resource
	Output *Output
	At     diag.Range // of the call, be it in a local
	Path   string     // of the value that needs it

	used   []term // when the value is needed
	absent term
}

// Branch is one side of Fn::If.
type Branch struct {
	// Name is the condition's; "" where a function gives the truth.
	Name  string
	Holds bool // the condition must be so
	At    diag.Range
	Path  string

	outer []term // when the choice is made
	own   term
}

// Uses lists the references to resources that are not always there, in the
// order of the template; one in a local for each place that uses the local.
func (c *Conditions) Uses() []*ConditionalUse { return c.uses }

// Branches lists the branches of Fn::If in resources and outputs.
func (c *Conditions) Branches() []*Branch { return c.branches }

// Always reports whether the value is needed whatever the parameters are.
func (u *ConditionalUse) Always() bool { return len(u.used) == 0 }

// Dangles tells whether the resource can be absent where it is used.
func (c *Conditions) Dangles(u *ConditionalUse) Possibility {
	return c.ask(append(u.used[:len(u.used):len(u.used)], u.absent))
}

// Chosen tells whether a branch can be the one that is chosen, and Reached
// whether the choice is ever made.
func (c *Conditions) Chosen(b *Branch) Possibility {
	return c.ask(append(b.outer[:len(b.outer):len(b.outer)], b.own))
}

// Reached tells whether the Fn::If of a branch can be evaluated.
func (c *Conditions) Reached(b *Branch) Possibility { return c.ask(b.outer) }

// Exists tells whether a resource can be there.
func (c *Conditions) Exists(r *Resource) Possibility {
	return c.ask(c.conditionOf(r.Condition, r.fixed))
}

// conditionOf gives what must hold for a resource or an output to be there.
func (c *Conditions) conditionOf(name string, fixed bool) []term {
	if fixed {
		return []term{{kind: neverTerm, holds: true}}
	}
	if i, ok := c.t.conditions[name]; ok && name != "" {
		return []term{{kind: namedTerm, index: i, holds: true}}
	}
	return nil
}

// guardWalk finds what is used where, and what must hold for that.
type guardWalk struct {
	c        *Conditions
	uses     []*ConditionalUse
	branches []*Branch
	owner    *Resource
	output   *Output
	guards   []term
	path     []step
	section  string
	locals   int // that the walk is in
	inline   map[doc.Node]term
}

func (w *guardWalk) run() {
	w.inline = map[doc.Node]term{}
	for i, r := range w.c.t.Resources {
		w.owner = r
		w.guards = w.c.conditionOf(r.Condition, r.fixed)
		if k := r.Count.Kind(); k != doc.Null && k != doc.List {
			w.guards = append(w.guards, term{kind: countTerm, index: int32(i), holds: true, needs: w.countNeeds(r)})
		}
		raw := rawProperty(r.Type)
		w.section = r.path("Properties")
		if isCall(r.Properties) || raw == "" {
			w.node(r.Properties)
		} else {
			for member := range r.Properties.Items() {
				if member.Key() != raw {
					w.member(member)
				}
			}
		}
		for _, n := range [...]doc.Node{r.Metadata, r.UpdatePolicy} {
			w.section = r.path(n.Key())
			w.node(n)
		}
	}
	w.owner = nil
	for _, o := range w.c.t.Outputs {
		w.output = o
		w.guards = w.c.conditionOf(o.Condition, o.fixed)
		w.section = "Outputs." + o.Name + ".Value"
		w.node(o.Value)
	}
}

func (w *guardWalk) countNeeds(r *Resource) *dependence {
	f := w.c.facts
	zero := operand{values: []value.Value{value.Int(0), value.Int(1)}}
	d := f.of(func() { f.compare(f.operand(r.Count), zero) })
	return &d
}

func (w *guardWalk) full() bool { return len(w.uses)+len(w.branches) >= maxGuarded }

func (w *guardWalk) member(n doc.Node) {
	w.path = append(w.path, step{n.Key(), -1})
	w.node(n)
	w.path = w.path[:len(w.path)-1]
}

func (w *guardWalk) node(n doc.Node) {
	switch n.Kind() {
	case doc.List:
		for i := range n.Len() {
			w.path = append(w.path, step{"", i})
			w.node(n.At(i))
			w.path = w.path[:len(w.path)-1]
		}
	case doc.Map:
		if name, arg, ok := callOf(n); ok {
			w.call(n, name, arg)
			return
		}
		for i := range n.Len() {
			w.member(n.At(i))
		}
	}
}

// inside walks the argument of a function, where the path does not change.
func (w *guardWalk) inside(n doc.Node) {
	if name, arg, ok := callOf(n); ok {
		w.call(n, name, arg)
		return
	}
	for member := range n.Items() {
		w.inside(member)
	}
}

func (w *guardWalk) call(n doc.Node, name string, arg doc.Node) {
	list := arg.Kind() == doc.List
	switch {
	case name == "Ref" && arg.Kind() == doc.String:
		if sym := w.c.t.names[arg.Text()]; sym.kind == localSymbol {
			w.local(n, w.c.t.Locals[sym.index])
			return
		}
		w.use(n, arg.Text())
	case name == "Fn::GetAtt" && list && arg.At(0).Kind() == doc.String:
		w.use(n, arg.At(0).Text())
	case name == "Fn::Sub":
		w.sub(n, arg)
	case name == "Fn::If" && list && arg.Len() == 3:
		w.choice(n, arg)
	case name == "Fn::Select" && list && arg.Len() > 2:
		// The default is evaluated where nothing is found: when that is nobody
		// can tell here.
		w.inside(arg.At(0))
		w.inside(arg.At(1))
	default:
		w.inside(arg)
	}
}

// local goes into the expression of a macro; nothing else refers to resources.
func (w *guardWalk) local(call doc.Node, l *Local) {
	if l.Type != localMacro || w.locals > maxLocalDepth || w.full() {
		return
	}
	w.locals++
	w.inside(l.Value)
	w.locals--
}

func (w *guardWalk) choice(call, arg doc.Node) {
	own, ok := w.guard(arg.At(0))
	name, _ := conditionName(arg.At(0))
	for i, holds := range [...]bool{true, false} {
		if w.full() {
			return
		}
		own.holds = holds
		outer := w.guards
		if ok {
			w.branches = append(w.branches, &Branch{
				Name: name, Holds: holds, At: arg.At(1 + i).Range(), Path: w.where(), outer: outer, own: own,
			})
			w.guards = append(outer[:len(outer):len(outer)], own)
		}
		w.inside(arg.At(1 + i))
		w.guards = outer
	}
}

// guard gives the term for the condition of Fn::If.
func (w *guardWalk) guard(n doc.Node) (term, bool) {
	if name, ok := conditionName(n); ok {
		i, ok := w.c.t.conditions[name]
		return term{kind: namedTerm, index: i}, ok
	}
	t, ok := w.inline[n]
	if !ok {
		d := w.c.facts.of(func() { w.c.facts.truth(n) })
		t = term{kind: nodeTerm, index: int32(len(w.inline)), node: n, needs: &d}
		w.inline[n] = t
	}
	return t, true
}

func (w *guardWalk) sub(call, arg doc.Node) {
	text := arg
	variables := doc.Node{}
	if arg.Kind() == doc.List {
		text, variables = arg.At(0), arg.At(1)
		w.inside(variables)
	}
	for name := range SubNames(text.Text()) {
		if strings.Contains(name, ".") {
			name, _, _ = splitAttribute(name, func(s string) bool { return w.c.t.Instance(s) != nil })
		} else if !variables.Get(name).IsZero() {
			continue
		}
		w.use(call, name)
	}
}

// use notes a reference to a resource that may be absent.
func (w *guardWalk) use(call doc.Node, name string) {
	r := w.c.t.Instance(name)
	if r == nil || r.Condition == "" && !r.fixed || w.full() {
		return
	}
	own := w.c.conditionOf(r.Condition, r.fixed)
	if own == nil {
		return // a condition that does not exist
	}
	absent := own[0]
	absent.holds = false
	if slices.ContainsFunc(w.guards, func(t term) bool { return t.contradicts(absent) }) {
		return
	}
	w.uses = append(w.uses, &ConditionalUse{
		Resource: r, Owner: w.owner, Output: w.output, At: call.Range(), Path: w.where(), used: w.guards, absent: absent,
	})
}

func (w *guardWalk) where() string {
	if path := formatPath(w.path); path != "" {
		return w.section + "." + path
	}
	return w.section
}
