package alicloud

import (
	"fmt"
	"strconv"
	"strings"
)

// template is a text with expressions in it: `["$id"]`, "services/$id",
// "$p.Name". One that is a single expression keeps the value's shape.
type template struct {
	source string
	parts  []templatePart
	codecs []codec
}

type templatePart struct {
	literal string
	expr    *expression
}

// exprKind says what an expression reads.
type exprKind uint8

const (
	exprID       exprKind = iota // the physical ID, or a part of it
	exprIDs                      // the physical ID as a list
	exprIDsJSON                  //
	exprIDsCSV                   //
	exprProperty                 // a property as wanted
	exprOld                      // a property as last applied
	exprAttribute
	exprEach   // one call for each item
	exprAdd    // items that were not there
	exprDel    // items that are no longer there
	exprJSON   // a property as JSON text
	exprCSV    // a property's items, parted by commas
	exprHas    // whether a property is set
	exprCreate // a field of the create call's answer
	exprRegion
	exprAccount
	exprToken
	exprListed // one call for each item that a step before found
	exprInfer  // what kind of resource an ID is of
	exprHook   // what nothing here can tell
)

type expression struct {
	kind  exprKind
	index int      // of exprID; -1: whole
	name  string   // of a property, an attribute, a field, a hook
	rest  []string // below it
}

var exprKinds = map[string]exprKind{
	"p": exprProperty, "old": exprOld, "a": exprAttribute, "each": exprEach, "add": exprAdd, "del": exprDel,
	"json": exprJSON, "csv": exprCSV, "has": exprHas, "create": exprCreate, "infer": exprInfer, "cluster": exprHook,
	"listed": exprListed,
}

var exprWords = map[string]expression{
	"id": {kind: exprID, index: -1}, "ids": {kind: exprIDs}, "idsjson": {kind: exprIDsJSON}, "idscsv": {kind: exprIDsCSV},
	"region": {kind: exprRegion}, "account": {kind: exprAccount}, "token": {kind: exprToken},
	"grow": {kind: exprHook, name: "grow"}, "shrink": {kind: exprHook, name: "shrink"}, "new": {kind: exprHook, name: "new"},
	"node": {kind: exprHook, name: "node"}, "updown": {kind: exprHook, name: "updown"},
	"systemDisk": {kind: exprHook, name: "systemDisk"},
}

// parseTemplate reads a text with expressions. Codecs follow a lone expression
// after bars.
func parseTemplate(text string) (*template, error) {
	t := &template{source: text}
	if strings.HasPrefix(text, "$") {
		if head, codecs, ok := strings.Cut(text, "|"); ok {
			list, err := parseCodecs(codecs)
			if err != nil {
				return nil, err
			}
			t.codecs, text = list, head
		}
	}
	for text != "" {
		before, after, ok := strings.Cut(text, "$")
		if before != "" {
			t.parts = append(t.parts, templatePart{literal: before})
		}
		if !ok {
			break
		}
		inner, rest, braced := strings.Cut(strings.TrimPrefix(after, "{"), "}")
		if braced = braced && strings.HasPrefix(after, "{"); !braced {
			inner = after
		}
		expr, left, err := parseExpression(inner)
		if err == nil && braced && left != "" {
			err = fmt.Errorf("%q is too much", left)
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", t.source, err)
		}
		if !braced {
			rest = left
		}
		t.parts = append(t.parts, templatePart{expr: expr})
		text = rest
	}
	return t, nil
}

// parseExpression reads what follows a dollar sign.
func parseExpression(text string) (*expression, string, error) {
	word, rest := leadingWord(text)
	if e, ok := exprWords[word]; ok {
		if inner, after, ok := strings.Cut(rest, "]"); ok && e.kind == exprID && strings.HasPrefix(inner, "[") {
			n, err := strconv.Atoi(inner[1:])
			if err != nil || n < 0 {
				return nil, "", fmt.Errorf("$id%s] is no part of the ID", inner)
			}
			e.index, rest = n, after
		}
		return &e, rest, nil
	}
	kind, ok := exprKinds[word]
	if !ok {
		return nil, "", fmt.Errorf("$%s is not known", word)
	}
	e := &expression{kind: kind}
	for strings.HasPrefix(rest, ".") {
		var name string
		if name, rest = leadingWord(rest[1:]); name == "" {
			break
		}
		if e.name == "" {
			e.name = name
		} else {
			e.rest = append(e.rest, name)
		}
	}
	if e.name == "" {
		return nil, "", fmt.Errorf("$%s needs a name", word)
	}
	if kind == exprEach && e.name[0] >= 'a' && e.name[0] <= 'z' && e.name != "id" {
		e.kind = exprHook // names what a listing found, and no step says which
	}
	return e, rest, nil
}

func leadingWord(text string) (word, rest string) {
	n := 0
	for n < len(text) && (text[n] == '_' || text[n] == '-' && n > 0 || '0' <= text[n] && text[n] <= '9' || 'A' <= text[n] && text[n] <= 'Z' || 'a' <= text[n] && text[n] <= 'z') {
		n++
	}
	return text[:n], text[n:]
}

// expressions yields those in the template.
func (t *template) expressions() []*expression {
	var out []*expression
	for _, p := range t.parts {
		if p.expr != nil {
			out = append(out, p.expr)
		}
	}
	return out
}

// value computes the template. It reports false where something in it has no
// value.
func (t *template) value(env *scope) (any, bool) {
	var v any
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].expr != nil:
		var ok bool
		if v, ok = env.lookup(t.parts[0].expr); !ok {
			return nil, false
		}
	default:
		var b strings.Builder
		for _, p := range t.parts {
			if p.expr == nil {
				b.WriteString(p.literal)
				continue
			}
			x, ok := env.lookup(p.expr)
			if !ok {
				return nil, false
			}
			b.WriteString(textOf(x))
		}
		v = b.String()
	}
	return encode(t.codecs, v, env)
}

// text computes the template as text.
func (t *template) text(env *scope) (string, bool) {
	v, ok := t.value(env)
	if !ok {
		return "", false
	}
	return textOf(v), true
}
