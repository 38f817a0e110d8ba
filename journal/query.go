package journal

import (
	"iter"
	"slices"
	"strings"
)

// choose gives those of the sorted names that match; nil matches all. It costs
// the search of the first plus the matches, so that paging through many
// journals is not quadratic.
func (q *Query) choose(sorted []string) iter.Seq[string] {
	if q == nil {
		return slices.Values(sorted)
	}
	return func(yield func(string) bool) {
		from, found := slices.BinarySearch(sorted, max(q.Prefix, q.After))
		if found && q.After != "" && sorted[from] == q.After {
			from++
		}
		for _, id := range sorted[from:] {
			if !strings.HasPrefix(id, q.Prefix) || !yield(id) {
				return
			}
		}
	}
}
