package template

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/solve"
)

// inquiry is one question with all that bears on it.
type inquiry struct {
	c     *Conditions
	terms []term
	// constraints are the rules, and the conditions that may be faulty, whose
	// parameters bear on the terms: a stack with such a fault is refused.
	constraints []constraint
	// variables are the parameters that bear on it, by their numbers in facts;
	// after those, the conditions that may have to be guessed.
	variables []int
	position  map[string]int // of a name that a hole waits for
	budget    int
}

type constraint struct {
	rule  bool
	index int32
}

// bearings is what a constraint depends on, by whatever way.
type bearings struct {
	variables []int
	fallible  bool
}

func (c *Conditions) dependence(k constraint) *dependence {
	if k.rule {
		return &c.rules[k.index]
	}
	return &c.conditions[k.index]
}

// reach is the variables and conditions that something depends on, directly or
// by way of other conditions.
type reach struct {
	c          *Conditions
	variables  []bool
	conditions []bool
	order      []int // of the variables, as they were met
	fallible   bool
}

func (r *reach) add(d *dependence) {
	r.fallible = r.fallible || d.fallible
	for _, i := range d.variables {
		if !r.variables[i] {
			r.variables[i] = true
			r.order = append(r.order, i)
		}
	}
	for _, i := range d.conditions {
		r.condition(i)
	}
}

func (r *reach) condition(i int32) {
	if !r.conditions[i] {
		r.conditions[i] = true
		r.add(&r.c.conditions[i])
	}
}

func (c *Conditions) reach() *reach {
	return &reach{c: c, variables: make([]bool, len(c.facts.names)), conditions: make([]bool, len(c.conditions))}
}

// inquiry collects what bears on terms; with all, every constraint does.
func (c *Conditions) inquiry(terms []term, all bool) *inquiry {
	q := &inquiry{c: c, terms: terms, position: map[string]int{}}
	r := c.reach()
	for _, t := range terms {
		switch t.kind {
		case namedTerm:
			r.condition(t.index)
		case nodeTerm, countTerm, ruleTerm:
			r.add(t.needs)
		}
	}
	if all {
		q.constraints = c.constraints
		for _, k := range q.constraints {
			r.add(c.dependence(k))
		}
	} else {
		q.constraints = c.bearing(r)
	}
	q.settle(r)
	return q
}

// settle lists the variables that were reached.
func (q *inquiry) settle(r *reach) {
	c := q.c
	for _, i := range r.order {
		q.position[c.facts.names[i]] = len(q.variables)
		q.variables = append(q.variables, i)
	}
	for i, reached := range r.conditions {
		if reached && c.conditions[i].opaque {
			q.position[guessPrefix+c.t.Conditions[i].Name] = len(q.variables)
			q.variables = append(q.variables, len(c.facts.names)+i)
		}
	}
}

// group collects the constraints by the parameters that they share: those of
// one group bear on each other, by whatever way.
func (c *Conditions) group() {
	c.reached = make(map[constraint]bearings)
	c.shared = make([]int, len(c.facts.names))
	for i := range c.shared {
		c.shared[i] = i
	}
	add := func(k constraint) {
		r := c.reach()
		r.add(c.dependence(k))
		c.constraints = append(c.constraints, k)
		c.reached[k] = bearings{r.order, r.fallible}
		for _, i := range r.order {
			c.shared[rootOf(c.shared, i)] = rootOf(c.shared, r.order[0])
		}
	}
	for i := range c.rules {
		add(constraint{true, int32(i)})
	}
	for i := range c.conditions {
		if c.conditions[i].fallible {
			add(constraint{false, int32(i)})
		}
	}
}

// bearing gives the constraints that share a parameter with what was reached,
// and reaches what they depend on.
func (c *Conditions) bearing(r *reach) []constraint {
	var out []constraint
	met := map[int]bool{}
	for _, i := range r.order {
		met[rootOf(c.shared, i)] = true
	}
	for _, k := range c.constraints {
		if on := c.reached[k].variables; len(on) > 0 && met[rootOf(c.shared, on[0])] {
			out = append(out, k)
			r.add(c.dependence(k))
		}
	}
	return out
}

// problem gives the variables as the solver sees them.
func (q *inquiry) problem() []solve.Variable {
	out := make([]solve.Variable, len(q.variables))
	for k, i := range q.variables {
		if i >= len(q.c.facts.names) {
			out[k] = solve.Variable{Values: 2, Doubtful: 2}
		} else {
			d := &q.c.domains[i]
			out[k] = solve.Variable{Values: len(d.values), Doubtful: d.doubtful}
		}
	}
	return out
}

// assign gives the trial the values.
func (q *inquiry) assign(values []int) {
	s := q.c.scope
	for k, i := range q.variables {
		if i >= len(q.c.facts.names) {
			s.trial.guesses[i-len(q.c.facts.names)] = [...]solve.Truth{solve.Unknown, solve.True, solve.False}[values[k]+1]
			continue
		}
		name := q.c.facts.names[i]
		v := q.c.unset[i]
		if values[k] != solve.Unset {
			v = q.c.domains[i].values[values[k]]
		}
		if strings.HasPrefix(name, pseudoPrefix) {
			s.trial.pseudo[name] = v
		} else {
			s.params[s.names[name].index].value = v
		}
	}
}

// judge evaluates the question under a partial assignment. A fault is one under
// each extension of it: what is unknown makes the evaluator leave out, not do
// more.
func (q *inquiry) judge(values []int) solve.Judgement {
	s := q.c.scope
	q.assign(values)
	s.again(q.budget)
	j := solve.Judgement{Truth: solve.True}
	note := func(truth solve.Truth, refs []string, err error, lasting bool) bool {
		if err != nil && lasting && *s.binding >= 0 {
			truth = solve.False
		}
		j.Truth = worse(j.Truth, truth)
		for _, ref := range refs {
			if k, ok := q.position[ref]; ok {
				j.Waits = append(j.Waits, k)
			}
		}
		return truth != solve.False
	}
	on := true
	for i := 0; on && i < len(q.terms); i++ {
		t := q.terms[i]
		truth, refs, err := s.try(t)
		on = note(truth, refs, err, t.kind == namedTerm)
	}
	for i := 0; on && i < len(q.constraints); i++ {
		k := q.constraints[i]
		if !k.rule && j.Truth != solve.True {
			break // faults are rare: they are looked for last
		}
		truth, refs, err := s.tryConstraint(k)
		if truth == solve.True {
			truth, refs = q.faultless(k, values)
		}
		on = note(truth, refs, err, true)
	}
	// What is laid out anew for each judgement counts too.
	j.Steps = q.budget - *s.binding + 1 + (len(s.truths)+len(s.locals)+len(q.variables))/8
	return j
}

// faultless tells whether a constraint that holds can have no fault any more: a
// part that did not count may have one for some value.
func (q *inquiry) faultless(k constraint, values []int) (solve.Truth, []string) {
	on := q.c.reached[k]
	if !on.fallible {
		return solve.True, nil
	}
	truth, refs := solve.True, []string(nil)
	for _, i := range on.variables {
		name := q.c.facts.names[i]
		switch choice := values[q.position[name]]; {
		case choice == solve.Unset:
			truth, refs = solve.Unknown, append(refs, name)
		case q.c.domains[i].values[choice].IsUnknown():
			truth = solve.Unknown
		}
	}
	return truth, refs
}

// tryConstraint tells whether a rule passes, or a condition has no fault.
func (s *Scope) tryConstraint(k constraint) (solve.Truth, []string, error) {
	if k.rule {
		return s.tryRule(s.template.Rules[k.index])
	}
	c := &s.truths[k.index]
	s.evaluator(atRoot, nil).evaluateCondition(c)
	switch {
	case c.err != nil:
		return solve.Unknown, nil, c.err
	case c.later != nil:
		return solve.Unknown, c.later.Refs, nil
	}
	return solve.True, nil, nil
}

// worse is the truth of two statements together.
func worse(a, b solve.Truth) solve.Truth {
	switch {
	case a == solve.False || b == solve.False:
		return solve.False
	case a == solve.Unknown || b == solve.Unknown:
		return solve.Unknown
	}
	return solve.True
}

// undo gives the parameters of the question back what they were.
func (q *inquiry) undo() {
	none := slices.Repeat([]int{solve.Unset}, len(q.variables))
	q.assign(none)
}
