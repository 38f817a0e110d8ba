package doc

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHostile reads what is made to exhaust a reader: each must end, within
// half a gigabyte, with the code told, or with a tree. Were one of them read in
// quadratic time, the test would not end.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("reads hundreds of megabytes")
	}
	laughs := func(open, sep, shut string) string {
		var b strings.Builder
		b.WriteString("a0: &a0 x\n")
		for i := 1; i < 12; i++ {
			ref := fmt.Sprintf("*a%d", i-1)
			fmt.Fprintf(&b, "a%d: &a%d %s%s%s\n", i, i, open, strings.Repeat(ref+sep, 9), shut)
		}
		return b.String()
	}
	mib := func(s string, n int) string { return strings.Repeat(s, n<<20/len(s)) }
	raised := &Limits{Bytes: 200 << 20}
	for _, c := range []struct {
		name, text string
		lim        *Limits
		code       string // "" for a tree without errors
	}{
		{"billion laughs", laughs("[", ",", "]"), nil, "alias-growth"},
		{"billion laughs in maps", strings.NewReplacer(",", ", ").Replace(laughs("[{b: ", "}, {b: ", "1}]")), nil, "alias-growth"},
		{"nested merges", "x: &x {k: v}\nm: &m {<<: [" + strings.Repeat("*x,", 900) + "]}\nn: {<<: [" + strings.Repeat("*m,", 900) + "]}\n", nil, ""},
		{"wide merges", "x: &x {" + manyKeys(1000) + "}\nn: {<<: [" + strings.Repeat("*x,", 900) + "]}\n", nil, "too-many-merged"},
		{"quadratic blowup", "a: &a '" + mib("x", 1) + "'\nb: [" + strings.Repeat("*a,", 9_999) + "]\n", nil, "alias-growth"},
		{"many aliases", "a: &a 1\nb: [" + strings.Repeat("*a,", 20_000) + "]\n", nil, "too-many-aliases"},
		{"100 MB of [", mib("[", 100), nil, "document-too-large"},
		{"100 MB of [ allowed", mib("[", 100), raised, "document-too-deep"},
		{"10 MB of [ in YAML", "a: " + mib("[", 10), nil, "document-too-many-nodes"},
		{"1 MB of [ in YAML", "a: " + mib("[", 1), nil, "document-too-deep"},
		{"1 MB of [] nested", "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), nil, "document-too-deep"},
		{"1 MB of dashes", mib("- ", 1), nil, "document-too-deep"},
		{"1 MB of {\"a\":", mib(`{"a":`, 1), nil, "document-too-deep"},
		{"10 MB of quotes", mib(`"`, 10), nil, "*"},
		{"1 MB of quotes in JSON", "[" + mib(`"`, 1), nil, "*"},
		{"4 MB of commas", "[" + mib(",", 4), nil, "*"},
		{"1 MB of !", mib("! ", 1), nil, "*"},
		{"1 MB of # lines", mib("# x\n", 1), nil, "document-empty"},
		{"1 MB of broken entries", mib("a: b: c\n", 1), nil, "*"},
		{"1 MB of colons", mib(":", 1), nil, "*"},
		{"1 MB of ? ", mib("? ", 1), nil, "*"},
		{"deep indentation", deepIndent(900), nil, "document-too-deep"},
		{"16 MB scalar", "a: '" + mib("x", 16) + "'", nil, ""},
		{"60 MB block", "a: |\n" + mib("  some text\n", 60), nil, "document-too-many-nodes"},
		{"10 MB on one line", `{"a":[` + mib(`{"Key":"value"},`, 10) + `0]}`, nil, ""},
		{"5 MB template with one fault", strings.Replace(string(largeTemplate(10_000)), "Value: 'web'", "Value: 'web", 1), nil, "yaml-unclosed-quote"},
		{"many documents", mib("---\na: 1\n", 1), nil, "several-documents"},
		{"control characters", "a: '" + mib("\x01", 1) + "'", nil, "control-character"},
		{"no UTF-8", mib("\xff", 1), nil, "invalid-encoding"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			d, found := Parse("h.yaml", []byte(c.text), c.lim)
			spent := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%d bytes: %v, %d MiB allocated in all, %d findings", len(c.text), spent.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, len(found))
			switch {
			case c.code == "":
				if found.Err() != nil || d.Root().IsZero() {
					t.Error(found.Err())
				}
			case found.Err() == nil:
				t.Error("no error")
			case c.code != "*" && !strings.Contains(found.Err().Error(), c.code):
				t.Errorf("got %v", found.Err())
			}
			if all := (after.TotalAlloc - before.TotalAlloc) >> 20; all > 512 {
				t.Errorf("allocated %d MiB", all)
			}
			if d.Nodes() < 1<<20 {
				if out := d.Root().AppendJSON(nil); len(out) > 512<<20 {
					t.Errorf("written out it has %d bytes", len(out))
				}
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "key%d: v, ", i)
	}
	return b.String()
}

func deepIndent(n int) string {
	var b bytes.Buffer
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}
