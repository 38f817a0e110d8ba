package edit

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// tidy gives the edits that leave no blanks at the end of a line, no two empty
// lines one after the other, none at the start and the end, LF as line break
// and one at the end. Nothing within a scalar changes.
func (l *layout) tidy() []diag.Edit {
	t := &tidier{layout: l, inside: make([]bool, len(l.lines)), open: make([]bool, len(l.lines))}
	for i := range l.tokens {
		t.mark(&l.tokens[i])
	}
	marks := 0
	for strings.HasPrefix(l.text[marks:], byteOrderMark) {
		marks += len(byteOrderMark)
	}
	t.cut(0, marks)
	empty := true // the lines before are empty, or there are none
	for line := range l.lines {
		start, end := l.lines[line], l.trimmedEnd(line)
		text := l.text[start:end]
		last := line == len(l.lines)-1
		switch {
		case t.inside[line] || !blankLine(text):
			empty = false
			if !t.open[line] {
				t.cut(start+len(strings.TrimRight(text, " \t")), end)
			}
		case last:
			t.cut(start, end)
			continue
		case empty || t.restEmpty(line):
			t.cut(start, l.lines[line+1])
			continue
		default:
			empty = true
			t.cut(start, end)
		}
		if !last {
			t.lineFeed(end, l.lines[line+1])
		}
	}
	return append(t.edits, l.finalBreak()...)
}

type tidier struct {
	*layout
	inside []bool // the line belongs to a token that started before
	open   []bool // the token at the end of the line goes on
	edits  []diag.Edit
}

func (t *tidier) mark(tok *token) {
	first, last := t.lineOf(tok.start), t.lineOf(max(tok.end, tok.start))
	for line := first; line <= last; line++ {
		t.inside[line] = t.inside[line] || line > first
		t.open[line] = t.open[line] || line < last || tok.kind == block && line > first
	}
	if tok.kind == block { // blanks behind a header mean nothing
		t.open[first] = false
	}
}

// restEmpty reports whether nothing but empty lines follows.
func (t *tidier) restEmpty(line int) bool {
	n := len(t.tokens)
	return n == 0 || t.tokens[n-1].end <= t.layout.lines[line]
}

func (t *tidier) cut(start, end int) {
	if start < end {
		t.edits = append(t.edits, diag.Edit{Range: diag.Range{Start: uint32(start), End: uint32(end)}})
	}
}

// lineFeed makes a line break of CR or CR LF one of LF.
func (t *tidier) lineFeed(start, end int) {
	if br := t.text[start:end]; strings.HasPrefix(br, "\r") {
		t.edits = append(t.edits, diag.Edit{Range: diag.Range{Start: uint32(start), End: uint32(end)}, Text: "\n"})
	}
}

// finalBreak gives the edits that end the last line with a break. A block
// scalar at the end gets a header that keeps its value without one.
func (l *layout) finalBreak() []diag.Edit {
	n := len(l.tokens)
	if n == 0 || l.lines[len(l.lines)-1] == len(l.text) {
		return nil
	}
	end := uint32(len(l.text))
	edits := []diag.Edit{{Range: diag.Range{Start: end, End: end}, Text: "\n"}}
	last := &l.tokens[n-1]
	if last.kind != block || last.end < len(l.text) {
		if blankLine(l.text[l.lines[len(l.lines)-1]:]) {
			return nil // the blanks go, and the break before is the last
		}
		return edits
	}
	if n > 2 && l.tokens[n-2].kind == comment && l.tokens[n-2].end == last.start {
		last = &l.tokens[n-3] // the header before its comment
	}
	at := last.start + 1
	for at < last.end && strings.IndexByte("123456789", l.text[at]) >= 0 {
		at++
	}
	r := diag.Range{Start: uint32(at), End: uint32(at)}
	switch {
	case at < last.end && l.text[at] == '-':
		return edits
	case at < last.end && l.text[at] == '+':
		r.End++
	}
	return append(edits, diag.Edit{Range: r, Text: "-"})
}
