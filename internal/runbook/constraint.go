package runbook

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// fault is a finding without its place.
type fault struct {
	code diag.Code
	args []string
}

// convert gives a value that a caller supplies in the parameter's type. It is
// not ok if the value cannot be one of that type.
func (p *Parameter) convert(v value.Value) (value.Value, bool) {
	switch p.Type {
	case typeNumber:
		if isBool(v) || v.Kind() == value.KindList || v.Kind() == value.KindMap {
			return v, false
		}
		return fn.Number(v)
	case typeBoolean:
		b, ok := truth(v)
		return value.Bool(b), ok
	case typeList:
		return toList(v)
	case typeJSON:
		if text, ok := asText(v); ok {
			parsed, err := value.ParseJSON([]byte(text))
			if err != nil {
				return v, text == ""
			}
			return parsed, true
		}
		return v, true
	}
	switch v.Kind() {
	case value.KindInt, value.KindFloat, value.KindBool:
		return value.String(string(appendText(nil, v, ""))), true
	}
	// A list or a map is kept: the form that selects targets yields a map for a
	// parameter that templates declare as String.
	return v, true
}

// convertDefault converts a default, which keeps its JSON type where a String is
// declared but a number or boolean written.
func (p *Parameter) convertDefault(v value.Value) (value.Value, bool) {
	if p.Type == typeString {
		return v, true
	}
	return p.convert(v)
}

// toList takes JSON text of a list as that list and any other text as its only
// element; the empty text is the empty list.
func toList(v value.Value) (value.Value, bool) {
	switch v.Kind() {
	case value.KindList:
		return v, true
	case value.KindString:
		if parsed := parsedText(v); parsed.Kind() == value.KindList {
			return parsed, true
		}
		if strings.TrimSpace(v.Text()) == "" {
			return value.List(nil), true
		}
		return value.List([]value.Value{v}), true
	}
	return v, false
}

// violates checks a converted value against the constraints and gives the first
// that it breaks. The fault shows no sensitive value.
func (p *Parameter) violates(v value.Value) *fault {
	if p.AllowedValues != nil && !p.allows(v) {
		return &fault{"parameter-not-allowed", []string{p.Name, p.shown(v), p.allowedText()}}
	}
	if f := p.violatesPattern(v); f != nil {
		return f
	}
	text, isText := asText(v)
	if isText || v.Kind() == value.KindList {
		n := v.Len()
		if isText {
			n = utf8.RuneCountInString(text)
		}
		if p.MinLength != nil && n < *p.MinLength {
			return &fault{"parameter-too-short", []string{p.Name, strconv.Itoa(n), strconv.Itoa(*p.MinLength)}}
		}
		if p.MaxLength != nil && n > *p.MaxLength {
			return &fault{"parameter-too-long", []string{p.Name, strconv.Itoa(n), strconv.Itoa(*p.MaxLength)}}
		}
	}
	if v.Kind() == value.KindInt || v.Kind() == value.KindFloat {
		if p.MinValue != nil && v.Float() < *p.MinValue {
			return &fault{"parameter-too-small", []string{p.Name, p.shown(v), formatFloat(*p.MinValue)}}
		}
		if p.MaxValue != nil && v.Float() > *p.MaxValue {
			return &fault{"parameter-too-large", []string{p.Name, p.shown(v), formatFloat(*p.MaxValue)}}
		}
	}
	return nil
}

func (p *Parameter) violatesPattern(v value.Value) *fault {
	text, isText := asText(v)
	if p.AllowedPattern == "" || !isText {
		return nil
	}
	pattern, err := fn.NewPattern(p.AllowedPattern)
	if err != nil {
		return nil // reported where it is declared
	}
	if ok, err := pattern.Match(text); err != nil || ok {
		return nil // what cannot be checked is left to the service
	}
	return &fault{"parameter-pattern", []string{p.Name, p.shown(v), diag.Clip(p.AllowedPattern)}}
}

func (p *Parameter) allows(v value.Value) bool {
	if v.Kind() != value.KindList {
		return p.allowsOne(v)
	}
	for _, member := range v.Items() {
		if !p.allowsOne(member) {
			return false
		}
	}
	return true
}

// allowsOne compares values, and their texts as a second try: parameters of type
// String have numbers among their allowed values.
func (p *Parameter) allowsOne(v value.Value) bool {
	for _, allowed := range p.AllowedValues {
		if equal(v, allowed) || isScalar(v) && isScalar(allowed) && string(appendText(nil, v, "")) == string(appendText(nil, allowed, "")) {
			return true
		}
	}
	return false
}

func isScalar(v value.Value) bool {
	switch v.Kind() {
	case value.KindString, value.KindInt, value.KindFloat, value.KindBool:
		return true
	}
	return false
}

// shown gives a value for a message.
func (p *Parameter) shown(v value.Value) string {
	if p.NoEcho {
		return hidden
	}
	return shown(v)
}

func (p *Parameter) allowedText() string {
	var b strings.Builder
	for i, v := range p.AllowedValues {
		if i == 8 {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(shown(v))
	}
	return b.String()
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
