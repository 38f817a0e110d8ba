package template

import (
	"strconv"
	"strings"
)

// A reader of Terraform's language as far as a template's form needs it: blocks
// with their labels and attributes, expressions as text. It does not evaluate.

// hclBody is the inside of a file or a block.
type hclBody struct {
	attributes []hclAttribute
	blocks     []hclBlock
}

type hclAttribute struct{ name, expr string }

type hclBlock struct {
	kind   string
	labels []string
	body   hclBody
}

// attribute gives the expression of an attribute, "" if there is none.
func (b *hclBody) attribute(name string) string {
	for _, a := range b.attributes {
		if a.name == name {
			return a.expr
		}
	}
	return ""
}

// hclError says where a text cannot be read.
type hclError struct {
	line   int
	reason string
}

func (e *hclError) Error() string { return "line " + strconv.Itoa(e.line) + ": " + e.reason }

// maxHCLDepth bounds how deep blocks nest.
const maxHCLDepth = 64

type hclReader struct {
	text string
	pos  int
}

func parseHCL(text string) (*hclBody, error) {
	r := &hclReader{text: text}
	body, err := r.body(0)
	if err == nil && r.pos < len(r.text) {
		err = r.fail("a bracket too many")
	}
	return body, err
}

// line is the line that is read. An escape at the end of the text leads past it.
func (r *hclReader) line() int { return 1 + strings.Count(r.text[:min(r.pos, len(r.text))], "\n") }

func (r *hclReader) fail(reason string) error { return &hclError{r.line(), reason} }

func (r *hclReader) rest() string { return r.text[min(r.pos, len(r.text)):] }

// body reads attributes and blocks up to the bracket that closes them, or the
// end of the file.
func (r *hclReader) body(depth int) (*hclBody, error) {
	b := &hclBody{}
	if depth > maxHCLDepth {
		return b, r.fail("blocks nest too deeply")
	}
	for {
		r.blank(true)
		if r.pos == len(r.text) || r.text[r.pos] == '}' {
			return b, nil
		}
		name := r.word()
		if name == "" {
			return b, r.fail("a name is missing")
		}
		r.blank(false)
		if rest := r.rest(); strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==") {
			r.pos++
			expr, err := r.expression()
			if err != nil {
				return b, err
			}
			b.attributes = append(b.attributes, hclAttribute{name, expr})
			continue
		}
		block := hclBlock{kind: name}
		if err := r.block(&block, depth); err != nil {
			return b, err
		}
		b.blocks = append(b.blocks, block)
	}
}

func (r *hclReader) block(block *hclBlock, depth int) error {
	for {
		r.blank(false)
		switch rest := r.rest(); {
		case strings.HasPrefix(rest, "{"):
			r.pos++
			body, err := r.body(depth + 1)
			if err != nil {
				return err
			}
			if r.pos == len(r.text) {
				return r.fail("a block is not closed")
			}
			r.pos++
			block.body = *body
			return nil
		case strings.HasPrefix(rest, `"`):
			start := r.pos
			if err := r.quoted(); err != nil {
				return err
			}
			label, ok := hclText(r.text[start:r.pos])
			if !ok {
				return r.fail("a label is not plain")
			}
			block.labels = append(block.labels, label)
		default:
			label := r.word()
			if label == "" {
				return r.fail("a block or an attribute is expected")
			}
			block.labels = append(block.labels, label)
		}
	}
}

// blank skips blanks and comments, line ends too if asked to.
func (r *hclReader) blank(lines bool) {
	for r.pos < len(r.text) {
		rest := r.rest()
		switch c := rest[0]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' && lines:
			r.pos++
		case c == '#' || strings.HasPrefix(rest, "//"):
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				r.pos += end
			} else {
				r.pos = len(r.text)
			}
		case strings.HasPrefix(rest, "/*"):
			if end := strings.Index(rest[2:], "*/"); end >= 0 {
				r.pos += end + 4
			} else {
				r.pos = len(r.text)
			}
		default:
			return
		}
	}
}

func (r *hclReader) word() string {
	start := r.pos
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		if c < 0x80 && c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			break
		}
		r.pos++
	}
	return r.text[start:r.pos]
}

// expression reads up to the end of the line on which all brackets are closed.
func (r *hclReader) expression() (string, error) {
	r.blank(false)
	start, depth := r.pos, 0
	for r.pos < len(r.text) {
		rest := r.rest()
		switch c := rest[0]; {
		case c == '\n' && depth == 0, c == '}' && depth == 0:
			return strings.TrimSpace(r.text[start:r.pos]), nil
		case c == '"':
			if err := r.quoted(); err != nil {
				return "", err
			}
			continue
		case strings.HasPrefix(rest, "<<"):
			if err := r.heredoc(); err != nil {
				return "", err
			}
			continue
		case c == '#' || strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*"):
			if depth == 0 {
				end := r.pos
				r.blank(false)
				if r.pos == len(r.text) || r.text[r.pos] == '\n' {
					return strings.TrimSpace(r.text[start:end]), nil
				}
				continue
			}
			r.blank(false)
			continue
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
		r.pos++
	}
	if depth > 0 {
		return "", r.fail("a bracket is not closed")
	}
	return strings.TrimSpace(r.text[start:r.pos]), nil
}

// quoted skips a text in quotes, with the expressions in it.
func (r *hclReader) quoted() error {
	depth := 0 // of ${ and the brackets in it
	for r.pos++; r.pos < len(r.text); r.pos++ {
		rest := r.rest()
		switch {
		case depth == 0 && rest[0] == '\\':
			r.pos++
		case depth == 0 && rest[0] == '"':
			r.pos++
			return nil
		case depth == 0 && (strings.HasPrefix(rest, "$${") || strings.HasPrefix(rest, "%%{")):
			r.pos += 2
		case depth == 0 && (strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "%{")):
			depth = 1
			r.pos++
		case depth > 0 && rest[0] == '"':
			if err := r.quoted(); err != nil {
				return err
			}
			r.pos--
		case depth > 0 && rest[0] == '{':
			depth++
		case depth > 0 && rest[0] == '}':
			depth--
		case depth == 0 && rest[0] == '\n':
			return r.fail("a text is not closed")
		}
	}
	return r.fail("a text is not closed")
}

// heredoc skips <<WORD up to the line that has WORD alone.
func (r *hclReader) heredoc() error {
	first, _, _ := strings.Cut(r.rest()[2:], "\n")
	word := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(first), "-"))
	if word == "" {
		r.pos += 2
		return nil
	}
	r.pos += 2 + len(first)
	for r.pos < len(r.text) {
		r.pos++ // the line end
		line, _, more := strings.Cut(r.rest(), "\n")
		r.pos += len(line)
		if strings.TrimSpace(line) == word {
			return nil
		}
		if !more {
			break
		}
	}
	return r.fail("a text that ends with " + word + " is not closed")
}
