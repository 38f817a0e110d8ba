package ros

import (
	"bytes"
	"encoding/json"
)

// arena holds the bytes of a plan in a few large blocks, so that a plan of
// many small values is not made of many small allocations.
type arena struct {
	buf  []byte
	size int
}

const (
	smallBlock = 4 << 10
	largeBlock = 256 << 10
	blockTail  = 512 // a block with less room than this is left
)

// begin gives the place at which the next value starts in buf.
func (a *arena) begin() int {
	if cap(a.buf)-len(a.buf) < blockTail {
		a.size = min(max(a.size*2, smallBlock), largeBlock)
		a.buf = make([]byte, 0, a.size)
	}
	return len(a.buf)
}

// take gives what was appended to buf since begin.
func (a *arena) take(at int) json.RawMessage { return a.buf[at:len(a.buf):len(a.buf)] }

// forget drops what was appended to buf since begin.
func (a *arena) forget(at int) { a.buf = a.buf[:at] }

// portable gives JSON as encoding/json would write it again, so that a plan
// that was written and read is the same plan: it escapes <, >, & and the two
// line separators of Unicode in strings.
func portable(raw json.RawMessage) json.RawMessage {
	if bytes.IndexByte(raw, '<') < 0 && bytes.IndexByte(raw, '>') < 0 && bytes.IndexByte(raw, '&') < 0 &&
		!bytes.Contains(raw, []byte("\u2028")) && !bytes.Contains(raw, []byte("\u2029")) {
		return raw
	}
	var b bytes.Buffer
	b.Grow(len(raw) + 64)
	json.HTMLEscape(&b, raw)
	return b.Bytes()
}

// slab hands out short slices of one long one.
type slab[T any] struct{ buf []T }

// one gives a slice of one element.
func (l *slab[T]) one(v T) []T {
	s := l.some(1)
	s[0] = v
	return s
}

// some gives a slice of n elements, all zero.
func (l *slab[T]) some(n int) []T {
	if n == 0 {
		return nil
	}
	if cap(l.buf)-len(l.buf) < n {
		l.buf = make([]T, 0, max(n, min(max(2*cap(l.buf), 64), 1<<14)))
	}
	at := len(l.buf)
	l.buf = l.buf[:at+n]
	return l.buf[at : at+n : at+n]
}
