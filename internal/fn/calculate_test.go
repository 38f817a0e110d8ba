package fn_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func TestCalculate(t *testing.T) {
	for _, test := range []struct {
		expression string
		digits     int64
		numbers    string
		want       string
	}{
		{"1 + 2 * 3", 0, `[]`, "7"}, {"(1+2)*3", 0, `[]`, "9"}, {"-(2)", 0, `[]`, "-2"}, {"--2", 0, `[]`, "2"}, {"+2", 0, `[]`, "2"},
		{"7/2", 2, `[]`, "3"}, {"7./2", 2, `[]`, "3.5"}, {"-7/2", 0, `[]`, "-4"}, {"-7%3", 0, `[]`, "2"}, {"7%-3", 0, `[]`, "-2"}, {"7//2", 0, `[]`, "3"},
		{"-7.5%2", 1, `[]`, "0.5"}, {"7.5//2", 1, `[]`, "3.0"}, {"2.5", 0, `[]`, "2"}, {"3.5", 0, `[]`, "4"}, {"2.675", 2, `[]`, "2.67"}, {"1250.0", -2, `[]`, "1200"},
		{"{0}*{1}", 0, `[3,"4"]`, "12"}, {"{0}", 3, `[0.1]`, "0.1"}, {"{0}+1", 1, `[1e20]`, "1e+20"}, {"{ 0 }", 0, `[true]`, "1"},
		{"9223372036854775807+1", 0, `[]`, "9.223372036854776e+18"},
		{"1/0.0", 0, `[]`, fn.CodeZero}, {"1%0", 0, `[]`, fn.CodeZero},
		{"", 0, `[]`, fn.CodeExpression}, {"1+", 0, `[]`, fn.CodeExpression}, {"(1", 0, `[]`, fn.CodeExpression}, {"1 2", 0, `[]`, fn.CodeExpression},
		{"2**2", 0, `[]`, fn.CodeExpression}, {"{", 0, `[]`, fn.CodeExpression}, {"{x}", 0, `[1]`, fn.CodeExpression}, {"abs(1)", 0, `[]`, fn.CodeExpression},
		{"{1}", 0, `[1]`, fn.CodeRange}, {"{0}", 0, `[null]`, fn.CodeType}, {"{0}", 0, `null`, fn.CodeType}, {"1..2", 0, `[]`, fn.CodeExpression},
		{strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300), 0, `[]`, fn.CodeExpression},
		{strings.Repeat("1", 5000), 0, `[]`, fn.CodeExpression},
	} {
		numbers, err := value.ParseJSON([]byte(test.numbers))
		if err != nil {
			t.Fatal(err)
		}
		v, err := fn.Calculate(value.String(test.expression), value.Int(test.digits), numbers)
		got := string(v.AppendJSON(nil))
		if err != nil {
			got = err.(*fn.Error).Code
		}
		if got != test.want {
			t.Errorf("%.60s with %s is %s, want %s", test.expression, test.numbers, got, test.want)
		}
	}
}

func FuzzCalculate(f *testing.F) {
	f.Add("({0}+1.5)//2%3", int64(2), int64(7))
	f.Fuzz(func(t *testing.T, expression string, digits, number int64) {
		fn.Calculate(value.String(expression), value.Int(digits), value.List([]value.Value{value.Int(number)}))
	})
}

func FuzzJq(f *testing.F) {
	for _, s := range []string{`.a[0] | tostring`, `reduce .[] as $x (0; . + $x)`, `[.[]|{a:.}]`, `"\(.)" * 3`, `.a |= 3`, `[range(3)] | join("-")`} {
		f.Add(s, `{"a":[1,"x"]}`)
	}
	f.Fuzz(func(t *testing.T, script, source string) {
		fn.Jq(true, value.String(script), value.String(source))
	})
}
