package template

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// maxInstances bounds the instances of all counted resources together.
const maxInstances = 1_000_000

// Bind gives the parameters values and evaluates what depends on them alone:
// locals, counts, conditions and rules, in that order. Values are texts, as
// the service's API delivers them, or Go values in the manner of JSON; nil
// stands for "not given". A parameter without a value takes its default.
//
// The error is a *diag.ListError with all faults at once. A template with
// errors cannot be bound. A nil ps stands for empty pseudo parameters.
func (t *Template) Bind(params map[string]any, ps *Pseudo) (*Scope, error) {
	if err := t.findings.Err(); err != nil {
		return nil, err
	}
	if ps == nil {
		ps = &Pseudo{}
	}
	s := &Scope{template: t, pseudo: *ps, world: ps.World, names: t.names, mappings: t.Mappings, conditions: t.conditions}
	s.pseudo.World = nil
	if s.world == nil {
		s.world = &World{}
	}
	s.asksZones = s.world.Zones != nil
	if !t.dated {
		s.pseudo.Now = time.Time{}
	}
	steps := s.budget()
	s.binding = &steps
	s.truths = make([]truth, len(t.Conditions))
	for i, c := range t.Conditions {
		s.truths[i] = truth{name: c.Name, node: c.Node}
	}
	b := binder{scope: s, template: t}
	b.parameters(params)
	if b.faults.Err() == nil {
		b.locals()
		b.counts()
		b.conditions()
		b.rules()
		b.outputs()
		b.questions()
	}
	s.world, s.binding = nil, nil
	b.faults.Sort()
	if err := b.faults.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

type binder struct {
	scope    *Scope
	template *Template
	faults   diag.List
}

func (b *binder) fault(n doc.Node, path string, f *fault) {
	b.faults = append(b.faults, diag.New(diag.Error, f.code, b.template.Source(), n.KeyRange(), path, f.args...))
}

func (b *binder) parameters(given map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if b.template.Parameter(name) == nil {
			b.faults = append(b.faults, diag.New(diag.Error, "unknown-parameter", b.template.Source(), diag.Range{}, "Parameters", name, b.template.nearest(name, parameterSymbol)))
		}
	}
	b.scope.params = make([]boundParameter, len(b.template.Parameters))
	for i, p := range b.template.Parameters {
		v, f := p.bind(given)
		name := value.Value{}
		if f == nil && (p.Type == typeStore || p.Type == typeSecret) && !v.IsNull() && !v.HasUnknown() {
			name = v
			v, f = b.scope.world.stored(p, v)
		}
		if f != nil {
			if text := localised(p.ConstraintDescription, "en"); text != "" && f.code != "parameter-missing" {
				f = &fault{"parameter-described", []string{p.Name, clipLong(text)}}
			}
			b.fault(p.Node, "Parameters."+p.Name, f)
			continue
		}
		if p.NoEcho {
			v = v.WithSensitive()
		}
		b.scope.params[i] = boundParameter{p.Name, v, name}
	}
}

func clipLong(s string) string {
	if r := []rune(s); len(r) > 400 {
		return string(r[:400]) + "…"
	}
	return s
}

// bind gives the value of a parameter: the one supplied, else the default,
// converted and checked.
func (p *Parameter) bind(given map[string]any) (value.Value, *fault) {
	v := p.Default
	if supplied, ok := given[p.Name]; ok && supplied != nil {
		var err error
		if v, err = value.FromGo(supplied); err != nil {
			return v, &fault{"parameter-go-type", []string{p.Name, err.Error()}}
		}
		if v.IsNull() {
			v = p.Default
		}
	}
	if v.IsAbsent() {
		return v, &fault{"parameter-missing", []string{p.Name, p.Type}}
	}
	return p.take(v)
}

// take converts a value to the parameter's type and checks it. null stands for
// a parameter that may be left empty.
func (p *Parameter) take(v value.Value) (value.Value, *fault) {
	if v.IsNull() || v.HasUnknown() {
		return v, nil
	}
	sensitive := v.HasSensitive()
	converted, ok := convert(p.Type, v)
	if !ok {
		return v, &fault{"parameter-type", []string{p.Name, p.Type, p.shown(v)}}
	}
	if sensitive {
		converted = converted.WithSensitive()
	}
	return converted, p.violates(converted)
}

func (b *binder) locals() {
	b.scope.locals = declaredLocals(b.template)
	e := b.scope.evaluator(inNormal, nil)
	for i := range b.scope.locals {
		if l := &b.scope.locals[i]; !l.macro {
			e.evaluateLocal(l) // an error shows where the local is used
		}
	}
}

// declaredLocals gives the locals of a template, not evaluated yet.
func declaredLocals(t *Template) []boundLocal {
	locals := make([]boundLocal, len(t.Locals))
	for i, l := range t.Locals {
		locals[i] = boundLocal{name: l.Name, node: l.Value, typ: l.Type, data: l.isData()}
		if l.isData() {
			locals[i].node = l.Properties
		} else {
			locals[i].stays = l.Type != localMacro && staysExpression(l.Value)
			locals[i].macro = l.Type == localMacro || locals[i].stays
		}
	}
	return locals
}

// counts evaluates how many instances there are of each counted resource.
func (b *binder) counts() {
	t := b.template
	total := 0
	for i, r := range t.Resources {
		total++
		if r.Count.IsZero() || r.Count.Kind() == doc.Null {
			continue
		}
		if b.scope.counts == nil {
			b.scope.counts = slices.Repeat([]int32{-1}, len(t.Resources))
		}
		n, err := b.count(r)
		if err != nil {
			b.faults = append(b.faults, finding(diag.Error, err, r.path("Count")))
			continue
		}
		total += n - 1
		if total > maxInstances {
			b.faults = append(b.faults, finding(diag.Error, fail(r.Count, "count-too-large", strconv.Itoa(maxInstances)), r.path("Count")))
			return
		}
		b.scope.counts[i] = int32(n)
		b.scope.copies += n
		*b.scope.binding += stepsPerCopy * n
	}
	if b.scope.counts == nil {
		return
	}
	if t.strict && total > maxResources {
		b.faults = append(b.faults, diag.New(diag.Error, "too-many-resources", t.Source(), t.Root().Get("Resources").Range(), "Resources", strconv.Itoa(total), strconv.Itoa(maxResources)))
	}
	b.collisions()
}

// collisions finds resources that are named like an instance of a counted one.
func (b *binder) collisions() {
	for _, r := range b.template.Resources {
		base, i, ok := instance(r.Name)
		if !ok {
			continue
		}
		if sym := b.template.names[base]; sym.kind == resourceSymbol && i < b.scope.count(sym.index) {
			b.faults = append(b.faults, diag.New(diag.Error, "count-collision", b.template.Source(), r.Node.KeyRange(), r.path(""), r.Name, base))
		}
	}
}

func (b *binder) count(r *Resource) (int, error) {
	v, err := b.scope.evaluator(inCount, nil).eval(r.Count)
	if err != nil {
		return 0, err
	}
	if v.IsUnknown() {
		return 0, fail(r.Count, "count-known-later", r.Name)
	}
	n, ok := natural(v)
	if !ok {
		return 0, fail(r.Count, "count-invalid", r.Name, clip(v.String()))
	}
	return n, nil
}

// natural reads a number of instances: an integer or the text of one.
func natural(v value.Value) (int, bool) {
	switch v.Kind() {
	case value.KindInt:
		n := v.Int()
		return int(n), n >= 0 && n < 1<<31
	case value.KindString:
		n, err := strconv.ParseInt(v.Text(), 10, 32)
		return int(n), err == nil && n >= 0
	}
	return 0, false
}

func (b *binder) conditions() {
	t, s := b.template, b.scope
	e := s.evaluator(atRoot, nil)
	for i := range s.truths {
		c := &s.truths[i]
		if e.evaluateCondition(c); c.err != nil {
			b.faults = append(b.faults, finding(diag.Error, c.err, "Conditions."+c.name))
		}
	}
	for i, r := range t.Resources {
		if r.fixed || !s.holds(r.Condition) {
			if s.absent == nil {
				s.absent = make([]bool, len(t.Resources))
			}
			s.absent[i] = true
		}
	}
}

// holds reports whether a condition is true; no condition always is.
func (s *Scope) holds(name string) bool {
	if name == "" {
		return true
	}
	i, ok := s.conditions[name]
	return ok && s.truths[i].value
}

// rules checks the assertions: one fails if it is exactly false.
func (b *binder) rules() {
	for _, r := range b.template.Rules {
		path := "Rules." + r.Name
		if !r.Condition.IsZero() {
			v, err := b.scope.rule(r.Condition)
			if err != nil {
				b.faults = append(b.faults, finding(diag.Error, err, path+".RuleCondition"))
				continue
			}
			if !value.Truthy(v) {
				continue
			}
		}
		for _, a := range r.Assertions {
			v, err := b.scope.rule(a.Assert)
			if err == nil && v.Kind() == value.KindBool && !v.Bool() {
				err = fail(a.Assert, "rule-failed", r.Name, cmp.Or(a.Description, diag.NoNames))
			}
			if err != nil {
				b.faults = append(b.faults, finding(diag.Error, err, path+".Assertions"))
			}
		}
	}
}

// rule evaluates an expression of a rule; a text is the name of a condition.
func (s *Scope) rule(n doc.Node) (value.Value, error) {
	e := s.evaluator(inCondition, nil)
	e.noLocal = true
	if n.Kind() == doc.String {
		return e.named(n, n.Text())
	}
	v, err := e.eval(n)
	if err == nil && v.IsUnknown() && s.trial == nil {
		err = fail(n, "condition-known-later", n.Key())
	}
	return v, err
}

// questions evaluates what may ask the world, so that all answers are there
// once the scope is bound. Faults show when it is evaluated in earnest.
func (b *binder) questions() {
	s := b.scope
	asks := b.template.asks || b.template.zoned && s.world.Zones != nil
	if !asks || b.faults.Err() != nil {
		return
	}
	x := expander{scope: s, template: b.template, eval: s.evaluator(inNormal, nil)}
	x.run()
	e := s.evaluator(inNormal, nil)
	e.output = true
	for i := range s.outputs {
		if _, err := e.eval(s.outputs[i].value); err != nil {
			e.reset()
		}
	}
}

func (b *binder) outputs() {
	for _, o := range b.template.Outputs {
		if o.fixed || !b.scope.holds(o.Condition) || o.Value.IsZero() {
			continue
		}
		b.scope.outputs = append(b.scope.outputs, boundOutput{o.Name, localised(o.Description, "en"), o.NoEcho, o.Value})
	}
}
