package fn

import (
	"strconv"
	"unicode/utf16"

	"github.com/bianpai/bianpai/internal/value"
)

// AppendText appends the text of a value as Python's str gives it for scalars:
// True, 1.0. null gives the text that stands for it; lists and maps become
// JSON as Python writes it.
func AppendText(dst []byte, v value.Value, null string) []byte {
	switch v.Kind() {
	case value.Absent, value.KindNull:
		return append(dst, null...)
	case value.KindBool:
		if v.Bool() {
			return append(dst, "True"...)
		}
		return append(dst, "False"...)
	case value.KindString:
		return append(dst, v.Text()...)
	}
	return AppendDump(dst, v)
}

// AppendDump appends a value as Python's json.dumps writes it: a blank after
// each comma and colon, all that is not ASCII escaped.
func AppendDump(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.KindBool:
		return strconv.AppendBool(dst, v.Bool())
	case value.KindInt:
		return strconv.AppendInt(dst, v.Int(), 10)
	case value.KindFloat:
		return value.AppendFloat(dst, v.Float())
	case value.KindString:
		return appendASCII(dst, v.Text())
	case value.KindList:
		dst = append(dst, '[')
		for i, member := range v.Items() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = AppendDump(dst, member)
		}
		return append(dst, ']')
	case value.KindMap:
		dst = append(dst, '{')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendASCII(dst, v.KeyAt(i))
			dst = append(dst, ": "...)
			dst = AppendDump(dst, v.At(i))
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

func appendASCII(dst []byte, s string) []byte {
	start := len(dst)
	dst = value.AppendQuoted(dst, s)
	for _, c := range dst[start:] {
		if c >= 0x80 || c == 0x7f {
			return escapeRunes(dst[:start], string(dst[start:]))
		}
	}
	return dst
}

func escapeRunes(dst []byte, quoted string) []byte {
	for _, r := range quoted {
		switch {
		case r < 0x80:
			dst = append(dst, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = appendHex(appendHex(dst, high), low)
		default:
			dst = appendHex(dst, r)
		}
	}
	return dst
}

func appendHex(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// Str gives the text of any value; null is None.
func Str(v value.Value) (value.Value, error) {
	return text(AppendText(nil, v, "None"))
}

func text(b []byte) (value.Value, error) {
	if len(b) > MaxResult {
		return value.Value{}, tooLarge()
	}
	return value.String(string(b)), nil
}
