package template

import (
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// evalSelect chooses from a collection. The default, and the message that
// takes its place, are evaluated only where nothing is found.
func evalSelect(e *evaluator, call, arg doc.Node) (value.Value, error) {
	if arg.Kind() != doc.List || arg.Len() < 2 || arg.Len() > 4 {
		return value.Value{}, fail(call, "function-shape", "Fn::Select", "[2..4]")
	}
	lookup, err := e.eval(arg.At(0))
	if err != nil {
		return value.Value{}, err
	}
	if v, done, err := e.fold(call, arg, lookup); done || err != nil {
		return v, err
	}
	from, err := e.eval(arg.At(1))
	if err != nil {
		return value.Value{}, err
	}
	if lookup.IsUnknown() || from.IsUnknown() || from.HasVanishing() {
		return e.selectLater(call, arg, lookup, from)
	}
	collection, err := fn.Collection(from)
	if err != nil {
		return value.Value{}, e.failed(call, err, from.HasSensitive())
	}
	v, found, err := fn.Select(lookup, collection)
	if err != nil {
		return value.Value{}, e.failed(call, err, lookup.HasSensitive())
	}
	if !found {
		return e.notSelected(call, arg)
	}
	return marked(v, lookup.HasSensitive()), nil
}

// selectLater leaves a hole. What the default refers to may be needed then.
func (e *evaluator) selectLater(call, arg doc.Node, known ...value.Value) (value.Value, error) {
	vanishing := false
	if arg.Len() > 2 && e.scope.trial == nil {
		v, err := e.eval(arg.At(2))
		if err != nil {
			return value.Value{}, err
		}
		known = append(known, v)
		vanishing = v.IsAbsent() || v.IsUnknown() && v.Hole().Vanishing
	}
	out := e.later(call, known...)
	out.Hole().Vanishing = vanishing
	return out, nil
}

func (e *evaluator) notSelected(call, arg doc.Node) (value.Value, error) {
	if arg.Len() == 4 && arg.At(3).Kind() != doc.Null {
		return value.Value{}, fail(call, "select-nothing", clip(arg.At(3).Text()))
	}
	if arg.Len() > 2 {
		return e.eval(arg.At(2))
	}
	return value.String(""), nil
}

// fold chooses among the instances of a counted resource before there is a
// list of them, so that only the chosen ones are waited for.
func (e *evaluator) fold(call, arg doc.Node, lookup value.Value) (value.Value, bool, error) {
	to, attribute, ok := e.counted(arg.At(1))
	if _, _, computed := callOf(arg.At(0)); !ok || !computed || lookup.HasUnknown() || to.absent {
		return value.Value{}, false, nil
	}
	if lookup.Kind() == value.KindString && strings.Contains(lookup.Text(), ":") {
		numbers := make([]value.Value, to.count)
		for i := range numbers {
			numbers[i] = value.Int(int64(i))
		}
		chosen, err := fn.Slice(lookup.Text(), value.List(numbers))
		if err != nil {
			return value.Value{}, true, e.failed(call, err, lookup.HasSensitive())
		}
		items := make([]value.Value, chosen.Len())
		for i := range items {
			items[i] = e.known(call, instanceName(to.name, int(chosen.At(i).Int())), attribute)
		}
		return value.List(items), true, nil
	}
	if empty(lookup) {
		return value.Value{}, false, nil
	}
	i, err := fn.Position(lookup)
	if err != nil {
		return value.Value{}, true, e.failed(call, err, lookup.HasSensitive())
	}
	if i < 0 {
		i += int64(to.count)
	}
	if i < 0 || i >= int64(to.count) {
		if i >= 0 && arg.Len() > 2 {
			v, err := e.notSelected(call, arg)
			return v, true, err
		}
		return value.Value{}, true, fail(call, "instance-out-of-range", to.name, lookup.String())
	}
	return e.known(call, instanceName(to.name, int(i)), attribute), true, nil
}

// counted tells whether a node refers to a counted resource by its literal
// name.
func (e *evaluator) counted(n doc.Node) (to target, attribute string, ok bool) {
	name, arg, ok := callOf(n)
	if !ok || e.in&inNormal == 0 || e.inLocal {
		return target{}, "", false
	}
	switch name {
	case "Ref":
	case "Fn::GetAtt":
		if arg.Len() != 2 || arg.At(1).Kind() != doc.String {
			return target{}, "", false
		}
		attribute = arg.At(1).Text()
		arg = arg.At(0)
	default:
		return target{}, "", false
	}
	if arg.Kind() != doc.String {
		return target{}, "", false
	}
	to, ok = e.scope.resource(arg.Text())
	return to, attribute, ok && to.count >= 0
}
