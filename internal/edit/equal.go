package edit

import (
	"math"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
)

// Equal reports whether two trees hold equal values: the same kinds, texts and
// numbers, and maps with the same keys in the same order. How a value is
// written does not matter, nor whether a key is a string.
func Equal(a, b doc.Node) bool {
	if a.Kind() != b.Kind() || a.Len() != b.Len() || a.IsZero() != b.IsZero() {
		return false
	}
	switch a.Kind() {
	case doc.Bool:
		return a.Bool() == b.Bool()
	case doc.Int:
		x, _ := a.Int()
		y, _ := b.Int()
		return x == y
	case doc.Float:
		x, y := a.Float(), b.Float()
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	case doc.String:
		return a.Text() == b.Text()
	}
	for i := range a.Len() {
		x, y := a.At(i), b.At(i)
		if a.Kind() == doc.Map && x.Key() != y.Key() || !Equal(x, y) {
			return false
		}
	}
	return true
}

// Comments returns the comments of a YAML text, from their # on and without
// blanks at the end, in order.
func Comments(text string) []string { return scan(text).comments() }

func (l *layout) comments() []string {
	var out []string
	for i := range l.tokens {
		if t := &l.tokens[i]; t.kind == comment {
			out = append(out, strings.TrimRight(l.text[t.start:t.end], " \t"))
		}
	}
	return out
}

// sameComments reports whether two lists hold the same comments, in any order.
func sameComments(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
