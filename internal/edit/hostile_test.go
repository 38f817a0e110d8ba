package edit

import (
	"runtime"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// TestHostile formats and converts texts of two megabytes made to be slow. What
// takes time with the square of that would not end; memory is measured.
func TestHostile(t *testing.T) {
	for name, make := range map[string]func(n int) string{
		"empty lines":      func(n int) string { return "a: b" + strings.Repeat("\n", n) + "c: d\n" },
		"comments":         func(n int) string { return "a:\n  b:\n" + strings.Repeat("    # x\n", n/8) + "c: d\n" },
		"block scalars":    func(n int) string { return strings.Repeat("- |\n\n\n", n/6) },
		"a long scalar":    func(n int) string { return "a: |\n" + strings.Repeat("  x\n", n/4) },
		"folded plain":     func(n int) string { return "a: x\n" + strings.Repeat("  y\n\n", n/5) },
		"one line of flow": func(n int) string { return "a: [" + strings.Repeat("1, ", n/3) + "1]\n" },
		"lines of flow":    func(n int) string { return "a: [\n" + strings.Repeat(" 1,\n", n/4) + "1]\n" },
		"minified":         func(n int) string { return `{"a":[` + strings.Repeat(`{"b":1},`, n/8) + `1]}` },
		"nested":           func(n int) string { return strings.Repeat("- ", 90) + strings.Repeat("x", n) + "\n" },
		"aliases":          func(n int) string { return "a: &a x\nb:\n" + strings.Repeat("  - *a\n", min(n/7, 9000)) },
	} {
		t.Run(name, func(t *testing.T) {
			text := make(2 << 20)
			d, found := doc.Parse("hostile", []byte(text), nil)
			if found.Count(diag.Error) > 0 {
				t.Fatal(found[0].Message)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			Format(d, nil)
			if _, err := Convert(d, doc.JSON-d.Syntax(), nil); err != nil {
				t.Error(err)
			}
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 2<<30 {
				t.Errorf("took %d MiB", used>>20)
			} else {
				t.Logf("took %d MiB", used>>20)
			}
		})
	}
}
