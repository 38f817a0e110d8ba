package runbook

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/value"
)

// bindOne binds one parameter p of a definition; the result is JSON, or "!" and
// the codes of faults.
func bindOne(t *testing.T, definition string, given any, more string) string {
	t.Helper()
	parsed := mustParse(t, "FormatVersion: OOS-2019-06-01\nParameters:\n  p: "+definition+"\n"+more+"\nTasks: [{Name: t, Action: 'ACS::Pause'}]")
	params := map[string]any{"P": given}
	if given == nil {
		params = nil
	}
	values, err := parsed.Bind(params, testWorld)
	if list := (*diag.ListError)(nil); errors.As(err, &list) {
		var codes []string
		for _, d := range list.List {
			codes = append(codes, string(d.Code))
		}
		return "!" + strings.Join(codes, ",")
	}
	if err != nil {
		t.Fatal(err)
	}
	v, _ := values.Get("p")
	return string(v.AppendJSON(nil))
}

func TestSection22Conversion(t *testing.T) {
	for _, c := range []struct {
		typ   string
		given any
		want  string
	}{
		{"String", "x", `"x"`},
		{"String", 7, `"7"`},
		{"String", true, `"true"`},
		{"String", map[string]any{"Type": "All"}, `{"Type":"All"}`},
		{"Number", 7, `7`},
		{"Number", "30", `30`},
		{"Number", "1.5", `1.5`},
		{"Number", "x", `!parameter-type`},
		{"Number", true, `!parameter-type`},
		{"Boolean", "True", `true`},
		{"Boolean", false, `false`},
		{"Boolean", 1, `!parameter-type`},
		{"List", []any{1, "a"}, `[1,"a"]`},
		{"List", `["a"]`, `["a"]`},
		{"List", "assist", `["assist"]`},
		{"List", "", `[]`},
		{"List", 5, `!parameter-type`},
		{"Json", `{"a": 1}`, `{"a":1}`},
		{"Json", []any{1}, `[1]`},
		{"Json", "{", `!parameter-type`},
		{"Json", 5, `5`},
		{"String", make(chan int), `!parameter-go-type`},
		{"String", "{{ n }} stays", `"{{ n }} stays"`},
		{"Number", nil, `!parameter-missing`},
	} {
		if got := bindOne(t, "{Type: "+c.typ+"}", c.given, ""); got != c.want {
			t.Errorf("%s of %v: %s, want %s", c.typ, c.given, got, c.want)
		}
	}
}

func TestSection21Defaults(t *testing.T) {
	for definition, want := range map[string]string{
		`{Type: String, Default: 80}`:                                        `80`,
		`{Type: String, Default: false}`:                                     `false`,
		`{Type: Number, Default: '30'}`:                                      `30`,
		`{Type: List, Default: InService}`:                                   `["InService"]`,
		`{Type: String, Default: ''}`:                                        `""`,
		`{Type: String, Default: null}`:                                      `null`,
		`{Type: String, Default: '{{ ACS::RegionId }}'}`:                     `"cn-test"`,
		`{Type: String, Default: 'Create_from_{{q}}_{{ ACS::CurrentDate}}'}`: `"Create_from_i-1_2024-03-04"`,
		`{Type: Json, Default: {RegionId: '{{ q }}', l: [1]}}`:               `{"RegionId":"i-1","l":[1]}`,
		`{Type: Json, Default: '[{"id": "{{ Q }}"}]'}`:                       `[{"id":"i-1"}]`,
		`{Type: Number, Default: '{{ q }}'}`:                                 `!parameter-type`,
		`{Type: String, MinLength: 5, Default: '{{ q }}'}`:                   `!parameter-too-short`,
		`{Type: String, MinLength: 5, Default: ''}`:                          `""`,
	} {
		if got := bindOne(t, definition, nil, "  q: {Type: String, Default: '{{ r }}'}\n  r: {Default: i-1}"); got != want {
			t.Errorf("%s: %s, want %s", definition, got, want)
		}
	}
}

func TestSection23Constraints(t *testing.T) {
	for _, c := range []struct {
		definition string
		given      any
		want       string
	}{
		{`{Type: String, AllowedValues: [a, b]}`, "a", `"a"`},
		{`{Type: String, AllowedValues: [a, b]}`, "c", `!parameter-not-allowed`},
		{`{Type: String, AllowedValues: [0, 1]}`, "1", `"1"`},
		{`{Type: Number, AllowedValues: [10, 20]}`, "20", `20`},
		{`{Type: List, AllowedValues: [a, b]}`, []any{"a", "b"}, `["a","b"]`},
		{`{Type: List, AllowedValues: [a, b]}`, []any{"a", "c"}, `!parameter-not-allowed`},
		{`{Type: String, AllowedPattern: 'sg-[a-z0-9]*'}`, "sg-1", `"sg-1"`},
		{`{Type: String, AllowedPattern: 'sg-[a-z0-9]*'}`, "my-sg-1", `!parameter-pattern`},
		{`{Type: String, AllowedPattern: '^(?!.*--name).*$'}`, "run --name x", `!parameter-pattern`},
		{`{Type: String, MinLength: 2, MaxLength: 3}`, "日本", `"日本"`},
		{`{Type: String, MinLength: 2, MaxLength: 3}`, "日", `!parameter-too-short`},
		{`{Type: String, MaxLength: 3}`, "abcd", `!parameter-too-long`},
		{`{Type: Number, MinValue: 1, MaxValue: 5}`, 5, `5`},
		{`{Type: Number, MinValue: 1}`, 0, `!parameter-too-small`},
		{`{Type: Number, MaxValue: 5}`, 5.5, `!parameter-too-large`},
		{`{Type: String, Default: zz, MaxLength: 1}`, "zz", `"zz"`},
		{`{Type: String, MaxLength: 1, ConstraintDescription: {en: too wide}}`, "zz", `!parameter-described`},
		{`{Type: String, AllowedPattern: '^\{\{oos-secret:.*$'}`, "{{ oos-secret:db }}", `null`},
		{`{Type: String, AllowedPattern: '^\{\{oos-secret:.*$'}`, "hunter2", `!parameter-pattern`},
		{`{Type: String, AllowedPattern: '[a-z]+'}`, "{{ oos:db }}", `!parameter-pattern`},
	} {
		if got := bindOne(t, c.definition, c.given, ""); got != c.want {
			t.Errorf("%s of %v: %s, want %s", c.definition, c.given, got, c.want)
		}
	}
}

func TestBindGivesAllFaultsAndHidesSecrets(t *testing.T) {
	parsed := mustParse(t, `
FormatVersion: OOS-2019-06-01
Parameters:
  a: {Type: Number}
  b: {Type: String}
  c: {Type: String, NoEcho: true, MaxLength: 2, AllowedValues: [ab]}
Tasks: [{Name: t, Action: 'ACS::Pause'}]`)
	_, err := parsed.Bind(map[string]any{"a": "x", "c": "hunter2", "OOSAssumeRole": "r"}, nil)
	list := (*diag.ListError)(nil)
	if !errors.As(err, &list) || len(list.List) != 3 {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is in the message: %v", err)
	}
	if unknown := parsed.Unknown(map[string]any{"A": 1, "OOSAssumeRole": "r"}); !slices.Equal(unknown, []string{"OOSAssumeRole"}) {
		t.Errorf("unknown: %v", unknown)
	}
}

func TestValuesOnTheWire(t *testing.T) {
	parsed := mustParse(t, `
FormatVersion: OOS-2019-06-01
Parameters: {a: {Type: Json}, b: {Type: String, NoEcho: true}, c: {}, d: {Default: null}}
Tasks: [{Name: t, Action: 'ACS::Pause'}]`)
	values, err := parsed.Bind(map[string]any{"a": map[string]any{"k": []any{1}}, "b": "hunter2", "c": "x {{ oos-secret:s/t }}"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed := map[string]value.Value{}
	wire := values.AppendWire(nil, &value.Wire{Secret: func(v value.Value) string { sealed["1"] = v; return "1" }})
	if strings.Contains(string(wire), "hunter2") {
		t.Errorf("a secret is on the wire: %s", wire)
	}
	back, err := LoadValues(wire, func(ref string) (value.Value, bool) { v, ok := sealed[ref]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "d"} {
		v, _ := values.Get(name)
		w, ok := back.Get(name)
		if !ok || !value.Equal(v, w) || v.Sensitive() != w.Sensitive() {
			t.Errorf("%s: %#v, %#v", name, v, w)
		}
	}
	c, _ := back.Get("c")
	filled, err := Resolve(c, storeOf{"s/t": value.String("pass")})
	if err != nil || filled.Text() != "x pass" || !filled.Sensitive() {
		t.Errorf("%#v, %v", filled, err)
	}
}

// storeOf is a parameter store of fixed values.
type storeOf map[string]value.Value

func (s storeOf) Parameter(name string, _ bool) (value.Value, bool) {
	v, ok := s[name]
	return v, ok
}
