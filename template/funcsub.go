package template

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func subFunctions() []function {
	return []function{
		{name: "Fn::Sub", in: inNormal, eval: evalSub, verify: verifySub},
	}
}

// subToken is a piece of a template of Fn::Sub: a text, or the name in ${name}.
type subToken struct {
	text string
	name bool
}

// nextToken takes the first piece off a template. ${!x} is the text ${x}.
func nextToken(rest string) (token subToken, tail string) {
	open := strings.Index(rest, "${")
	if open != 0 {
		if open < 0 {
			return subToken{text: rest}, ""
		}
		return subToken{text: rest[:open]}, rest[open:]
	}
	inner, tail, closed := strings.Cut(rest[2:], "}")
	if !closed {
		return subToken{text: rest}, ""
	}
	name := strings.TrimSpace(inner)
	if escaped, ok := strings.CutPrefix(name, "!"); ok {
		return subToken{text: "${" + strings.TrimLeft(escaped, " ") + "}"}, tail
	}
	return subToken{text: name, name: true}, tail
}

// validToken reports whether a name holds a letter, as the service wants it.
func validToken(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '!'
	}) >= 0
}

// replaceIndex puts the number of an instance into a template.
func replaceIndex(text string, index int) string {
	var b strings.Builder
	for text != "" {
		token, tail := nextToken(text)
		if token.name && token.text == pseudoIndex {
			b.WriteString(strconv.Itoa(index))
		} else {
			b.WriteString(text[:len(text)-len(tail)])
		}
		text = tail
	}
	return b.String()
}

func evalSub(e *evaluator, call, arg doc.Node) (value.Value, error) {
	text, variables, err := e.subArguments(call, arg)
	if err != nil {
		return value.Value{}, err
	}
	if text.IsUnknown() {
		return e.later(call, text, variables), nil
	}
	if text.Kind() != value.KindString {
		return value.Value{}, fail(call, "function-shape", "Fn::Sub", "string, [string, map]")
	}
	if err := e.spend(call, len(text.Text())/64); err != nil {
		return value.Value{}, err
	}
	var dst []byte
	var unknown []value.Value
	sensitive := text.HasSensitive()
	for rest := text.Text(); rest != ""; {
		var token subToken
		token, rest = nextToken(rest)
		if !token.name {
			dst = append(dst, token.text...)
			continue
		}
		v, err := e.subValue(call, token.text, variables)
		if err != nil {
			return value.Value{}, err
		}
		sensitive = sensitive || v.HasSensitive()
		if v.HasUnknown() {
			unknown = append(unknown, v)
			continue
		}
		if dst = fn.AppendText(dst, v, ""); len(dst) > fn.MaxResult {
			return value.Value{}, fail(call, fn.CodeTooLarge, strconv.Itoa(fn.MaxResult))
		}
	}
	if unknown != nil {
		return marked(e.later(call, append(unknown, text)...), sensitive), nil
	}
	return marked(value.String(string(dst)), sensitive), nil
}

// subArguments gives the template and the map of variables, null if there is
// none.
func (e *evaluator) subArguments(call, arg doc.Node) (text, variables value.Value, err error) {
	variables = value.Null()
	if arg.Kind() != doc.List {
		text, err = e.eval(arg)
		return text, variables, err
	}
	if arg.Len() == 0 || arg.Len() > 2 {
		return text, variables, fail(call, "function-shape", "Fn::Sub", "string, [string, map]")
	}
	if text, err = e.eval(arg.At(0)); err != nil || arg.Len() == 1 {
		return text, variables, err
	}
	if variables, err = e.variables(arg.At(1)); err != nil {
		return text, variables, err
	}
	if k := variables.Kind(); k != value.KindMap && k != value.KindNull {
		return text, variables, fail(call, "function-shape", "Fn::Sub", "string, [string, map]")
	}
	return text, variables, nil
}

// variables evaluates the map of variables. One that is removed is null.
func (e *evaluator) variables(n doc.Node) (value.Value, error) {
	if n.Kind() != doc.Map || isCall(n) {
		return e.eval(n)
	}
	entries := make([]value.Entry, n.Len())
	for i := range entries {
		v, err := e.eval(n.At(i))
		if err != nil {
			return value.Value{}, err
		}
		entries[i] = value.Entry{Key: n.KeyAt(i), Value: orNull(v)}
	}
	return bounded(n, value.Map(entries))
}

// subValue gives what ${name} stands for.
func (e *evaluator) subValue(call doc.Node, name string, variables value.Value) (value.Value, error) {
	if !validToken(name) {
		return value.Value{}, fail(call, "sub-token-invalid", clip("${"+name+"}"))
	}
	if strings.Contains(name, ".") {
		return e.subAttribute(call, name)
	}
	if v, ok := variables.Get(name); ok {
		return v, nil
	}
	sym := e.scope.names[name]
	switch {
	case sym.kind == parameterSymbol:
		return e.scope.params[sym.index].value, nil
	case sym.kind == 0 && strings.HasPrefix(name, pseudoPrefix):
		return e.pseudo(call, name)
	case sym.kind == localSymbol:
		return value.Value{}, fail(call, "sub-local", name)
	}
	return e.subResource(call, name, "")
}

// subAttribute gives what ${Resource.Attribute} stands for.
func (e *evaluator) subAttribute(call doc.Node, name string) (value.Value, error) {
	to, attribute, ok := splitAttribute(name, e.exists)
	if !ok {
		return value.Value{}, fail(call, "unknown-resource", to, diag.NoNames)
	}
	return e.subResource(call, to, attribute)
}

func (e *evaluator) subResource(call doc.Node, name, attribute string) (value.Value, error) {
	if e.inLocal {
		return value.Value{}, fail(call, "unknown-reference", name, diag.NoNames)
	}
	to, ok := e.scope.resource(name)
	if !ok {
		if v, known := e.recorded(name, attribute); known {
			return v, nil
		}
	}
	switch {
	case !ok && attribute == "":
		return value.Value{}, fail(call, "unknown-reference", clip(name), diag.NoNames)
	case !ok:
		return value.Value{}, fail(call, "unknown-resource", clip(name), diag.NoNames)
	case to.count >= 0:
		return value.Value{}, fail(call, "counted-reference", name)
	}
	return e.resource(call, to, attribute)
}

// splitAttribute splits a.b.c into the name of a resource and an attribute of
// it, which is "" where all of it names a resource. Where it is not ok the
// name is the one that was looked for.
func splitAttribute(name string, exists func(string) bool) (resource, attribute string, ok bool) {
	last := strings.LastIndexByte(name, '.')
	head, tail := name[:last], name[last+1:]
	parts := strings.Count(name, ".") + 1
	if owner, found := strings.CutSuffix(head, ".Outputs"); found && parts >= 3 && exists(owner) {
		return owner, "Outputs." + tail, true
	}
	if parts >= 3 && exists(head) {
		return head, tail, true
	}
	if parts == 2 && (exists(head) || !exists(name)) {
		return head, tail, exists(head)
	}
	return name, "", exists(name)
}
