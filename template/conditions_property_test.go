package template_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// conditionMaker makes up small templates of conditions, in which every value
// that matters can be tried.
type conditionMaker struct {
	*rand.Rand
	b          strings.Builder
	parameters []madeParameter
	conditions int
	opaque     bool // some values are computed, which leaves questions open
}

type madeParameter struct {
	name, declared string
	values         []any // enough of them to see every difference
}

func (m *conditionMaker) parameter(i int) madeParameter {
	p := madeParameter{name: fmt.Sprintf("P%d", i)}
	texts := []any{"a", "b", "c", "d", "e", "f", "1", "2", "3", "true", "false"}
	switch m.IntN(8) {
	case 0:
		p.declared, p.values = "{Type: Boolean}", []any{true, false}
	case 1:
		p.declared, p.values = "{Type: String, AllowedValues: [a, b]}", []any{"a", "b"}
	case 2:
		p.declared, p.values = "{Type: String, AllowedValues: [a, d, e, f], Default: e}", []any{"a", "d", "e", "f"}
	case 3:
		p.declared, p.values = "{Type: String, Default: null}", append(texts, nil)
	case 4:
		p.declared, p.values = "{Type: Number, MinValue: 1, MaxValue: 2}", []any{1, 2, 1.5, 1.25, 1.75, 1.125}
	case 5:
		p.declared, p.values = "{Type: Boolean, Default: true, AllowedValues: [true]}", []any{true}
	case 6:
		p.declared, p.values = "{Type: String, AllowedPattern: '[a-z]', MaxLength: 1}", texts[:6]
	default:
		p.declared, p.values = "{Type: String}", texts
	}
	return p
}

func (m *conditionMaker) literal() string {
	return []string{"a", "b", "c", "1", "2", "3", "true", "false", "null", "'1'"}[m.IntN(10)]
}

func (m *conditionMaker) reference() string {
	return "{Ref: " + m.parameters[m.IntN(len(m.parameters))].name + "}"
}

func (m *conditionMaker) operand(depth int) string {
	switch k := m.IntN(10); {
	case k < 4:
		return m.literal()
	case k == 4 && depth > 0:
		return fmt.Sprintf("{Fn::If: [%s, %s, %s]}", m.truth(depth-1), m.operand(depth-1), m.operand(depth-1))
	case k == 5:
		return fmt.Sprintf("{Fn::FindInMap: [M, %s, k]}", m.reference())
	case k == 6:
		return "{Ref: L}"
	case k == 7 && m.opaque:
		return fmt.Sprintf([]string{"{Fn::Join: ['', [%s]]}", "{Fn::Select: [0, [%s, a]]}", "{Fn::Base64Encode: %s}"}[m.IntN(3)], m.reference())
	}
	return m.reference()
}

func (m *conditionMaker) expression(depth int) string {
	switch k := m.IntN(10); {
	case depth == 0 || k < 4:
		return fmt.Sprintf("{Fn::Equals: [%s, %s]}", m.operand(depth), m.operand(depth))
	case k == 4:
		return fmt.Sprintf("{Fn::Not: {Fn::Contains: [[a, %s, b], %s]}}", m.reference(), m.reference())
	case k < 7:
		return fmt.Sprintf("{Fn::Not: %s}", m.truth(depth-1))
	case k < 9:
		return fmt.Sprintf("{Fn::And: [%s, %s]}", m.truth(depth-1), m.truth(depth-1))
	}
	return fmt.Sprintf("{Fn::Or: [%s, %s, %s]}", m.truth(depth-1), m.truth(depth-1), m.truth(depth-1))
}

func (m *conditionMaker) truth(depth int) string {
	if m.conditions > 0 && m.IntN(3) == 0 {
		return fmt.Sprintf("C%d", m.IntN(m.conditions))
	}
	return m.expression(depth)
}

func (m *conditionMaker) guarded(depth int) string {
	if depth == 0 || m.IntN(3) == 0 {
		return []string{"{Ref: R0}", "{Fn::Sub: '${R0}'}", "x"}[m.IntN(3)]
	}
	return fmt.Sprintf("{Fn::If: [C%d, %s, %s]}", m.IntN(m.conditions), m.guarded(depth-1), m.guarded(depth-1))
}

func (m *conditionMaker) template() string {
	for i := range 1 + m.IntN(3) {
		m.parameters = append(m.parameters, m.parameter(i))
	}
	w := &m.b
	fmt.Fprint(w, "ROSTemplateFormatVersion: '2015-09-01'\nParameters:\n")
	for _, p := range m.parameters {
		fmt.Fprintf(w, "  %s: %s\n", p.name, p.declared)
	}
	fmt.Fprintf(w, "Mappings: {M: {a: {k: a}, b: {k: c}, '1': {k: 1}}}\nLocals: {L: {Value: %s}}\nConditions:\n", m.reference())
	for i := range 2 + m.IntN(4) {
		fmt.Fprintf(w, "  C%d: %s\n", i, m.expression(2))
		m.conditions++
	}
	if m.IntN(2) == 0 {
		noLocal := strings.NewReplacer("{Ref: L}", "a")
		fmt.Fprintf(w, "Rules:\n  Some:\n    RuleCondition: %s\n    Assertions: [{Assert: %s}]\n", noLocal.Replace(m.truth(1)), noLocal.Replace(m.truth(1)))
	}
	fmt.Fprint(w, "Resources:\n")
	for i := range m.conditions {
		fmt.Fprintf(w, "  R%d: {Type: 'ALIYUN::ECS::VPC', Condition: C%d}\n", i, i)
	}
	fmt.Fprintf(w, "  User: {Type: 'ALIYUN::ECS::VPC', Condition: C1, Properties: {VpcName: %s}}\n", m.guarded(3))
	return w.String()
}

// world is one choice of parameters that the template takes.
type world struct {
	parameters map[string]any
	holds      map[string]bool // by condition
	dangles    bool
}

// worlds tries all choices.
func (m *conditionMaker) worlds(t testing.TB, tmpl *template.Template) []world {
	var all []world
	given := map[string]any{}
	var choose func(i int)
	choose = func(i int) {
		if i < len(m.parameters) {
			for _, v := range m.parameters[i].values {
				given[m.parameters[i].name] = v
				choose(i + 1)
			}
			return
		}
		scope, err := tmpl.Bind(given, nil)
		if err != nil {
			return
		}
		w := world{parameters: map[string]any{}, holds: map[string]bool{}}
		for k, v := range given {
			w.parameters[k] = v
		}
		for c := range m.conditions {
			w.holds[fmt.Sprintf("C%d", c)] = scope.Holds(fmt.Sprintf("C%d", c))
		}
		if _, err := scope.Expand(); err != nil {
			list, ok := errors.AsType[*diag.ListError](err)
			if !ok || list.List[0].Code != "reference-absent" {
				t.Fatal(err)
			}
			w.dangles = true
		}
		all = append(all, w)
	}
	choose(0)
	return all
}

// checkAgainstAll compares the answers about one made-up template with what all
// choices of parameters show, and counts the answers.
func checkAgainstAll(t testing.TB, seed uint64, counts map[template.Verdict]int) {
	m := &conditionMaker{Rand: rand.New(rand.NewPCG(seed, 7)), opaque: seed%4 == 0}
	text := m.template()
	tmpl, err := template.Parse("made.yml", []byte(text), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	worlds := m.worlds(t, tmpl)
	c := template.NewConditions(tmpl)
	compare := func(what string, got template.Possibility, is func(world) bool) {
		counts[got.Verdict]++
		found := 0
		for _, w := range worlds {
			if is(w) {
				found++
			}
		}
		switch {
		case got.Verdict == template.CanBe && found == 0 && !m.opaque: // computed texts are not among the values
			t.Errorf("seed %d: %s can be with %s, but it cannot\n%s", seed, what, got, text)
		case got.Verdict == template.CannotBe && found > 0:
			t.Errorf("seed %d: %s cannot be, but it can\n%s", seed, what, text)
		case got.Verdict == template.CannotTell && !m.opaque:
			t.Errorf("seed %d: %s is not decided (%d)\n%s", seed, what, found, text)
		}
	}
	usable := c.Usable()
	compare("a stack", usable, func(world) bool { return true })
	if usable.Verdict == template.CannotTell && len(worlds) == 0 {
		return // what has nothing to do with a question is taken to be usable
	}
	for a := range m.conditions {
		for b := range m.conditions {
			x, y := fmt.Sprintf("C%d", a), fmt.Sprintf("C%d", b)
			for _, holds := range [...]bool{true, false} {
				compare(fmt.Sprintf("%s while %s is %v", x, y, holds),
					c.Can(template.Term{Condition: x, Holds: true}, template.Term{Condition: y, Holds: holds}),
					func(w world) bool { return w.holds[x] && w.holds[y] == holds })
			}
		}
	}
	var dangles template.Possibility
	dangles.Verdict = template.CannotBe
	for _, u := range c.Uses() {
		if got := c.Dangles(u); got.Verdict != template.CannotBe {
			dangles = got
		}
	}
	compare("an absent reference", dangles, func(w world) bool { return w.dangles })
}

func TestConditionsAgreeWithAllChoices(t *testing.T) {
	counts := map[template.Verdict]int{}
	for seed := range uint64(400) {
		checkAgainstAll(t, seed, counts)
		if t.Failed() {
			return
		}
	}
	t.Log(counts)
	if counts[template.CanBe] < 2000 || counts[template.CannotBe] < 2000 {
		t.Errorf("too few of a kind: %v", counts)
	}
}

func FuzzConditionsAgree(f *testing.F) {
	f.Add(uint64(1000))
	f.Fuzz(func(t *testing.T, seed uint64) { checkAgainstAll(t, seed, map[template.Verdict]int{}) })
}
