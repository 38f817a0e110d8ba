package template

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// hostFunctions need facts from outside of the template.
func hostFunctions() []function {
	return []function{
		{name: askZones, in: everywhere, eval: evalGetAZs},
		{name: "Fn::FormatTime", in: everywhere, eval: evalFormatTime},
		{name: askOutput, in: inNormal, shape: shape{least: 2, most: 3}, asks: true, eval: evalGetStackOutput},
		{name: askImage, in: inNormal, asks: true, eval: evalMarketplaceImage, verify: verifyMarketplaceImage},
		{name: "Fn::ResourceFacade", in: inNormal, eval: evalResourceFacade, verify: verifyResourceFacade},
	}
}

// standInZones end the names of the zones of a region whose zones nobody gave.
var standInZones = []string{"a", "b", "c"}

func evalGetAZs(e *evaluator, call, arg doc.Node) (value.Value, error) {
	v, err := e.eval(arg)
	if err != nil {
		return value.Value{}, err
	}
	if v.IsUnknown() && e.scope.asksZones {
		return value.Value{}, fail(call, "answer-too-late", askZones)
	}
	if v.IsUnknown() || e.scope.trial != nil {
		return e.later(call, v), nil
	}
	if v.Kind() != value.KindString {
		return value.Value{}, fail(call, "function-shape", "Fn::GetAZs", "string")
	}
	region := v.Text()
	if region == "" {
		region = e.scope.pseudo.Region
	}
	zones, ok := e.scope.pseudo.Zones[region]
	if q := (question{asks: askZones, a: region}); !ok && e.scope.asksZones {
		return e.ask(call, q, v)
	}
	var items []value.Value
	for _, zone := range zones {
		items = append(items, value.String(zone))
	}
	if !ok {
		for _, letter := range standInZones {
			items = append(items, value.String(region+"-"+letter))
		}
	}
	return marked(value.List(items), v.HasSensitive()), nil
}

func evalFormatTime(e *evaluator, call, arg doc.Node) (value.Value, error) {
	v, err := e.eval(arg)
	if err != nil {
		return value.Value{}, err
	}
	format, zone := v, value.Null()
	if v.Kind() == value.KindList && v.Len() > 0 && v.Len() < 3 {
		format = v.At(0)
		if v.Len() == 2 {
			zone = v.At(1)
		}
	}
	if v.HasUnknown() || e.scope.trial != nil {
		return e.later(call, v), nil
	}
	if e.scope.pseudo.Now.IsZero() {
		return value.Value{}, fail(call, "time-missing")
	}
	out, err := fn.FormatTime(e.scope.pseudo.Now, format, zone)
	if err != nil {
		return value.Value{}, e.failed(call, err, v.HasSensitive())
	}
	return marked(out, v.HasSensitive()), nil
}

// evalGetStackOutput asks for an output of another stack, null where an
// argument is.
func evalGetStackOutput(e *evaluator, call, arg doc.Node) (value.Value, error) {
	var buf [3]value.Value
	args, err := e.arguments(buf[:0], e.table[askOutput], call, arg)
	if err != nil {
		return value.Value{}, err
	}
	q := question{asks: askOutput}
	for i, to := range [...]*string{&q.a, &q.b, &q.c} {
		if i == len(args) {
			break
		}
		switch v := args[i]; {
		case v.HasUnknown() && e.lookup == nil && !e.output && e.scope.trial == nil:
			return value.Value{}, fail(call, "answer-too-late", askOutput)
		case v.HasUnknown():
			return e.later(call, args...), nil
		case v.IsNull():
			return v, nil
		case v.Kind() != value.KindString:
			return value.Value{}, e.failed(call, &fn.Error{Code: fn.CodeType, Args: []string{[...]string{"stack", "output", "region"}[i], "string", v.Kind().String()}}, false)
		default:
			*to = v.Text()
		}
	}
	if own := e.scope.pseudo; q.a == own.StackID || q.a == own.StackName && q.a != "" && (q.c == "" || q.c == own.Region) {
		return value.Value{}, fail(call, "output-of-itself")
	}
	return e.ask(call, q, args...)
}

func verifyMarketplaceImage(v *verifier, call, arg doc.Node) {
	if name, inner, ok := callOf(arg); ok && v.isLocal(name, inner) {
		v.walk(arg)
	} else if arg.Kind() != doc.String || arg.Text() == "" {
		v.report(diag.Error, "function-shape", call, askImage, "literal product code")
	}
}

func evalMarketplaceImage(e *evaluator, call, arg doc.Node) (value.Value, error) {
	v, err := e.eval(arg)
	if err != nil {
		return value.Value{}, err
	}
	if v.Kind() != value.KindString || v.Text() == "" {
		return value.Value{}, fail(call, "function-shape", askImage, "literal product code")
	}
	return e.ask(call, question{asks: askImage, a: v.Text(), b: e.scope.pseudo.Region}, v)
}

// verifyResourceFacade refuses the function: it means something only in a
// template that is used as the definition of a resource type, which templates
// of stacks never are.
func verifyResourceFacade(v *verifier, call, arg doc.Node) {
	switch arg.Text() {
	case "Metadata", "DeletionPolicy", "UpdatePolicy":
		v.report(diag.Error, "function-facade", call)
	default:
		v.report(diag.Error, "function-shape", call, "Fn::ResourceFacade", "Metadata, DeletionPolicy, UpdatePolicy")
	}
}

func evalResourceFacade(_ *evaluator, call, _ doc.Node) (value.Value, error) {
	return value.Value{}, fail(call, "function-facade")
}
