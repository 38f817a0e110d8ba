package rule

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

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
