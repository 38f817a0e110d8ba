package acs

import (
	"crypto/hmac"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// TimeLayout is how the gateway writes times, in UTC: the parameter Timestamp and
// the header x-acs-date.
const TimeLayout = "2006-01-02T15:04:05Z"

// Mismatch is a signature that does not fit its request.
type Mismatch struct {
	// Text is what the checking side computed the signature of.
	Text string
}

func (*Mismatch) Error() string { return "the signature does not fit the request" }

const hexDigits = "0123456789ABCDEF"

// Escape encodes a text by RFC 3986: all but letters, digits and "-_.~".
func Escape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	escape(&b, s)
	return b.String()
}

func escape(b *strings.Builder, s string) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
}

// canonicalQuery gives parameters sorted by name and escaped, except one.
func canonicalQuery(params url.Values, except string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name == except {
			continue
		}
		for _, value := range params[name] {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			escape(&b, name)
			b.WriteByte('=')
			escape(&b, value)
		}
	}
	return b.String()
}

// compare compares signatures in a time that does not tell how much is equal.
func compare(want, have, text string) error {
	if hmac.Equal([]byte(want), []byte(have)) {
		return nil
	}
	return &Mismatch{Text: text}
}
