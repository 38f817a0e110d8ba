package template

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func referenceFunctions() []function {
	return []function{
		{name: "Ref", in: everywhere | atRoot, eval: evalRef, verify: verifyRef},
		{name: "Fn::GetAtt", in: inNormal, shape: pair(0), eval: evalGetAtt, verify: verifyGetAtt},
		{name: "Fn::FindInMap", in: everywhere | atRoot, shape: shape{least: 3, most: 3}, eval: evalFindInMap, verify: verifyFindInMap},
	}
}

func evalRef(e *evaluator, call, arg doc.Node) (value.Value, error) {
	switch arg.Kind() {
	case doc.String:
		return e.ref(call, arg.Text())
	case doc.Null:
		return value.Null(), nil
	case doc.Map:
		v, err := e.eval(arg)
		switch {
		case err != nil || empty(v):
			return value.Null(), err
		case v.IsUnknown():
			return e.later(call, v), nil
		case v.Kind() == value.KindString:
			return e.computedRef(call, v)
		}
	}
	return value.Value{}, fail(call, "function-shape", "Ref", "string")
}

func empty(v value.Value) bool { return v.IsNull() || v.IsAbsent() }

// ref looks a name up: a local, a parameter, a pseudo parameter, a resource.
func (e *evaluator) ref(call doc.Node, name string) (value.Value, error) {
	s := e.scope
	sym := s.names[name]
	switch sym.kind {
	case localSymbol:
		if !e.noLocal {
			return e.local(call, &s.locals[sym.index])
		}
	case parameterSymbol:
		return s.params[sym.index].value, nil
	default:
		if strings.HasPrefix(name, pseudoPrefix) && sym.kind == 0 {
			return e.pseudo(call, name)
		}
		if e.in&inNormal != 0 && !e.inLocal {
			if target, ok := s.resource(name); ok {
				return e.resource(call, target, "")
			}
			if v, ok := e.recorded(name, ""); ok {
				return v, nil
			}
		}
	}
	return value.Value{}, fail(call, "unknown-reference", name, diag.NoNames)
}

// computedRef looks a name up that a function gave: only parameters count.
func (e *evaluator) computedRef(call doc.Node, name value.Value) (value.Value, error) {
	sym := e.scope.names[name.Text()]
	switch {
	case sym.kind == parameterSymbol:
		return marked(e.scope.params[sym.index].value, name.HasSensitive()), nil
	case strings.HasPrefix(name.Text(), pseudoPrefix) && !name.HasSensitive():
		return e.pseudo(call, name.Text())
	}
	return value.Value{}, fail(call, "unknown-reference", shown(name), diag.NoNames)
}

func (e *evaluator) pseudo(call doc.Node, name string) (value.Value, error) {
	switch name {
	case pseudoNoValue:
		return value.Value{}, nil
	case pseudoIndex:
		if e.index < 0 {
			return value.Value{}, fail(call, "index-misplaced")
		}
		return value.Int(int64(e.index)), nil
	}
	if e.scope.trial != nil {
		if v, ok := e.scope.trial.pseudo[name]; ok {
			return v, nil
		}
	}
	if text, ok := e.scope.pseudo.value(name); ok {
		return value.String(text), nil
	}
	return value.Value{}, fail(call, "unknown-reference", name, near(name, pseudoNames))
}

// resource gives the reference to a resource or to an attribute of it; of a
// counted one the list of the references to its instances.
func (e *evaluator) resource(call doc.Node, to target, attribute string) (value.Value, error) {
	if to.absent {
		if e.output {
			return value.Null(), nil
		}
		if v, ok := e.recorded(to.name, attribute); ok {
			return v, nil
		}
		return value.Value{}, fail(call, "reference-absent", to.name)
	}
	if to.count >= 0 && e.noLocal {
		return value.Value{}, fail(call, "counted-reference", to.name)
	}
	if to.count < 0 {
		return e.known(call, to.name, attribute), nil
	}
	items := make([]value.Value, to.count)
	for i := range items {
		if err := e.spend(call, stepsPerHole); err != nil {
			return value.Value{}, err
		}
		items[i] = e.known(call, instanceName(to.name, i), attribute)
	}
	return value.List(items), nil
}

// known gives what is known of a resource, or a hole.
func (e *evaluator) known(call doc.Node, name, attribute string) value.Value {
	e.uses.add(name, attribute, call)
	if v, ok := e.recorded(name, attribute); ok {
		return v
	}
	return reference(name, attribute)
}

// recorded asks the lookup. It may know resources that the scope has not: a
// hole that was made under an earlier template refers to them.
func (e *evaluator) recorded(name, attribute string) (v value.Value, ok bool) {
	switch {
	case e.lookup == nil:
	case attribute == "":
		v, ok = e.lookup.Ref(name)
	default:
		v, ok = e.lookup.Attribute(name, attribute)
	}
	return orNull(v), ok
}

// exists reports whether a name stands for a resource.
func (e *evaluator) exists(name string) bool {
	if _, ok := e.scope.resource(name); ok {
		return true
	}
	_, ok := e.recorded(name, "")
	return ok
}

func evalGetAtt(e *evaluator, call, arg doc.Node) (value.Value, error) {
	var buf [2]value.Value
	args, err := e.arguments(buf[:0], e.table["Fn::GetAtt"], call, arg)
	if err != nil {
		return value.Value{}, err
	}
	if args[0].IsUnknown() || args[1].IsUnknown() {
		return e.later(call, args...), nil
	}
	if args[0].Kind() != value.KindString || args[1].Kind() != value.KindString {
		return value.Value{}, fail(call, "function-shape", "Fn::GetAtt", "[string, string]")
	}
	name, attribute := args[0].Text(), args[1].Text()
	if l := e.scope.local(name); l != nil && l.data {
		return e.dataAttribute(l, attribute)
	}
	to, ok := e.scope.resource(name)
	if !ok && !e.inLocal {
		if v, known := e.recorded(name, attribute); known {
			return marked(v, args[0].HasSensitive() || args[1].HasSensitive()), nil
		}
	}
	switch {
	case e.inLocal || !ok:
		return value.Value{}, fail(call, "unknown-resource", shown(args[0]), diag.NoNames)
	case to.count >= 0 && arg.At(0).Kind() != doc.String:
		return value.Value{}, fail(call, "counted-reference", shown(args[0]))
	}
	v, err := e.resource(call, to, attribute)
	if err == nil && (args[0].HasSensitive() || args[1].HasSensitive()) {
		if v = v.WithSensitive(); v.HasUnknown() {
			return e.later(call, v), nil // the hole must not spell the name out
		}
	}
	return v, err
}

func evalFindInMap(e *evaluator, call, arg doc.Node) (value.Value, error) {
	var buf [3]value.Value
	args, err := e.arguments(buf[:0], e.table["Fn::FindInMap"], call, arg)
	if err != nil {
		return value.Value{}, err
	}
	n := e.scope.mappings
	sensitive := false
	for _, v := range args {
		if v.HasUnknown() {
			return e.later(call, args...), nil
		}
		sensitive = sensitive || v.HasSensitive()
		var ok bool
		if n, ok = mapped(n, v); !ok {
			return value.Value{}, fail(call, "unknown-mapping-key", mappingPath(args), diag.NoNames)
		}
	}
	return marked(n.Value(), sensitive), nil
}

// mapped finds a key of a mapping: a text, or a number by its text.
func mapped(n doc.Node, key value.Value) (doc.Node, bool) {
	switch key.Kind() {
	case value.KindList, value.KindMap, value.KindNull, value.Absent:
		return doc.Node{}, false
	}
	child := n.Get(string(fn.AppendText(nil, key, "")))
	return child, !child.IsZero()
}

func mappingPath(args []value.Value) string {
	parts := make([]string, len(args))
	for i, v := range args {
		parts[i] = clip(v.String())
	}
	return strings.Join(parts, ".")
}
