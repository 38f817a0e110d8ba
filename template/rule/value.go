package rule

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// fit says how a literal suits a type of value.
type fit uint8

const (
	fits    fit = iota // as it is, or the service converts it
	doubted            // some readers would take it
	unfit
)

// runWrongType knows that the service converts between scalars where the text
// allows it: "300" for 300, "true" for true, 22 for "22".
func runWrongType(p *Pass) {
	p.OnValue(func(v *Value) {
		suits := fitness(v.Node, v.Property.Type)
		if suits == unfit && v.Property.Type == provider.TypeList && v.Node.Kind() < template.NodeList && !v.top() {
			suits = doubted // "Action": "ecs:*" in a policy is common, and taken
		}
		if v.Severity == 0 || suits == fits {
			return
		}
		d := p.Report(v.Node.Range(), "", v.Name, typeName(v.Property.Type), v.shown())
		if d.Severity = v.Severity; suits == doubted {
			d.Severity = diag.Warning
		}
	})
}

// top reports whether it is the value of a property itself, not of something in
// one.
func (v *Value) top() bool { return v.Type.Properties[v.Name] == v.Property }

func fitness(n template.Node, want provider.ValueType) fit {
	switch want {
	case provider.TypeString:
		return scalarFit(n.Kind() < template.NodeList)
	case provider.TypeInteger, provider.TypeNumber:
		return numberFit(n, want)
	case provider.TypeBoolean:
		return booleanFit(n)
	case provider.TypeList:
		return containerFit(n, template.NodeList, '[')
	case provider.TypeMap:
		return containerFit(n, template.NodeMap, '{')
	}
	return fits
}

func scalarFit(ok bool) fit {
	if ok {
		return fits
	}
	return unfit
}

func numberFit(n template.Node, want provider.ValueType) fit {
	if n.Kind() == template.NodeBool {
		return doubted // 0 or 1 to Python
	}
	v, ok := numberOf(n)
	if !ok {
		return unfit
	}
	return scalarFit(want == provider.TypeNumber || v == math.Trunc(v))
}

// numberOf reads a literal as a number, from its text too.
func numberOf(n template.Node) (float64, bool) {
	switch n.Kind() {
	case template.NodeInt, template.NodeFloat:
		return n.Float(), true
	case template.NodeString:
		v, err := strconv.ParseFloat(strings.TrimSpace(n.Text()), 64)
		return v, err == nil
	}
	return 0, false
}

func booleanFit(n template.Node) fit {
	switch n.Kind() {
	case template.NodeBool:
		return fits
	case template.NodeInt:
		return doubted
	case template.NodeString:
		switch strings.ToLower(n.Text()) {
		case "true", "false":
			return fits
		case "1", "t", "on", "y", "yes", "0", "f", "off", "n", "no":
			return doubted // parameters take them, properties perhaps not
		}
	}
	return unfit
}

// containerFit takes the JSON text of a container for the container.
func containerFit(n template.Node, want template.NodeKind, open byte) fit {
	if n.Kind() == want {
		return fits
	}
	text := strings.TrimSpace(n.Text())
	return scalarFit(n.Kind() == template.NodeString && text != "" && text[0] == open && json.Valid([]byte(text)))
}

func runValueNotListed(p *Pass) {
	p.OnValue(func(v *Value) {
		n, enum := v.Node, v.Property.Enum
		if len(enum) == 0 || n.Kind() >= template.NodeList || isListed(n, enum) {
			return
		}
		fitting := diag.Nearest(n.Text(), slices.Values(enum))
		if fitting == "" {
			fitting = fewOf(slices.Values(enum))
		}
		p.Report(n.Range(), "", v.Name, v.shown(), fitting)
	})
}

func isListed(n template.Node, enum []string) bool {
	text := n.Text()
	if slices.Contains(enum, text) {
		return true
	}
	if n.Kind() == template.NodeBool {
		return slices.ContainsFunc(enum, func(s string) bool { return strings.EqualFold(s, strconv.FormatBool(n.Bool())) })
	}
	v, ok := numberOf(n)
	return ok && slices.ContainsFunc(enum, func(s string) bool {
		listed, err := strconv.ParseFloat(s, 64)
		return err == nil && listed == v
	})
}

func runValueOutOfRange(p *Pass) {
	p.OnValue(func(v *Value) {
		low, high := v.Property.Min, v.Property.Max
		if low == nil && high == nil {
			return
		}
		n, ok := numberOf(v.Node)
		if ok && (low != nil && n < *low || high != nil && n > *high) {
			p.limit(v, v.shown(), bounds(low, high, formatFloat))
		}
	})
}

// limit reports that a limit of the catalogue is broken; nil: too little is
// known of the type to say so.
func (p *Pass) limit(v *Value, is, want string) *diag.Diagnostic {
	if v.Severity == 0 {
		return nil
	}
	d := p.Report(v.Node.Range(), "", v.Name, is, want)
	d.Severity = max(d.Severity, v.Severity)
	return d
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func runLengthOutOfRange(p *Pass) {
	p.OnValue(func(v *Value) {
		low, high := v.Property.MinLength, v.Property.MaxLength
		if low == nil && high == nil {
			return
		}
		least, most, ok := lengths(v)
		if ok && (low != nil && most < *low || high != nil && least > *high) {
			d := p.limit(v, strconv.Itoa(least), bounds(low, high, strconv.Itoa))
			if d != nil && most == 0 && !v.Property.Required {
				d.Severity = diag.Warning // empty may be as good as not given
			}
		}
	})
}

// lengths gives what the length can come to: functions may remove items.
func lengths(v *Value) (least, most int, ok bool) {
	switch n := v.Node; {
	case n.Kind() == template.NodeString && v.Property.Type == provider.TypeString:
		least = utf8.RuneCountInString(n.Text())
		return least, least, true
	case n.Kind() == template.NodeList && v.Property.Type == provider.TypeList:
		for item := range n.Items() {
			most++
			if !mayVanish(item) {
				least++
			}
		}
		return least, most, true
	}
	return 0, 0, false
}

// mayVanish reports whether a list's item can come to nothing.
func mayVanish(item template.Node) bool {
	name, _, isCall := template.Call(item)
	return isCall && (name == "Fn::If" || name == "Ref")
}

// patterns holds what was compiled; nil: cannot be checked.
type patterns map[string]*fn.Pattern

// runPatternMismatch takes a text that begins as the pattern demands: most
// patterns of the listings lack their anchors, and the service matches from the
// start.
func runPatternMismatch(p *Pass) {
	compiled := patterns{}
	p.OnValue(func(v *Value) {
		if v.Property.Pattern == "" || v.Node.Kind() >= template.NodeList {
			return
		}
		pattern := compiled.get(v.Property.Pattern)
		if pattern == nil {
			return
		}
		if ok, err := pattern.Match(v.Node.Text()); err == nil && !ok {
			p.limit(v, v.shown(), v.Property.Pattern)
		}
	})
}

func (c patterns) get(source string) *fn.Pattern {
	if p, ok := c[source]; ok {
		return p
	}
	whole := "(?:" + source + `)[\s\S]*`
	if strings.HasSuffix(source, "$") && !strings.ContainsAny(source, `|`) {
		whole = source // the same, and leading look-aheads stay in front
	}
	p, err := fn.NewPattern(whole)
	if err != nil {
		p = nil
	}
	c[source] = p
	return p
}

// shown gives a literal for a message.
func (v *Value) shown() string {
	switch n := v.Node; {
	case n.Kind() >= template.NodeList:
		return n.Kind().String()
	case v.Property.Sensitive:
		return "******"
	case n.Kind() == template.NodeString:
		return strconv.Quote(diag.Clip(n.Text()))
	}
	return diag.Clip(v.Node.Text())
}

func typeName(t provider.ValueType) string {
	return [...]string{"any", "string", "integer", "number", "boolean", "list", "map"}[t]
}

// bounds writes a range as 1..20, 1.. or ..20.
func bounds[T any](low, high *T, format func(T) string) string {
	text := ".."
	if low != nil {
		text = format(*low) + text
	}
	if high != nil {
		text += format(*high)
	}
	return text
}
