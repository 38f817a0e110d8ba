package template

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// hclText gives the text of a literal in quotes or of a heredoc. It is not ok
// if there are expressions in it.
func hclText(expr string) (string, bool) {
	if strings.HasPrefix(expr, "<<") {
		return heredocText(expr)
	}
	if len(expr) < 2 || expr[0] != '"' || expr[len(expr)-1] != '"' {
		return "", false
	}
	var b strings.Builder
	for inner := expr[1 : len(expr)-1]; inner != ""; {
		switch {
		case strings.HasPrefix(inner, "$${"), strings.HasPrefix(inner, "%%{"):
			b.WriteString(inner[1:3])
			inner = inner[3:]
		case strings.HasPrefix(inner, "${"), strings.HasPrefix(inner, "%{"), inner[0] == '"':
			return "", false
		case inner[0] == '\\':
			r, multibyte, tail, err := strconv.UnquoteChar(inner, '"')
			if err != nil {
				return "", false
			}
			if multibyte || r < 0x80 {
				b.WriteRune(r)
			} else {
				b.WriteByte(byte(r))
			}
			inner = tail
		default:
			b.WriteByte(inner[0])
			inner = inner[1:]
		}
	}
	return b.String(), true
}

func heredocText(expr string) (string, bool) {
	first, rest, ok := strings.Cut(expr, "\n")
	end := strings.LastIndexByte(rest, '\n')
	if !ok {
		return "", false
	}
	lines := strings.Split(rest[:max(end, 0)], "\n")
	if strings.HasPrefix(first, "<<-") {
		least := -1
		for _, line := range lines {
			if n := len(line) - len(strings.TrimLeft(line, " \t")); strings.TrimSpace(line) != "" && (least < 0 || n < least) {
				least = n
			}
		}
		for i, line := range lines {
			lines[i] = line[min(max(least, 0), len(line)):]
		}
	}
	text := strings.Join(lines, "\n")
	unescaped := strings.NewReplacer("$${", "", "%%{", "").Replace(text)
	if strings.Contains(unescaped, "${") || strings.Contains(unescaped, "%{") {
		return "", false
	}
	text = strings.NewReplacer("$${", "${", "%%{", "%{").Replace(text)
	if end >= 0 {
		text += "\n"
	}
	return text, true
}

// hclValue makes a value of a literal expression: texts, numbers, booleans,
// null, lists and objects of them. It is nil for anything else.
func hclValue(expr string, at diag.Range) *doc.Draft {
	v, rest := hclLiteral(strings.TrimSpace(expr), at, 0)
	if strings.TrimSpace(rest) != "" {
		return nil
	}
	return v
}

func hclLiteral(expr string, at diag.Range, depth int) (v *doc.Draft, rest string) {
	if depth > maxHCLDepth || expr == "" {
		return nil, expr
	}
	switch {
	case expr[0] == '"' || strings.HasPrefix(expr, "<<"):
		r := &hclReader{text: expr}
		skip := r.quoted
		if expr[0] != '"' {
			skip = r.heredoc
		}
		if skip() != nil {
			return nil, expr
		}
		if text, ok := hclText(expr[:r.pos]); ok {
			return doc.DraftText(text, at), r.rest()
		}
		return nil, expr
	case expr[0] == '[':
		return hclMembers(expr, at, depth, doc.DraftList(at), ']')
	case expr[0] == '{':
		return hclMembers(expr, at, depth, doc.DraftMap(at), '}')
	}
	end := strings.IndexAny(expr, " \t\r\n,]}=:")
	if end < 0 {
		end = len(expr)
	}
	word, rest := expr[:end], expr[end:]
	switch word {
	case "true", "false":
		return &doc.Draft{Kind: doc.Bool, Text: word, At: at}, rest
	case "null":
		return &doc.Draft{Kind: doc.Null, Text: word, At: at}, rest
	}
	if _, err := strconv.ParseInt(word, 10, 64); err == nil {
		return &doc.Draft{Kind: doc.Int, Text: word, At: at}, rest
	}
	if _, err := strconv.ParseFloat(word, 64); err == nil && strings.ContainsAny(word, ".eE0123456789") {
		return &doc.Draft{Kind: doc.Float, Text: word, At: at}, rest
	}
	return nil, expr
}

// hclMembers reads the members of a list or an object.
func hclMembers(expr string, at diag.Range, depth int, into *doc.Draft, closing byte) (v *doc.Draft, rest string) {
	r := &hclReader{text: expr, pos: 1}
	for {
		r.blank(true)
		if strings.HasPrefix(r.rest(), ",") {
			r.pos++
			continue
		}
		if r.pos == len(r.text) {
			return nil, expr
		}
		if r.text[r.pos] == closing {
			return into, r.text[r.pos+1:]
		}
		key := ""
		if closing == '}' {
			start := r.pos
			if key = r.word(); key == "" {
				if r.text[r.pos] != '"' || r.quoted() != nil {
					return nil, expr
				}
				var ok bool
				if key, ok = hclText(r.text[start:r.pos]); !ok {
					return nil, expr
				}
			}
			r.blank(false)
			if c := r.rest(); c == "" || c[0] != '=' && c[0] != ':' {
				return nil, expr
			}
			r.pos++
			r.blank(true)
		}
		member, tail := hclLiteral(r.rest(), at, depth+1)
		if member == nil {
			return nil, expr
		}
		r.pos = len(r.text) - len(tail)
		if closing == '}' {
			into.Set(key, member)
		} else {
			into.Items = append(into.Items, member)
		}
	}
}
