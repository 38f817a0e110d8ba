package template

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/provider"
)

// fit says how a literal suits a type of value.
type fit uint8

const (
	fits    fit = iota // as it is, or the service converts it
	doubted            // some readers would take it
	unfit
)

// checkKind reports a literal of the wrong kind. The service converts between
// scalars where the text allows it: "300" for 300, "true" for true, 22 for "22".
func (c *checker) checkKind(n doc.Node, p *provider.Property) {
	sev := c.severity()
	if sev == 0 {
		return
	}
	switch fitness(n, p.Type) {
	case doubted:
		sev = diag.Warning
	case fits:
		return
	}
	c.report(sev, "wrong-type", n.Range(), "", c.name(), typeName(p.Type), shownNode(n, p))
}

func fitness(n doc.Node, want provider.ValueType) fit {
	switch want {
	case provider.TypeString:
		return scalarFit(n.Kind() < doc.List)
	case provider.TypeInteger, provider.TypeNumber:
		return numberFit(n, want)
	case provider.TypeBoolean:
		return booleanFit(n)
	case provider.TypeList:
		return containerFit(n, doc.List, '[')
	case provider.TypeMap:
		return containerFit(n, doc.Map, '{')
	}
	return fits
}

func scalarFit(ok bool) fit {
	if ok {
		return fits
	}
	return unfit
}

func numberFit(n doc.Node, want provider.ValueType) fit {
	if n.Kind() == doc.Bool {
		return doubted // 0 or 1 to Python
	}
	v, ok := numberOf(n)
	if !ok {
		return unfit
	}
	return scalarFit(want == provider.TypeNumber || v == math.Trunc(v))
}

// numberOf reads a literal as a number, from its text too.
func numberOf(n doc.Node) (float64, bool) {
	switch n.Kind() {
	case doc.Int, doc.Float:
		return n.Float(), true
	case doc.String:
		v, err := strconv.ParseFloat(strings.TrimSpace(n.Text()), 64)
		return v, err == nil
	}
	return 0, false
}

func booleanFit(n doc.Node) fit {
	switch n.Kind() {
	case doc.Bool:
		return fits
	case doc.Int:
		return doubted
	case doc.String:
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
func containerFit(n doc.Node, want doc.Kind, open byte) fit {
	if n.Kind() == want {
		return fits
	}
	text := strings.TrimSpace(n.Text())
	return scalarFit(n.Kind() == doc.String && text != "" && text[0] == open && json.Valid([]byte(text)))
}

// checkEnum warns of a value that is not listed. The listings lag behind the
// service, so this is never an error.
func (c *checker) checkEnum(n doc.Node, p *provider.Property) {
	if len(p.Enum) == 0 || n.Kind() == doc.Null || n.Kind() >= doc.List || isListed(n, p.Enum) {
		return
	}
	fitting := diag.Nearest(n.Text(), slices.Values(p.Enum))
	if fitting == "" {
		fitting = fewOf(slices.Values(p.Enum))
	}
	c.report(diag.Warning, "value-not-listed", n.Range(), "", c.name(), shownNode(n, p), fitting)
}

func isListed(n doc.Node, enum []string) bool {
	text := n.Text()
	if slices.Contains(enum, text) {
		return true
	}
	if n.Kind() == doc.Bool {
		return slices.ContainsFunc(enum, func(s string) bool { return strings.EqualFold(s, strconv.FormatBool(n.Bool())) })
	}
	v, ok := numberOf(n)
	return ok && slices.ContainsFunc(enum, func(s string) bool {
		listed, err := strconv.ParseFloat(s, 64)
		return err == nil && listed == v
	})
}

// checkRange reports a number outside of its bounds.
func (c *checker) checkRange(n doc.Node, p *provider.Property) {
	if p.Min == nil && p.Max == nil {
		return
	}
	v, ok := numberOf(n)
	if !ok || (p.Min == nil || v >= *p.Min) && (p.Max == nil || v <= *p.Max) {
		return
	}
	c.reportLimit("value-out-of-range", n, p, shownNode(n, p), bounds(p.Min, p.Max, formatFloat))
}

// checkLength reports a text with too few or too many characters, or a list
// with too few or too many items.
func (c *checker) checkLength(n doc.Node, p *provider.Property) {
	if p.MinLength == nil && p.MaxLength == nil {
		return
	}
	var least, most int // what it can come to: functions may remove items
	switch {
	case n.Kind() == doc.String && p.Type == provider.TypeString:
		least = utf8.RuneCountInString(n.Text())
		most = least
	case n.Kind() == doc.List && p.Type == provider.TypeList:
		for item := range n.Items() {
			most++
			if !mayVanish(item) {
				least++
			}
		}
	default:
		return
	}
	if (p.MinLength == nil || most >= *p.MinLength) && (p.MaxLength == nil || least <= *p.MaxLength) {
		return
	}
	c.reportLimit("length-out-of-range", n, p, strconv.Itoa(least), bounds(p.MinLength, p.MaxLength, strconv.Itoa))
}

// mayVanish reports whether a list's item can come to nothing.
func mayVanish(item doc.Node) bool {
	name, _, isCall := callOf(item)
	return isCall && (name == "Fn::If" || name == "Ref")
}

// checkPattern reports a text that does not begin as the pattern demands; most
// patterns of the listings lack their anchors, and the service matches from the
// start.
func (c *checker) checkPattern(n doc.Node, p *provider.Property) {
	if p.Pattern == "" || n.Kind() == doc.Null || n.Kind() >= doc.List {
		return
	}
	pattern := c.pattern(p.Pattern)
	if pattern == nil {
		return
	}
	if ok, err := pattern.Match(n.Text()); err == nil && !ok {
		c.reportLimit("pattern-mismatch", n, p, shownNode(n, p), p.Pattern)
	}
}

// pattern compiles a pattern of the listings; nil: it cannot be checked.
func (c *checker) pattern(source string) *fn.Pattern {
	if p, ok := c.patterns[source]; ok {
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
	if c.patterns == nil {
		c.patterns = map[string]*fn.Pattern{}
	}
	c.patterns[source] = p
	return p
}

// reportLimit reports that a limit is broken.
func (c *checker) reportLimit(code diag.Code, n doc.Node, p *provider.Property, is, want string) {
	if sev := c.severity(); sev != 0 {
		c.report(sev, code, n.Range(), "", c.name(), is, want)
	}
}

// name is that of the property looked at; items of lists go by their list's.
func (c *checker) name() string {
	for _, s := range slices.Backward(c.path) {
		if s.index < 0 {
			return s.key
		}
	}
	return ""
}

// shownNode gives a literal for a message.
func shownNode(n doc.Node, p *provider.Property) string {
	switch {
	case n.Kind() >= doc.List:
		return n.Kind().String()
	case p.Sensitive:
		return "******"
	case n.Kind() == doc.String:
		return strconv.Quote(clip(n.Text()))
	}
	return clip(n.Text())
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
