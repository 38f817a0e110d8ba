package doc

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
)

// str reads a string and gives its text; flags are keyQuoted if that stands in
// the source between two quotes, else keySide.
func (r *jsonReader) str() (string, flags) {
	start, quote := r.pos, r.text[r.pos]
	if quote == '\'' {
		r.loose++
	} else {
		r.strict++
	}
	i := start + 1
	for i < len(r.text) && r.text[i] != quote && r.text[i] != '\\' && r.text[i] >= ' ' {
		i++
	}
	if i < len(r.text) && r.text[i] == quote {
		r.pos = i + 1
		if quote == '\'' {
			r.fault("json-single-quote", start, r.pos)
		}
		return r.text[start+1 : i], keyQuoted
	}
	return r.longStr(start, i, quote), keySide
}

// longStr reads on at i in a string that has escapes or faults.
func (r *jsonReader) longStr(start, i int, quote byte) string {
	buf := append(make([]byte, 0, i-start+64), r.text[start+1:i]...)
	for i < len(r.text) {
		switch c := r.text[i]; {
		case c == quote:
			r.pos = i + 1
			if quote == '\'' {
				r.fault("json-single-quote", start, r.pos)
			}
			return string(buf)
		case c == '\\':
			buf, i = r.escape(buf, i)
		case c == '\n' || c == '\r':
			r.pos = i
			r.fault("json-unclosed-string", start, i)
			return string(buf)
		case c < ' ':
			r.fault("json-control-character", i, i+1, fmt.Sprintf(`\u%04x`, c))
			buf = append(buf, c)
			i++
		default:
			from := i
			for i < len(r.text) && r.text[i] != quote && r.text[i] != '\\' && r.text[i] >= ' ' {
				i++
			}
			buf = append(buf, r.text[from:i]...)
		}
	}
	r.pos = len(r.text)
	r.fault("json-unclosed-string", start, r.pos)
	return string(buf)
}

// escapes maps the letter of a short escape to its character.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads the escape at i and returns where it ends.
func (r *jsonReader) escape(buf []byte, i int) ([]byte, int) {
	if i+1 == len(r.text) {
		return buf, i + 1 // the string is reported as not closed
	}
	c := r.text[i+1]
	if plain := escapes[c]; plain != 0 {
		return append(buf, plain), i + 2
	}
	if c != 'u' {
		if c == '\n' || c == '\r' {
			return append(buf, '\\'), i + 1
		}
		_, size := utf8.DecodeRuneInString(r.text[i+1:])
		end := i + 1 + size
		r.fault("json-bad-escape", i, end, r.text[i:end])
		return append(buf, r.text[i:end]...), end
	}
	u, ok := r.hex4(i)
	if !ok {
		r.fault("json-bad-escape", i, i+2, r.text[i:i+2])
		return append(buf, r.text[i:i+2]...), i + 2
	}
	if !utf16.IsSurrogate(u) {
		return utf8.AppendRune(buf, u), i + 6
	}
	if low, ok := r.hex4(i + 6); ok {
		if pair := utf16.DecodeRune(u, low); pair != utf8.RuneError {
			return utf8.AppendRune(buf, pair), i + 12
		}
	}
	r.report(diag.Warning, "json-lone-surrogate", uint32(i), uint32(i+6), r.text[i:i+6])
	return append(buf, "\ufffd"...), i + 6
}

// hex4 reads \uXXXX at i.
func (r *jsonReader) hex4(i int) (rune, bool) {
	if i+6 > len(r.text) || r.text[i] != '\\' || r.text[i+1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(r.text[i+2:i+6], 16, 16)
	return rune(v), err == nil
}
