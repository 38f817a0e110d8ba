package providertest

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// finder looks for values in a property that can be varied.
type finder struct {
	s     *simulation
	where string
	typ   string
	class int
	found []edit
}

// visit looks at a value and, in lists and maps, at what is in it.
func (f *finder) visit(p *provider.Property, name string, n doc.Node, depth int) {
	if depth > 4 || n.Shared() {
		return
	}
	if p == nil {
		p = &provider.Property{}
	}
	switch call, ok := callName(n); {
	case ok:
		f.call(p, name, call, n.At(0), depth)
	case n.Kind() == doc.List:
		for i := range n.Len() {
			f.visit(p.Items, name, n.At(i), depth+1)
		}
	case n.Kind() == doc.Map:
		for member := range n.Items() {
			if inner := p.Properties[member.Key()]; member.Key() != "Key" {
				f.visit(inner, member.Key(), member, depth+1)
			}
		}
	default:
		f.literal(p, name, n)
	}
}

// call looks at the arguments of a function that can be varied.
func (f *finder) call(p *provider.Property, name, function string, arg doc.Node, depth int) {
	switch function {
	case "Ref":
		if arg.Kind() == doc.String {
			f.parameter(p, name, arg.Text())
		}
	case "Fn::If":
		f.visit(p, name, arg.At(1), depth+1)
		f.visit(p, name, arg.At(2), depth+1)
	case "Fn::Join":
		for part := range arg.At(1).Items() {
			f.visit(p, name, part, depth+1)
		}
	case "Fn::Sub":
		text := arg
		if arg.Kind() == doc.List {
			text = arg.At(0)
		}
		if text.Kind() == doc.String && len(text.Text()) <= longest && !strings.Contains(text.Text(), "\n") {
			f.replace(p, name, text, quoted(text.Text()+"2"))
		}
	}
}

// longest bounds the texts that are varied: longer ones are documents.
const longest = 120

func (f *finder) literal(p *provider.Property, name string, n doc.Node) {
	for _, literal := range variations(f.typ, name, p, n) {
		f.replace(p, name, n, literal)
	}
}

// replace notes an edit that writes another literal.
func (f *finder) replace(p *provider.Property, name string, n doc.Node, literal string) {
	f.found = append(f.found, edit{
		what: f.where,
		rank: 10*f.class + friendliness(name, p),
		make: func() (*variant, error) {
			at, err := setScalar(n, literal)
			if err != nil {
				return nil, err
			}
			return f.s.edited(at)
		},
	})
}

// parameter varies a parameter that feeds the property.
func (f *finder) parameter(p *provider.Property, name, param string) {
	decl := f.s.now.template.Parameter(param)
	if decl == nil {
		return
	}
	for _, v := range parameterVariations(f.typ, name, p, decl, f.s.now.params[param]) {
		f.found = append(f.found, edit{
			what: f.where + " by parameter " + param,
			rank: 10*(f.class+1) + friendliness(name, p),
			make: func() (*variant, error) {
				params := maps.Clone(f.s.now.params)
				params[param] = v
				return f.s.variant(f.s.now.template, params)
			},
		})
	}
}

// variations gives other literals for a scalar, ready to be written, best
// first.
func variations(typ, name string, p *provider.Property, n doc.Node) []string {
	if len(p.Enum) > 0 {
		return otherTexts(p.Enum, n.Text())
	}
	switch n.Kind() {
	case doc.Bool:
		return []string{strconv.FormatBool(!n.Bool())}
	case doc.Int:
		if i, ok := n.Int(); ok {
			return otherNumbers(p, i)
		}
	case doc.String:
		text := n.Text()
		if len(text) > longest || strings.ContainsAny(text, "\n{}") {
			return nil // a script or a document
		}
		if i, err := strconv.ParseInt(text, 10, 32); err == nil {
			return otherNumbers(p, i)
		}
		if p.Type == provider.TypeBoolean {
			return []string{strconv.FormatBool(!strings.EqualFold(text, "true"))}
		}
		if other, ok := otherText(typ, name, p, text); ok {
			return []string{quoted(other)}
		}
	}
	return nil
}

// otherTexts gives a few of the values of an enumeration but the one that is
// set.
func otherTexts(enum []string, text string) []string {
	var out []string
	for _, v := range enum {
		if v != text && len(out) < 3 {
			out = append(out, quoted(v))
		}
	}
	return out
}

func otherNumbers(p *provider.Property, i int64) []string {
	var out []string
	for _, other := range [...]int64{i + 1, i * 2, i + 10, i - 1, i / 2} {
		f := float64(other)
		if other != i && other >= 0 && (p.Min == nil || f >= *p.Min) && (p.Max == nil || f <= *p.Max) {
			out = append(out, strconv.FormatInt(other, 10))
		}
	}
	return out
}

// otherText varies a text where that makes sense: a range of addresses moves,
// what names other things stays.
func otherText(typ, name string, p *provider.Property, text string) (string, bool) {
	low := strings.ToLower(name)
	var tries []string
	switch {
	case p.Type == provider.TypeInteger || p.Type == provider.TypeNumber || p.Type == provider.TypeList || p.Type == provider.TypeMap:
		return "", false
	case strings.Contains(low, "cidr"):
		tries = otherRanges(text)
	case strings.HasSuffix(low, "zoneid"):
		tries = []string{zone(4), zone(3)}
	case strings.HasSuffix(low, "id"), strings.HasSuffix(low, "ids"), strings.HasSuffix(low, "arn"), text == "":
		return "", false
	default:
		tries = []string{text + "-2", text + "2", "x" + text}
	}
	w := &wish{name: name, uses: []use{{typ, name, p}}}
	for _, try := range tries {
		if try != text && try != "" && w.suits(try) {
			return try, true
		}
	}
	return "", false
}

// otherRanges gives ranges of addresses that likely are free beside one.
func otherRanges(text string) []string {
	var a, b, c, d, bits int
	if n, err := fmt.Sscanf(text, "%d.%d.%d.%d/%d", &a, &b, &c, &d, &bits); n != 5 || err != nil {
		return nil
	}
	if bits >= 20 {
		return []string{fmt.Sprintf("%d.%d.%d.%d/%d", a, b, (c+96)%256/16*16, 0, max(bits, 24))}
	}
	return []string{fmt.Sprintf("%d.%d.0.0/16", a, b+1), "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}
}

// parameterVariations gives other values for a parameter. Whether the template
// takes them, binding will tell.
func parameterVariations(typ, name string, p *provider.Property, decl *template.Parameter, now any) []any {
	if len(decl.AllowedValues) > 0 {
		var out []any
		for _, allowed := range decl.AllowedValues {
			if v, err := plain(allowed); err == nil && fmt.Sprint(v) != fmt.Sprint(now) && len(out) < 3 {
				out = append(out, v)
			}
		}
		return out
	}
	var out []any
	switch now := now.(type) {
	case bool:
		return []any{!now}
	case int64:
		for _, text := range otherNumbers(p, now) {
			out = append(out, text)
		}
	case string:
		if i, err := strconv.ParseInt(now, 10, 32); err == nil {
			for _, text := range otherNumbers(p, i) {
				out = append(out, text)
			}
		} else if len(p.Enum) > 0 {
			for _, v := range p.Enum {
				if v != now && len(out) < 3 {
					out = append(out, v)
				}
			}
		} else if other, ok := otherText(typ, name, p, now); ok {
			out = append(out, other)
		}
	}
	return out
}

// addedValue makes up a literal for a property that is not set.
func addedValue(typ, name string, p *provider.Property) (string, bool) {
	if friendliness(name, p) > 4 {
		return "", false // would have to name what is there
	}
	switch {
	case len(p.Enum) > 0:
		return quoted(p.Enum[len(p.Enum)-1]), true
	case p.Type == provider.TypeBoolean:
		return "true", true
	case p.Type == provider.TypeString:
		text, ok := new(suggester).text(&wish{name: name, least: p.MinLength, most: p.MaxLength, uses: []use{{typ, name, p}}}, 7, nil)
		return quoted(text), ok
	case p.Type == provider.TypeInteger && p.Min != nil:
		return strconv.FormatInt(int64(*p.Min)+1, 10), true
	}
	return "", false
}
