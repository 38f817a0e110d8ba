package edit

import "strings"

// scanner cuts a text into tokens. It trusts that the text is well formed, but
// ends and stays inside whatever it is.
type scanner struct {
	layout
	pos     int
	line    int   // where the current line starts
	fresh   bool  // no token yet on this line
	flow    int   // open brackets
	indents []int // columns of the open block lists and maps
	// candidate is the token that is a key if a colon follows on its line; -1
	// without one.
	candidate int
	content   bool // something but directives came
}

const byteOrderMark = "\ufeff"

// scan cuts a text into tokens.
func scan(text string) *layout {
	s := &scanner{layout: layout{text: text}, candidate: -1, fresh: true}
	s.lines = append(s.lines, 0)
	if strings.HasPrefix(text, byteOrderMark) {
		s.pos, s.line, s.lines[0] = len(byteOrderMark), len(byteOrderMark), len(byteOrderMark)
	}
	for s.pos < len(text) {
		if n := breakLen(text, s.pos); n > 0 {
			s.newLine(s.pos + n)
			continue
		}
		if isBlank(text[s.pos]) {
			s.pos++
			continue
		}
		s.token()
	}
	return &s.layout
}

// newLine goes to the line that starts at pos.
func (s *scanner) newLine(pos int) {
	s.pos, s.line, s.fresh = pos, pos, true
	s.lines = append(s.lines, pos)
	if s.flow == 0 {
		s.candidate = -1
	}
}

func (s *scanner) base() int {
	if len(s.indents) == 0 {
		return -1
	}
	return s.indents[len(s.indents)-1]
}

// roll opens a block list or map at a column, unless it is open.
func (s *scanner) roll(column int) {
	if s.flow == 0 && s.base() < column {
		s.indents = append(s.indents, column)
	}
}

// add adds the token from the current place to end and goes there.
func (s *scanner) add(k kind, end int) *token {
	column := s.pos - s.line
	s.tokens = append(s.tokens, token{kind: k, first: s.fresh, start: s.pos, end: end, column: column, flow: s.flow, base: s.base()})
	s.fresh = false
	s.pos = end
	return &s.tokens[len(s.tokens)-1]
}

// apart reports whether the byte i behind the current place is white space or
// the end.
func (s *scanner) apart(i int) bool {
	p := s.pos + i
	return p >= len(s.text) || isBlank(s.text[p]) || breakLen(s.text, p) > 0
}

func (s *scanner) token() {
	c, column := s.text[s.pos], s.pos-s.line
	if c == '#' {
		s.add(comment, s.endOfLine(s.pos))
		return
	}
	if s.flow == 0 {
		for len(s.indents) > 0 && s.base() > column {
			s.indents = s.indents[:len(s.indents)-1]
		}
		if column == 0 && s.documentToken(c) {
			return
		}
	}
	s.content = true
	switch {
	case c == '[' || c == '{':
		s.maybeKey()
		s.add(opening, s.pos+1)
		s.flow++
	case c == ']' || c == '}':
		s.flow = max(s.flow-1, 0)
		s.add(closing, s.pos+1)
	case c == ',' && s.flow > 0:
		s.add(comma, s.pos+1)
	case c == '-' && s.flow == 0 && s.apart(1):
		s.roll(column)
		s.add(dash, s.pos+1)
		s.candidate = -1
	case c == '?' && (s.flow > 0 || s.apart(1)):
		s.roll(column)
		s.add(question, s.pos+1).key = s.flow == 0
		s.candidate = -1
	case c == ':' && (s.flow > 0 || s.apart(1)):
		s.colon(column)
	case c == '&' || c == '!':
		s.maybeKey()
		s.add(property, s.wordEnd())
	case c == '*':
		s.maybeKey()
		s.add(alias, s.wordEnd())
	case c == '"' || c == '\'':
		s.maybeKey()
		s.quoted(c)
	case (c == '|' || c == '>') && s.flow == 0:
		s.block()
	default:
		s.maybeKey()
		s.plain()
	}
}

// documentToken takes what may stand at the start of a line only.
func (s *scanner) documentToken(c byte) bool {
	switch {
	case c == '%' && !s.content:
		s.add(directive, s.endOfLine(s.pos))
	case s.isMarker(s.pos):
		s.indents = s.indents[:0]
		s.content = false
		s.add(marker, s.pos+3)
	default:
		return false
	}
	return true
}

func (s *scanner) isMarker(at int) bool {
	rest := s.text[at:]
	return (strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...")) &&
		(len(rest) == 3 || isBlank(rest[3]) || breakLen(rest, 3) > 0)
}

// maybeKey notes that the next token starts a key if a colon follows.
func (s *scanner) maybeKey() {
	if s.flow == 0 && s.candidate < 0 {
		s.candidate = len(s.tokens)
	}
}

func (s *scanner) colon(column int) {
	if s.flow == 0 {
		if s.candidate >= 0 {
			k := &s.tokens[s.candidate]
			k.key = true
			s.roll(k.column)
			for i := s.candidate; i < len(s.tokens); i++ {
				s.tokens[i].base = s.base()
			}
		} else {
			s.roll(column)
		}
	}
	s.add(colon, s.pos+1)
	if s.flow == 0 {
		s.candidate = -1
	}
}

func (s *scanner) endOfLine(i int) int {
	for i < len(s.text) && breakLen(s.text, i) == 0 {
		i++
	}
	return i
}

// wordEnd returns where the anchor, tag or alias at the current place ends.
func (s *scanner) wordEnd() int {
	if strings.HasPrefix(s.text[s.pos:], "!<") {
		if n := strings.IndexByte(s.text[s.pos:], '>'); n >= 0 {
			return s.pos + n + 1
		}
	}
	tag := s.text[s.pos] == '!'
	for i := s.pos + 1; i < len(s.text); i++ {
		c := s.text[i]
		if isBlank(c) || breakLen(s.text, i) > 0 || strings.IndexByte(",[]{}", c) >= 0 || !tag && !isAnchorByte(c) {
			return i
		}
	}
	return len(s.text)
}

func isAnchorByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '-'
}

// multiline moves to the end of a token that may reach over several lines.
func (s *scanner) multiline(end int) {
	for i := s.pos; i < end; {
		if n := breakLen(s.text, i); n > 0 {
			i += n
			s.line = i
			s.lines = append(s.lines, i)
			continue
		}
		i++
	}
}
