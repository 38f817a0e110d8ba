package template

import (
	"slices"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/solve"
	"github.com/bianpai/bianpai/internal/value"
)

// trial makes a scope one of which parts are not known: a parameter is a hole
// that waits for its own name. What the world would be asked is a hole too.
type trial struct {
	pseudo  map[string]value.Value
	guesses []solve.Truth // of conditions that no parameter value decides
	opaque  []bool        // which conditions these are
	// others are the holes that stand for all other values than some.
	others map[*value.Hole][]value.Value
}

// guessPrefix begins the names that holes of undecided conditions wait for.
const guessPrefix = "Conditions\x00"

// differ reports whether two values are surely not equal though one of them is
// unknown: it stands for all values but those that are tried one by one.
func (t *trial) differ(a, b value.Value) bool {
	if t == nil {
		return false
	}
	if b.IsUnknown() {
		a, b = b, a
	}
	if !a.IsUnknown() || b.HasUnknown() {
		return false
	}
	tried, ok := t.others[a.Hole()]
	return ok && (b.IsNull() || slices.ContainsFunc(tried, func(v value.Value) bool { return value.Equal(v, b) }))
}

// maxWaits is about how many names a hole waits for in a trial: to choose the
// next variable few are enough, while long chains of conditions would hand on
// longer and longer lists.
const maxWaits = 8

// guess settles a condition that came out unknown: as it was guessed, or not
// yet.
func (t *trial) guess(e *evaluator, c *truth, hole *value.Hole) {
	*e.left -= stepsPerHole // to carry it through all that asks for it
	switch t.guesses[c.index] {
	case solve.True:
		c.value = true
	case solve.False:
		c.value = false
	default:
		c.later = hole
		if t.opaque[c.index] && len(hole.Refs) < 2*maxWaits {
			c.later = &value.Hole{Refs: append(hole.Refs[:len(hole.Refs):len(hole.Refs)], guessPrefix+c.name)}
		}
	}
}

// newTrial gives the scope in which conditions are tried. All is unknown.
func newTrial(t *Template) *Scope {
	s := &Scope{
		template: t, names: t.names, mappings: t.Mappings, conditions: t.conditions,
		trial: &trial{pseudo: map[string]value.Value{}, guesses: make([]solve.Truth, len(t.Conditions)), opaque: make([]bool, len(t.Conditions)), others: map[*value.Hole][]value.Value{}},
	}
	s.truths = make([]truth, len(t.Conditions))
	for i, c := range t.Conditions {
		s.truths[i] = truth{name: c.Name, node: c.Node, index: int32(i)}
	}
	s.params = make([]boundParameter, len(t.Parameters))
	for i, p := range t.Parameters {
		s.params[i] = boundParameter{name: p.Name, value: unsettled(p.Name)}
	}
	for _, name := range pseudoNames {
		if name != pseudoNoValue && name != pseudoIndex {
			s.trial.pseudo[name] = unsettled(name)
		}
	}
	s.locals = declaredLocals(t)
	steps := 0
	s.binding = &steps
	return s
}

// unsettled is the value of what has none yet.
func unsettled(name string) value.Value {
	return value.Unknown(&value.Hole{Refs: []string{name}})
}

// again forgets what was evaluated, for the next assignment.
func (s *Scope) again(steps int) {
	for i := range s.truths {
		c := &s.truths[i]
		c.state, c.value, c.err, c.later = unevaluated, false, nil, nil
	}
	for i := range s.locals {
		l := &s.locals[i]
		l.state, l.value, l.err, l.attributes = unevaluated, value.Value{}, nil, value.Value{}
	}
	*s.binding = steps
}

// term is one thing that is asked to be so.
type term struct {
	kind  termKind
	holds bool
	index int32       // of the condition, the counted resource, or the node
	node  doc.Node    // that gives a boolean
	needs *dependence // of what has no name
}

type termKind uint8

const (
	namedTerm termKind = iota // a condition by its name
	nodeTerm                  // what stands as the condition of Fn::If
	countTerm                 // there is at least one instance
	ruleTerm                  // the condition of a rule
	neverTerm                 // never so
)

// try evaluates a term in a trial. Refs are what an unknown one waits for.
func (s *Scope) try(t term) (truth solve.Truth, refs []string, err error) {
	var v value.Value
	switch t.kind {
	case namedTerm:
		c := &s.truths[t.index]
		s.evaluator(atRoot, nil).evaluateCondition(c)
		if c.later != nil {
			return solve.Unknown, c.later.Refs, nil
		}
		v, err = value.Bool(c.value), c.err
	case nodeTerm:
		v, err = s.evaluator(inNormal, nil).truth(t.node)
	case countTerm:
		v, err = s.evaluator(inCount, nil).eval(s.template.Resources[t.index].Count)
		if n, ok := natural(v); err == nil && !v.HasUnknown() {
			v = value.Bool(n > 0 || !ok)
		}
	case ruleTerm:
		if v, err = s.rule(t.node); err == nil && !v.HasUnknown() {
			v = value.Bool(value.Truthy(v))
		}
	case neverTerm:
		v = value.Bool(false)
	}
	switch {
	case err != nil:
		return solve.Unknown, nil, err
	case v.IsUnknown():
		return solve.Unknown, v.Hole().Refs, nil
	case v.HasUnknown() || v.Kind() != value.KindBool:
		return solve.Unknown, nil, nil
	}
	return known(v.Bool() == t.holds), nil, nil
}

func known(b bool) solve.Truth {
	if b {
		return solve.True
	}
	return solve.False
}

// tryRule tells whether a rule lets an assignment pass.
func (s *Scope) tryRule(r *Rule) (truth solve.Truth, refs []string, err error) {
	applies := solve.True
	if !r.Condition.IsZero() {
		v, err := s.rule(r.Condition)
		switch {
		case err != nil:
			return solve.Unknown, nil, err
		case v.HasUnknown():
			applies = solve.Unknown
			if v.IsUnknown() {
				refs = v.Hole().Refs
			}
		case !value.Truthy(v):
			return solve.True, nil, nil
		}
	}
	passes := solve.True
	for _, a := range r.Assertions {
		v, err := s.rule(a.Assert)
		switch {
		case err != nil && applies == solve.True:
			return solve.Unknown, nil, err
		case err != nil:
			return solve.Unknown, refs, nil
		case v.IsUnknown():
			refs = append(refs[:len(refs):len(refs)], v.Hole().Refs...)
			passes = min(passes, solve.Unknown)
		case v.Kind() == value.KindBool && !v.Bool():
			if applies == solve.True {
				return solve.False, nil, nil
			}
			return solve.Unknown, refs, nil
		}
	}
	return passes, refs, nil
}
