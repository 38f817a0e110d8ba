package template

import (
	"github.com/bianpai/bianpai/internal/solve"
	"github.com/bianpai/bianpai/internal/value"
)

// Applies tells whether there are parameters for which a rule applies: those
// that meet its RuleCondition, be they refused or not.
func (c *Conditions) Applies(r *Rule) Possibility {
	if c.scope == nil {
		return Possibility{}
	}
	if r.Condition.IsZero() {
		return Possibility{Verdict: CanBe}
	}
	return c.alone("applies "+r.Name, func(q *inquiry, reached *reach) {
		d := c.facts.of(func() { c.facts.judged(r.Condition) })
		q.terms = []term{{kind: ruleTerm, node: r.Condition, holds: true, needs: &d}}
		reached.add(&d)
	})
}

// Constant tells whether a condition has the same truth whatever the parameters
// are, and which. Rules do not count: what a rule demands is best said as a
// condition, and is not always so for that.
func (c *Conditions) Constant(name string) (holds, constant bool) {
	i, ok := c.t.conditions[name]
	if !ok || c.scope == nil {
		return false, false
	}
	for _, holds := range [...]bool{true, false} {
		opposite := term{kind: namedTerm, index: i, holds: !holds}
		found := c.alone("constant "+keyOf([]term{opposite}), func(q *inquiry, reached *reach) {
			q.terms = []term{opposite}
			reached.condition(i)
		})
		if found.Verdict == CannotBe {
			return holds, true
		}
	}
	return false, false
}

// Passes tells whether a rule by itself lets any parameters pass.
func (c *Conditions) Passes(r *Rule) Possibility {
	return c.passes(true, "passes "+r.Name, func(i int32) bool { return c.t.Rules[i] == r })
}

// Works tells whether the expression of a condition has a value for any
// parameters, without a fault.
func (c *Conditions) Works(cond *Condition) Possibility {
	return c.passes(false, "works "+cond.Name, func(i int32) bool { return c.t.Conditions[i] == cond })
}

func (c *Conditions) passes(rule bool, key string, is func(int32) bool) Possibility {
	if c.scope == nil {
		return Possibility{}
	}
	for _, k := range c.constraints {
		if k.rule == rule && is(k.index) {
			return c.alone(key, func(q *inquiry, reached *reach) {
				q.constraints = []constraint{k}
				reached.add(c.dependence(k))
			})
		}
	}
	return Possibility{Verdict: CanBe}
}

// alone answers a question on which no other constraints bear.
func (c *Conditions) alone(key string, ask func(*inquiry, *reach)) Possibility {
	return c.remembered(key, func() Possibility {
		q, r := &inquiry{c: c, position: map[string]int{}}, c.reach()
		ask(q, r)
		q.settle(r)
		return c.solve(q)
	})
}

// DefaultRefused tells whether a rule refuses the default values of the
// parameters. A default that is null or an empty text says that a value is to
// be given and is not looked at.
func (c *Conditions) DefaultRefused(r *Rule) bool {
	if c.scope == nil {
		return false
	}
	s := c.scope
	for i, p := range c.t.Parameters {
		if p.Default.IsAbsent() || empty(p.Default) || p.Default.Kind() == value.KindString && p.Default.Text() == "" {
			continue
		}
		if v, fault := p.take(p.Default); fault == nil && p.Type != typeStore && p.Type != typeSecret {
			s.params[i].value = v
		}
	}
	s.again(maxQuestion)
	truth, _, err := s.tryRule(r)
	for i, p := range c.t.Parameters {
		s.params[i].value = unsettled(p.Name)
	}
	return err == nil && truth == solve.False
}
