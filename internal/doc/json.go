package doc

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// jsonReader reads JSON by recursive descent. On a fault it goes on as the
// author most likely meant it, so that one run shows all faults.
type jsonReader struct {
	*builder
	pos     int
	open    []byte // the closing brackets awaited
	comment bool   // a comment with // or /* was seen
	strict  int    // strings in double quotes: what makes a text look like JSON
	loose   int    // words without quotes where JSON has none
	lost    bool   // so many faults that what follows is noise
}

func readJSON(b *builder) *jsonReader {
	r := &jsonReader{builder: b}
	b.json = true
	if strings.HasPrefix(b.text, byteOrderMark) {
		r.pos = len(byteOrderMark)
	}
	r.space()
	if r.pos == len(r.text) {
		r.report(diag.Error, "document-empty", uint32(r.pos), uint32(r.pos))
		return r
	}
	r.value()
	r.space()
	if r.pos < len(r.text) && !r.stopped() {
		r.fault("json-trailing-text", r.pos, r.pos+1)
	}
	return r
}

// likeJSON reports whether the text was meant as JSON rather than as YAML with
// braces.
func (r *jsonReader) likeJSON() bool { return r.strict > r.loose }

// leniency is the warning for a text that only YAML can read: faults are those
// found when it was read as JSON.
func (r *jsonReader) leniency(faults diag.List) diag.List {
	if !r.likeJSON() {
		return nil
	}
	for i := range faults {
		if d := &faults[i]; d.Severity == diag.Error {
			w := diag.New(diag.Warning, "json-read-as-yaml", d.Source, d.Range, d.Path)
			w.Related = []diag.Related{{Source: d.Source, Range: d.Range, Message: d.Message}}
			return diag.List{w}
		}
	}
	return nil
}

func (r *jsonReader) fault(code diag.Code, start, end int, args ...string) {
	r.report(diag.Error, code, uint32(start), uint32(min(end, len(r.text))), args...)
	r.lost = len(r.found) >= maxFound
}

// stopped reports whether nothing more is read.
func (r *jsonReader) stopped() bool { return r.full || r.lost }

// peek returns the next byte, 0 at the end.
func (r *jsonReader) peek() byte {
	if r.pos < len(r.text) && !r.stopped() {
		return r.text[r.pos]
	}
	return 0
}

// space skips white space and, with an error each, comments.
func (r *jsonReader) space() {
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; {
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			r.pos++
		case c == '#' || strings.HasPrefix(r.text[r.pos:], "//"):
			r.skipComment("\n", 0)
		case strings.HasPrefix(r.text[r.pos:], "/*"):
			r.skipComment("*/", 2)
		default:
			return
		}
	}
}

func (r *jsonReader) skipComment(end string, size int) {
	start := r.pos
	if n := strings.Index(r.text[start:], end); n >= 0 {
		r.pos = start + n + size
	} else {
		r.pos = len(r.text)
	}
	mark := r.text[start : start+1]
	if mark == "/" {
		r.comment = true
		mark = r.text[start : start+2]
	}
	r.fault("json-comment", start, r.pos, mark)
}

// value reads one value and pushes it.
func (r *jsonReader) value() {
	r.space()
	start := r.pos
	switch c := r.peek(); {
	case c == '{' || c == '[':
		r.container(c)
	case c == '"' || c == '\'':
		text, flg := r.str()
		n := node{kind: String, start: uint32(start), end: uint32(r.pos)}
		n.a, n.b = uint32(start+1), uint32(r.pos-1)
		if flg&keySide != 0 {
			n.flags, n.a = textSide, r.sideText(text)
		}
		r.push(n)
	case c == '-' || isDigit(c) || c == '+' || c == '.':
		r.number()
	case isWordByte(c):
		r.word()
	default:
		// Nothing here: a bracket or comma is for the caller.
		if c != 0 && !strings.ContainsRune(",]}", rune(c)) {
			r.pos++
		}
		r.fault("json-missing-value", start, max(r.pos, start+1))
		r.push(node{start: uint32(start), end: uint32(start), a: uint32(start), b: uint32(start)})
	}
}

func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '$' || c >= 0x80
}

// wordEnd returns where a word or number that starts at pos ends.
func (r *jsonReader) wordEnd() int {
	i := r.pos
	for i < len(r.text) && (isWordByte(r.text[i]) || isDigit(r.text[i]) || strings.IndexByte("+-.", r.text[i]) >= 0) {
		i++
	}
	return i
}

func (r *jsonReader) word() {
	start := r.pos
	r.pos = r.wordEnd()
	n := node{start: uint32(start), end: uint32(r.pos), a: uint32(start), b: uint32(r.pos)}
	switch w := r.text[start:r.pos]; w {
	case "true":
		n.kind, n.flags = Bool, truth
	case "false":
		n.kind = Bool
	case "null":
	case "NaN", "Infinity":
		n.kind = Float
		r.report(diag.Warning, "json-not-finite", n.start, n.end, w)
	default:
		r.loose++
		n.kind = String
		r.fault("json-unknown-word", start, r.pos, w)
	}
	r.push(n)
}

func (r *jsonReader) number() {
	start := r.pos
	r.pos = max(r.wordEnd(), start+1)
	n := node{start: uint32(start), end: uint32(r.pos), a: uint32(start), b: uint32(r.pos)}
	switch s := r.text[start:r.pos]; {
	case s == "-Infinity":
		n.kind = Float
		r.report(diag.Warning, "json-not-finite", n.start, n.end, s)
	case numberLen(s) != len(s):
		n.kind = String
		r.fault("json-bad-number", start, r.pos, s)
	default:
		n.kind = Float
		if !strings.ContainsAny(s, ".eE") {
			if _, fits := intValue(s); fits {
				n.kind = Int
			}
		}
	}
	r.push(n)
}

// numberLen returns the length of the JSON number with which s starts.
func numberLen(s string) int {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	digits := func() int {
		from := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		return i - from
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if digits() == 0 {
		return 0
	}
	end := i
	if i < len(s) && s[i] == '.' {
		i++
		if digits() == 0 {
			return end
		}
		end = i
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if digits() == 0 {
			return end
		}
		end = i
	}
	return end
}
