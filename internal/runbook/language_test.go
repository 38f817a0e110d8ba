package runbook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

var testWorld = &World{
	AccountID: "1234", Region: "cn-test", ExecutionID: "exec-1.t0010.0", ExecuteUser: "ann", UtilVersion: "1.2",
	Now: time.Date(2024, 3, 4, 5, 6, 7, 0, time.UTC),
}

// parameters of the examples, as a section of a template.
const exampleParameters = `
  n: {Type: Number}
  ids: {Type: List}
  tags: {Type: Json}
  flag: {Type: Boolean}
  name: {Type: String}
  opt: {Type: String, Default: ''}
  quoted: {Type: String, Default: "a\"b\\c"}
  secret: {Type: String, NoEcho: true, Default: hush}
  timerTrigger: {Type: Json, Default: {type: cron}}
`

func exampleValues() map[string]any {
	return map[string]any{
		"n": 3, "ids": []any{"i-1", "i-2"}, "tags": []any{map[string]any{"Key": "k", "Value": "v"}}, "flag": false, "name": "a.b",
	}
}

func mustValue(t testing.TB, text string) value.Value {
	t.Helper()
	v, err := value.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// mustParse parses a template that has no errors.
func mustParse(t testing.TB, src string) *Template {
	t.Helper()
	parsed, err := Parse("test.yaml", []byte(src), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return parsed
}

// exampleScope is the scope of a template whose second task renders an
// expression, the first one having run, and what that expression is.
func exampleScope(t testing.TB, expression string) (*Scope, doc.Node) {
	t.Helper()
	parsed := mustParse(t, `{FormatVersion: OOS-2019-06-01, Parameters: {`+strings.ReplaceAll(strings.Trim(exampleParameters, "\n"), "\n", ",\n")+`},
Conditions: {isThree: {Fn::Equals: ['{{ n }}', 3]}},
Tasks: [
 {Name: done, Action: 'ACS::ExecuteAPI', Loop: {Items: [1], Outputs: {all: {AggregateType: Fn::ListJoin, AggregateField: text}}},
  Properties: {Service: ECS, API: X}, Outputs: {text: {ValueSelector: Text}, null-out: {ValueSelector: N}}},
 {Name: skipped, Action: 'ACS::ExecuteAPI', Properties: {Service: ECS, API: X}, Outputs: {o: {ValueSelector: O}}},
 {Name: now, Action: 'ACS::ExecuteAPI', Loop: {Items: [1]}, Properties: {Service: ECS, API: X, Parameters: {P: `+expression+`}}}]}`)
	values, err := parsed.Bind(exampleValues(), testWorld)
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]value.Value{
		"done.text": value.String("out {{ name }}"), "done.all": mustValue(t, `["x",null]`), "done.null-out": value.Null(),
	}
	s := &Scope{
		Template: parsed, Values: values, World: testWorld, Item: mustValue(t, `{"Id":"d-1"}`),
		Output: func(task, output string) (value.Value, bool) {
			v, ok := outputs[task+"."+output]
			return v, ok
		},
		Raw: func(task string) (value.Value, bool) {
			return mustValue(t, `{"Regions":{"Region":[{"Id":"a"},{"Id":"b"}]}}`), task == "done"
		},
	}
	return s, parsed.Tasks[2].Properties.Get("Parameters").Get("P")
}

// renders checks pairs of expression and JSON; a result that starts with "!" is
// the code of an error.
func renders(t *testing.T, cases [][2]string) {
	t.Helper()
	for _, c := range cases {
		s, n := exampleScope(t, c[0])
		v, err := s.Render(n)
		got := string(v.AppendJSON(nil))
		if e, ok := err.(*Error); ok {
			got = "!" + string(e.Finding.Code)
		}
		if got != c[1] {
			t.Errorf("%s\n got %s\nwant %s (%v)", c[0], got, c[1], err)
		}
	}
}

func TestSection3References(t *testing.T) {
	renders(t, [][2]string{
		{`'{{ ids }}'`, `["i-1","i-2"]`},
		{`'{{IDS}}'`, `["i-1","i-2"]`},
		{`'x {{ ids }}'`, `"x [\"i-1\",\"i-2\"]"`},
		{`'{{ n }} '`, `"3 "`},
		{`'{{ flag }} {{ n }}'`, `"false 3"`},
		{`'{{n}}{{ flag}}'`, `"3false"`},
		{`'{{ done.text }}'`, `"out {{ name }}"`},
		{`'<{{ done.text }}>'`, `"<out {{ name }}>"`},
		{`'{{ DONE.Text }}'`, `"out {{ name }}"`},
		{`'{{ done.all }}'`, `["x",null]`},
		{`'{{ skipped.o }}'`, `null`},
		{`'<{{ skipped.o }}>'`, `"<>"`},
		{`'{"a": {{ skipped.o }}, "b": "{{ skipped.o }}"}'`, `"{\"a\": null, \"b\": \"\"}"`},
		{`'{{ acs::regionid }} {{ ACS::AccountId }} {{ ACS::ExecutionId }}'`, `"cn-test 1234 exec-1.t0010.0"`},
		{`'{{ ACS::CurrentUTCTime }}|{{ Acs::CurrentDate }}|{{ ACS::OOSUtilVersion }}|{{ ACS::ExecuteUser }}'`, `"2024-03-04T05:06:07Z|2024-03-04|1.2|ann"`},
		{`'{{ ACS::TaskLoopItem }}'`, `{"Id":"d-1"}`},
		{`'map({{ ACS::TaskLoopItem }})'`, `"map({\"Id\":\"d-1\"})"`},
		{`'{{ done.Regions.Region[]?.Id }}'`, `["a","b"]`},
		{`'{{'`, `"{{"`},
		{`'a }} {{ "quoted" }} {{ x | y }} {{ $v }} {{ }}'`, `"a }} {{ \"quoted\" }} {{ x | y }} {{ $v }} {{ }}"`},
		{`'{{{ n }}}'`, `"{3}"`},
		{`'{{ {{ n }}'`, `"{{ 3"`},
		{`'{{ .Names }} {{json .}}'`, `"{{ .Names }} {{json .}}"`},
		{`'{{ timerTrigger }}'`, `{"type":"cron"}`},
		{`{k: ['{{ n }}', {m: '{{ flag }}'}, null, 1.5]}`, `{"k":[3,{"m":false},null,1.5]}`},
	})
}

func TestSection5Functions(t *testing.T) {
	renders(t, [][2]string{
		{`{Fn::Equals: ['3', '{{ n }}']}`, `false`},
		{`{Fn::Equals: [3, '{{ n }}']}`, `true`},
		{`{Fn::Equals: [3.0, '{{ n }}']}`, `true`},
		{`{Fn::Equals: [1, true]}`, `false`},
		{`{Fn::Equals: ['false', '{{ flag }}']}`, `true`},
		{`{Fn::Equals: [[null], ['{{ skipped.o }}']]}`, `true`},
		{`{Fn::Equals: [{a: 1, b: 2}, {b: 2, a: 1}]}`, `true`},
		{`{Fn::Equals: [[], []]}`, `true`},
		{`{Fn::Equals: [[1, 2], [2, 1]]}`, `false`},
		{`{Fn::If: [{Fn::Equals: [a, a]}, 1, 2]}`, `1`},
		{`{Fn::If: ['{{ flag }}', {Fn::Select: [x, 5]}, b]}`, `"b"`},
		{`{Fn::If: [isThree, a, b]}`, `"a"`},
		{`{Fn::If: ['True', 1, 2]}`, `1`},
		{`{Fn::If: ['{{ name }}', 1, 2]}`, `!condition-not-boolean`},
		{`{Fn::And: ['{{ flag }}', {Fn::Select: [x, 5]}]}`, `false`},
		{`{Fn::And: [isThree, true]}`, `true`},
		{`{Fn::Or: [isThree, {Fn::Select: [x, 5]}]}`, `true`},
		{`{Fn::Or: [false]}`, `false`},
		{`{Fn::Not: {Fn::Equals: [a, b]}}`, `true`},
		{`{Fn::Not: [isThree]}`, `false`},
		{`{Fn::Select: [b, {a: 1, b: 2}]}`, `2`},
		{`{Fn::Select: [1, [x, y]]}`, `"y"`},
		{`{Fn::Select: ['1', [x, y]]}`, `"y"`},
		{`{Fn::Select: [9, [x, y]]}`, `null`},
		{`{Fn::Select: [timeZone, '{{ timerTrigger }}']}`, `null`},
		{`{Fn::Select: ['{{ n }}', {'3': three}]}`, `"three"`},
		{`{Fn::Select: [k, '{"k": [1]}']}`, `[1]`},
		{`{Fn::Select: [k, '{{ skipped.o }}']}`, `null`},
		{`{Fn::Select: [k, plain]}`, `!function-argument-type`},
		{`{Fn::Jq: [All, '.[] | .id', [{id: 1}, {id: 2}]]}`, `[1,2]`},
		{`{Fn::Jq: [First, '.[] | .id', []]}`, `null`},
		{`{Fn::Jq: [First, 'map(.Key) | index("{{ opt }}k")', '{{ tags }}']}`, `0`},
		{`{Fn::Jq: [First, '.k', '{"k":"v"}']}`, `"v"`},
		{`{Fn::Jq: [First, 'length', plain]}`, `5`},
		{`{Fn::Jq: [First, '{{ name }}', 1]}`, `!jq-failed`},
		{`{Fn::Jq: [First, '. == "{{ quoted }}"', {Fn::ListJoin: ['{{ quoted }}']}]}`, `false`},
		{`{Fn::Jq: [First, '.[0] == "{{ quoted }}"', {Fn::ListJoin: ['{{ quoted }}']}]}`, `true`},
		{`{Fn::Jq: [First, {Fn::Join: ['', ['.', x]]}, {x: 4}]}`, `4`},
		{`{Fn::Jq: [First, 'contains(["disk"])', [disk, x]]}`, `true`},
		{`{Fn::Jq: [First, '. + {{ skipped.o }}', 1]}`, `1`},
		{`{Fn::Jq: [First, '.', {z: 1, a: 2}]}`, `{"z":1,"a":2}`},
		{`{Fn::Join: [',', '{{ ids }}']}`, `"i-1,i-2"`},
		{`{Fn::Join: ['-', [a, null, 1, true, [2]]]}`, `"a-1-true-[2]"`},
		{`{Fn::Split: [':', '09:30:00Z']}`, `["09","30","00Z"]`},
		{`{Fn::Split: ['.', '{{ skipped.o }}']}`, `null`},
		{`{Fn::Replace: [{'.': _}, '{{ name }}']}`, `"a_b"`},
		{`{Fn::Replace: [{a: b, b: c}, ab]}`, `"cc"`},
		{`{Fn::Sub: ['x=${v} ${HOME} {{ n }} ${', {v: 3}]}`, `"x=3 ${HOME} 3 ${"`},
		{`{Fn::Escape: ['a"b\c', powershell]}`, `"a\\\"b\\\\c"`},
		{`{Fn::Escape: [a, bash]}`, `!escape-unknown`},
		{`{Fn::Base64Encode: hello}`, `"aGVsbG8="`},
		{`{Fn::Base64Decode: aGVsbG8=}`, `"hello"`},
		{`{Fn::Base64Decode: '{{ skipped.o }}'}`, `null`},
		{`{Fn::Base64Decode: '/w=='}`, `"�"`},
		{`{Fn::Base64Decode: '%'}`, `!base64-invalid`},
		{`{Fn::ListJoin: [a, ['{{ n }}'], null]}`, `["a",[3],null]`},
		{`{Fn::MergeMap: [{a: 1, c: 0}, null, {b: 2, c: 3}]}`, `{"a":1,"c":3,"b":2}`},
		{`{Fn::MergeMapToList: [{Id: [a, b]}, {W: [1, 2]}]}`, `[{"Id":"a","W":1},{"Id":"b","W":2}]`},
		{`{Fn::MergeMapToList: [{Id: [a, b]}, {W: [1]}]}`, `[{"Id":"a","W":1},{"Id":"b","W":1}]`},
		{`{Fn::MapJoin: [[a, b], [1, 2]]}`, `{"a":1,"b":2}`},
		{`{Fn::MapJoin: [[a, b], [1]]}`, `!members-too-few`},
		{`{Fn::ConvertMapToList: [{k: v}]}`, `[{"Key":"k","Value":"v"}]`},
		{`{Fn::Union: [[1, 2], [2, 3, 3]]}`, `[1,2,3]`},
		{`{Fn::Intersection: [[1, 2, {a: 1, b: 2}], [2.0, {b: 2, a: 1}]]}`, `[2,{"a":1,"b":2}]`},
		{`{Fn::Difference: [[1, 2], [2, 3]]}`, `[1,3]`},
		{`{Fn::Max: [3, 9, null, 4]}`, `9`},
		{`{Fn::Min: ['10', 9]}`, `9`},
		{`{Fn::Max: []}`, `null`},
		{`{Fn::First: '{{ ids }}'}`, `"i-1"`},
		{`{Fn::Last: {Fn::Split: ['/', a/b]}}`, `"b"`},
		{`{Fn::Last: []}`, `null`},
		{`{Fn::AddHour: ['2024-01-01T00:00:00Z', -1]}`, `"2023-12-31T23:00:00Z"`},
		{`{Fn::AddHour: ['2024-01-01T00:00Z', {Fn::Eval: ['-7*24']}]}`, `"2023-12-25T00:00Z"`},
		{`{Fn::AddHour: [tomorrow, 1]}`, `!time-invalid`},
		{`{Fn::FormatUTCTime: ['2024-01-02T03:04:05Z', '%Y%m%d']}`, `"20240102"`},
		{`{Fn::FormatUTCTime: ['{{ ACS::CurrentUTCTime }}', '%Y-%m-%dT%HZ']}`, `"2024-03-04T05Z"`},
		{`{Fn::DurationBetween: ['09:00:00Z', '18:30:00Z']}`, `"PT9H30M"`},
		{`{Fn::DurationBetween: ['18:30:00Z', '09:00:00Z']}`, `"PT14H30M"`},
		{`{Fn::DurationBetween: ['2024-01-01T10:00:00Z', '09:00:00Z']}`, `"PT23H"`},
		{`{Fn::CalculateTimeByOpsWindow: ['02:00:00Z', '04:00:00Z']}`, `"2024-03-05T02:00:00Z"`},
		{`{Fn::CalculateTimeByOpsWindow: ['05:00:00Z', '06:00:00Z']}`, `"2024-03-04T05:06:07Z"`},
		{`{Fn::CalculateTimeByOpsWindow: ['22:00:00Z', '06:00:00Z']}`, `"2024-03-04T05:06:07Z"`},
		{`{Fn::CalculateTimeByOpsWindow: ['22:00:00Z', '02:00:00Z']}`, `"2024-03-04T22:00:00Z"`},
		{`{Fn::Eval: ['-7*24']}`, `-168`},
		{`{Fn::Eval: ['(1 + {{ n }}) / 8']}`, `0.5`},
		{`{Fn::Eval: ['7 % 4 >= 3']}`, `true`},
		{`{Fn::Eval: ['1/0']}`, `!division-by-zero`},
		{`{Fn::Eval: ['import os']}`, `!expression-invalid`},
		{`{Fn::IsIpInCIDR: [10.0.0.5, 10.0.0.0/8]}`, `true`},
		{`{Fn::IsIpInCIDR: [11.0.0.5, 10.0.0.0/8]}`, `false`},
		{`{Fn::IsIpInCIDR: [x, 10.0.0.0/8]}`, `!address-invalid`},
		{`{Fn::MergeList: [[a], null, [b, c]]}`, `["a","b","c"]`},
		{`{Fn::MergeList: [[{x: 1}, null]]}`, `[{"x":1}]`},
		{`{Fn::MergeList: [a, [b]]}`, `["a","b"]`},
		{`{Fn::MergeList: {Fn::MergeList: [[[a]], [[b]]]}}`, `["a","b"]`},
		{`{Fn::CalculateBatch: [5, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]}`, `[3,3,2,2,2]`},
		{`{Fn::CalculateBatch: [5, [1, 2, 3]]}`, `[1,1,1]`},
		{`{Fn::CalculateBatch: [0, [1]]}`, `!function-argument-range`},
		{`{Fn::FindMatchedPackage: [a, b]}`, `!package-unsupported`},
		{`{Fn::ContainsSubString: [a/b, /]}`, `true`},
		{`{Fn::ContainsSubString: ['x {{ n }}', '{{']}`, `false`},
		{`{Fn::RangeSelect: [0, -1, [a, b, c]]}`, `["a","b"]`},
		{`{Fn::RangeSelect: [5, 9, [a]]}`, `[]`},
		{`{Fn::Sum: [1, null, 2.5]}`, `3.5`},
		{`{Fn::Join: '{{ ids }}'}`, `!function-argument-type`},
	})
}

func TestSection2034ConformanceNull(t *testing.T) {
	s, n := exampleScope(t, `{a: {Fn::If: [{Fn::Equals: ['', '{{ opt }}']}, null, '{{ opt }}']}, b: [null, 1, {c: null}]}`)
	v, err := s.Render(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		got  value.Value
		want string
	}{
		{v, `{"a":null,"b":[null,1,{"c":null}]}`},
		{CallParameters(v), `{"b":[1,{}]}`},
		{ChildParameters(v), `{"b":[null,1,{"c":null}]}`},
	} {
		if got := string(c.got.AppendJSON(nil)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestSection72Conditions(t *testing.T) {
	for expression, want := range map[string]string{
		`isThree`: "true", `'{{ flag }}'`: "false", `{Fn::Not: isThree}`: "false", `true`: "true", `'TRUE'`: "true",
		`'{{ name }}'`: "!condition-not-boolean", `'{{ skipped.o }}'`: "!condition-not-boolean", `'{{ oos:x }}'`: "!known-later",
	} {
		src := fmt.Sprintf(`{FormatVersion: OOS-2019-06-01, Parameters: {n: {Type: Number, Default: 3}, flag: {Type: Boolean, Default: false}, name: {Default: x}},
Conditions: {isThree: {Fn::And: [{Fn::Equals: ['{{ n }}', 3]}, other]}, other: {Fn::Equals: [1, 1]}},
Tasks: [{Name: skipped, Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: b}, Outputs: {o: {ValueSelector: o}}},
 {Name: t, Action: 'ACS::Pause', When: %s}]}`, expression)
		parsed := mustParse(t, src)
		values, err := parsed.Bind(nil, testWorld)
		if err != nil {
			t.Fatal(err)
		}
		s := &Scope{Template: parsed, Values: values, World: testWorld}
		b, err := s.Condition(parsed.Tasks[1].When)
		got := fmt.Sprint(b)
		if e, ok := err.(*Error); ok {
			got = "!" + string(e.Finding.Code)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}
