package doc

import (
	"bytes"
	"slices"
	"strings"
	"unsafe"

	"github.com/bianpai/bianpai/diag"
)

// Parse reads a document: as JSON if it starts with { or [ and is JSON, else
// as YAML, which takes in some faulty JSON too, as the services do. The name is
// for messages only. The text is copied; the Doc's Source is that copy.
//
// The Doc is never nil. When the list holds errors, it has what could be read;
// a value that could not is null. Limits may be nil.
func Parse(name string, src []byte, lim *Limits) (*Doc, diag.List) {
	b, ok := open(name, src, lim)
	if !ok {
		return b.finish()
	}
	if start := firstByte(b.text); start != '{' && start != '[' {
		readYAML(b)
		return b.finish()
	}
	encoding := slices.Clone(b.found)
	j := readJSON(b)
	if b.full || len(encoding) == b.found.Count(diag.Error) {
		return b.finish()
	}
	if !j.comment { // what // and /* mean to YAML is never what is meant
		y := newBuilder(b.src, b.text, lim)
		y.found = encoding
		readYAML(y)
		if y.found.Count(diag.Error) == len(encoding) {
			y.whole = true // what is wrong with it as JSON has lost nothing
			y.found = append(y.found, j.leniency(b.found[len(encoding):])...)
			return y.finish()
		}
		if !j.likeJSON() {
			return y.finish()
		}
	}
	return b.finish()
}

// ParseJSON reads a JSON document; otherwise as Parse.
func ParseJSON(name string, src []byte, lim *Limits) (*Doc, diag.List) {
	b, ok := open(name, src, lim)
	if ok {
		readJSON(b)
	}
	return b.finish()
}

// open checks size and encoding and makes the builder over a copy of the text.
func open(name string, src []byte, lim *Limits) (*builder, bool) {
	limits := lim.withDefaults()
	if len(src) > limits.Bytes {
		b := newBuilder(diag.NewSource(name, nil), "", lim)
		b.exhaust(0, "document-too-large", limits.Bytes)
		return b, false
	}
	text, faults := decodeText(src)
	// The copy is ours and nobody writes to it, so the strings of the tree may
	// share its bytes.
	shared := unsafe.String(unsafe.SliceData(text), len(text))
	b := newBuilder(diag.NewSource(name, text), shared, lim)
	for _, f := range faults {
		b.report(diag.Error, f.code, f.start, f.end, f.arg)
	}
	return b, true
}

func (b *builder) hasErrors() bool { return b.found.Count(diag.Error) > 0 }

const byteOrderMark = "\ufeff"

// firstByte returns the first byte that is no white space, 0 without one.
func firstByte(text string) byte {
	text = strings.TrimLeft(strings.TrimPrefix(text, byteOrderMark), " \t\r\n")
	if text == "" {
		return 0
	}
	return text[0]
}

// textFault is a byte that no text has.
type textFault struct {
	code       diag.Code
	start, end uint32
	arg        string
}

// decodeText gives the text in UTF-8 in memory of its own: UTF-16 with a byte
// order mark is converted; bytes that are not UTF-8 become question marks, so
// that offsets stay.
func decodeText(src []byte) ([]byte, []textFault) {
	if bytes.HasPrefix(src, []byte{0xFF, 0xFE}) || bytes.HasPrefix(src, []byte{0xFE, 0xFF}) {
		return decodeUTF16(src)
	}
	text := bytes.Clone(src)
	return text, mendUTF8(text)
}
