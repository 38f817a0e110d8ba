package runbook

import (
	"testing"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// exercise renders all there is in a template, twice, and reports whether both
// times give the same.
func exercise(t testing.TB, parsed *Template, params map[string]any) {
	t.Helper()
	values, err := parsed.Bind(params, testWorld)
	if err != nil {
		values = newValues(parsed)
	}
	raw, _ := value.ParseJSON([]byte(`{"Instances":{"Instance":[{"InstanceId":"i-1","Status":"Running"}]},"Code":"x"}`))
	s := &Scope{
		Template: parsed, Values: values, World: testWorld, Item: value.String("i-1"),
		Output: func(task, output string) (value.Value, bool) {
			return value.String("{{ " + task + "." + output + " }}"), true
		},
		Raw: func(string) (value.Value, bool) { return raw, true },
	}
	twice := func(n doc.Node, f func() (value.Value, error)) {
		t.Helper()
		a, errA := f()
		b, errB := f()
		if (errA == nil) != (errB == nil) || string(a.AppendJSON(nil)) != string(b.AppendJSON(nil)) {
			t.Fatalf("%s: %s, %v; then %s, %v", n.Text(), a, errA, b, errB)
		}
	}
	render := func(n doc.Node) {
		t.Helper()
		twice(n, func() (value.Value, error) { return s.Render(n) })
	}
	render(parsed.RamRole)
	for _, task := range parsed.Tasks {
		render(task.Properties)
		if _, err := s.Condition(task.When); err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
		for _, choice := range task.Choices {
			_, _ = s.Condition(choice.When)
		}
		for _, o := range task.Outputs {
			twice(o.Selector, func() (value.Value, error) { return s.Select(raw, o.Selector, o.Type) })
		}
		if task.Loop != nil {
			items, _ := s.Items(task.Loop)
			_, _ = s.Rate(task.Loop, items.Len())
		}
		_ = task.Total()
		parsed.Jump(task.Index, task.OnError)
	}
	for _, o := range parsed.Outputs {
		render(o.Value)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sampleRunbook))
	f.Add([]byte(oneTask("Action: ACS::Loop\nProperties: {LoopItems: [1], LoopTasks: [{Name: a, Action: 'ACS::Pause'}]}\nOutputs: {o: {ValueSelector: '{{ a.o }}'}}")))
	f.Add([]byte(oneTask("Action: ACS::Template\nProperties: {TemplateContent: {Tasks: [{}]}}")))
	f.Add([]byte(`{"FormatVersion":"OOS-2019-06-01","Conditions":{"a":{"Fn::Not":["a"]}},"Tasks":[{"Name":"x","Action":"ACS::Choice","Properties":{"Choices":[1,{"When":"a"}]}}],"Outputs":{"o":{"Value":{"Fn::If":["a","{{ x.y }}",{"Fn::Jq":["All","{{ z }}",1]}]}}}}`))
	f.Add([]byte("FormatVersion: OOS-2019-06-01-State\nStates: [{a: '{{ oos:x }}'}]\nTasks: x"))
	f.Fuzz(func(t *testing.T, src []byte) {
		parsed, err := Parse("fuzz", src, nil)
		if err != nil && parsed == nil {
			t.Fatal("no template")
		}
		for _, d := range parsed.Validate(nil) {
			if d.Message == "" || int(d.Range.End) > len(parsed.Source().Text()) || d.Range.Start > d.Range.End {
				t.Fatalf("%+v", d)
			}
		}
		exercise(t, parsed, nil)
	})
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{"{{ p }}", "x {{ p }} {{ q.r }}", "{{{ p }}}", "{{ oos:a/b }}{{", "{{ p }", `{"a": {{ p }}, "b": "{{p}}"}`, "{{ t.a[]?.b }}"} {
		f.Add(seed, "{{ p }}")
	}
	f.Fuzz(func(t *testing.T, text, given string) {
		quoted := string(value.AppendQuoted(nil, text))
		src := `{"FormatVersion":"OOS-2019-06-01","Parameters":{"p":{}},"Tasks":[{"Name":"t","Action":"ACS::ExecuteAPI","Properties":{"Service":"a","API":` + quoted + `}}]}`
		parsed, err := Parse("fuzz", []byte(src), nil)
		if err != nil {
			return
		}
		exercise(t, parsed, map[string]any{"p": given})
		values, err := parsed.Bind(map[string]any{"p": given}, testWorld)
		if err != nil {
			return
		}
		// A text without references stays as it is, and what comes in through a
		// reference is never rendered again.
		s := &Scope{Template: parsed, Values: values, World: testWorld}
		v, err := s.Render(parsed.Tasks[0].Properties.Get("API"))
		if err != nil {
			return
		}
		if isConstant(parsed.expression(parsed.Tasks[0].Properties.Get("API"))) && v.Text() != parsed.Tasks[0].Properties.Get("API").Text() {
			t.Fatalf("%q became %q", text, v.Text())
		}
		if bound, _ := values.Get("p"); text == "{{ p }}" && !value.Equal(v, bound) {
			t.Fatalf("%q became %q", given, v.Text())
		}
	})
}

func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{"1+2*3", "-(4 % 3)/0", "((((", "1<=2", "1e9"} {
		f.Add(seed, "PT1H2M", `{"Mode":"Batch","Batch":[1,"20%"]}`, uint16(50))
	}
	f.Fuzz(func(t *testing.T, expression, duration, rate string, items uint16) {
		_, _ = evaluate(value.String(expression))
		if d, err := ParseDuration(duration); err == nil && (d < 0 || d > maxSleep) {
			t.Fatalf("%s is %v", duration, d)
		}
		v, err := value.ParseJSON([]byte(rate))
		if err != nil {
			return
		}
		r, err := ParseRate(v, int(items))
		if err != nil {
			return
		}
		covered := 0
		for k := range r.Batches() {
			covered += r.Batch(k).Size
		}
		if covered != int(items) {
			t.Fatalf("%s: %d of %d items covered", rate, covered, items)
		}
	})
}

func TestCorpusRenders(t *testing.T) {
	publicRunbooks(t, func(name string, src []byte) {
		parsed, err := Parse(name, src, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		params := make(map[string]any)
		for _, p := range parsed.Parameters {
			if !p.Default.IsZero() {
				continue
			}
			switch p.Type {
			case typeNumber:
				params[p.Name] = 1
			case typeBoolean:
				params[p.Name] = true
			case typeList:
				params[p.Name] = []any{"a"}
			case typeJSON:
				params[p.Name] = map[string]any{"Type": "All"}
			default:
				params[p.Name] = "a"
			}
		}
		exercise(t, parsed, params)
	})
}
