package fn_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/fn"
)

func TestPattern(t *testing.T) {
	long := strings.Repeat("a", 5000)
	for _, test := range []struct{ pattern, text, want string }{
		{`a|ab`, "ab", "no"}, {`a|ab`, "a", "yes"}, {`(?:a|ab)$`, "ab", "yes"},
		{`[a-z]+`, "adb", "yes"}, {`[a-z]+`, "12b", "no"}, {`[a-z]+`, "b12", "no"}, {``, "", "yes"}, {``, "x", "no"},
		{`^[a-z]+$`, "ab\n", "no"}, {`.*`, "a\nb", "no"}, {`[\s\S]*`, "a\nb", "yes"},
		{`\w+`, "名字_1", "yes"}, {`\d+`, "٣", "yes"}, {`[\w-]+`, "名-字", "yes"}, {`[^\d]+`, "ab", "yes"}, {`\S+`, "a\u00a0b", "no"},
		{`[\u4e00-\u9fa5]+`, "中文", "yes"}, {`a{,2}`, "aa", "yes"}, {`a{,2}`, "aaa", "no"}, {`a\Z`, "a", "yes"}, {`[[]x`, "[x", "yes"},
		{`^(?=.*\d)(?=.*[a-z])[0-9a-z]{8,30}$`, "abcdefg1", "yes"}, {`^(?=.*\d)(?=.*[a-z])[0-9a-z]{8,30}$`, "abcdefgh", "no"},
		{`(?!root$|admin$)[a-z]+`, "root", "no"}, {`(?!root$|admin$)[a-z]+`, "roots", "yes"},
		{`(?=a)x|b`, "b", "yes"}, {`(?=a)x|b`, "a", "no"}, {`^(?!.*--)[a-z-]+(?<!-)$`, "a-b", "yes"}, {`^(?!.*--)[a-z-]+(?<!-)$`, "a-b-", "no"},
		{`([a-z])\1`, "aa", "yes"}, {`([a-z])\1`, "ab", "no"}, {`(?P<x>a)b`, "ab", "yes"}, {`(?i)ABC`, "abc", "yes"}, {`a{2,5000}`, "aaa", "yes"},
		{`(`, "x", fn.CodePattern}, {`[`, "x", fn.CodePattern}, {`*`, "x", fn.CodePattern},
		{`((?=a)a+)+b`, long, fn.CodePatternBig}, {`(a|a(?=a))*b`, long, fn.CodePatternBig}, {`(?<=x)?a*a*a*b`, long, fn.CodePatternBig},
		{strings.Repeat("a", 70000), "a", fn.CodePatternBig},
	} {
		got := "no"
		p, err := fn.NewPattern(test.pattern)
		if err == nil {
			var ok bool
			if ok, err = p.Match(test.text); ok {
				got = "yes"
			}
		}
		if err != nil {
			got = err.(*fn.Error).Code
		}
		if got != test.want {
			t.Errorf("%.60s on %.20q is %s, want %s", test.pattern, test.text, got, test.want)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`^(?=.*\d)[a-z\u4e00]{1,3}$`, "a1")
	f.Add(`(a)\1(?<!b)`, "aa")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, err := fn.NewPattern(pattern)
		if err == nil {
			p.Match(text)
		}
	})
}
