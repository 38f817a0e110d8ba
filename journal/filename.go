package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	fileSuffix  = ".journal"
	trimSuffix  = ".journal.new" // a trimmed file before it takes the old one's place
	maxReadable = 200            // longer names are hashed; file systems allow 255 bytes
)

// fileName maps the name of a journal to that of its file, without suffix. It
// is one to one on any file system, those that fold case included: small
// letters, digits, "-", "_" and inner "." stand for themselves, "/" is "+", and
// all else "%" with two hex digits. A long name becomes "%h" and its hash; its
// file's header has the name.
func fileName(id string) string {
	const digits = "0123456789abcdef"
	b := make([]byte, 0, len(id)+16)
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b = append(b, c)
		case c == '/':
			b = append(b, '+')
		default:
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	if len(b) <= maxReadable {
		return string(b)
	}
	sum := sha256.Sum256([]byte(id))
	return "%h" + hex.EncodeToString(sum[:])
}

// nameOf is the inverse of fileName. It gives "" for a hashed name and for one
// that fileName never makes.
func nameOf(name string) string {
	b := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '+':
			b = append(b, '/')
		case c != '%':
			b = append(b, c)
		case i+2 < len(name):
			var v [1]byte
			if _, err := hex.Decode(v[:], []byte(name[i+1:i+3])); err != nil {
				return ""
			}
			b = append(b, v[0])
			i += 2
		}
	}
	if id := string(b); ValidID(id) == nil && fileName(id) == name {
		return id
	}
	return ""
}

func hashed(name string) bool { return strings.HasPrefix(name, "%h") }
