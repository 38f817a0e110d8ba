package edit

import (
	"sort"

	"github.com/bianpai/bianpai/diag"
)

// kind is the kind of a token of a YAML or JSON text.
type kind uint8

const (
	comment   kind = iota + 1
	directive      // %YAML 1.1
	marker         // --- or ...
	dash
	question
	colon
	opening // [ or {
	closing // ] or }
	comma
	property // an anchor or a tag
	alias
	plain
	quoted
	block // a literal or folded scalar with its header
)

// token is a piece of the text that is not white space.
type token struct {
	kind       kind
	first      bool // on its line
	key        bool // here a key of a block map starts
	start, end int
	column     int // in bytes
	flow       int // how many brackets are open before it
	// base is the column of the innermost block list or map; -1 at the top.
	base int
	// content is the indentation of a block scalar's lines.
	content int
}

// layout is a text cut into tokens and lines.
type layout struct {
	text   string
	tokens []token
	lines  []int // where each line starts
}

// lineOf returns the index of the line that holds an offset.
func (l *layout) lineOf(offset int) int {
	return sort.SearchInts(l.lines, offset+1) - 1
}

// lineStart returns where the line of an offset starts.
func (l *layout) lineStart(offset int) int { return l.lines[l.lineOf(offset)] }

// lineEnd returns where the line of an offset ends, before its break.
func (l *layout) lineEnd(offset int) int { return l.trimmedEnd(l.lineOf(offset)) }

// nextLine returns where the line after an offset starts, or the end.
func (l *layout) nextLine(offset int) int {
	if i := l.lineOf(offset) + 1; i < len(l.lines) {
		return l.lines[i]
	}
	return len(l.text)
}

// trimmedEnd returns where a line ends, before its break.
func (l *layout) trimmedEnd(line int) int {
	if line+1 == len(l.lines) {
		return len(l.text)
	}
	i := l.lines[line+1] - 1
	for i > l.lines[line] && !isBreakStart(l.text, i, l.lines[line+1]) {
		i--
	}
	if i > l.lines[line] && l.text[i] == '\n' && l.text[i-1] == '\r' {
		i--
	}
	return i
}

// isBreakStart reports whether the line break that ends at end starts at i.
func isBreakStart(text string, i, end int) bool { return breakLen(text, i) == end-i }

// at returns the index of the first token that starts at or behind an offset.
func (l *layout) at(offset int) int {
	return sort.Search(len(l.tokens), func(i int) bool { return l.tokens[i].start >= offset })
}

// breakLen returns the length of the line break at i, 0 if there is none.
func breakLen(text string, i int) int {
	if c := text[i]; c != '\n' && c != '\r' && c != 0xC2 && c != 0xE2 {
		return 0
	}
	return diag.BreakLen([]byte(text[i:min(i+3, len(text))]))
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// spaces counts the spaces at the start of a text.
func spaces(s string) int {
	n := 0
	for n < len(s) && s[n] == ' ' {
		n++
	}
	return n
}

// blankLine reports whether a line holds nothing but white space.
func blankLine(s string) bool {
	for i := range len(s) {
		if !isBlank(s[i]) {
			return false
		}
	}
	return true
}
