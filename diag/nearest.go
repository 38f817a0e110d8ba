package diag

import (
	"iter"
	"strings"
)

// maxNearest is the longest name, in characters, that Nearest looks at: its
// work is bounded by the square of it for each name.
const maxNearest = 64

// maxEdits is how many letters a misspelling may differ in.
const maxEdits = 2

// Nearest returns the name among the given ones that name is most likely a
// misspelling of: the one with the fewest letters inserted, dropped, replaced
// or swapped, at most one in three of them and two in all, as names with the
// same last word are often near; case counts little. It returns "" when none
// is near, and the first of equals.
func Nearest(name string, among iter.Seq[string]) string {
	want := []rune(name)
	if len(want) == 0 || len(want) > maxNearest {
		return ""
	}
	folded := []rune(strings.ToLower(name))
	limit := min(max(len(want)/3, 1), maxEdits)
	best, bestScore := "", 2*limit+2
	for other := range among {
		if other == name || len(other) > 4*maxNearest {
			continue
		}
		d := distance(folded, []rune(strings.ToLower(other)), limit)
		if d > limit || d >= len(want) {
			continue
		}
		// Of two that differ alike, the one in the same case is meant.
		score := 2 * d
		if d > 0 || !strings.EqualFold(name, other) {
			if distance(want, []rune(other), d) > d {
				score++
			}
		}
		if score < bestScore {
			best, bestScore = other, score
		}
	}
	return best
}

// NoNames stands in a hint where there is no name to propose.
const NoNames = "-"

// Propose gives, for a hint, the name that is Nearest, else the first few of the
// names, else NoNames. It looks at the first 500 names alone, so that many
// faults in a large document stay cheap.
func Propose(name string, among iter.Seq[string]) string {
	const sought, told = 500, 8
	if near := Nearest(name, firstOf(among, sought)); near != "" {
		return near
	}
	var few []string
	for candidate := range among {
		if len(few) == told {
			few = append(few, "…")
			break
		}
		few = append(few, Clip(candidate))
	}
	if len(few) == 0 {
		return NoNames
	}
	return strings.Join(few, ", ")
}

func firstOf(names iter.Seq[string], most int) iter.Seq[string] {
	return func(yield func(string) bool) {
		n := 0
		for name := range names {
			if n == most || !yield(name) {
				return
			}
			n++
		}
	}
}

// Meant returns the name among the given ones that name most likely stands for,
// as Nearest does, and whether that is so sure that a program may write it
// instead: the two differ in case and separators only, or in one letter of five
// or more while no other name is as near. Names that differ in digits are never
// sure to mean the same.
func Meant(name string, among iter.Seq[string]) (near string, sure bool) {
	for other := range among {
		if other != name && SameLetters(name, other) {
			return other, true
		}
	}
	near = Nearest(name, among)
	if near == "" || len(near) < minSure || digits(name) != digits(near) {
		return near, false
	}
	folded := []rune(strings.ToLower(name))
	as := 0
	for other := range among {
		if distance(folded, []rune(strings.ToLower(other)), 1) <= 1 {
			as++
		}
	}
	return near, as == 1
}

// minSure is the length from which a name with one wrong letter is taken for
// another.
const minSure = 5

// SameLetters reports whether two names differ in case and separators only.
func SameLetters(a, b string) bool {
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

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// distance counts the edits between a and b, neighbours swapped being one; it
// is limit+1 as soon as it is more than the limit.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		before, prev, row = prev, row, before
	}
	return min(prev[len(b)], limit+1)
}
