package doc

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends the value as JSON without spaces; maps keep their order.
// Numbers keep their digits where JSON can write them; infinities and
// not-a-number, which it cannot, become null. The zero Node is null.
func (n Node) AppendJSON(dst []byte) []byte {
	switch n.Kind() {
	case Bool:
		return strconv.AppendBool(dst, n.Bool())
	case Int:
		i, _ := n.Int()
		return strconv.AppendInt(dst, i, 10)
	case Float:
		return n.appendFloat(dst)
	case String:
		return appendString(dst, n.Text())
	case List:
		dst = append(dst, '[')
		for i := range n.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = n.At(i).AppendJSON(dst)
		}
		return append(dst, ']')
	case Map:
		dst = append(dst, '{')
		for i := range n.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			v := n.At(i)
			dst = append(appendString(dst, v.Key()), ':')
			dst = v.AppendJSON(dst)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

func (n Node) appendFloat(dst []byte) []byte {
	if lit := n.Literal(); numberLen(lit) == len(lit) {
		return append(dst, lit...)
	}
	f := n.Float()
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(dst, "null"...)
	}
	was := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	if allOf(string(dst[was:]), func(c byte) bool { return isDigit(c) || c == '-' }) {
		dst = append(dst, ".0"...) // else it would read back as an integer
	}
	return dst
}

const hexDigits = "0123456789abcdef"

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[from:i]...), "\ufffd"...)
				from = i + 1
			}
			i += size
			continue
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

// AppendString appends a text as a JSON string.
func AppendString(dst []byte, s string) []byte { return appendString(dst, s) }

// JSONNumber reports whether a text is a number as JSON writes them.
func JSONNumber(s string) bool { return s != "" && numberLen(s) == len(s) }
