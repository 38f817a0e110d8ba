package edit

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
)

// longKey is the length in bytes from which on a YAML key needs a question mark
// before it.
const longKey = 1000

// Print writes a value from its tree in a syntax, from the start of a line,
// with a line break at the end. Function calls are written in their long form,
// aliases as what they stand for; comments are no part of a value.
func Print(n doc.Node, syntax doc.Syntax, indent int) []byte {
	if syntax == doc.JSON {
		return []byte(layoutJSON(string(appendFlow(nil, n, jsonWriter)), indent))
	}
	p := &printer{step: indent}
	p.value(n, 0, false)
	text := strings.TrimPrefix(p.out.String(), "\n")
	return []byte(strings.TrimPrefix(text, " ") + "\n")
}

// printer writes YAML in block style.
type printer struct {
	step int
	out  strings.Builder
}

// value writes a value behind a colon, or behind a dash if in is the item of a
// list: with the space or line break before it, without one behind.
func (p *printer) value(n doc.Node, column int, item bool) {
	switch {
	case n.Len() == 0:
		p.scalar(n, column)
	case n.Kind() == doc.Map:
		for i := range n.Len() {
			p.start(column, item && i == 0)
			p.key(n.At(i).Key(), column)
			p.member(n.At(i), column)
		}
	default:
		for i := range n.Len() {
			p.start(column, item && i == 0)
			p.out.WriteByte('-')
			p.value(n.At(i), column+2, true)
		}
	}
}

// member writes the value of a key that stands in column.
func (p *printer) member(n doc.Node, column int) { p.value(n, column+p.step, false) }

// start begins the line of an entry, or goes on behind a dash.
func (p *printer) start(column int, behind bool) {
	if behind {
		p.out.WriteByte(' ')
		return
	}
	p.out.WriteByte('\n')
	p.spaces(column)
}

func (p *printer) spaces(n int) {
	for range n {
		p.out.WriteByte(' ')
	}
}

func (p *printer) key(key string, column int) {
	text := yamlString(key, false)
	if len(text) < longKey {
		p.out.WriteString(text)
		p.out.WriteByte(':')
		return
	}
	p.out.WriteString("? ")
	p.out.WriteString(text)
	p.start(column, false)
	p.out.WriteByte(':')
}

// scalar writes a scalar or an empty list or map; a text of several lines as a
// literal one if that can hold it, its lines in column.
func (p *printer) scalar(n doc.Node, column int) {
	p.out.WriteByte(' ')
	text := n.Text()
	if n.Kind() != doc.String || !literalFits(text) {
		p.out.WriteString(yamlScalar(n, false))
		return
	}
	p.out.WriteByte('|')
	column = max(column, 1)
	body := strings.TrimRight(text, "\n")
	lead := strings.TrimLeft(body, " \t\n")
	if strings.ContainsAny(body[:len(body)-len(lead)], " \t") {
		// The lines start with blanks of their own: the header says where.
		p.out.WriteString(strconv.Itoa(p.step))
	}
	switch len(text) - len(body) {
	case 0:
		p.out.WriteByte('-')
	case 1:
	default:
		p.out.WriteByte('+')
	}
	for line := range strings.SplitSeq(body, "\n") {
		p.out.WriteByte('\n')
		if line != "" {
			p.spaces(column)
			p.out.WriteString(line)
		}
	}
	for range max(len(text)-len(body)-1, 0) {
		p.out.WriteByte('\n')
	}
}

// literalFits reports whether a text can be a literal block scalar: it has
// several lines, and nothing that the line structure of YAML would change.
func literalFits(s string) bool {
	if !strings.Contains(s, "\n") || strings.Trim(s, " \t\n") == "" {
		return false
	}
	if last := s[strings.LastIndexByte(strings.TrimRight(s, "\n"), '\n')+1:]; strings.Trim(last, " \t\n") == "" {
		return false
	}
	for _, r := range s {
		if r != '\n' && !printable(r) {
			return false
		}
	}
	return true
}

// printable reports whether a character can stand in a YAML text as it is, and
// is no line break.
func printable(r rune) bool {
	switch {
	case r == '\t':
		return true
	case r < ' ', r >= 0x7F && r < 0xA0, r == 0x2028, r == 0x2029, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return true
}

// yamlScalar writes a scalar, or an empty list or map, on one line.
func yamlScalar(n doc.Node, flow bool) string {
	switch n.Kind() {
	case doc.Null:
		return "null"
	case doc.Bool:
		return strconv.FormatBool(n.Bool())
	case doc.Int:
		i, _ := n.Int()
		return strconv.FormatInt(i, 10)
	case doc.Float:
		return yamlFloat(n)
	case doc.List:
		return "[]"
	case doc.Map:
		return "{}"
	}
	return yamlString(n.Text(), flow)
}

// yamlFloat writes a number so that YAML 1.1 reads it as one: with a dot, and a
// sign before the exponent.
func yamlFloat(n doc.Node) string {
	text := n.Literal()
	if doc.PlainKind(text) != doc.Float {
		switch text {
		case "NaN":
			return ".nan"
		case "Infinity":
			return ".inf"
		case "-Infinity":
			return "-.inf"
		}
		mantissa, exponent, has := strings.Cut(strings.ToLower(text), "e")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		text = mantissa
		if has {
			if exponent != "" && exponent[0] != '-' && exponent[0] != '+' {
				exponent = "+" + exponent
			}
			text += "e" + exponent
		}
	}
	return text
}

// yamlString writes a text on one line: plain if nothing can take it for
// something else, else in single quotes, or in double quotes if it has
// characters that need an escape.
func yamlString(s string, flow bool) string {
	for _, r := range s {
		if !printable(r) {
			return doubleQuoted(s)
		}
	}
	if plainFits(s, flow) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// plainFits reports whether a text on one line can stand without quotes.
func plainFits(s string, flow bool) bool {
	if s == "" || doc.PlainKind(s) != doc.String || len(s) > longKey {
		return false
	}
	if strings.IndexByte("-?:,[]{}#&*!|>'\"%@`=<~ \t", s[0]) >= 0 || isBlank(s[len(s)-1]) || s[len(s)-1] == ':' {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.ContainsAny(s, "\t") || strings.HasPrefix(s, "...") {
		return false
	}
	if flow && strings.ContainsAny(s, ",[]{}?:") {
		return false
	}
	if strings.EqualFold(s, "y") || strings.EqualFold(s, "n") {
		return false
	}
	// Dates, versions and what other readers take for numbers.
	return strings.IndexByte("+.0123456789", s[0]) < 0 || strings.Trim(s, "0123456789abcdefABCDEFox_.:+-TtZz ") != ""
}

func doubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case printable(r):
			b.WriteRune(r)
		default:
			b.WriteString(`\u`)
			hex := strconv.FormatInt(int64(r), 16)
			b.WriteString("0000"[:4-len(hex)])
			b.WriteString(hex)
		}
	}
	b.WriteByte('"')
	return b.String()
}
