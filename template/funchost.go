package template

import (
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// hostFunctions need facts from outside of the template.
func hostFunctions() []function {
	return []function{
		{name: "Fn::GetAZs", in: everywhere, eval: evalGetAZs},
		{name: "Fn::FormatTime", in: everywhere, eval: evalFormatTime},
		{name: "Fn::GetStackOutput", in: inNormal, shape: shape{least: 2, most: 3}, eval: evalGetStackOutput},
		{name: "Fn::MarketplaceImage", in: inNormal, eval: unsupported},
		{name: "Fn::ResourceFacade", in: inNormal, eval: unsupported},
	}
}

func unsupported(_ *evaluator, call, _ doc.Node) (value.Value, error) {
	return value.Value{}, fail(call, "function-unsupported", call.KeyAt(0))
}

// standInZones end the names of the zones of a region whose zones nobody gave.
var standInZones = []string{"a", "b", "c"}

func evalGetAZs(e *evaluator, call, arg doc.Node) (value.Value, error) {
	v, err := e.eval(arg)
	if err != nil {
		return value.Value{}, err
	}
	if v.IsUnknown() {
		return e.later(call, v), nil
	}
	if v.Kind() != value.KindString {
		return value.Value{}, fail(call, "function-shape", "Fn::GetAZs", "string")
	}
	region := v.Text()
	if region == "" {
		region = e.scope.pseudo.Region
	}
	var items []value.Value
	zones, ok := e.scope.pseudo.Zones[region]
	for _, zone := range zones {
		items = append(items, value.String(zone))
	}
	if !ok {
		for _, letter := range standInZones {
			items = append(items, value.String(region+"-"+letter))
		}
	}
	return value.List(items), nil
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
	if v.HasUnknown() {
		return e.later(call, v), nil
	}
	if e.scope.pseudo.Now.IsZero() {
		return value.Value{}, fail(call, "time-missing")
	}
	out, err := fn.FormatTime(e.scope.pseudo.Now, format, zone)
	if err != nil {
		return value.Value{}, e.failed(call, err, v.HasSensitive())
	}
	return out, nil
}

// evalGetStackOutput gives null where an argument is; reading another stack
// is not supported.
func evalGetStackOutput(e *evaluator, call, arg doc.Node) (value.Value, error) {
	args, err := e.arguments(nil, e.table["Fn::GetStackOutput"], call, arg)
	if err != nil {
		return value.Value{}, err
	}
	for _, v := range args {
		if v.IsNull() {
			return v, nil
		}
	}
	return unsupported(e, call, arg)
}
