package diag

// Position is a place in a source for people: both from 1, the column counted
// in characters (runes). Its zero value means "no place".
type Position struct {
	Line, Column int
}

// Source is the text of one document and its name. It is immutable and safe
// for concurrent use.
type Source struct {
	name string
	text []byte
}

// NewSource keeps name and text; the caller must not change text afterwards.
func NewSource(name string, text []byte) *Source {
	return &Source{name: name, text: text}
}

// Name returns the name given to NewSource.
func (s *Source) Name() string { return s.name }

// Text returns the text itself, not a copy: it must not be changed.
func (s *Source) Text() []byte { return s.text }

// Position returns line and column of a byte offset.
func (s *Source) Position(offset uint32) Position {
	p := Position{1, 1}
	for _, b := range s.text[:min(int(offset), len(s.text))] {
		if b == '\n' {
			p = Position{p.Line + 1, 1}
		} else {
			p.Column++
		}
	}
	return p
}

// Position returns where the finding starts; zero without Source.
func (d Diagnostic) Position() Position {
	if d.Source == nil {
		return Position{}
	}
	return d.Source.Position(d.Range.Start)
}
