package diag

import (
	"bytes"
	"sort"
	"sync"
)

// Position is a place in a source for people: both from 1, the column counted
// in characters (runes). Its zero value means "no place".
type Position struct {
	Line, Column int
}

// Source is the text of one document and its name. It is immutable and safe
// for concurrent use. Offsets into it are bytes from 0.
type Source struct {
	name  string
	text  []byte
	table func() *lineTable
}

// NewSource keeps name and text; the caller must not change text afterwards.
func NewSource(name string, text []byte) *Source {
	s := &Source{name: name, text: text}
	// Most documents have no findings and never need their lines.
	s.table = sync.OnceValue(func() *lineTable { return newLineTable(s.text) })
	return s
}

// Name returns the name given to NewSource.
func (s *Source) Name() string { return s.name }

// Text returns the text itself, not a copy: it must not be changed.
func (s *Source) Text() []byte { return s.text }

// Position returns line and column of a byte offset. Lines end as YAML counts
// them: at LF, CR, CR LF, NEL, LS and PS. A byte order mark at the start takes
// no column. An offset past the end means the end.
//
// The first call reads the whole text once; after it a call costs the same in
// a text of one huge line as in one of many short lines.
func (s *Source) Position(offset uint32) Position {
	t := s.table()
	offset = min(offset, uint32(len(s.text)))
	line := t.line(offset)
	start := t.starts[line]
	if offset < start { // inside the byte order mark
		return Position{1, 1}
	}
	return Position{Line: line + 1, Column: t.runes(s.text, offset) - t.runes(s.text, start) + 1}
}

// Lines returns the number of lines; a text that ends with a break has an
// empty last one.
func (s *Source) Lines() int { return len(s.table().starts) }

// Line returns the range of a line, counted from 1, without its break. It is
// empty for a line that does not exist.
func (s *Source) Line(n int) Range {
	t := s.table()
	if n < 1 || n > len(t.starts) {
		return Range{}
	}
	start, end := t.starts[n-1], uint32(len(s.text))
	if n < len(t.starts) {
		end = t.starts[n]
	}
	return Range{start, start + uint32(len(trimBreak(s.text[start:end])))}
}

func trimBreak(line []byte) []byte {
	for _, br := range [...]string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if cut, ok := bytes.CutSuffix(line, []byte(br)); ok {
			return cut
		}
	}
	return line
}

// runeBlock is the distance in bytes between two checkpoints of the count of
// characters: what a query has to count itself.
const runeBlock = 1024

type lineTable struct {
	starts []uint32 // offset of each line
	counts []uint32 // characters before each multiple of runeBlock
}

func newLineTable(text []byte) *lineTable {
	first := uint32(0)
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		first = 3
	}
	t := &lineTable{starts: append(make([]uint32, 0, bytes.Count(text, []byte{'\n'})+1), first)}
	for i := 0; i < len(text); {
		n := BreakLen(text[i:])
		if n == 0 {
			i++
			continue
		}
		i += n
		t.starts = append(t.starts, uint32(i))
	}
	t.counts = make([]uint32, 1, len(text)/runeBlock+1)
	for i := runeBlock; i <= len(text); i += runeBlock {
		n := t.counts[len(t.counts)-1]
		t.counts = append(t.counts, n+countRunes(text[i-runeBlock:i]))
	}
	return t
}

// line returns the index of the line that holds the offset.
func (t *lineTable) line(offset uint32) int {
	i := sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > offset })
	return max(i-1, 0)
}

// runes returns the number of characters before the offset.
func (t *lineTable) runes(text []byte, offset uint32) int {
	block := offset / runeBlock
	return int(t.counts[block] + countRunes(text[block*runeBlock:offset]))
}

// countRunes counts the bytes that start a character; so the counts of two
// neighbouring pieces add up wherever the cut is.
func countRunes(text []byte) uint32 {
	n := uint32(0)
	for _, b := range text {
		if b&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// BreakLen returns the length of the line break, as YAML counts them, with
// which text starts: 0 if it starts with none.
func BreakLen(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch text[0] {
	case '\n':
		return 1
	case '\r':
		if len(text) > 1 && text[1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if len(text) > 1 && text[1] == 0x85 {
			return 2
		}
	case 0xE2:
		if len(text) > 2 && text[1] == 0x80 && (text[2] == 0xA8 || text[2] == 0xA9) {
			return 3
		}
	}
	return 0
}

// Position returns where the finding starts; zero without Source.
func (d Diagnostic) Position() Position {
	if d.Source == nil {
		return Position{}
	}
	return d.Source.Position(d.Range.Start)
}
