package rule

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
)

// shapeRules compare what a function gives with the property that it stands
// for.
func shapeRules() []*Rule {
	return []*Rule{
		{Code: "reference-type", Severity: diag.Error, Run: runReferenceType,
			Doc: "A function whose result is of a kind that the property cannot take: a list where a text is wanted, or a number where a list is. What may be converted, such as the JSON text of a list, is not reported."},
	}
}

// givenBy are the kinds of results of functions that are always the same, but
// for null.
var givenBy = map[string]provider.ValueType{
	"Fn::Join": provider.TypeString, "Fn::Sub": provider.TypeString, "Fn::Base64Encode": provider.TypeString,
	"Fn::Split": provider.TypeList, "Fn::ListMerge": provider.TypeList, "Fn::GetAZs": provider.TypeList, "Fn::Cidr": provider.TypeList,
	"Fn::Length": provider.TypeInteger,
}

// parameterGives are the kinds of values of parameters. The text of a Json
// parameter may be a list, a map or a scalar.
var parameterGives = map[string]provider.ValueType{
	"String": provider.TypeString, "Number": provider.TypeNumber, "Boolean": provider.TypeBoolean, "CommaDelimitedList": provider.TypeList,
}

func runReferenceType(p *Pass) {
	p.OnCall(func(c *Call) {
		if c.Value == nil || c.Value.Severity == 0 {
			return
		}
		gives := p.gives(c)
		if !clash(c.Value.Property.Type, gives) {
			return
		}
		p.Report(c.Node.Range(), "", c.Value.Name, typeName(c.Value.Property.Type), c.Name, typeName(gives)).Severity = c.Value.Severity
	})
}

// gives tells the kind of value that a call gives; TypeAny: not known.
func (p *Pass) gives(c *Call) provider.ValueType {
	name := c.Arg.Text()
	switch c.Name {
	case "Ref":
		if parameter := p.Template.Parameter(name); parameter != nil {
			return parameterGives[parameter.Type]
		}
	case "Fn::GetAtt":
		name = c.Arg.At(0).Text()
	default:
		return givenBy[c.Name]
	}
	if r := p.Template.Resource(name); r != nil && !r.Count.IsZero() {
		return provider.TypeList // one of each instance
	}
	t := p.Type(name)
	switch {
	case t == nil:
		return provider.TypeAny
	case c.Name == "Fn::GetAtt":
		return t.Attributes[c.Arg.At(1).Text()].Type
	}
	return t.Ref
}

// clash reports whether no conversion of the service makes a value of one kind
// of every value of another.
func clash(want, is provider.ValueType) bool {
	switch want {
	case provider.TypeString, provider.TypeInteger, provider.TypeNumber, provider.TypeBoolean:
		return is == provider.TypeList || is == provider.TypeMap
	case provider.TypeList:
		return is == provider.TypeInteger || is == provider.TypeNumber || is == provider.TypeBoolean || is == provider.TypeMap
	case provider.TypeMap:
		return is == provider.TypeInteger || is == provider.TypeNumber || is == provider.TypeBoolean || is == provider.TypeList
	}
	return false
}
