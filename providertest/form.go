package providertest

import (
	"fmt"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/template"
)

// mayStayEmpty reports whether a parameter is left at its null default: it is
// not shown, or it is not required.
func (s *sampler) mayStayEmpty(p *template.Parameter) bool {
	if !p.Default.IsNull() {
		return false
	}
	for _, u := range s.uses[p.Name] {
		if u.prop != nil && u.prop.Required {
			return false // what does not need it has a condition of its own
		}
	}
	required := s.truth(p.Node.Get("Required")) || s.truth(p.AssociationMetadata.Get("Required"))
	return !required || !s.visible(p)
}

func (s *sampler) visible(p *template.Parameter) bool {
	shown := p.AssociationMetadata.Get("Visible")
	return shown.IsZero() || s.truth(shown)
}

// truth evaluates a flag of the form language: a boolean or a condition.
func (s *sampler) truth(n doc.Node) bool {
	switch n.Kind() {
	case doc.Bool:
		return n.Bool()
	case doc.String:
		return strings.EqualFold(n.Text(), "true")
	case doc.Map:
		if c := n.Get("Condition"); !c.IsZero() {
			return s.condition(c)
		}
		return s.condition(n)
	}
	return false
}

func (s *sampler) condition(n doc.Node) bool {
	if n.Kind() != doc.Map || n.Len() == 0 {
		return s.truth(n)
	}
	arg := n.At(0)
	switch n.KeyAt(0) {
	case "Fn::Not":
		if arg.Kind() == doc.List {
			arg = arg.At(0)
		}
		return !s.condition(arg)
	case "Fn::And":
		for c := range arg.Items() {
			if !s.condition(c) {
				return false
			}
		}
		return true
	case "Fn::Or":
		for c := range arg.Items() {
			if s.condition(c) {
				return true
			}
		}
		return false
	case "Fn::Equals":
		return arg.Len() == 2 && s.operand(arg.At(0)) == s.operand(arg.At(1))
	}
	return false
}

// operand gives a member of a condition as text.
func (s *sampler) operand(n doc.Node) string {
	if ref := n.Get("Ref"); n.Kind() == doc.Map {
		return textOfAny(s.values[ref.Text()])
	}
	text := n.Literal()
	if n.Kind() == doc.String {
		text = n.Text()
	}
	if name, ok := strings.CutPrefix(text, "${"); ok {
		return textOfAny(s.values[strings.TrimSuffix(name, "}")])
	}
	return strings.ToLower(text)
}

func textOfAny(v any) string {
	if v == nil {
		return ""
	}
	return strings.ToLower(fmt.Sprint(v))
}
