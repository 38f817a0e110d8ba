package template

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/solve"
	"github.com/bianpai/bianpai/internal/value"
)

// The work that is done for one question, and for all of one template, in steps
// of the evaluator. A step takes some 100 ns.
const (
	maxQuestion  = 40_000
	maxQuestions = 80_000
)

// Verdict says whether something can be.
type Verdict uint8

// The verdicts.
const (
	// CannotTell is the answer where a function's result decides that is only
	// known for given values, or where it takes too long to find out.
	CannotTell Verdict = iota
	CanBe
	CannotBe
)

// Possibility is the answer to a question about conditions.
type Possibility struct {
	Verdict Verdict
	// Example has the values of parameters under which it is so, of those that
	// matter; only for CanBe.
	Example []ParameterExample
}

// ParameterExample is the value of a parameter or pseudo parameter in an
// example.
type ParameterExample struct {
	Name string
	// Value is JSON; * is any value, ****** stands for a value of a parameter
	// with NoEcho.
	Value string
}

// String gives the parameters of an example: Env="prod", Zones=2. It is "-" if
// none matters.
func (p Possibility) String() string {
	const most = 6
	var parts []string
	for i, e := range p.Example {
		if i == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, e.Name+"="+e.Value)
	}
	if parts == nil {
		return diag.NoNames
	}
	return strings.Join(parts, ", ")
}

// Term asks a condition to be true or false.
type Term struct {
	Condition string
	Holds     bool
}

// Conditions decides what can be at the same time in a template: conditions,
// resources, the branches of Fn::If. It tries the values that parameters can
// have by their constraints, as far as their difference matters, with the
// evaluator that stacks are evaluated with; rules and mappings narrow down what
// can be. A question that is too hard, after a number of steps that does not
// depend on the machine, is answered with CannotTell. So is every question
// about a template whose parameters, mappings, conditions, locals or rules have
// errors.
//
// It keeps its answers and is not safe for concurrent use.
type Conditions struct {
	t       *Template
	scope   *Scope // nil: nothing can be told
	facts   *facts
	domains []domain
	// per condition and rule
	conditions, rules []dependence
	// constraints are the rules and the conditions that may be faulty: a stack
	// that breaks one is refused. shared joins the variables of one constraint.
	constraints []constraint
	reached     map[constraint]bearings
	shared      []int
	unset       []value.Value // per variable: what it is while it has no value
	uses        []*ConditionalUse
	branches    []*Branch
	answers     map[string]Possibility
	left        int
	undecided   []string // conditions and rules of questions without an answer
}

// NewConditions reads what the template's conditions depend on.
func NewConditions(t *Template) *Conditions {
	c := &Conditions{t: t, answers: map[string]Possibility{}, left: maxQuestions}
	if t.NeedsTransform() || unsound(t.findings) {
		return c
	}
	c.scope, c.facts = newTrial(t), newFacts(t)
	for i, cond := range t.Conditions {
		d := c.facts.of(func() { c.facts.truth(cond.Node) })
		c.conditions = append(c.conditions, d)
		c.scope.trial.opaque[i] = d.opaque
	}
	for _, r := range t.Rules {
		c.rules = append(c.rules, c.facts.of(func() {
			if !r.Condition.IsZero() {
				c.facts.judged(r.Condition)
			}
			for _, a := range r.Assertions {
				c.facts.judged(a.Assert)
			}
		}))
	}
	if c.conditional() {
		w := guardWalk{c: c}
		w.run()
		c.uses, c.branches = w.uses, w.branches
	}
	c.domains = c.facts.domains()
	for _, d := range c.domains {
		for i, v := range d.values {
			if v.IsUnknown() {
				c.scope.trial.others[v.Hole()] = slices.Delete(slices.Clone(d.values), i, i+1)
			}
		}
	}
	for _, name := range c.facts.names {
		c.unset = append(c.unset, unsettled(name))
	}
	c.group()
	return c
}

// judged reads an expression of a rule, of which any value counts.
func (f *facts) judged(n doc.Node) {
	if n.Kind() == doc.String {
		f.named(n.Text())
		return
	}
	if o := f.operand(n); len(o.variables) > 0 || o.opaque {
		f.compare(o, operand{opaque: true})
		f.at.fallible = true
	}
}

// unsound reports whether there are errors in what conditions rest on.
func unsound(found diag.List) bool {
	return slices.ContainsFunc(found, func(d diag.Diagnostic) bool {
		section, _, _ := strings.Cut(d.Path, ".")
		return d.Severity == diag.Error && section != "Resources" && section != "Outputs" && section != "Metadata"
	})
}

// conditional reports whether any resource may be absent, or Fn::If has
// something to choose by.
func (c *Conditions) conditional() bool {
	return len(c.t.Conditions) > 0 || slices.ContainsFunc(c.t.Resources, func(r *Resource) bool { return r.fixed })
}

// Can tells whether conditions can be as wished at the same time.
func (c *Conditions) Can(terms ...Term) Possibility {
	list := make([]term, 0, len(terms))
	for _, t := range terms {
		i, ok := c.t.conditions[t.Condition]
		if !ok {
			return Possibility{}
		}
		list = append(list, term{kind: namedTerm, index: i, holds: t.Holds})
	}
	return c.ask(list)
}

// Usable tells whether the template's rules let any parameters pass.
func (c *Conditions) Usable() Possibility {
	if c.scope == nil {
		return Possibility{}
	}
	if len(c.constraints) == 0 {
		return Possibility{Verdict: CanBe}
	}
	return c.remembered("", func() Possibility { return c.solve(c.inquiry(nil, true)) })
}

// Undecided names the conditions, and the rules as Rules.Name, that questions
// were about that were answered with CannotTell, in the order of the questions.
func (c *Conditions) Undecided() []string { return c.undecided }

// doubt notes what a question without an answer was about.
func (c *Conditions) doubt(q *inquiry) {
	note := func(name string) {
		if !slices.Contains(c.undecided, name) {
			c.undecided = append(c.undecided, name)
		}
	}
	for _, t := range q.terms {
		if t.kind == namedTerm {
			note(c.t.Conditions[t.index].Name)
		}
	}
	for _, k := range q.constraints {
		if k.rule && len(q.terms) == 0 {
			note("Rules." + c.t.Rules[k.index].Name)
		}
	}
}

// ask answers whether all terms can be so at the same time.
func (c *Conditions) ask(terms []term) Possibility {
	if c.scope == nil {
		return Possibility{}
	}
	for i, t := range terms {
		if slices.ContainsFunc(terms[:i], t.contradicts) {
			return Possibility{Verdict: CannotBe}
		}
	}
	if c.Usable().Verdict == CannotBe {
		return Possibility{Verdict: CannotBe}
	}
	return c.remembered(keyOf(terms), func() Possibility {
		if c.left == 0 {
			c.doubt(&inquiry{terms: terms})
			return Possibility{}
		}
		return c.solve(c.inquiry(terms, false))
	})
}

// contradicts reports whether two terms are each other's opposite.
func (t term) contradicts(other term) bool {
	return t.kind == namedTerm && other.kind == namedTerm && t.index == other.index && t.holds != other.holds
}

func (c *Conditions) remembered(key string, answer func() Possibility) Possibility {
	p, ok := c.answers[key]
	if !ok {
		p = answer()
		c.answers[key] = p
	}
	return p
}

func keyOf(terms []term) string {
	keys := make([]string, len(terms))
	for i, t := range terms {
		keys[i] = string(rune('a'+t.kind)) + strconv.Itoa(int(t.index)) + strconv.FormatBool(t.holds)
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), " ")
}

// solve searches an answer.
func (c *Conditions) solve(q *inquiry) Possibility {
	q.budget = min(maxQuestion, c.left)
	answer := solve.Solve(&solve.Problem{Variables: q.problem(), Judge: q.judge}, q.budget)
	q.undo()
	c.left -= min(answer.Steps+(len(c.facts.names)+len(c.conditions))/16, c.left)
	switch answer.Verdict {
	case solve.Possible:
		return Possibility{CanBe, q.example(answer.Witness)}
	case solve.Impossible:
		return Possibility{Verdict: CannotBe}
	}
	c.doubt(q)
	return Possibility{}
}

// example gives the values of a witness that matter.
func (q *inquiry) example(witness []int) []ParameterExample {
	var out []ParameterExample
	for k, choice := range witness {
		if choice == solve.Unset || q.variables[k] >= len(q.c.facts.names) {
			continue
		}
		name := q.c.facts.names[q.variables[k]]
		v := q.c.domains[q.variables[k]].values[choice]
		text := clip(v.String())
		if v.IsUnknown() {
			text = "*"
		}
		if p := q.c.t.Parameter(name); p != nil && p.NoEcho {
			text = "******"
		}
		out = append(out, ParameterExample{name, text})
	}
	return out
}
