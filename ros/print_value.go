package ros

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bianpai/bianpai/internal/value"
)

// shown is a value of a diff for people.
func (pr *planPrinter) shown(wire []byte) string {
	if len(wire) == 0 {
		return pr.words.absent
	}
	v, err := value.ParseWire(wire, nil)
	if err != nil {
		return "?"
	}
	return printable(string(pr.appendShown(nil, v)))
}

func (pr *planPrinter) appendShown(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.Absent:
		return append(dst, pr.words.absent...)
	case value.KindUnknown:
		return pr.appendHole(dst, v.Hole())
	case value.KindList:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = pr.appendShown(dst, v.At(i))
		}
		return append(dst, ']')
	case value.KindMap:
		dst = append(dst, '{')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(append(dst, v.KeyAt(i)...), ": "...)
			dst = pr.appendShown(dst, v.At(i))
		}
		return append(dst, '}')
	}
	return v.AppendJSON(dst)
}

// appendHole names what a value waits for. A secret is a hole that nothing
// opens here.
func (pr *planPrinter) appendHole(dst []byte, h *value.Hole) []byte {
	if h.Sensitive {
		return append(dst, "******"...)
	}
	before, after, _ := strings.Cut(pr.words.late, "%s")
	dst = append(dst, before...)
	dst = append(dst, strings.Join(h.Refs, ", ")...)
	return append(dst, after...)
}

// printable makes text of a template safe for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return '.'
		}
		return r
	}, s)
}

// textWidth is how many columns of a terminal a text takes.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is two for the wide characters of Chinese, Japanese and Korean.
func runeWidth(r rune) int {
	switch {
	case r < 0x1100:
		return 1
	case r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

func padded(s string, n int) string {
	return s + strings.Repeat(" ", max(n-textWidth(s), 0))
}

// shortened cuts a text to a number of columns, and says so.
func shortened(s string, room int) string {
	if textWidth(s) <= room {
		return s
	}
	n := 1
	for i, r := range s {
		if n += runeWidth(r); n > room {
			return s[:i] + "…"
		}
	}
	return s
}
