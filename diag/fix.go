package diag

import (
	"cmp"
	"slices"
	"strings"
)

// Rename gives the fix that puts a name in the place of another, in the same
// quotes; not ok if what stands there is not just the other name.
func Rename(src *Source, r Range, from, to string) (fix Fix, ok bool) {
	if r.End > uint32(len(src.Text())) || r.Start > r.End {
		return Fix{}, false
	}
	text, quote := string(src.Text()[r.Start:r.End]), ""
	if len(text) > 1 && strings.IndexByte("\"'`", text[0]) >= 0 && text[len(text)-1] == text[0] {
		quote = text[:1]
	}
	if text != quote+from+quote {
		return Fix{}, false
	}
	return Fix{Title: "Write " + to, Edits: []Edit{{Range: r, Text: quote + to + quote}}}, true
}

// Apply makes the edits of fixes in a text. Fixes are tried in order; one whose
// edits touch what a fix before it changed, overlap each other or reach out of
// the text is left out whole. It returns the new text and which fixes were
// made.
func Apply(text []byte, fixes []Fix) (out []byte, made []Fix) {
	var taken []Edit
	for _, f := range fixes {
		if merged, ok := merge(taken, f.Edits, uint32(len(text))); ok {
			taken = merged
			made = append(made, f)
		}
	}
	at := uint32(0)
	for _, e := range taken {
		out = append(append(out, text[at:e.Range.Start]...), e.Text...)
		at = e.Range.End
	}
	return append(out, text[at:]...), made
}

// merge adds edits to some that are sorted and apart from each other; not ok if
// one has no room.
func merge(taken, edits []Edit, size uint32) (merged []Edit, ok bool) {
	merged = slices.Clone(taken)
	for _, e := range edits {
		if e.Range.Start > e.Range.End || e.Range.End > size {
			return nil, false
		}
		i, _ := slices.BinarySearchFunc(merged, e, func(a, b Edit) int {
			return cmp.Or(cmp.Compare(a.Range.Start, b.Range.Start), cmp.Compare(a.Range.End, b.Range.End))
		})
		if i < len(merged) && conflict(e, merged[i]) || i > 0 && conflict(merged[i-1], e) {
			return nil, false
		}
		merged = slices.Insert(merged, i, e)
	}
	return merged, len(edits) > 0
}

// conflict reports whether two edits touch the same bytes, or insert at one
// place; the first starts no later than the second.
func conflict(a, b Edit) bool {
	return b.Range.Start < a.Range.End || a.Range.Start == b.Range.Start && (a.Range.Start == a.Range.End) == (b.Range.Start == b.Range.End)
}
