package edit

import (
	"slices"

	"github.com/bianpai/bianpai/diag"
)

// apply puts edits, which must not overlap, into a text.
func apply(text string, edits []diag.Edit) string {
	slices.SortStableFunc(edits, func(a, b diag.Edit) int {
		if a.Range.Start != b.Range.Start {
			return int(a.Range.Start) - int(b.Range.Start)
		}
		return int(a.Range.End) - int(b.Range.End)
	})
	size := len(text)
	for _, e := range edits {
		size += len(e.Text)
	}
	out := make([]byte, 0, size)
	at := uint32(0)
	for _, e := range edits {
		if e.Range.Start < at {
			continue // a caller's error: better one edit less than a torn text
		}
		out = append(append(out, text[at:e.Range.Start]...), e.Text...)
		at = e.Range.End
	}
	return string(append(out, text[at:]...))
}
