package template

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// fault is a finding without its place.
type fault struct {
	code diag.Code
	args []string
}

// violates checks a converted value against the parameter's constraints and
// gives the first one that it breaks. The fault shows no sensitive value.
func (p *Parameter) violates(v value.Value) *fault {
	if p.AllowedValues != nil && !p.allows(v) {
		return &fault{"parameter-not-allowed", []string{p.Name, p.shown(v), p.allowedText()}}
	}
	if p.AllowedPattern != "" && v.Kind() == value.KindString {
		if f := p.violatesPattern(v); f != nil {
			return f
		}
	}
	if n, ok := lengthOf(v); ok {
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
	pattern, err := fn.NewPattern(p.AllowedPattern)
	if err != nil {
		return nil // reported where it is declared
	}
	ok, err := pattern.Match(v.Text())
	if err != nil || ok {
		return nil // what cannot be checked is left to the service
	}
	return &fault{"parameter-pattern", []string{p.Name, p.shown(v), clip(p.AllowedPattern)}}
}

// lengthOf gives the characters of a text or the members of a list or map.
func lengthOf(v value.Value) (int, bool) {
	switch v.Kind() {
	case value.KindString:
		return utf8.RuneCountInString(v.Text()), true
	case value.KindList, value.KindMap:
		return v.Len(), true
	}
	return 0, false
}

// allows reports whether AllowedValues has the value, or every member of a
// list of values.
func (p *Parameter) allows(v value.Value) bool {
	if v.Kind() == value.KindList {
		for _, member := range v.Items() {
			if !p.allowsOne(member) {
				return false
			}
		}
		return true
	}
	return p.allowsOne(v)
}

func (p *Parameter) allowsOne(v value.Value) bool {
	for _, allowed := range p.AllowedValues {
		if value.Equal(v, allowed) {
			return true
		}
		if p.Type == typeString || p.Type == typeNumber || p.Type == typeBoolean {
			if converted, ok := convert(p.Type, allowed); ok && value.Equal(v, converted) {
				return true
			}
		}
	}
	return false
}

// shown gives a value for a message.
func (p *Parameter) shown(v value.Value) string {
	if p.NoEcho || v.HasSensitive() {
		return "******"
	}
	return clip(v.String())
}

// clip shortens a text for a message.
func clip(s string) string { return diag.Clip(s) }

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
		b.WriteString(clip(v.String()))
	}
	return b.String()
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// localised gives a text that may be a map from language to text, in a
// language if it has it, else in another.
func localised(n doc.Node, language string) string {
	if n.Kind() != doc.Map {
		return n.Text()
	}
	for _, key := range [...]string{language, "en", "zh-cn"} {
		if text := n.Get(key); text.Kind() == doc.String {
			return text.Text()
		}
	}
	for text := range n.Items() {
		if text.Kind() == doc.String {
			return text.Text()
		}
	}
	return ""
}
