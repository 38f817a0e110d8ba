package doc

import (
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
)

// yaml.v3 tells where a node starts, by line and column. The functions here find
// the byte, and from the source where the node ends. They trust that the text
// is well formed, but stay inside it whatever it is.

// cursor finds offsets for lines and columns that come in rising order, reading
// the text once.
type cursor struct {
	text  string
	plain bool // lines end at LF only
	ascii bool // columns are bytes
	line  int  // from 1
	start int  // of the line
	col   int  // from 1
	off   uint32
}

// reset makes the byte at start the first of line 1.
func (c *cursor) reset(start int) {
	c.line, c.start, c.col, c.off = 1, start, 1, uint32(start)
}

// seek returns the offset of a place at or behind the last one.
func (c *cursor) seek(line, col int) uint32 {
	for c.line < line {
		next := c.nextLine()
		if next < 0 {
			c.off = uint32(len(c.text))
			return c.off
		}
		c.line, c.start, c.col, c.off = c.line+1, next, 1, uint32(next)
	}
	if c.ascii {
		c.col, c.off = col, uint32(min(c.start+max(col-1, 0), len(c.text)))
		return c.off
	}
	if line < c.line || col < c.col {
		c.col, c.off = 1, uint32(c.start)
	}
	for i := int(c.off); ; {
		if c.col >= col || i >= len(c.text) {
			c.off = uint32(i)
			return c.off
		}
		_, size := utf8.DecodeRuneInString(c.text[i:])
		i += size
		c.col++
	}
}

// nextLine returns where the next line starts, -1 behind the last.
func (c *cursor) nextLine() int {
	i := int(c.off)
	if c.plain {
		if n := strings.IndexByte(c.text[i:], '\n'); n >= 0 {
			return i + n + 1
		}
		return -1
	}
	for ; i < len(c.text); i++ {
		if n := breakLen(c.text, i); n > 0 {
			return i + n
		}
	}
	return -1
}

// breakLen returns the length of the line break at i, 0 if there is none.
func breakLen(text string, i int) int {
	if c := text[i]; c != '\n' && c != '\r' && c != 0xC2 && c != 0xE2 {
		return 0
	}
	return diag.BreakLen([]byte(text[i:min(i+3, len(text))]))
}

// quotedEnd returns where the quoted scalar at start ends.
func quotedEnd(text string, start uint32, quote byte) uint32 {
	for i := int(start) + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] != quote:
		case quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		default:
			return uint32(i + 1)
		}
	}
	return uint32(len(text))
}

// spaceLen returns the length of the white space or line break at i.
func spaceLen(text string, i int) int {
	if text[i] == ' ' || text[i] == '\t' {
		return 1
	}
	return breakLen(text, i)
}

// plainEnd returns where a plain scalar over several lines ends: its words are
// those of its value, with other white space between.
func plainEnd(text string, start uint32, value string) uint32 {
	i, j := int(start), 0
	for j < len(value) && i < len(text) {
		n, m := spaceLen(text, i), spaceLen(value, j)
		switch {
		case m > 0:
			j += m
		case n > 0:
			i += n
		case text[i] != value[j]:
			return uint32(i)
		default:
			i, j = i+1, j+1
		}
	}
	return uint32(i)
}

// aliasEnd returns where the alias at start ends.
func aliasEnd(text string, start uint32) uint32 {
	i := int(start) + 1
	for i < len(text) && isAnchorByte(text[i]) {
		i++
	}
	return uint32(min(i, len(text)))
}

func isAnchorByte(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '-'
}

// propertiesEnd returns where the last of a node's anchor and tag ends; it has
// each at most once, and what follows may belong to its first member.
func propertiesEnd(text string, start uint32, anchor, tag bool) uint32 {
	end := int(start)
	for i := end; i < len(text); i = skipBlank(text, end, "") {
		switch {
		case text[i] == '&' && anchor:
			anchor = false
		case text[i] == '!' && tag:
			tag = false
		default:
			return uint32(end)
		}
		end = wordEnd(text, i)
	}
	return uint32(end)
}

// tagRange returns the tag among the properties at start.
func tagRange(text string, start uint32) (from, to uint32) {
	i := int(start)
	if i < len(text) && text[i] == '&' {
		i = skipBlank(text, wordEnd(text, i), "")
	}
	return uint32(i), uint32(wordEnd(text, i))
}

// wordEnd returns where the anchor or tag at i ends.
func wordEnd(text string, i int) int {
	if strings.HasPrefix(text[min(i, len(text)):], "!<") {
		if n := strings.IndexByte(text[i:], '>'); n >= 0 {
			return i + n + 1
		}
	}
	anchor := i < len(text) && text[i] == '&'
	for first := i; i < len(text); i++ {
		if spaceLen(text, i) > 0 || i > first && anchor && !isAnchorByte(text[i]) ||
			strings.IndexByte(",]}[{", text[i]) >= 0 {
			break
		}
	}
	return i
}

// skipBlank skips white space, comments and the bytes in also from i on.
func skipBlank(text string, i int, also string) int {
	for i < len(text) {
		n := spaceLen(text, i)
		switch {
		case n > 0:
			i += n
		case text[i] == '#':
			i = int(lineEnd(text, uint32(i)))
		case strings.IndexByte(also, text[i]) >= 0:
			i++
		case strings.HasPrefix(text[i:], byteOrderMark):
			i += len(byteOrderMark)
		default:
			return i
		}
	}
	return i
}

// flowEnd returns where the flow collection ends whose last member ends at from.
func flowEnd(text string, from uint32, bracket byte) uint32 {
	i := skipBlank(text, int(from), ",:?")
	if i < len(text) && text[i] == bracket {
		return uint32(i + 1)
	}
	return from
}

// lineEnd returns where the line of an offset ends, without its break.
func lineEnd(text string, from uint32) uint32 {
	for i := int(from); i < len(text); i++ {
		if breakLen(text, i) > 0 {
			return uint32(i)
		}
	}
	return uint32(len(text))
}

// blockEnd returns where a literal or folded scalar ends: behind its last line
// that counts, before that line's break.
func blockEnd(text string, start uint32, value string) uint32 {
	end := lineEnd(text, start)
	header := text[start:min(start+3, end)]
	keep := strings.HasSuffix(header, "+") || strings.HasPrefix(header[1:], "+")
	if strings.Trim(value, valueBreaks) == "" {
		if keep {
			return skipLines(text, end, countBreaks(value))
		}
		return end
	}
	indent := -1 // not known before the first line that is not blank
	if strings.Trim(value, " "+valueBreaks) == "" {
		indent = maxText // there is no such line; those with spaces count
	}
	for i := end; i < uint32(len(text)); {
		if i += uint32(breakLen(text, int(i))); i == uint32(len(text)) {
			return end
		}
		stop := lineEnd(text, i)
		spaces := countSpaces(text[i:stop])
		blank := i+uint32(spaces) == stop
		switch {
		case blank && (indent < 0 || spaces <= indent):
			if keep && indent >= 0 || indent == maxText && spaces > 0 {
				end = stop
			}
		case indent < 0:
			indent = max(spaces-leadingSpaces(value), 0)
			end = stop
		case spaces < indent || documentMark(text[i:stop]):
			return end
		default:
			end = stop
		}
		i = stop
	}
	return end
}

// valueBreaks are the line breaks that a decoded scalar can hold.
const valueBreaks = "\n\u2028\u2029"

func countBreaks(value string) (n int) {
	for _, c := range value {
		if strings.ContainsRune(valueBreaks, c) {
			n++
		}
	}
	return n
}

// skipLines returns the end of the n-th line behind the one that ends at end.
func skipLines(text string, end uint32, n int) uint32 {
	for ; n > 0 && end < uint32(len(text)); n-- {
		next := end + uint32(breakLen(text, int(end)))
		if next == uint32(len(text)) {
			break
		}
		end = lineEnd(text, next)
	}
	return end
}

// leadingSpaces counts the spaces before the first word of a block scalar.
func leadingSpaces(value string) int {
	word := strings.TrimLeft(value, " "+valueBreaks)
	blank := value[:len(value)-len(word)]
	return len(blank) - len(strings.TrimRight(blank, " "))
}

func countSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

func documentMark(line string) bool {
	return (strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...")) &&
		(len(line) == 3 || line[3] == ' ' || line[3] == '\t')
}

// closing returns where a collection ends whose last member ends at end.
func closing(text string, content, end uint32, flow bool, bracket byte) uint32 {
	if flow {
		return flowEnd(text, max(end, content+1), bracket)
	}
	return max(end, content)
}

// between makes the source from a to b the text of a scalar if it is.
func between(text string, s *node, a, b uint32, value string) bool {
	if a > b || b > uint32(len(text)) || text[a:b] != value {
		return false
	}
	s.a, s.b = a, b
	return true
}
