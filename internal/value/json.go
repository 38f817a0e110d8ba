package value

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends the value as JSON. Absent members are left out; unknown
// values, and the floats that JSON lacks, become null.
func (v Value) AppendJSON(dst []byte) []byte {
	switch v.kind {
	case KindBool:
		return strconv.AppendBool(dst, v.num == 1)
	case KindInt:
		return strconv.AppendInt(dst, int64(v.num), 10)
	case KindFloat:
		return appendJSONFloat(dst, v.Float())
	case KindString:
		return AppendQuoted(dst, v.text)
	case KindList:
		return appendJSONList(dst, v.parts.items)
	case KindMap:
		return appendJSONMap(dst, v.parts.entries)
	}
	return append(dst, "null"...)
}

func appendJSONList(dst []byte, items []Value) []byte {
	dst = append(dst, '[')
	first := true
	for i := range items {
		if items[i].kind == Absent {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = items[i].AppendJSON(dst)
	}
	return append(dst, ']')
}

func appendJSONMap(dst []byte, entries []Entry) []byte {
	dst = append(dst, '{')
	first := true
	for i := range entries {
		if entries[i].Value.kind == Absent {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendQuoted(dst, entries[i].Key)
		dst = append(dst, ':')
		dst = entries[i].Value.AppendJSON(dst)
	}
	return append(dst, '}')
}

func appendJSONFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return AppendFloat(dst, f)
}

// AppendFloat appends a float as Python writes it: the shortest digits that
// give the same float back, always with a point or an exponent.
func AppendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, '.', '0')
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends a string as JSON. Bytes that are not UTF-8 become the
// replacement character.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\ufffd`...)
			start = i + size
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// redacted stands for a sensitive value in texts for people.
const redacted = "******"

// String returns the value for people: JSON, with sensitive parts as
// asterisks and unknown parts as "(known later)".
func (v Value) String() string { return string(v.appendRedacted(nil)) }

func (v Value) appendRedacted(dst []byte) []byte {
	if v.Sensitive() {
		return append(dst, redacted...)
	}
	switch v.kind {
	case Absent:
		return append(dst, "(absent)"...)
	case KindUnknown:
		return append(dst, "(known later)"...)
	case KindList:
		dst = append(dst, '[')
		for i := range v.parts.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.parts.items[i].appendRedacted(dst)
		}
		return append(dst, ']')
	case KindMap:
		dst = append(dst, '{')
		for i := range v.parts.entries {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendQuoted(dst, v.parts.entries[i].Key)
			dst = append(dst, ':')
			dst = v.parts.entries[i].Value.appendRedacted(dst)
		}
		return append(dst, '}')
	}
	return v.AppendJSON(dst)
}

// GoString keeps %#v from printing what String hides.
func (v Value) GoString() string { return v.String() }
