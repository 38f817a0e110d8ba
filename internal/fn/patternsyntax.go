package fn

import (
	"strconv"
	"strings"
)

// splitLookaheads takes the look-aheads at a pattern's start off. It is not ok
// if the rest has alternatives at its top, of which the look-aheads would
// belong to the first only.
func splitLookaheads(source string) (must, mustNot []string, rest string, ok bool) {
	rest = source
	for {
		trimmed := rest
		for strings.HasPrefix(trimmed, "^") || strings.HasPrefix(trimmed, `\A`) {
			trimmed = strings.TrimPrefix(strings.TrimPrefix(trimmed, "^"), `\A`)
		}
		positive := strings.HasPrefix(trimmed, "(?=")
		if !positive && !strings.HasPrefix(trimmed, "(?!") {
			break
		}
		end := groupEnd(trimmed)
		if end < 0 || end+1 < len(trimmed) && strings.IndexByte("*+?{", trimmed[end+1]) >= 0 {
			return nil, nil, "", false
		}
		if positive {
			must = append(must, trimmed[3:end])
		} else {
			mustNot = append(mustNot, trimmed[3:end])
		}
		rest = trimmed[end+1:]
	}
	if len(must)+len(mustNot) > 0 && hasAlternatives(rest) {
		return nil, nil, "", false
	}
	return must, mustNot, rest, true
}

// groupEnd finds the parenthesis that closes the one at the start, or -1.
func groupEnd(s string) int {
	depth, found := 0, -1
	scan(s, func(i int, c byte) bool {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				found = i
				return false
			}
		}
		return true
	})
	return found
}

func hasAlternatives(s string) bool {
	depth, found := 0, false
	scan(s, func(_ int, c byte) bool {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			found = found || depth == 0
		}
		return !found
	})
	return found
}

// scan calls f for each byte of a pattern that is neither escaped nor in a
// class.
func scan(s string, f func(i int, c byte) bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			i = classEnd(s, i)
		default:
			if !f(i, s[i]) {
				return
			}
		}
	}
}

// classEnd finds the bracket that closes the class that opens at i.
func classEnd(s string, i int) int {
	i++
	if i < len(s) && s[i] == '^' {
		i++
	}
	if i < len(s) && s[i] == ']' {
		i++
	}
	for ; i < len(s) && s[i] != ']'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i
}

// Python's classes cover all of Unicode, Go's only ASCII.
var (
	classOutside = map[byte]string{
		'd': `\p{Nd}`, 'D': `\P{Nd}`,
		'w': `[\p{L}\p{N}_]`, 'W': `[^\p{L}\p{N}_]`,
		's': `[\s\v\x{1c}-\x{1f}\x{85}\p{Z}]`, 'S': `[^\s\v\x{1c}-\x{1f}\x{85}\p{Z}]`,
		'Z': `\z`,
	}
	classInside = map[byte]string{
		'd': `\p{Nd}`, 'D': `\P{Nd}`,
		'w': `\p{L}\p{N}_`, 's': `\s\v\x{1c}-\x{1f}\x{85}\p{Z}`,
	}
)

// translate writes a pattern in Go's syntax. It is not ok for what Go cannot
// express.
func translate(s string) (string, bool) {
	var b strings.Builder
	class := -1 // where the class ends that i is in
	for i := 0; i < len(s); i++ {
		inside := i < class
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			out, used, ok := translateEscape(s[i:], inside)
			if !ok {
				return "", false
			}
			b.WriteString(out)
			i += used - 1
		case c == '[' && inside:
			b.WriteString(`\[`) // Go would look for a named class
		case c == '[':
			class = classEnd(s, i)
			b.WriteByte(c)
		case c == '{' && !inside && strings.HasPrefix(s[i:], "{,"):
			b.WriteString("{0,")
			i++
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

func translateEscape(s string, inside bool) (out string, used int, ok bool) {
	c := s[1]
	table := classOutside
	if inside {
		table = classInside
	}
	if class, found := table[c]; found {
		return class, 2, true
	}
	switch {
	case c == 'u' && len(s) >= 6:
		return `\x{` + s[2:6] + `}`, 6, true
	case c == 'U' && len(s) >= 10:
		return `\x{` + s[2:10] + `}`, 10, true
	case c == 'b' && inside:
		return `\x08`, 2, true
	case c >= '1' && c <= '9': // a back reference
		return "", 0, false
	case c == 'S' || c == 'W' || c == 'b' || c == 'B' || c == 'A':
		return s[:2], 2, true
	}
	return s[:2], 2, true
}

// unboundedRepeats counts the repeats without an upper bound, and is -1 if one
// is around a choice, be it another repeat, an option or an alternative:
// backtracking could then take exponential time.
func unboundedRepeats(s string) int {
	total, choices := 0, 0
	var opened []int // choices at each open parenthesis
	inner := 0       // choices inside the group that closed last
	nested := false
	last := byte(0)
	scan(s, func(i int, c byte) bool {
		switch {
		case c == '(':
			opened = append(opened, choices)
		case c == ')' && len(opened) > 0:
			inner = choices - opened[len(opened)-1]
			opened = opened[:len(opened)-1]
		case c == '*' || c == '+' || c == '{' && isUnbounded(s[i:]):
			if last == ')' && i > 0 && s[i-1] == ')' && inner > 0 {
				nested = true
			}
			total++
			choices++
		case c == '|' || c == '?' && last != '(':
			choices++
		}
		last = c
		return true
	})
	if nested {
		return -1
	}
	return total
}

// isUnbounded reports whether a repeat {n,m} has no small upper bound.
func isUnbounded(s string) bool {
	inner, _, ok := strings.Cut(s[1:], "}")
	if !ok {
		return false
	}
	_, most, ranged := strings.Cut(inner, ",")
	if !ranged {
		most = inner
	}
	return most == "" || len(most) > 1
}

// largestRepeat gives the largest bound of a counted repeat, at least 1.
func largestRepeat(s string) int {
	largest := 1
	scan(s, func(i int, c byte) bool {
		if c != '{' {
			return true
		}
		inner, _, _ := strings.Cut(s[i+1:], "}")
		for part := range strings.SplitSeq(inner, ",") {
			if n, err := strconv.Atoi(part); err == nil {
				largest = max(largest, min(n, maxExpanded))
			}
		}
		return true
	})
	return largest
}
