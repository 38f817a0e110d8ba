package edit

import "strings"

// quoted takes a scalar in quotes.
func (s *scanner) quoted(quote byte) {
	i := s.pos + 1
	for ; i < len(s.text); i++ {
		c := s.text[i]
		if c == '\\' && quote == '"' {
			i++
			continue
		}
		if c != quote {
			continue
		}
		if quote == '\'' && i+1 < len(s.text) && s.text[i+1] == quote {
			i++
			continue
		}
		i++
		break
	}
	s.take(quoted, min(i, len(s.text)))
}

// take adds a scalar that may reach over several lines.
func (s *scanner) take(k kind, end int) {
	start, before := s.pos, len(s.lines)
	s.add(k, end)
	s.pos = start
	s.multiline(end)
	s.pos = end
	if len(s.lines) > before && s.flow == 0 {
		s.candidate = -1
	}
}

// plain takes a scalar without quotes: it goes on in the next line if that is
// indented more than the block it stands in.
func (s *scanner) plain() {
	end := s.plainLine(s.pos)
	for i := end; ; {
		j := s.skipWhite(i)
		if j >= len(s.text) || s.text[j] == '#' || j == i {
			break
		}
		if column := j - s.startOfLine(i, j); s.flow == 0 && column <= s.base() {
			break
		} else if column == 0 && s.isMarker(j) {
			break
		}
		e := s.plainLine(j)
		if e == j {
			break
		}
		end, i = e, e
	}
	s.take(plain, max(end, s.pos+1))
}

// plainLine returns where the words of a plain scalar end on the line of i.
func (s *scanner) plainLine(i int) (end int) {
	end = i
	for i < len(s.text) {
		c := s.text[i]
		switch {
		case breakLen(s.text, i) > 0:
			return end
		case isBlank(c):
			i++
			if i < len(s.text) && s.text[i] == '#' {
				return end
			}
			continue
		case c == ':' && (i+1 >= len(s.text) || isBlank(s.text[i+1]) || breakLen(s.text, i+1) > 0):
			return end
		case s.flow > 0 && strings.IndexByte(",?[]{}", c) >= 0:
			return end
		}
		i++
		end = i
	}
	return end
}

// skipWhite returns the first place from i on that is no white space, nor a
// line break.
func (s *scanner) skipWhite(i int) int {
	for i < len(s.text) {
		switch n := breakLen(s.text, i); {
		case n > 0:
			i += n
		case isBlank(s.text[i]):
			i++
		default:
			return i
		}
	}
	return i
}

// startOfLine returns where the line of j starts; only white space is between i
// and j.
func (s *scanner) startOfLine(i, j int) int {
	start := s.line
	for i < j {
		n := breakLen(s.text, i)
		i += max(n, 1)
		if n > 0 {
			start = i
		}
	}
	return start
}

// block takes a literal or folded scalar with its header.
func (s *scanner) block() {
	header := s.pos + 1
	digit, keep := 0, false
	for ; header < len(s.text); header++ {
		switch c := s.text[header]; {
		case c == '+':
			keep = true
			continue
		case c >= '1' && c <= '9':
			digit = int(c - '0')
			continue
		case c == '-':
			continue
		}
		break
	}
	headerLine := s.endOfLine(s.pos)
	b := blockScalar{text: s.text, least: max(s.base()+1, 1), keep: keep}
	if digit > 0 {
		b.indent = max(s.base(), 0) + digit
	}
	end := b.end(headerLine)
	if note := strings.IndexByte(s.text[header:headerLine], '#'); note >= 0 {
		// A comment behind the header is a token of its own; the lines follow.
		s.add(block, header).content = b.indent
		s.pos = header + note
		s.add(comment, headerLine)
		s.add(block, end).content = b.indent
	} else {
		s.add(block, max(end, header)).content = b.indent
	}
	s.pos = headerLine
	s.multiline(end)
	s.pos = end
	s.candidate = -1
}

// blockScalar finds the lines of a block scalar.
type blockScalar struct {
	text   string
	least  int // the least indentation
	keep   bool
	indent int // 0 until it is known
}

// end returns where the scalar ends whose header ends at from: before the break
// of its last line; with keep the blank lines behind count too.
func (b *blockScalar) end(from int) int {
	end, known := from, b.indent > 0
	widest := 0
	for i := from; i < len(b.text); {
		start := i + breakLen(b.text, i)
		stop := start
		for stop < len(b.text) && breakLen(b.text, stop) == 0 {
			stop++
		}
		n := spaces(b.text[start:stop])
		empty := start+n == stop
		switch {
		case empty && (!known || n <= b.indent):
			widest = max(widest, n)
			if b.keep && stop < len(b.text) {
				end = stop
			}
		case !known:
			b.indent = max(n, widest, b.least)
			known = true
			if n < b.indent {
				return end
			}
			end = stop
		case n < b.indent:
			return end
		default:
			end = stop
		}
		i = stop
	}
	if !known {
		b.indent = max(widest, b.least)
	}
	return end
}
