package runbook

import (
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
)

func TestSensitiveMarksFollowValues(t *testing.T) {
	for expression, sensitive := range map[string]bool{
		`'{{ secret }}'`: true, `'-p {{ secret }}'`: true, `{a: ['{{ secret }}']}`: true, `'{{ name }}'`: false,
		`{Fn::Join: [',', [a, '{{ secret }}']]}`: true, `{Fn::Base64Encode: '{{ secret }}'}`: true,
		`{Fn::If: [{Fn::Equals: ['{{ secret }}', x]}, 1, 2]}`: true, `{Fn::If: [true, 1, '{{ secret }}']}`: false,
		`{Fn::Select: [1, ['{{ secret }}', b]]}`: false, `{Fn::Select: [0, ['{{ secret }}', b]]}`: true,
		`{Fn::Jq: [First, '.a', {a: '{{ secret }}'}]}`: true, `{Fn::Jq: [First, '.b', {a: '{{ secret }}', b: 1}]}`: false,
		`{Fn::Jq: [First, '.a | length', {a: '{{ secret }}'}]}`: true, `{Fn::Jq: [First, '"{{ secret }}" | length', 1]}`: true,
		`{Fn::MergeMap: [{a: '{{ secret }}'}]}`: true, `{Fn::Equals: ['{{ secret }}', a]}`: true,
		`{Fn::Sub: ['${x}', {x: '{{ secret }}'}]}`: true, `{Fn::Or: [{Fn::Equals: ['{{ secret }}', hush]}]}`: true,
	} {
		s, n := exampleScope(t, expression)
		v, err := s.Render(n)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if v.HasSensitive() != sensitive {
			t.Errorf("%s: sensitive %v", expression, v.HasSensitive())
		}
		if sensitive && strings.Contains(v.String(), "hush") {
			t.Errorf("%s shows its secret: %s", expression, v)
		}
	}
}

func TestErrorsHideSecrets(t *testing.T) {
	for _, expression := range []string{
		`{Fn::If: ['{{ secret }}', 1, 2]}`, `{Fn::Base64Decode: '%{{ secret }}'}`, `{Fn::Eval: ['{{ secret }}']}`,
		`{Fn::AddHour: ['{{ secret }}', 1]}`, `{Fn::Jq: [First, '.{{ secret }}[]', {hush: hush}]}`,
		`{Fn::Jq: [First, '{{ secret }}(', 1]}`, `{Fn::IsIpInCIDR: ['{{ secret }}', x]}`, `{Fn::Escape: [a, '{{ secret }}']}`,
	} {
		s, n := exampleScope(t, expression)
		if _, err := s.Render(n); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

func TestSection36ParameterStore(t *testing.T) {
	store := storeOf{"a/b": value.String("{{ n }}x"), "s": value.String("pass"), "list": value.List([]value.Value{value.String("p"), value.String("q")})}
	for _, c := range []struct {
		expression, want string
		waits            []string
		sensitive        bool
	}{
		{`'{{ oos:a/b }}'`, `"{{ n }}x"`, []string{"oos:a/b"}, false},
		{`'{{ oos-secret:s }}'`, `"pass"`, []string{"oos-secret:s"}, true},
		{`'{{ n }}-{{ oos-secret:s }}-{{ skipped.o }}'`, `"3-pass-"`, []string{"oos-secret:s"}, true},
		{`'{{ oos:list }}'`, `["p","q"]`, []string{"oos:list"}, false},
		{`'<{{ oos:list }}{{ ids }}>'`, `"<p,q[\"i-1\",\"i-2\"]>"`, []string{"oos:list"}, false},
		{`{k: {Fn::Join: ['+', ['{{ oos:a/b }}', '{{ oos-secret:s }}']]}}`, `{"k":"{{ n }}x+pass"}`, []string{"oos:a/b", "oos-secret:s"}, true},
		{`{Fn::If: [{Fn::Equals: ['{{ oos:a/b }}', z]}, 1, '{{ oos-secret:s }}']}`, `"pass"`, []string{"oos:a/b", "oos-secret:s"}, true},
		{`{Fn::Jq: [First, '.a', {a: '{{ oos-secret:s }}'}]}`, `"pass"`, []string{"oos-secret:s"}, true},
		{`{Fn::Select: [0, ['{{ oos:list }}']]}`, `["p","q"]`, []string{"oos:list"}, false},
	} {
		s, n := exampleScope(t, c.expression)
		v, err := s.Render(n)
		if err != nil || !v.HasUnknown() {
			t.Errorf("%s: %v, %v", c.expression, v, err)
			continue
		}
		if got := Waits(v); !slices.Equal(got, c.waits) {
			t.Errorf("%s waits for %v", c.expression, got)
		}
		journaled, err := value.ParseWire(v.AppendWire(nil, &value.Wire{}), nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Store = store
		atOnce, errAtOnce := s.Render(n)
		for how, v := range map[string]value.Value{"later": v, "from a journal": journaled, "at once": atOnce} {
			filled, err := Resolve(v, store)
			if got := string(filled.AppendJSON(nil)); err != nil || errAtOnce != nil || got != c.want {
				t.Errorf("%s %s: %s, %v, %v; want %s", c.expression, how, got, err, errAtOnce, c.want)
			}
			if filled.HasSensitive() != c.sensitive {
				t.Errorf("%s %s: sensitive %v", c.expression, how, filled.HasSensitive())
			}
		}
	}
	s, n := exampleScope(t, `'{{ oos:none }}'`)
	s.Store = store
	if _, err := s.Render(n); err == nil || err.(*Error).Finding.Code != "stored-missing" {
		t.Errorf("a missing entry: %v", err)
	}
	if got := s.Template.Stored(); !slices.Equal(got, []string{"oos:none"}) {
		t.Errorf("stored: %v", got)
	}
}
