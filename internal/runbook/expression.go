package runbook

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// expression is a node of a template, compiled.
type expression interface {
	eval(s *Scope) (value.Value, error)
}

// constant is a node without references and functions.
type constant struct{ v value.Value }

func (c constant) eval(*Scope) (value.Value, error) { return c.v, nil }

// listExpression is a list with at least one part to evaluate.
type listExpression []expression

func (l listExpression) eval(s *Scope) (value.Value, error) {
	items := make([]value.Value, len(l))
	for i, x := range l {
		v, err := x.eval(s)
		if err != nil {
			return value.Value{}, err
		}
		items[i] = v
	}
	return value.List(items), nil
}

// mapExpression is a map with at least one part to evaluate.
type mapExpression struct {
	keys   []string
	values []expression
}

func (m *mapExpression) eval(s *Scope) (value.Value, error) {
	entries := make([]value.Entry, len(m.values))
	for i, x := range m.values {
		v, err := x.eval(s)
		if err != nil {
			return value.Value{}, err
		}
		entries[i] = value.Entry{Key: m.keys[i], Value: v}
	}
	return value.Map(entries), nil
}

// textExpression is a text with references in it.
type textExpression struct {
	parts []part
}

// part is a run of text or a reference.
type part struct {
	text   string
	ref    *reference // nil: text
	null   string     // what null becomes: "null" in jq programs and JSON
	quoted bool       // stands inside of a string of a jq program: is escaped
}

func (t *textExpression) eval(s *Scope) (value.Value, error) {
	var array [4]value.Value
	values := array[:0]
	size, unknown, sensitive := 0, false, false
	for i := range t.parts {
		p := &t.parts[i]
		if p.ref == nil {
			size += len(p.text)
			continue
		}
		v, err := p.ref.eval(s)
		if err != nil {
			return value.Value{}, err
		}
		values = append(values, v)
		size += len(v.Text()) + 8
		unknown = unknown || v.HasUnknown()
		sensitive = sensitive || v.HasSensitive()
	}
	if unknown {
		return t.pending(values), nil
	}
	buf := make([]byte, 0, size)
	for i := range t.parts {
		p := &t.parts[i]
		if p.ref == nil {
			buf = append(buf, p.text...)
			continue
		}
		buf = p.append(buf, values[0])
		values = values[1:]
	}
	return marked(value.String(string(buf)), sensitive), nil
}

func (p *part) append(buf []byte, v value.Value) []byte {
	if p.ref.kind == toStore {
		v = joined(v)
	}
	if p.quoted && v.Kind() == value.KindString {
		start := len(buf)
		buf = value.AppendQuoted(buf, v.Text())
		return append(buf[:start], buf[start+1:len(buf)-1]...)
	}
	return appendText(buf, v, p.null)
}

// pending makes the text one to be put together later.
func (t *textExpression) pending(values []value.Value) value.Value {
	args := make([]value.Value, len(t.parts))
	for i := range t.parts {
		if p := &t.parts[i]; p.ref == nil {
			args[i] = value.String(p.text)
		} else {
			if args[i] = values[0]; !args[i].HasUnknown() {
				args[i] = marked(value.String(string(p.append(nil, args[i]))), args[i].HasSensitive())
			}
			values = values[1:]
		}
	}
	return hole(pendingText, args)
}

// appendText appends the text of a value as it stands within other text.
func appendText(buf []byte, v value.Value, null string) []byte {
	switch v.Kind() {
	case value.KindString:
		return append(buf, v.Text()...)
	case value.Absent, value.KindNull:
		return append(buf, null...)
	}
	return v.AppendJSON(buf)
}

// namedCondition is the name of an entry of Conditions.
type namedCondition struct {
	t     *Template
	index int
}

func (c namedCondition) eval(s *Scope) (value.Value, error) {
	n := c.t.Conditions[c.index].Node
	if c.t.heavy != nil && c.t.heavy[c.index] {
		return value.Null(), failedAt(n, "condition-heavy", c.t.Conditions[c.index].Name, strconv.Itoa(maxConditionWeight))
	}
	v, err := c.t.condition(n).eval(s)
	if err != nil || v.HasUnknown() {
		return v, err
	}
	b, ok := truth(v)
	if !ok {
		return v, failedAt(n, "condition-not-boolean", shown(v))
	}
	return marked(value.Bool(b), v.HasSensitive()), nil
}

// truth reads a boolean, or the text of one.
func truth(v value.Value) (value bool, ok bool) {
	if b, isText := asText(v); isText {
		switch {
		case strings.EqualFold(b, "true"):
			return true, true
		case strings.EqualFold(b, "false"):
			return false, true
		}
		return false, false
	}
	return v.Bool(), isBool(v)
}

// truth decides a condition.
func (s *Scope) truth(n doc.Node, x expression) (bool, error) {
	v, err := x.eval(s)
	if err != nil {
		return false, err
	}
	if v.HasUnknown() {
		return false, knownLater(n, v)
	}
	b, ok := truth(v)
	if !ok {
		return false, failedAt(n, "condition-not-boolean", shown(v))
	}
	return b, nil
}

func asText(v value.Value) (string, bool) { return v.Text(), v.Kind() == value.KindString }

func isBool(v value.Value) bool { return v.Kind() == value.KindBool }

// marked marks a value as sensitive if it is made of something sensitive.
func marked(v value.Value, sensitive bool) value.Value {
	if sensitive {
		return v.WithSensitive()
	}
	return v
}

// equal compares as Fn::Equals does: deep, numbers by value, the order of keys
// does not matter, and nothing is converted but that a boolean equals its text,
// since outputs declared as String may hold a boolean.
func equal(a, b value.Value) bool {
	if isBool(a) != isBool(b) {
		if isBool(b) {
			a, b = b, a
		}
		text, ok := asText(b)
		return ok && (text == "true" && a.Bool() || text == "false" && !a.Bool())
	}
	switch {
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.At(i), b.At(i)) {
				return false
			}
		}
		return true
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		if a.Len() != b.Len() {
			return false
		}
		for key, member := range a.Entries() {
			other, ok := b.Get(key)
			if !ok || !equal(member, other) {
				return false
			}
		}
		return true
	}
	return value.Equal(orNull(a), orNull(b))
}

func orNull(v value.Value) value.Value {
	if v.IsAbsent() {
		return value.Null()
	}
	return v
}
