package doc

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
)

// prepare makes the text fit for yaml.v3, which refuses a whole document for
// one control character and builds a tree of any size; not ok if it is hopeless.
func (r *yamlReader) prepare() (text string, ok bool) {
	r.mendControls()
	r.lines = newCursor(r.text)
	if values, at := countValues(r.text, r.lim.Nodes); values > r.lim.Nodes {
		r.exhaust(uint32(at), "document-too-many-nodes", r.lim.Nodes)
		return "", false
	}
	return r.text, true
}

// countValues gives a bound for the number of values of a YAML text: each
// stands behind a line break, bracket, comma or dash. It stops past the limit.
func countValues(text string, limit int) (values, at int) {
	for i := range len(text) {
		switch text[i] {
		case '\n', ',', '[', '{':
		case '-':
			if i+1 < len(text) && text[i+1] != ' ' {
				continue
			}
		default:
			continue
		}
		if values++; values > limit {
			return values, i
		}
	}
	return values, len(text)
}

// mendControls reports the characters that YAML does not allow and puts
// question marks for them, so that the rest can be read.
func (r *yamlReader) mendControls() {
	first := strings.IndexFunc(r.text, notYAML)
	if first < 0 {
		return
	}
	mended := []byte(r.text)
	for i, c := range r.text[first:] {
		if !notYAML(c) {
			continue
		}
		at, size := first+i, utf8.RuneLen(c)
		r.report(diag.Error, "control-character", uint32(at), uint32(at+size), fmt.Sprintf("U+%04X", c))
		for k := range size {
			mended[at+k] = '?'
		}
	}
	r.text = string(mended)
}

func notYAML(c rune) bool {
	switch {
	case c < ' ':
		return c != '\t' && c != '\n' && c != '\r'
	case c < 0x7F:
		return false
	case c < 0xA0:
		return c != 0x85
	}
	return c == 0xFFFE || c == 0xFFFF
}
