package doc

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
)

// yaml.v3 stops at its first fault and says little: a few words in the terms of
// its grammar and a line, which may be that of something around it. This file
// finds the place, by asking how long a start of the text is still sound, and
// the words an author understands.

// yamlFault is one of yaml.v3's messages and what it comes from.
type yamlFault struct {
	words  string
	code   diag.Code
	at     place
	parser bool // the line yaml.v3 names is one less than the scanner's
}

// place says how the place of a fault is found.
type place uint8

const (
	atToken   place = iota // the word at which a start of the text turns bad
	atByte                 // the byte at which it does
	atEscape               // the escape before it
	atLine                 // the line that is named
	atQuote                // the quote on that line that nothing closes
	atOpening              // the bracket on that line that nothing closes
)

var yamlFaults = []yamlFault{
	{words: "mapping values are not allowed", code: "yaml-unexpected-colon", at: atByte},
	{words: "block sequence entries are not allowed", code: "yaml-unexpected-dash", at: atByte},
	{words: "found a tab character", code: "yaml-tab", at: atToken},
	{words: "found character that cannot start any token", code: "yaml-reserved-character", at: atByte},
	{words: "could not find expected ':'", code: "yaml-missing-colon", at: atLine},
	{words: "did not find expected key", code: "yaml-expected-key", at: atToken, parser: true},
	{words: "did not find expected '-' indicator", code: "yaml-expected-dash", at: atToken, parser: true},
	{words: "did not find expected ',' or", code: "yaml-unclosed-bracket", at: atOpening, parser: true},
	{words: "found unexpected end of stream", code: "yaml-unclosed-quote", at: atQuote},
	{words: "found unexpected document indicator", code: "yaml-unclosed-quote", at: atQuote},
	{words: "found unknown escape character", code: "yaml-bad-escape", at: atEscape},
	{words: "did not find expected hexdecimal number", code: "yaml-bad-escape", at: atEscape},
	{words: "found invalid Unicode character escape", code: "yaml-bad-escape", at: atEscape},
	{words: "unknown anchor", code: "unknown-anchor", at: atToken},
	{words: "did not find expected node content", code: "yaml-missing-value", at: atToken, parser: true},
	{words: "found an indentation indicator equal to 0", code: "yaml-block-header", at: atLine},
	{words: "did not find expected comment or line break", code: "yaml-block-header", at: atLine},
	{words: "did not find expected alphabetic or numeric", code: "yaml-bad-anchor", at: atToken},
	{words: "did not find expected <document start>", code: "yaml-trailing-text", at: atToken, parser: true},
}

func classify(message string) yamlFault {
	for _, f := range yamlFaults {
		if strings.Contains(message, f.words) {
			return f
		}
	}
	return yamlFault{code: "yaml-syntax", at: atToken}
}

// splitMessage takes the line off a message of yaml.v3; 0 if it has none.
func splitMessage(message string) (line int, words string) {
	rest, ok := strings.CutPrefix(message, "line ")
	if !ok {
		return 0, message
	}
	digits, words, ok := strings.Cut(rest, ": ")
	for _, c := range []byte(digits) {
		if !isDigit(c) || line > maxText {
			return 0, message
		}
		line = line*10 + int(c-'0')
	}
	if !ok {
		return 0, message
	}
	return line, words
}

// fault reports the first fault of the lines from start to end.
func (r *yamlReader) fault(start, end int) {
	text := r.text[start:end]
	// Behind a first line of ours the line named is always the one meant.
	line, words := splitMessage(probeYAML("#\n" + text))
	if words == "" {
		return
	}
	f := classify(words)
	if !f.parser {
		line--
	}
	var from, to int
	switch named := lineRange(text, line); f.at {
	case atToken, atByte, atEscape:
		at := turnsBad(text, words, line)
		from, to = wordAround(text, at)
		if f.at == atByte {
			from, to = max(at-1, 0), at
		}
		if f.at == atEscape {
			_, size := utf8.DecodeRuneInString(text[at:])
			from, to = max(strings.LastIndexByte(text[:at], '\\'), 0), at
			if to == from+1 {
				to += size // the backslash alone is bad at the end of a text
			}
		}
	case atLine:
		from, to = trimRange(text, named.from, named.to)
	default:
		from, to = unclosed(text, named.from, named.to, f.at == atQuote)
	}
	code, args := f.code, []string{text[from:to]}
	switch {
	case code == "yaml-unclosed-bracket" && !strings.ContainsAny(text[from:min(from+1, to)], "[{"):
		// All are closed: something in between is not what it looks like.
		from, to = trimRange(text, from, to)
		code, args = "yaml-syntax", []string{words}
	case code == "yaml-syntax":
		args = []string{words}
	case code == "yaml-reserved-character" && strings.HasPrefix(text[from:], "\t"):
		code = "yaml-tab"
	case code == "yaml-tab":
		// The reader notices it while it ends the line before.
		if tab := strings.IndexByte(text[from:], '\t'); tab >= 0 {
			from, to = from+tab, from+tab+1
		}
		args[0] = text[from:to]
	case code == "yaml-unclosed-bracket" || code == "yaml-unclosed-quote":
		args[0] = text[from:min(from+1, to)]
	}
	if at, ok := bareBraces(text, from); ok && code != "yaml-tab" {
		code, from, to = "unquoted-braces", at.from, at.to
	}
	r.report(diag.Error, code, uint32(start+from), uint32(start+to), args...)
}

// maxProbe is the longest text whose faults are placed by trial.
const maxProbe = 256 << 10

// turnsBad returns the length of the shortest start of the text that has the
// fault of the whole.
func turnsBad(text, words string, line int) int {
	if len(text) > maxProbe {
		return lineRange(text, line).to
	}
	bad := func(n int) bool {
		_, got := splitMessage(probeYAML(text[:n]))
		return got == words
	}
	var ends []int
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			ends = append(ends, i+1)
		}
	}
	k := sort.Search(len(ends), func(i int) bool { return bad(ends[i]) })
	from, to := 0, len(text)
	if k > 0 {
		from = ends[k-1]
	}
	if k < len(ends) {
		to = ends[k]
	}
	var stops []int
	for i := range text[from:to] {
		if i > 0 {
			stops = append(stops, from+i)
		}
	}
	if i := sort.Search(len(stops), func(i int) bool { return bad(stops[i]) }); i < len(stops) {
		return stops[i]
	}
	return to
}

// span is a run of bytes of the text at hand.
type span struct{ from, to int }

// lineRange returns the n-th line, from 1, without its break.
func lineRange(text string, n int) span {
	from := 0
	for ; n > 1; n-- {
		end := int(lineEnd(text, uint32(from)))
		if end == len(text) {
			break
		}
		from = end + breakLen(text, end)
	}
	return span{from, int(lineEnd(text, uint32(from)))}
}

func trimRange(text string, from, to int) (int, int) {
	s := text[from:to]
	from += len(s) - len(strings.TrimLeft(s, " \t"))
	return from, max(from, to-(len(s)-len(strings.TrimRight(s, " \t"))))
}

// wordAround returns the word that ends at or goes on behind at.
func wordAround(text string, at int) (from, to int) {
	from = at
	for from > 0 && spaceLen(text, from-1) > 0 {
		from--
	}
	to = at
	for from > 0 && !strings.ContainsRune(" \t\r\n", rune(text[from-1])) {
		from--
	}
	for to < len(text) && to-from < 80 && spaceLen(text, to) == 0 {
		if to > from && from != at && spaceLen(text, to-1) > 0 {
			break
		}
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	return trimBreaks(text, from, to)
}

func trimBreaks(text string, from, to int) (int, int) {
	word := strings.TrimRight(text[from:to], " \t\r\n")
	if i := strings.IndexAny(word, "\r\n"); i >= 0 {
		word = word[:i]
	}
	return from, from + len(word)
}

// unclosed finds on a line the last quote or bracket that is not closed on it.
func unclosed(text string, from, to int, quotes bool) (int, int) {
	var brackets []int
	for i := from; i < to; i++ {
		switch c := text[i]; {
		case (c == '"' || c == '\'') && opensToken(text, from, i):
			end := int(quotedEnd(text[:to], uint32(i), c))
			if end == to && (to == i+1 || text[to-1] != c || strings.HasSuffix(text[i:to], `\"`)) {
				if quotes {
					return i, to
				}
				return lastBracket(brackets, from, to)
			}
			i = end - 1
		case c == '#' && (i == from || spaceLen(text, i-1) > 0):
			return lastBracket(brackets, from, to)
		case c == '[' || c == '{':
			brackets = append(brackets, i)
		case (c == ']' || c == '}') && len(brackets) > 0 && text[brackets[len(brackets)-1]] == c-2:
			brackets = brackets[:len(brackets)-1]
		}
	}
	return lastBracket(brackets, from, to)
}

func lastBracket(brackets []int, from, to int) (int, int) {
	if n := len(brackets); n > 0 {
		return brackets[n-1], brackets[n-1] + 1
	}
	return from, to
}

// opensToken reports whether a quote at i can open a quoted scalar.
func opensToken(text string, from, i int) bool {
	return i == from || strings.IndexByte(" \t[{,:-?", text[i-1]) >= 0
}

// bareBraces finds a value that starts with {{ without quotes on the line of a
// fault: a reference of the other template language, and the usual reason for
// a fault there.
func bareBraces(text string, at int) (span, bool) {
	from := strings.LastIndexByte(text[:at], '\n') + 1
	to := int(lineEnd(text, uint32(from)))
	for _, before := range [...]string{": {{", "- {{"} {
		if i := strings.Index(text[from:to], before); i >= 0 {
			return span{from + i + 2, to}, true
		}
	}
	return span{}, false
}
