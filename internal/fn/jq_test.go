package fn_test

import (
	"testing"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func TestJq(t *testing.T) {
	tests := []struct {
		all            bool
		script, source string
		want           string // JSON, or the code of an error
	}{
		{false, ".test", `{"test":"v"}`, `"v"`},
		{true, ".p[]|{n:.name}", `{"p":[{"name":"x"},{"name":"y"}]}`, `[{"n":"x"},{"n":"y"}]`},
		{false, ".[5]", `[1]`, `null`},
		{false, ".[]", `[]`, `null`},
		{true, ".[]", `[]`, `[]`},
		{false, `."a-b"[1:]`, `{"a-b":[1,2,3]}`, `[2,3]`},
		{false, `if .x == [] then "none" else .x[0].id + "!" end`, `{"x":[{"id":"i"}]}`, `"i!"`},
		{false, `[.[] | select(.a > 1) | .b]`, `[{"a":1,"b":1},{"a":2,"b":3}]`, `[3]`},
		{false, `map(.n) | join(",")`, `[{"n":1},{"n":"x"},{"n":null}]`, `"1,x,"`},
		{false, `.a += 1 | .a *= 3`, `{"a":1}`, `{"a":6}`},
		{false, `to_entries | map("\(.key)=\(.value)")`, `{"a":1}`, `["a=1"]`},
		{false, `[.[] | tostring] | add`, `[1,2]`, `"12"`},
		{false, `with_entries(.value += 1) | keys`, `{"b":1,"a":2}`, `["a","b"]`},
		{false, `contains(["a"])`, `["abc"]`, `true`},
		{false, `[1,2] - [2]`, `1`, `[1]`},
		{false, `. as [$a, $b] | $a * $b`, `[3,4]`, `12`},
		{false, `def f(x): x + 1; f(.)`, `2`, `3`},
		{false, `first(.[] | select(. > 1))`, `[1,2,3]`, `2`},
		{false, `@base64 "x\(.)"`, `"y"`, `"xeQ=="`},
		{false, `del(.a)`, `{"a":1,"b":2}`, `{"b":2}`},
		{false, `.a.b = 3`, `{}`, `{"a":{"b":3}}`},
		{false, `[limit(2; .[])]`, `[1,2,3]`, `[1,2]`},
		// beyond the budgets
		{false, `"x" * 1000000000`, `1`, fn.CodeJq},
		{false, `reduce range(60) as $i ("x"; . + .)`, `1`, fn.CodeJq},
		{false, `reduce range(60) as $i ("x"; "\(.)\(.)")`, `1`, fn.CodeJq},
		{false, `reduce range(60) as $i (1; [.,.]) | tojson`, `1`, fn.CodeJq},
		{false, `reduce range(60) as $i ([1]; . += .)`, `1`, fn.CodeJq},
		{false, `[range(100000) | "xxxxxxxxxx"] | join("` + "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" + `" * 1000)`, `1`, fn.CodeJq},
		{false, `.[100000000] = 1`, `[]`, fn.CodeJq},
		{false, `setpath([100000000]; 1)`, `[]`, fn.CodeJq},
		{false, `def f: f; f`, `1`, fn.CodeJq},
		{false, `[repeat(.)]`, `1`, fn.CodeJq},
		{false, `env.HOME`, `1`, fn.CodeJq},
		{false, `$ENV.HOME`, `1`, fn.CodeJq},
		{false, `now`, `1`, fn.CodeJq},
		{false, `input`, `1`, fn.CodeJq},
		{false, `.[`, `1`, fn.CodeJq},
		{false, `.a`, `[1]`, fn.CodeJq},
		{false, `.a`, `{`, fn.CodeJSON},
	}
	for _, test := range tests {
		got, err := fn.Jq(test.all, value.String(test.script), value.String(test.source))
		if err != nil {
			if e, ok := err.(*fn.Error); !ok || e.Code != test.want {
				t.Errorf("%s on %s: %v, want %s", test.script, test.source, err, test.want)
			}
			continue
		}
		if s := string(got.AppendJSON(nil)); s != test.want {
			t.Errorf("%s on %s = %s, want %s", test.script, test.source, s, test.want)
		}
	}
}
