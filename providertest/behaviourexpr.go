package providertest

import (
	"fmt"
	"strings"
)

// expr is an expression of a behaviours file: where a value comes from.
// behaviours/README.md tells the forms.
type expr struct {
	op    byte // 'p': path, 'l': literal, '$': parameter, '^': host, '~': property, '@': made up, ':': word, '|': alternatives, '[': list, '{': object
	text  string
	args  []expr   // of alternatives and lists, and of words that take an expression
	path  string   // of a member of what a word gives, or of each of it
	items []target // in braces
}

// target is a name and what it gets: a member of an answer, a property.
type target struct {
	name string
	from expr
}

// exprWords are the words that stand behind a colon; true: with an argument
// that is an expression.
var exprWords = map[string]bool{
	"id": false, "status": false, "region": false, "zone": false, "account": false, "now": false, "tags": false, "item": false, "users": false, "kin": false, "on": false,
	"split": true, "join": true, "count": true, "json": true, "lower": true, "upper": true, "first": true, "flat": true,
}

// exprReader reads expressions.
type exprReader struct{ rest string }

func parseExpr(text string) (expr, error) {
	r := &exprReader{rest: text}
	e, err := r.alternatives()
	if err == nil && r.rest != "" {
		err = fmt.Errorf("%q: %q is too much", text, r.rest)
	}
	return e, err
}

func (r *exprReader) alternatives() (expr, error) {
	first, err := r.one()
	if err != nil || !strings.HasPrefix(r.rest, "|") {
		return first, err
	}
	all := expr{op: '|', args: []expr{first}}
	for strings.HasPrefix(r.rest, "|") {
		r.rest = r.rest[1:]
		e, err := r.one()
		if err != nil {
			return all, err
		}
		all.args = append(all.args, e)
	}
	return all, nil
}

func (r *exprReader) one() (expr, error) {
	e, err := r.source()
	if after, ok := strings.CutPrefix(r.rest, "."); ok && err == nil {
		r.rest = after
		e.path = r.name()
	}
	if err != nil || !strings.HasPrefix(r.rest, "{") {
		return e, err
	}
	e.items, err = r.braces()
	return e, err
}

// braces reads what stands in braces: members and what they get.
func (r *exprReader) braces() (items []target, err error) {
	r.rest = r.rest[1:]
	for {
		r.rest = strings.TrimLeft(r.rest, " ")
		if after, ok := strings.CutPrefix(r.rest, "}"); ok {
			r.rest = after
			return items, nil
		}
		t, err := r.target()
		if err != nil {
			return nil, err
		}
		items = append(items, t)
	}
}

// brackets reads the elements of a list.
func (r *exprReader) brackets() (e expr, err error) {
	e.op, r.rest = '[', r.rest[1:]
	for {
		r.rest = strings.TrimLeft(r.rest, " ")
		if after, ok := strings.CutPrefix(r.rest, "]"); ok {
			r.rest = after
			return e, nil
		}
		arg, err := r.alternatives()
		if err != nil {
			return e, err
		}
		e.args = append(e.args, arg)
	}
}

// target reads Name or Name=Expression.
func (r *exprReader) target() (target, error) {
	name := r.name()
	if name == "" {
		return target{}, fmt.Errorf("a name is missing before %q", r.rest)
	}
	t := target{name: name, from: expr{op: 'p', text: name}}
	after, ok := strings.CutPrefix(r.rest, "=")
	if !ok {
		return t, nil
	}
	r.rest = after
	var err error
	t.from, err = r.alternatives()
	return t, err
}

// name reads letters, digits and what may stand between them.
func (r *exprReader) name() string {
	end := 0
	for end < len(r.rest) && (isWordByte(r.rest[end]) || r.rest[end] == '.' || r.rest[end] == '-') {
		end++
	}
	name := r.rest[:end]
	r.rest = r.rest[end:]
	return name
}

func isWordByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
}

func (r *exprReader) source() (expr, error) {
	if r.rest == "" {
		return expr{}, fmt.Errorf("an expression is missing")
	}
	sign := r.rest[0]
	switch sign {
	case '\'':
		text, after, ok := strings.Cut(r.rest[1:], "'")
		r.rest = after
		if !ok {
			return expr{}, fmt.Errorf("a quotation mark is missing behind %q", text)
		}
		return expr{op: 'l', text: text}, nil
	case '[':
		return r.brackets()
	case '{':
		items, err := r.braces()
		return expr{op: '{', args: []expr{{op: 'l', items: items}}}, err
	case '$', '^', '~', '@', ':':
		r.rest = r.rest[1:]
	default:
		sign = 'p'
	}
	e := expr{op: sign, text: r.name()}
	if e.text == "" {
		return e, fmt.Errorf("a name is missing before %q", r.rest)
	}
	if sign != ':' {
		return e, nil
	}
	return r.word(e)
}

// word reads the argument of a word behind a colon.
func (r *exprReader) word(e expr) (expr, error) {
	nested, known := exprWords[e.text]
	switch {
	case !known:
		return e, fmt.Errorf("there is no word :%s", e.text)
	case e.text == "users", e.text == "kin", e.text == "on":
		arg, after, ok := strings.Cut(strings.TrimPrefix(r.rest, "("), ")")
		if !ok || !strings.HasPrefix(r.rest, "(") {
			return e, fmt.Errorf(":%s needs a type in parentheses", e.text)
		}
		r.rest = after
		e.args = []expr{{op: 'l', text: arg}}
	case nested:
		after, ok := strings.CutPrefix(r.rest, "(")
		if !ok {
			return e, fmt.Errorf(":%s needs an expression in parentheses", e.text)
		}
		r.rest = after
		arg, err := r.alternatives()
		if err != nil {
			return e, err
		}
		if r.rest, ok = strings.CutPrefix(r.rest, ")"); !ok {
			return e, fmt.Errorf("a parenthesis is missing before %q", r.rest)
		}
		e.args = []expr{arg}
	}
	return e, nil
}

// condition is what must hold for a refusal or for a thing to be listed.
type condition struct {
	not    bool
	of     expr
	values []string // nil: that it is something
}

func parseCondition(text string) (condition, error) {
	var c condition
	if after, ok := strings.CutPrefix(text, "!"); ok {
		c.not, text = true, after
	}
	r := &exprReader{rest: text}
	var err error
	if c.of, err = r.alternatives(); err != nil {
		return c, err
	}
	switch {
	case r.rest == "":
		return c, nil
	case strings.HasPrefix(r.rest, "!=") && !c.not:
		c.not, r.rest = true, r.rest[2:]
	case strings.HasPrefix(r.rest, "=") && !c.not:
		r.rest = r.rest[1:]
	default:
		return c, fmt.Errorf("%q: %q is no comparison", text, r.rest)
	}
	c.values = strings.Split(r.rest, ",")
	return c, nil
}

// splitItems parts a line at the blanks that are not in braces or quotes.
func splitItems(line string) []string {
	var items []string
	depth, quoted, from := 0, false, -1
	for i := range len(line) {
		switch b := line[i]; {
		case b == '\'':
			quoted = !quoted
		case quoted:
		case b == '{', b == '[', b == '(':
			depth++
		case b == '}', b == ']', b == ')':
			depth--
		}
		if blank := line[i] == ' ' && depth == 0 && !quoted; blank && from >= 0 {
			items, from = append(items, line[from:i]), -1
		} else if !blank && from < 0 {
			from = i
		}
	}
	if from >= 0 {
		items = append(items, line[from:])
	}
	return items
}
