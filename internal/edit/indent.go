package edit

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// level is an open block list or map: where it stood and where it goes.
type level struct {
	old, new int
	list     bool
}

// indenter moves the lines of a YAML text to the indentation of their depth.
// Lists stand indented below their key. What reaches over several lines moves
// as a whole.
type indenter struct {
	*layout
	step   int
	levels []level
	shift  int // how far the current line's last key, item or value moves
	after  int // where what follows a dash on its line goes; -1 elsewhere
	edits  []diag.Edit
	notes  []int // comment lines that wait for the line they belong to
}

func (l *layout) indent(step int) []diag.Edit {
	in := &indenter{layout: l, step: step, after: -1}
	for i := range l.tokens {
		in.token(i)
	}
	in.settleNotes(0, 0, in.levels)
	return in.edits
}

func (in *indenter) replace(start, end int, text string) {
	if in.text[start:end] != text {
		in.edits = append(in.edits, diag.Edit{Range: diag.Range{Start: uint32(start), End: uint32(end)}, Text: text})
	}
}

// move gives the line on which a token is the first a new indentation.
func (in *indenter) move(t *token, column int) {
	in.replace(t.start-t.column, t.start, strings.Repeat(" ", max(column, 0)))
}

func (in *indenter) token(i int) {
	t := &in.tokens[i]
	switch {
	case t.flow > 0 || t.kind == closing:
		if t.first {
			in.move(t, t.column+in.shift)
		}
		in.continuation(t)
		return
	case t.kind == comment:
		if t.first {
			in.notes = append(in.notes, i)
		}
		return
	case t.kind == marker || t.kind == directive:
		in.settleNotes(0, 0, in.levels)
		in.levels = in.levels[:0]
		in.after = -1
		return
	}
	in.place(t)
	in.continuation(t)
	if t.kind == dash && i+1 < len(in.tokens) {
		if next := &in.tokens[i+1]; !next.first && next.kind != comment {
			in.replace(t.end, next.start, " ")
		}
	}
}

// innermost returns the new column of the innermost block list or map, -1
// outside of all.
func (in *indenter) innermost() int {
	if len(in.levels) == 0 {
		return -1
	}
	return in.levels[len(in.levels)-1].new
}

// place finds the new column of a token and moves its line if it is the first
// there.
func (in *indenter) place(t *token) {
	before := in.levels
	in.unroll(t)
	starts := t.kind == dash || t.key // of an entry of a block list or map
	column := t.column + in.shift
	switch {
	case starts && in.opened(t):
		column = in.innermost()
	case t.kind == colon && t.first: // of a key with a question mark
		column = in.innermost()
	case in.after >= 0:
		column = in.after
	case t.first:
		column = 0
		if len(in.levels) > 0 {
			column = in.innermost() + in.step
		}
	}
	if t.first {
		in.settleNotes(t.column, column, before)
		in.move(t, column)
	}
	if starts && !in.opened(t) {
		in.levels = append(in.levels, level{t.column, column, t.kind == dash})
	}
	if t.first || starts || in.after >= 0 {
		in.shift = column - t.column
	}
	in.after = -1
	if t.kind == dash {
		in.after = column + 2
	}
}

// unroll closes the blocks that end before a token.
func (in *indenter) unroll(t *token) {
	n := len(in.levels)
	for n > 0 && in.levels[n-1].old > t.column {
		n--
	}
	// A list may stand in the column of its key: the next key ends it.
	if n > 0 && t.first && t.kind != dash && in.levels[n-1].list && in.levels[n-1].old == t.column {
		n--
	}
	in.levels = in.levels[:n:n]
}

// opened reports whether the block whose entry starts here is open already.
func (in *indenter) opened(t *token) bool {
	n := len(in.levels)
	return n > 0 && in.levels[n-1].old == t.column && in.levels[n-1].list == (t.kind == dash)
}

// continuation moves the further lines of a token that has more than one.
func (in *indenter) continuation(t *token) {
	first := in.lineOf(t.start)
	last := in.lineOf(max(t.end-1, t.start))
	if t.kind == block {
		last = in.lineOf(t.end)
	}
	for line := first + 1; line <= last; line++ {
		start, end := in.layout.lines[line], in.trimmedEnd(line)
		text := in.text[start:end]
		if t.kind == block {
			in.blockLine(t, start, text)
			continue
		}
		blanks := len(text) - len(strings.TrimLeft(text, " \t"))
		if blanks == len(text) {
			continue // an empty line within a scalar counts
		}
		column := max(blanks+in.shift, in.innermost()+1)
		in.replace(start, start+blanks, strings.Repeat(" ", max(column, 0)))
	}
}

// blockLine moves a line of a block scalar.
func (in *indenter) blockLine(t *token, start int, text string) {
	have := min(spaces(text), t.content)
	if have == len(text) {
		in.replace(start, start+have, "")
		return
	}
	if len(in.levels) == 0 {
		return
	}
	in.replace(start, start+have, strings.Repeat(" ", in.innermost()+in.contentStep(t)))
}

// contentStep is how much deeper than the block around it the lines of a block
// scalar stand: what its header says, or else one step.
func (in *indenter) contentStep(t *token) int {
	header := in.text[t.start:in.lineEnd(t.start)]
	if t.start < len(in.text) && breakLen(in.text, t.start) > 0 { // the header is a token before
		header = in.text[in.lineStart(t.start):t.start]
		if at := strings.LastIndexAny(header, "|>"); at >= 0 {
			header = header[at:]
		}
	}
	for i := 1; i < len(header) && strings.IndexByte("+-123456789", header[i]) >= 0; i++ {
		if c := header[i]; c != '+' && c != '-' {
			return int(c - '0')
		}
	}
	return in.step
}

// settleNotes places the comment lines before a line that goes from column old
// to column new; before are the blocks open above them. A comment that stands
// deeper than the line belongs to the block it stands in.
func (in *indenter) settleNotes(old, new int, before []level) {
	deeper := len(before) == 0 || new > before[len(before)-1].new
	for _, i := range in.notes {
		t := &in.tokens[i]
		column := new
		if t.column > old && !deeper {
			for _, open := range before {
				if open.old <= t.column {
					column = open.new
				}
			}
		}
		in.move(t, column)
	}
	in.notes = in.notes[:0]
}
