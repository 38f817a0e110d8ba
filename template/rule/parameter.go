package rule

import (
	"strconv"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// parameterRules compare parameters with the properties that they fill.
func parameterRules() []*Rule {
	return []*Rule{
		{Code: "parameter-value-unfit", Severity: diag.Warning, Run: runParameterValueUnfit,
			Doc: "A default, allowed value or bound of a parameter that a property cannot take which is filled by the parameter alone. Uses that depend on a condition are left out."},
		{Code: "allowed-value-unfit", Severity: diag.Warning, Run: runAllowedValueUnfit,
			Doc: "An item of AllowedValues that the parameter's own type or limits rule out, so that nobody can choose it."},
	}
}

func runAllowedValueUnfit(p *Pass) {
	p.OnParameter(func(parameter *template.Parameter) {
		i := -1
		for n := range parameter.Node.Get("AllowedValues").Items() {
			i++
			switch parameter.Type {
			case "String", "Number", "Boolean":
				if _, _, refused := parameter.Refuses(n); refused {
					p.Report(n.Range(), "AllowedValues["+strconv.Itoa(i)+"]", parameter.Name, diag.Clip(n.Literal()))
				}
			}
		}
	})
}

// candidate is a value that a parameter can have.
type candidate struct {
	node template.Node
	path string
}

// candidates are the values that a parameter says it can have, but for the
// empty ones, which mostly stand for none.
func candidates(p *template.Parameter) []candidate {
	var out []candidate
	add := func(n template.Node, path string) {
		if n.Kind() != template.NodeNull && n.Kind() < template.NodeList && n.Text() != "" {
			out = append(out, candidate{n, "Parameters." + p.Name + "." + path})
		}
	}
	add(p.Node.Get("Default"), "Default")
	i := 0
	for n := range p.Node.Get("AllowedValues").Items() {
		add(n, "AllowedValues["+strconv.Itoa(i)+"]")
		i++
	}
	if p.Type == "Number" {
		add(p.Node.Get("MinValue"), "MinValue")
		add(p.Node.Get("MaxValue"), "MaxValue")
	}
	return out
}

func runParameterValueUnfit(p *Pass) {
	compiled := patterns{}
	type use struct {
		of *template.Parameter
		as *provider.Property
	}
	seen, told := map[use]bool{}, map[template.Node]bool{}
	p.OnCall(func(c *Call) {
		v := c.Value
		resource, _ := p.Holder()
		if v == nil || v.Severity == 0 || c.Name != "Ref" || len(p.Guards()) > 0 || resource == nil || resource.Condition != "" {
			return
		}
		parameter := p.Template.Parameter(c.Arg.Text())
		if parameter == nil || parameter.Type == "Json" || parameter.Type == "CommaDelimitedList" {
			return
		}
		if seen[use{parameter, v.Property}] {
			return
		}
		seen[use{parameter, v.Property}] = true
		for _, is := range candidates(parameter) {
			of := *v
			of.Node = is.node
			want, ok := broken(&of, compiled)
			if !ok || told[is.node] {
				continue
			}
			told[is.node] = true
			shown := of.shown()
			if parameter.NoEcho {
				shown = "******"
			}
			d := p.Report(is.node.Range(), "", parameter.Name, shown, v.Name, want)
			d.Path = is.path
			d.Related = append(d.Related, diag.Related{Source: p.Template.Source(), Range: c.Node.Range(), Message: p.Path()})
		}
	})
}

// broken tells what a value breaks of its property.
func broken(v *Value, compiled patterns) (want string, is bool) {
	n, of := v.Node, v.Property
	text := n.Text()
	switch of.Type {
	case provider.TypeInteger, provider.TypeNumber, provider.TypeBoolean:
		if fitness(n, of.Type) == unfit {
			return typeName(of.Type), true
		}
	case provider.TypeString:
	default:
		return "", false
	}
	if len(of.Enum) > 0 && !isListed(n, of.Enum) {
		return fewOf(func(yield func(string) bool) {
			for _, s := range of.Enum {
				if !yield(s) {
					return
				}
			}
		}), true
	}
	if number, ok := numberOf(n); ok && (of.Min != nil && number < *of.Min || of.Max != nil && number > *of.Max) {
		return bounds(of.Min, of.Max, formatFloat), true
	}
	length := utf8.RuneCountInString(text)
	if of.Type == provider.TypeString && (of.MinLength != nil && length < *of.MinLength || of.MaxLength != nil && length > *of.MaxLength) {
		return bounds(of.MinLength, of.MaxLength, strconv.Itoa), true
	}
	if of.Pattern != "" {
		if pattern := compiled.get(of.Pattern); pattern != nil {
			if ok, err := pattern.Match(text); err == nil && !ok {
				return of.Pattern, true
			}
		}
	}
	return "", false
}
