package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// TestParameterValues goes through types, conversions and constraints (4.2,
// 4.3).
func TestParameterValues(t *testing.T) {
	for _, test := range []struct {
		definition string
		given      any
		want       string // JSON of the value, or the code of the fault
	}{
		{`Type: String`, nil, "parameter-missing"},
		{`Type: String, Default: null`, nil, `null`},
		{`Type: String, Default: null, MinLength: 3`, nil, `null`},
		{`Type: String, Default: a`, nil, `"a"`},
		{`Type: String, Default: 3.50`, nil, `"3.5"`},
		{`Type: String`, 7, `"7"`},
		{`Type: String`, true, `"True"`},
		{`Type: String`, []any{1}, "parameter-type"},
		{`Type: String`, struct{}{}, "parameter-go-type"},
		{`Type: String, MinLength: 1`, "", "parameter-too-short"},
		{`Type: String, MaxLength: '2'`, "äöü", "parameter-too-long"},
		{`Type: String, AllowedValues: [a, 1]`, "1", `"1"`},
		{`Type: String, AllowedValues: [a, 1]`, "b", "parameter-not-allowed"},
		{`Type: String, AllowedPattern: '[a-z]+'`, "abc", `"abc"`},
		{`Type: String, AllowedPattern: '[a-z]+'`, "abc1", "parameter-pattern"},
		{`Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: lower case`, "1", "parameter-described"},
		{`Type: String, AllowedPattern: '^(?=.*[0-9])(?!admin)[a-z0-9]+$'`, "abc1", `"abc1"`},
		{`Type: String, AllowedPattern: '^(?=.*[0-9])(?!admin)[a-z0-9]+$'`, "abc", "parameter-pattern"},
		{`Type: String, AllowedPattern: '^(?=.*[0-9])(?!admin)[a-z0-9]+$'`, "admin1", "parameter-pattern"},
		{`Type: String, AllowedPattern: '(a(?!b)|c)+d'`, "acd", `"acd"`},
		{`Type: Number`, "007", `7`},
		{`Type: Number`, " 1e3 ", `1000.0`},
		{`Type: Number`, json.Number("2"), `2`},
		{`Type: Number`, 2.5, `2.5`},
		{`Type: Number`, 3.0, `3`},
		{`Type: Number`, "x", "parameter-type"},
		{`Type: Number`, "", "parameter-type"},
		{`Type: Number, MinValue: 2`, 1, "parameter-too-small"},
		{`Type: Number, MaxValue: '2'`, "3", "parameter-too-large"},
		{`Type: Number, AllowedValues: ['1', 2]`, "1", `1`},
		{`Type: Boolean`, "Yes", `true`},
		{`Type: Boolean`, "0", `false`},
		{`Type: Boolean`, false, `false`},
		{`Type: Boolean`, "maybe", "parameter-type"},
		{`Type: Boolean, AllowedValues: ['true', 'false']`, "off", `false`},
		{`Type: CommaDelimitedList`, "a, b,", `["a"," b",""]`},
		{`Type: CommaDelimitedList`, "", `[]`},
		{`Type: CommaDelimitedList`, []any{1, "b", true}, `["1","b","True"]`},
		{`Type: CommaDelimitedList, AllowedValues: [a, b]`, "a,c", "parameter-not-allowed"},
		{`Type: CommaDelimitedList, MinLength: 3`, "a,b", "parameter-too-short"},
		{`Type: Json`, `{"b":1,"a":[1.0]}`, `{"b":1,"a":[1.0]}`},
		{`Type: Json`, map[string]any{"b": 1, "a": nil}, `{"a":null,"b":1}`},
		{`Type: Json`, "", `""`},
		{`Type: Json`, "null", `null`},
		{`Type: Json`, "{", "parameter-type"},
		{`Type: Json`, "NaN", "parameter-type"},
		{`Type: String, NoEcho: 'True', MinLength: 30`, "hunter2", "parameter-too-short"},
	} {
		src := fmt.Sprintf("ROSTemplateFormatVersion: '2015-09-01'\nParameters:\n  P: {%s}\nOutputs: {O: {Value: {Ref: P}}}\n", test.definition)
		tmpl, err := template.Parse("t.yml", []byte(src), nil)
		if err != nil {
			t.Errorf("%s: %v", test.definition, err)
			continue
		}
		given := map[string]any{}
		if test.given != nil {
			given["P"] = test.given
		}
		scope, err := tmpl.Bind(given, nil)
		got := ""
		if err != nil {
			if got = codeOf(t, err); strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v shows a secret", err)
			}
		} else {
			out, _ := scope.Outputs(nil)
			got = string(out[0].Value.AppendJSON(nil))
		}
		if got != test.want {
			t.Errorf("%s given %v is %s, want %s", test.definition, test.given, got, test.want)
		}
	}
}

func TestBindReportsAll(t *testing.T) {
	const src = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Need: {Type: String}
  Size: {Type: Number, MaxValue: 3}
  Mode: {Type: String, AllowedValues: [a, b]}
`
	tmpl, err := template.Parse("t.yml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tmpl.Bind(map[string]any{"Size": "4", "Mode": "c", "Nede": 1}, nil)
	for _, code := range []string{"parameter-missing", "parameter-too-large", "parameter-not-allowed", "unknown-parameter"} {
		if err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%v lacks %s", err, code)
		}
	}
}

func TestRules(t *testing.T) {
	const src = `ROSTemplateFormatVersion: '2015-09-01'
Parameters: {A: {Type: String}, B: {Type: String, Default: null}}
Conditions: {Same: {Fn::Equals: [{Ref: A}, {Ref: B}]}}
Rules:
  Differ:
    RuleCondition: {Fn::Not: {Fn::Equals: [{Ref: B}, null]}}
    Assertions: [{Assert: {Fn::Not: Same}, AssertDescription: they must differ}]
  Named: {Assertions: {Assert: {Ref: B}}}
`
	tmpl, err := template.Parse("t.yml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	for b, ok := range map[any]bool{nil: true, "x": false, "y": true} {
		_, err := tmpl.Bind(map[string]any{"A": "x", "B": b}, nil)
		if (err == nil) != ok || !ok && !strings.Contains(err.Error(), "they must differ") {
			t.Errorf("B = %v: %v", b, err)
		}
	}
}

func TestUsesAndDependencies(t *testing.T) {
	const src = `ROSTemplateFormatVersion: '2015-09-01'
Parameters: {Use: {Type: Boolean, Default: false}, Keep: {Type: String, Default: Retain}}
Conditions: {Use: {Ref: Use}}
Resources:
  Net: {Type: T}
  Spare: {Type: T, Condition: Use}
  Many: {Type: T, Count: 2}
  Web:
    Type: T
    DependsOn: [Spare, Many, Net]
    DeletionPolicy: {Ref: Keep}
    Metadata: {m: {Ref: Keep}}
    Properties:
      Vpc: {Ref: Net}
      Tags: [{Value: {Fn::Sub: '${Net.Name}'}}, {Value: {Fn::If: [Use, {Ref: Spare}, none]}}]
      All: {Ref: Many}
      Deep: {a: {b: {Fn::Join: ['', [{Fn::GetAtt: [Net, Id]}]]}}}
`
	tmpl, err := template.Parse("t.yml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	scope, err := tmpl.Bind(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	desired, err := scope.Expand()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range desired.Resources {
		ids = append(ids, r.LogicalID)
	}
	if got := strings.Join(ids, " "); got != "Net Many[0] Many[1] Web" {
		t.Errorf("resources %s", got)
	}
	web := desired.Resources[3]
	for i, want := range []string{`{Ref: Net}`, `${Net.Name}`} {
		if at := web.Uses[i].At; !strings.Contains(string(tmpl.Source().Text()[at.Start:at.End]), want) {
			t.Errorf("use %d stands at %v", i, at)
		}
	}
	if got, want := fmt.Sprint(web.Uses), "[Vpc: Net Tags[0].Value: Net.Name All: Many[0] All: Many[1] Deep.a.b: Net.Id]"; got != want {
		t.Errorf("uses %s, want %s", got, want)
	}
	if got := fmt.Sprint(web.DependsOn, web.DeletionPolicy, web.Metadata, web.Index); got != `[Many[0] Many[1] Net]Retain{"m":"Retain"} -1` {
		t.Errorf("got %s", got)
	}
	if _, err := scope.Resolve(value.Null(), nil); err != nil {
		t.Error(err)
	}
}
