package template

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

func logicFunctions() []function {
	return []function{
		{name: "Fn::Equals", in: inCondition | atRoot, shape: pair(0), apply: two(equals)},
		{name: "Fn::And", in: inCondition | atRoot, shape: shape{least: 2, most: -1}, eval: evalAnd, verify: verifyAnd},
		{name: "Fn::Or", in: inCondition | atRoot, shape: shape{least: 2, most: -1}, eval: evalOr, verify: verifyAnd},
		{name: "Fn::Not", in: inCondition | atRoot, eval: evalNot, verify: verifyNot},
		{name: "Fn::If", in: everywhere, shape: shape{least: 3, most: 3}, eval: evalIf, verify: verifyIf},
		{name: "Fn::TransformNamespace", in: everywhere, shape: shape{least: 3, most: 3, raw: 3}, eval: evalTransformNamespace, verify: verifyTransformNamespace},
	}
}

func equals(a, b value.Value) (value.Value, error) {
	return value.Bool(value.Equal(a, b)), nil
}

func evalAnd(e *evaluator, call, arg doc.Node) (value.Value, error) {
	return e.fromMembers(call, arg, false)
}

func evalOr(e *evaluator, call, arg doc.Node) (value.Value, error) {
	return e.fromMembers(call, arg, true)
}

// fromMembers evaluates all members: one that has the deciding truth decides.
func (e *evaluator) fromMembers(call, arg doc.Node, deciding bool) (value.Value, error) {
	if arg.Kind() != doc.List || arg.Len() < 2 {
		return value.Value{}, fail(call, "function-shape", call.KeyAt(0), "[2+]")
	}
	result := value.Bool(!deciding)
	var unknown []value.Value
	for member := range arg.Items() {
		v, err := e.truth(member)
		if err != nil {
			return value.Value{}, err
		}
		switch {
		case v.IsUnknown():
			unknown = append(unknown, v)
		case v.Bool() == deciding:
			result = value.Bool(deciding)
		}
	}
	if unknown != nil && result.Bool() != deciding {
		return e.later(call, unknown...), nil
	}
	return result, nil
}

func evalNot(e *evaluator, call, arg doc.Node) (value.Value, error) {
	if arg.Kind() == doc.List {
		if arg.Len() != 1 {
			return value.Value{}, fail(call, "function-shape", "Fn::Not", "[1]")
		}
		arg = arg.At(0)
	}
	v, err := e.truth(arg)
	switch {
	case err != nil:
		return value.Value{}, err
	case v.IsUnknown():
		return e.later(call, v), nil
	}
	return value.Bool(!v.Bool()), nil
}

// evalIf evaluates only the branch that is chosen.
func evalIf(e *evaluator, call, arg doc.Node) (value.Value, error) {
	if arg.Kind() != doc.List || arg.Len() != 3 {
		return value.Value{}, fail(call, "function-shape", "Fn::If", "[3]")
	}
	v, err := e.truth(arg.At(0))
	switch {
	case err != nil:
		return value.Value{}, err
	case v.IsUnknown():
		out := e.later(call, v)
		out.Hole().Vanishing = true
		return out, nil
	}
	chosen := arg.At(2)
	if v.Bool() {
		chosen = arg.At(1)
	}
	out, err := e.eval(chosen)
	return marked(out, v.HasSensitive()), err
}

// conditionName gives the name in a reference to a condition: the name itself
// or {"Condition": name}.
func conditionName(n doc.Node) (string, bool) {
	if n.Kind() == doc.Map && n.Len() == 1 && n.KeyAt(0) == "Condition" {
		n = n.At(0)
	}
	return n.Text(), n.Kind() == doc.String
}

// truth evaluates a reference to a condition, a boolean, or a function that
// gives either. The result is a boolean or unknown.
func (e *evaluator) truth(n doc.Node) (value.Value, error) {
	if name, ok := conditionName(n); ok {
		return e.named(n, name)
	}
	switch n.Kind() {
	case doc.Bool:
		return value.Bool(n.Bool()), nil
	case doc.List:
		if n.Len() > 0 {
			return e.truth(n.At(0))
		}
	case doc.Map:
		if _, _, ok := callOf(n); !ok {
			break
		}
		v, err := e.eval(n)
		switch {
		case err != nil:
			return value.Value{}, err
		case v.Kind() == value.KindBool || v.IsUnknown():
			return v, nil
		case v.Kind() == value.KindString && !v.HasSensitive():
			return e.named(n, v.Text())
		case v.Kind() == value.KindList && v.Len() > 0 && v.At(0).Kind() == value.KindBool:
			return v.At(0), nil
		}
		return value.Value{}, fail(n, "condition-not-boolean", v.Kind().String())
	}
	return value.Value{}, fail(n, "condition-not-boolean", n.Kind().String())
}

// named gives the truth of a condition. While the scope is bound, conditions
// are evaluated as they are asked for.
func (e *evaluator) named(n doc.Node, name string) (value.Value, error) {
	i, ok := e.scope.conditions[name]
	if !ok {
		return value.Value{}, fail(n, "unknown-condition", name, diag.NoNames)
	}
	c := &e.scope.truths[i]
	e.evaluateCondition(c)
	if c.later != nil {
		return value.Unknown(c.later), nil
	}
	return value.Bool(c.value), c.err
}

func (e *evaluator) evaluateCondition(c *truth) {
	switch c.state {
	case evaluated:
	case evaluating:
		c.err = fail(c.node, "condition-cycle", c.name)
	default:
		c.state = evaluating
		inner := &evaluator{scope: e.scope, table: e.table, left: e.left, in: atRoot, index: -1}
		v, err := inner.root(c)
		if c.err == nil {
			c.value, c.err = v.Bool(), err
		}
		if v.IsUnknown() && err == nil {
			e.scope.trial.guess(e, c, v.Hole())
		}
		c.state = evaluated
	}
}

// root evaluates the expression of a condition. The result is a boolean, or
// unknown in a trial.
func (e *evaluator) root(c *truth) (value.Value, error) {
	if c.node.Kind() == doc.Bool {
		return value.Bool(c.node.Bool()), nil
	}
	v, err := e.eval(c.node)
	switch {
	case err != nil:
		return value.Value{}, err
	case v.Kind() == value.KindBool || v.IsUnknown() && e.scope.trial != nil:
		return v, nil
	case v.IsUnknown():
		return value.Value{}, fail(c.node, "condition-known-later", c.name)
	}
	return value.Value{}, fail(c.node, "condition-not-boolean", v.Kind().String())
}

// namespaced lists what each name of a module stands for outside of it.
func namespaced(call doc.Node, namespace string, lookup doc.Node) (value.Value, error) {
	if lookup.Kind() != doc.Map {
		return value.Value{}, fail(call, "function-shape", "Fn::TransformNamespace", "[DependsOn, string, {Lookup: {name: [names]}}]")
	}
	var names []value.Value
	for entry := range lookup.Items() {
		for name := range entry.Items() {
			names = append(names, value.String(namespace+name.Text()))
		}
	}
	return value.List(names), nil
}

// evalTransformNamespace puts the namespace of a module before the name of a
// condition; a boolean stays one.
func evalTransformNamespace(e *evaluator, call, arg doc.Node) (value.Value, error) {
	if arg.Kind() != doc.List || arg.Len() != 3 {
		return value.Value{}, fail(call, "function-shape", "Fn::TransformNamespace", "[Condition or DependsOn, string, value]")
	}
	switch arg.At(0).Text() {
	case "Condition":
	case "DependsOn":
		return namespaced(call, arg.At(1).Text(), arg.At(2).Get("Lookup"))
	default:
		return value.Value{}, fail(call, "function-shape", "Fn::TransformNamespace", "[Condition or DependsOn, string, value]")
	}
	subject := arg.At(2)
	if subject.Kind() == doc.List && subject.Len() > 0 {
		subject = subject.At(0)
	}
	if name, ok := conditionName(subject); ok {
		return value.String(arg.At(1).Text() + name), nil
	}
	v, err := e.eval(subject)
	switch {
	case err != nil:
	case v.IsUnknown():
		return e.later(call, v), nil
	case v.Kind() == value.KindString:
		return marked(value.String(arg.At(1).Text()+v.Text()), v.HasSensitive()), nil
	case v.Kind() != value.KindBool:
		return value.Value{}, fail(call, "condition-not-boolean", v.Kind().String())
	}
	return v, err
}
