package runbook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
)

func selectorScope(t testing.TB, selector, typ string) (*Scope, *TaskOutput) {
	t.Helper()
	if !strings.ContainsAny(selector[:1], "{'") {
		selector = "'" + selector + "'"
	}
	parsed := mustParse(t, fmt.Sprintf(`{FormatVersion: OOS-2019-06-01, Parameters: {p: {Default: 'x"y'}, keys: {Type: List, Default: [a, b]}},
Tasks: [{Name: t, Action: 'ACS::ExecuteAPI', Loop: {Items: [1]}, Properties: {Service: a, API: b}, Outputs: {o: {Type: %s, ValueSelector: %s}}}]}`, typ, selector))
	values, err := parsed.Bind(nil, testWorld)
	if err != nil {
		t.Fatal(err)
	}
	return &Scope{Template: parsed, Values: values, World: testWorld, Item: value.String("b")}, parsed.Tasks[0].Outputs[0]
}

func TestSection4Selectors(t *testing.T) {
	const input = `{"A":{"B":[{"Id":"x","N":1},{"Id":"y","N":2}]},"E":[],"T":null,"Q":"x\"y","length":7,"J":"{\"k\":1}"}`
	for _, c := range [][3]string{
		{`A.B[].Id`, `["x","y"]`, `"x"`},
		{`.A.B[].Id`, `["x","y"]`, `"x"`},
		{`A.B[0].N`, `[1]`, `1`},
		{`A.B`, `[[{"Id":"x","N":1},{"Id":"y","N":2}]]`, `[{"Id":"x","N":1},{"Id":"y","N":2}]`},
		{`E[].Id`, `[]`, `null`},
		{`T`, `[null]`, `null`},
		{`Missing`, `[null]`, `null`},
		{`'.A.B[0]|(.Id),"lit"'`, `["x","lit"]`, `"x"`},
		{`'.A.B | map(.Id)'`, `[["x","y"]]`, `["x","y"]`},
		{`length`, `[7]`, `7`},
		{`J`, `["{\"k\":1}"]`, `"{\"k\":1}"`},
		{`'.Q == "{{ p }}"'`, `[true]`, `true`},
		{`'{{ keys }} | index("{{ ACS::TaskLoopItem }}")'`, `[1]`, `1`},
		{`{Fn::Sub: ['${f}[1].Id', {f: A.B}]}`, `["y"]`, `"y"`},
		{`{Fn::Jq: [First, '.[0]', '{{ keys }}']}`, `"a"`, `"a"`},
		{`'"{{ keys }}"'`, `!jq-failed`, `!jq-failed`},
		{`'T[]'`, `!jq-failed`, `!jq-failed`},
		{`'.A.B[].Id | select(test("^(?!x).*"))'`, `["y"]`, `"y"`},
	} {
		for i, typ := range []string{"List", "String", "Json", "Number", "Boolean"} {
			want := c[2]
			if i == 0 {
				want = c[1]
			}
			s, o := selectorScope(t, c[0], typ)
			v, err := s.Select(mustValue(t, input), o.Selector, o.Type)
			got := string(v.AppendJSON(nil))
			if e, ok := err.(*Error); ok {
				got = "!" + string(e.Finding.Code)
			}
			if got != want {
				t.Errorf("%s as %s: %s (%v), want %s", c[0], typ, got, err, want)
			}
		}
	}
}

func TestSection34NullElements(t *testing.T) {
	for _, c := range [][3]string{{`{"A":[]}`, `[]`, `null`}, {`{"A":[{"B":null}]}`, `[null]`, `null`}} {
		for i, typ := range []string{"List", "String"} {
			s, o := selectorScope(t, "A[].B", typ)
			if v, err := s.Select(mustValue(t, c[0]), o.Selector, o.Type); err != nil || string(v.AppendJSON(nil)) != c[1+i] {
				t.Errorf("%s as %s: %s, %v", c[0], typ, v, err)
			}
		}
	}
}

func TestPropertySelector(t *testing.T) {
	s, _ := selectorScope(t, "x", "String")
	raw := mustValue(t, `{"Instances":{"Instance":[{"Status":"Running"}]}}`)
	v, err := s.Property(raw, mustValue(t, `{"PropertySelector":"Instances.Instance[].Status"}`))
	if err != nil || v.Text() != "Running" {
		t.Errorf("%v, %v", v, err)
	}
	v, err = s.Property(mustValue(t, `{"Code":"Throttling"}`), mustValue(t, `{"PropertySelector":"Instances.Instance[].Status"}`))
	if err == nil || !v.IsNull() {
		t.Errorf("on the body of an error: %v, %v", v, err)
	}
}

func TestSection92Judge(t *testing.T) {
	for _, c := range []struct {
		v, properties string
		want          Verdict
	}{
		{`2`, `{"DesiredValues":[2],"StopRetryValues":[2,3]}`, Met},
		{`3`, `{"DesiredValues":[2],"StopRetryValues":[2,3]}`, Stopped},
		{`1`, `{"DesiredValues":[2],"StopRetryValues":[2,3]}`, Undecided},
		{`null`, `{"DesiredValues":[null]}`, Met},
		{`[]`, `{"NotDesiredValues":[[]]}`, Undecided},
		{`["a"]`, `{"NotDesiredValues":[[]]}`, Met},
		{`"Finished"`, `{"DesiredValues":["Finished"],"NotDesiredValues":[]}`, Met},
		{`"Failed"`, `{"DesiredValues":["Finished","Failed"],"NotDesiredValues":["Failed"]}`, Undecided},
		{`true`, `{"DesiredValues":["true"]}`, Met},
		{`"1"`, `{"DesiredValues":[1]}`, Undecided},
		{`"x"`, `{"DesiredValues":"x"}`, Met},
		{`"x"`, `{}`, Undecided},
	} {
		if got := Judge(mustValue(t, c.v), mustValue(t, c.properties)); got != c.want {
			t.Errorf("%s with %s: %v", c.v, c.properties, got)
		}
	}
}

func TestSection92Schedule(t *testing.T) {
	for _, c := range []struct {
		p     Polling
		waits string
		total string
	}{
		{Polling{Retries: 10, DelayType: Exponential, MaxRetryInterval: 1800}, "2 4 8 16 32 64 128 256 512 1024", "34m6s"},
		{Polling{Retries: 296, DelayType: Exponential, MaxRetryInterval: 300}, "2 4 8 16 32 64 128 256 300 300", "24h8m30s"},
		{Polling{Retries: 3, DelayType: Constant, Delay: 15, MaxRetryInterval: 1800}, "15 15 15", "45s"},
		{Polling{Retries: 3, DelayType: Linear, Delay: 5, BackOff: 2, MaxRetryInterval: 10}, "7 9 10", "26s"},
		{Polling{Retries: 0}, "", "0s"},
	} {
		var waits []string
		for n := 1; n <= 10; n++ {
			if wait, ok := c.p.Wait(n); ok {
				waits = append(waits, fmt.Sprint(int(wait.Seconds())))
			}
		}
		if got := strings.Join(waits, " "); got != c.waits || c.p.Total().String() != c.total {
			t.Errorf("%+v: %s, %v", c.p, got, c.p.Total())
		}
	}
}
