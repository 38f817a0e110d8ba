package doc

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeUTF16 converts a text that starts with a byte order mark.
func decodeUTF16(src []byte) ([]byte, []textFault) {
	var order binary.ByteOrder = binary.LittleEndian
	if src[0] == 0xFE {
		order = binary.BigEndian
	}
	src = src[2:]
	text := make([]byte, 0, len(src))
	var faults []textFault
	for len(src) > 1 {
		r := rune(order.Uint16(src))
		size := 2
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if len(src) > 3 {
				low = rune(order.Uint16(src[2:]))
			}
			pair := utf16.DecodeRune(r, low)
			if pair == utf8.RuneError {
				faults = append(faults, faultAt(len(text), 3, fmt.Sprintf("U+%04X", r)))
			} else {
				size = 4
			}
			r = pair
		}
		text = utf8.AppendRune(text, r)
		src = src[size:]
	}
	if len(src) == 1 {
		faults = append(faults, faultAt(len(text), 0, fmt.Sprintf("0x%02X", src[0])))
	}
	return text, faults
}

func faultAt(at, size int, what string) textFault {
	return textFault{code: "invalid-encoding", start: uint32(at), end: uint32(at + size), arg: what}
}

// mendUTF8 replaces the bytes that are not UTF-8 and tells where runs of them
// start.
func mendUTF8(text []byte) []textFault {
	if utf8.Valid(text) {
		return nil
	}
	var faults []textFault
	last := -2 // the byte that was bad before
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			if last != i-1 && len(faults) < maxFound {
				faults = append(faults, faultAt(i, 1, fmt.Sprintf("0x%02X", text[i])))
			}
			text[i] = '?'
			last = i
		}
		i += size
	}
	return faults
}
