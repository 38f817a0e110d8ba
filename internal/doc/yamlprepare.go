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
	s := surveyText(r.text, r.lim.Nodes)
	if s.values > r.lim.Nodes {
		r.exhaust(uint32(s.read), "document-too-many-nodes", r.lim.Nodes)
		return "", false
	}
	if s.seen&(control|beyond) != 0 {
		r.mendControls()
	}
	r.lines = cursor{text: r.text, ascii: s.seen&beyond == 0, plain: s.seen&carriage == 0}
	if s.seen&beyond != 0 {
		for _, br := range [...]string{"\u0085", "\u2028", "\u2029"} {
			r.lines.plain = r.lines.plain && !strings.Contains(r.text, br)
		}
	}
	r.lines.reset(0)
	return r.text, true
}

// class says what a byte means for the way a text is read.
type class uint8

const (
	separator class = 1 << iota // a value may stand behind it
	carriage                    // CR
	beyond                      // not ASCII
	control                     // not allowed in YAML
)

var classes = func() (t [256]class) {
	for c := range t {
		switch {
		case c == '\n' || c == ',' || c == '[' || c == '{' || c == '-':
			t[c] = separator
		case c == '\r':
			t[c] = carriage
		case c >= utf8.RuneSelf:
			t[c] = beyond
		case c < ' ' && c != '\t' || c == 0x7F:
			t[c] = control
		}
	}
	return t
}()

// survey is what one look at the bytes of a YAML text tells.
type survey struct {
	seen   class
	values int // no more values than these: each stands behind a separator
	read   int // the bytes looked at
}

// surveyText looks at the text until it has more values than the limit.
func surveyText(text string, limit int) (s survey) {
	for i := range len(text) {
		c := classes[text[i]]
		s.seen |= c
		if c != separator {
			continue
		}
		if text[i] == '-' && i+1 < len(text) && text[i+1] != ' ' {
			continue // part of a word
		}
		if s.values++; s.values > limit {
			s.read = i
			return s
		}
	}
	s.read = len(text)
	return s
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
