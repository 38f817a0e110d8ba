package template_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// FuzzExpressions takes a number as the seed of an expression and holds what
// must be so for every expression: see the checks.
func FuzzExpressions(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		laterIsTheSame(t, seed)
		sameEachTime(t, seed)
		secretsAreMarked(t, seed)
	})
}

func TestEvaluationIsDeterministic(t *testing.T) {
	for seed := range uint64(400) {
		sameEachTime(t, seed)
	}
}

func TestSecretsAreMarked(t *testing.T) {
	for seed := range uint64(2500) {
		secretsAreMarked(t, seed)
	}
}

func madeUpExpression(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 3))
	return expression(r, 1+r.IntN(4))
}

// evaluation evaluates an expression in a property and in an output.
func evaluation(t *testing.T, expr string, params map[string]any, known template.Lookup) (string, *template.Evaluation) {
	t.Helper()
	tmpl, err := template.Parse("t.json", fmt.Appendf(nil, frame, "true", "1", expr, strings.ReplaceAll(expr, "${ALIYUN::Index}", "0")), nil)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	ev, err := tmpl.Evaluate(params, &template.EvaluateOptions{Pseudo: pseudo, Known: known})
	if err != nil {
		return err.Error(), nil
	}
	text := fmt.Sprint(ev.Resource("R[0]").Properties, ev.Outputs[0].Value, ev.Unknowns(), ev.Dependencies().Edges)
	return text, ev
}

// sameEachTime holds that evaluating twice gives the same, to the last letter.
func sameEachTime(t *testing.T, seed uint64) {
	expr := madeUpExpression(seed)
	one, a := evaluation(t, expr, nil, nil)
	two, b := evaluation(t, expr, nil, nil)
	if one != two {
		t.Errorf("%s gives\n%s\nand then\n%s", expr, one, two)
	}
	if a == nil {
		return
	}
	if x, y := string(a.Scope.AppendWire(nil, nil)), string(b.Scope.AppendWire(nil, nil)); x != y {
		t.Errorf("%s: two scopes:\n%s\n%s", expr, x, y)
	}
}

// secretsAreMarked holds that what is not marked is the same whatever the
// secret is, and that no text without a mark has the secret in it. What the
// secret decides (an error, a branch) is not a text of it: such runs say
// nothing.
func secretsAreMarked(t *testing.T, seed uint64) {
	expr := madeUpExpression(seed)
	state := resources{"A": `"va"`, "A.Id": `"ia"`, "A.L": `["a1","a2"]`, "a.b.L": `["ba"]`, "C[0]": `"c0"`, "C[1]": `"c1"`, "C[2]": `"c2"`, "C[1].L": `[]`}
	one, a := evaluation(t, expr, map[string]any{"Secret": "hunter31"}, state)
	two, b := evaluation(t, expr, map[string]any{"Secret": "hunter32"}, state)
	if strings.Contains(one, "hunter3") || strings.Contains(one, "aHVudGVyM") {
		t.Errorf("%s shows the secret: %s", expr, one)
	}
	if a == nil || b == nil {
		return
	}
	if one != two {
		t.Errorf("%s depends on the secret without a mark:\n%s\n%s", expr, one, two)
	}
	for _, v := range []value.Value{a.Resource("R[0]").Properties, a.Outputs[0].Value} {
		noSecret(t, expr, v)
	}
	if wire := string(a.Scope.AppendWire(nil, &value.Wire{Secret: func(value.Value) string { return "" }})); strings.Contains(wire, "hunter3") {
		t.Errorf("%s: the scope shows the secret: %s", expr, wire)
	}
}

func noSecret(t *testing.T, expr string, v value.Value) {
	switch {
	case v.Sensitive():
	case v.Kind() == value.KindString && strings.Contains(v.Text(), "hunter3"):
		t.Errorf("%s gives the secret without a mark: %s", expr, v.Text())
	default:
		for _, member := range v.Items() {
			noSecret(t, expr, member)
		}
	}
}

// TestBudgets goes through templates that ask for far more than they say.
func TestBudgets(t *testing.T) {
	levels := func(n, fan int, typ string) string {
		var b strings.Builder
		for i := range n {
			members := strings.Repeat(fmt.Sprintf(`{"Ref":"L%d"},`, i), fan)
			fmt.Fprintf(&b, `"L%d":{"Type":%q,"Value":[%s]},`, i+1, typ, strings.TrimSuffix(members, ","))
		}
		return b.String() + `"L0":{"Value":["xxxxxxxxxxxxxxxx"]}`
	}
	wide := strings.Repeat(`"x",`, 2000) + `"x"`
	for name, test := range map[string]struct{ locals, expr, want string }{
		"macros of macros":    {levels(8, 8, "Macro"), `{"Ref":"L8"}`, "result-too-large"},
		"many macros":         {levels(6, 8, "Macro"), `[` + strings.Repeat(`{"Fn::Length":{"Ref":"L6"}},`, 200) + `1]`, "evaluation-too-large"},
		"values of values":    {levels(40, 2, "Eval"), `{"Ref":"L40"}`, "result-too-large"},
		"text of values":      {levels(18, 2, "Eval"), `{"Fn::Str":{"Ref":"L18"}}`, "result-too-large"},
		"joined":              {`"L":{"Type":"Eval","Value":[` + wide + `]}`, `{"Fn::Join":[{"Fn::Join":["",{"Ref":"L"}]},[{"Fn::Join":[{"Fn::Join":["",{"Ref":"L"}]},{"Ref":"L"}]},"y",{"Fn::Join":[{"Fn::Join":["",{"Ref":"L"}]},{"Ref":"L"}]}]]}`, "result-too-large"},
		"a program that runs": {`"L":{"Value":1}`, `{"Fn::Jq":["First","[range(10000000)] | length","1"]}`, "jq-failed"},
		"many programs":       {`"L":{"Value":{"Fn::Jq":["First","reduce range(60000) as $i (0; . + 1)","1"]}}`, `[` + strings.Repeat(`{"Ref":"L"},`, 2000) + `1]`, "jq-failed"},
		"a pattern that runs": {`"L":{"Value":1}`, `{"Fn::MatchPattern":["(a+)+(?=b)c","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}`, "pattern-uncheckable"},
		"a pattern that grows": {`"L":{"Value":1}`, `{"Fn::MatchPattern":["` + strings.Repeat(`a{1000}`, 4000) + `","a"]}`,
			"pattern-uncheckable"},
		"a list of every instance": {`"L":{"Value":{"Ref":"Big"}}`, `[` + strings.Repeat(`{"Ref":"L"},`, 300) + `1]`, "evaluation-too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			src := strings.Replace(fmt.Sprintf(frame, "true", "1", test.expr, "1"), `"Locals": {`, `"Locals": {`+test.locals+`,`, 1)
			src = strings.Replace(src, `"Resources": {`, `"Resources": {"Big":{"Type":"T","Count":50000},`, 1)
			tmpl, err := template.Parse("t.json", []byte(src), nil)
			if err == nil {
				_, err = tmpl.Evaluate(nil, &template.EvaluateOptions{Pseudo: pseudo})
			}
			list, ok := errors.AsType[*diag.ListError](err)
			if !ok {
				t.Fatalf("it is evaluated, or fails with %v", err)
			}
			if got := string(list.List[0].Code); got != test.want {
				t.Errorf("%s, want %s", err, test.want)
			}
		})
	}
}

// TestDesiredIsBounded holds that many resources cannot share a large value
// without end.
func TestDesiredIsBounded(t *testing.T) {
	src := `{"ROSTemplateFormatVersion":"2015-09-01","Parameters":{"P":{"Type":"String"}},"Resources":{"R":{"Type":"T","Count":5000,"Properties":{"P":{"Ref":"P"}}}}}`
	tmpl, err := template.Parse("t.json", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tmpl.Evaluate(map[string]any{"P": strings.Repeat("x", 1000)}, nil); err != nil {
		t.Error(err)
	}
	if _, err = tmpl.Evaluate(map[string]any{"P": strings.Repeat("x", 1<<20)}, nil); err == nil || codeOf(t, err) != "result-too-large" {
		t.Errorf("five gigabytes: %v", err)
	}
}

// TestLongPattern holds that a pattern of several kilobytes is a sound one.
func TestLongPattern(t *testing.T) {
	var names []string
	for i := range 500 {
		names = append(names, fmt.Sprintf("reserved%d\\\\b", i))
	}
	src := `{"ROSTemplateFormatVersion":"2015-09-01","Parameters":{"P":{"Type":"String","AllowedPattern":"^(?!` + strings.Join(names, "|") + `)[a-z][a-z0-9_]{0,30}$"}}}`
	tmpl, err := template.Parse("t.json", []byte(src), &template.ParseOptions{Strict: true})
	if err != nil || len(tmpl.Diagnostics()) > 0 {
		t.Fatalf("%v", tmpl.Diagnostics())
	}
	for given, ok := range map[string]bool{"reserved77": false, "reserved77x": true, "mine": true, "Mine": false} {
		if _, err := tmpl.Bind(map[string]any{"P": given}, nil); (err == nil) != ok {
			t.Errorf("%s: %v", given, err)
		}
	}
	huge := `{"ROSTemplateFormatVersion":"2015-09-01","Parameters":{"P":{"Type":"String","AllowedPattern":"` + strings.Repeat("a{1000}", 5000) + `"}}}`
	tmpl, err = template.Parse("t.json", []byte(huge), nil)
	if err != nil || tmpl.Diagnostics()[0].Severity != diag.Warning || tmpl.Diagnostics()[0].Code != "pattern-uncheckable" {
		t.Errorf("a pattern that cannot be checked: %v", tmpl.Diagnostics())
	}
}
