package rule

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// sameLetters reports whether two names differ in case and separators only, so
// that there is no doubt which is meant.
func sameLetters(a, b string) bool {
	return strings.EqualFold(withoutSeparators(a), withoutSeparators(b))
}

func withoutSeparators(s string) string {
	if !strings.ContainsAny(s, "_-.") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, s)
}

// addRename adds the fix that puts a name in the place of another, in the same
// quotes.
func addRename(p *Pass, d *diag.Diagnostic, r diag.Range, name string) {
	text := p.Template.Source().Text()[r.Start:r.End]
	edited := name
	if len(text) > 1 && strings.IndexByte(`"'`, text[0]) >= 0 {
		edited = string(text[:1]) + name + string(text[:1])
	}
	d.Fixes = append(d.Fixes, diag.Fix{
		Title: "Write " + name,
		Edits: []diag.Edit{{Range: r, Text: edited}},
	})
}

// fewOf lists some names for a message.
func fewOf(names iter.Seq[string]) string {
	const most = 8
	var b strings.Builder
	n := 0
	for name := range names {
		if n++; n > most {
			b.WriteString(", …")
			break
		}
		if n > 1 {
			b.WriteString(", ")
		}
		b.WriteString(name)
	}
	return b.String()
}

// sortedKeys gives names in an order that is the same each time.
func sortedKeys[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}
