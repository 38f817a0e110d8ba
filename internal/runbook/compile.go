package runbook

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// place is where an expression stands, which decides what it may refer to.
type place struct {
	// task is the index of the task whose expression it is; everyTask outside
	// of the flow, where it may refer to all tasks; noTask where to none.
	task int
	item bool // the loop's item may be referred to
}

const (
	noTask    = -1
	everyTask = 1 << 30
)

// compiler makes expressions of nodes and reports what is wrong with them.
type compiler struct {
	t    *Template
	at   place
	path []string
	mute bool // nothing is reported
	uses []use
}

// use is a reference from a task to another task's output.
type use struct {
	from, to int
	ref      *reference
	path     string
}

// expression gives the compiled form of a node of the template.
func (t *Template) expression(n doc.Node) expression {
	if x, ok := t.expressions[n]; ok {
		return x
	}
	return t.lateCompiler().compile(n)
}

// condition gives the compiled form of a node that is a condition.
func (t *Template) condition(n doc.Node) expression {
	if x, ok := t.expressions[n]; ok {
		return x
	}
	return t.lateCompiler().condition(n)
}

// lateCompiler compiles nodes that stand where no expressions are expected; it
// remembers nothing.
func (t *Template) lateCompiler() *compiler {
	return &compiler{t: t, at: place{task: everyTask, item: true}, mute: true}
}

func (c *compiler) report(sev diag.Severity, code diag.Code, n doc.Node, args ...string) {
	if !c.mute {
		c.t.report(sev, code, n.Range(), strings.Join(c.path, "."), args...)
	}
}

// reportIn reports at a reference within a text.
func (c *compiler) reportIn(sev diag.Severity, code diag.Code, r *reference, args ...string) {
	if !c.mute {
		c.t.report(sev, code, r.place(), strings.Join(c.path, "."), args...)
	}
}

func (c *compiler) remember(n doc.Node, x expression) expression {
	if !c.mute {
		c.t.expressions[n] = x
	}
	return x
}

// under compiles a node below a key or index.
func (c *compiler) under(key string, n doc.Node, f func(doc.Node) expression) expression {
	c.path = append(c.path, key)
	x := f(n)
	c.path = c.path[:len(c.path)-1]
	return x
}

// compile makes an expression of a node.
func (c *compiler) compile(n doc.Node) expression {
	switch n.Kind() {
	case doc.String:
		return c.remember(n, c.text(n, false))
	case doc.List:
		items, constant := make([]expression, n.Len()), true
		for i := range items {
			items[i] = c.under(strconv.Itoa(i), n.At(i), c.compile)
			constant = constant && isConstant(items[i])
		}
		return c.remember(n, c.listOf(n, items, constant))
	case doc.Map:
		if name, arg, ok := callOf(n); ok {
			return c.remember(n, c.under(name, arg, func(arg doc.Node) expression { return c.call(n, name, arg) }))
		}
		return c.remember(n, c.mapOf(n, c.compile))
	}
	return c.remember(n, constant{n.Scalar()})
}

func (c *compiler) listOf(n doc.Node, items []expression, isConst bool) expression {
	if isConst {
		return constant{n.Value()}
	}
	return listExpression(items)
}

// mapOf compiles a map whose members f compiles.
func (c *compiler) mapOf(n doc.Node, f func(doc.Node) expression) expression {
	m, isConst := &mapExpression{make([]string, n.Len()), make([]expression, n.Len())}, true
	for i := range n.Len() {
		key := n.KeyAt(i)
		if strings.HasPrefix(key, "Fn::") && table[key] != nil {
			c.report(diag.Warning, "function-not-alone", n.At(i), key)
		}
		m.keys[i] = key
		m.values[i] = c.under(key, n.At(i), f)
		isConst = isConst && isConstant(m.values[i])
	}
	if isConst {
		entries := make([]value.Entry, len(m.keys))
		for i, x := range m.values {
			entries[i] = value.Entry{Key: m.keys[i], Value: x.(constant).v}
		}
		return constant{value.Map(entries)}
	}
	return m
}

// verbatim makes a constant of a node that is not rendered.
func (c *compiler) verbatim(n doc.Node) expression { return c.remember(n, constant{n.Value()}) }

// program compiles a node that gives a jq program.
func (c *compiler) program(n doc.Node) expression {
	if n.Kind() == doc.String {
		return c.remember(n, c.text(n, true))
	}
	return c.compile(n)
}

// condition compiles a node that gives a truth; a text may be the name of an
// entry of Conditions.
func (c *compiler) condition(n doc.Node) expression {
	if n.Kind() == doc.String {
		if i, ok := c.t.conditions.find(n.Text()); ok {
			owner := c.t
			for owner.outer != nil {
				owner = owner.outer
			}
			return c.remember(n, namedCondition{owner, i})
		}
	}
	x := c.compile(n)
	if k, ok := x.(constant); ok {
		if _, ok := truth(k.v); !ok {
			if text, isText := asText(k.v); isText && isName(text) {
				c.report(diag.Error, "unknown-condition", n, text, c.t.nearCondition(text))
			} else {
				c.report(diag.Error, "condition-not-boolean", n, shown(k.v))
			}
		}
	}
	return x
}

// text compiles a text: its references and what stands between them.
func (c *compiler) text(n doc.Node, program bool) expression {
	s := n.Text()
	if !strings.Contains(s, "{{") {
		return constant{value.String(s)}
	}
	json := looksLikeJSON(s)
	t := &textExpression{}
	quoted := false
	plain := 0 // where the text before the next reference starts
	for at := 0; ; {
		start, end, inner, ok := nextReference(s[at:])
		if !ok {
			break
		}
		start, end = at+start, at+end
		at = end
		ref := c.reference(n, inner)
		if ref == nil {
			continue
		}
		if start == 0 && end == len(s) {
			return ref
		}
		if plain < start {
			t.parts = append(t.parts, part{text: s[plain:start]})
			quoted = inString(quoted, s[plain:start])
		}
		p := part{ref: ref, quoted: program && quoted}
		if program || json && !quoted {
			p.null = "null"
		}
		t.parts = append(t.parts, p)
		plain = end
	}
	if len(t.parts) == 0 {
		return constant{value.String(s)}
	}
	if plain < len(s) {
		t.parts = append(t.parts, part{text: s[plain:]})
	}
	return t
}

// looksLikeJSON reports whether a text may be JSON written by hand.
func looksLikeJSON(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasPrefix(s, "{{") {
		return false
	}
	last := s[len(s)-1]
	return s[0] == '{' && last == '}' || s[0] == '[' && last == ']'
}

// inString tells whether a string of JSON or jq is open after a text, given
// whether one is before it.
func inString(open bool, s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if open {
				i++
			}
		case '"':
			open = !open
		}
	}
	return open
}

func isConstant(x expression) bool {
	_, ok := x.(constant)
	return ok
}

// callOf takes a function call apart: a map of one key that begins with Fn::.
func callOf(n doc.Node) (name string, arg doc.Node, ok bool) {
	if n.Kind() != doc.Map || n.Len() != 1 {
		return "", doc.Node{}, false
	}
	arg = n.At(0)
	name = arg.Key()
	return name, arg, strings.HasPrefix(name, "Fn::")
}
