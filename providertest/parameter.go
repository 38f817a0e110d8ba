package providertest

import (
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// sample finds a value for the i-th parameter.
func (s *sampler) sample(p *template.Parameter, i int) (any, bool) {
	for _, allowed := range p.AllowedValues {
		if v, err := plain(allowed); err == nil && v != nil && v != "" && s.fits(p, v) {
			return v, true
		}
	}
	switch p.Type {
	case "Number":
		return wholeNumber(s.number(s.wish(p))), true
	case "Boolean":
		return false, true
	case "Json":
		return s.json(p, i), true
	case "CommaDelimitedList":
		return s.list(p, i), true
	}
	text, ok := s.text(s.wish(p), i, func(text string) bool { return s.fits(p, text) })
	if parts, taken := s.splits[p.Name]; taken && ok {
		if joined := strings.Repeat(text+parts.separator, parts.parts-1) + text; s.fits(p, joined) {
			text = joined
		}
	}
	return text, ok
}

// list gives items for a list of texts.
func (s *sampler) list(p *template.Parameter, i int) any {
	n := 1
	if p.MinLength != nil {
		n = max(n, *p.MinLength)
	}
	for _, u := range s.uses[p.Name] {
		if u.prop != nil && u.prop.Type == provider.TypeList && u.prop.MinLength != nil {
			n = max(n, *u.prop.MinLength)
		}
	}
	item := *p
	item.Type, item.MinLength, item.MaxLength = "String", nil, nil
	list := make([]any, 0, n)
	for k := range n {
		if text, ok := s.text(s.wish(&item), i+k, nil); ok {
			list = append(list, text)
		}
	}
	return list
}

// json gives a value in the shape that the form or the property asks for.
func (s *sampler) json(p *template.Parameter, i int) any {
	if nested := p.AssociationMetadata.Get("Parameters"); nested.Kind() == doc.Map {
		m := s.nested(nested, i)
		if strings.HasPrefix(p.AssociationProperty, "List") {
			return []any{m}
		}
		return m
	}
	if strings.HasSuffix(p.AssociationProperty, "::ApiKeyInfo") {
		return map[string]any{"ApiKeyId": "1", "ApiKeyValue": "sk-00000000000000000000000000000000"}
	}
	if inner, ok := strings.CutPrefix(p.AssociationProperty, "List["); ok {
		item := *p
		item.AssociationProperty = strings.TrimSuffix(inner, "]")
		return s.list(&item, i)
	}
	for _, u := range s.uses[p.Name] {
		if u.prop != nil && u.prop.Type != provider.TypeAny {
			return s.property(u, p.AssociationProperty, i)
		}
	}
	switch {
	case p.AssociationProperty != "":
		return s.list(p, i)
	case strings.HasSuffix(p.Name, "s"):
		return []any{map[string]any{}} // what is asked of a member is not there, which is no error
	}
	return map[string]any{}
}

// nested gives values for the parameters of a nested form.
func (s *sampler) nested(defs doc.Node, i int) map[string]any {
	m := make(map[string]any, defs.Len())
	for n := range defs.Items() {
		p := &template.Parameter{
			Name: n.Key(), Type: n.Get("Type").Text(), AllowedPattern: n.Get("AllowedPattern").Text(),
			AssociationProperty: n.Get("AssociationProperty").Text(), AssociationMetadata: n.Get("AssociationPropertyMetadata"), Node: n,
		}
		switch d := n.Get("Default"); {
		case d.Kind() == doc.String:
			m[p.Name] = d.Text()
			continue
		case d.Kind() == doc.Bool:
			m[p.Name] = d.Bool()
			continue
		case d.Kind() == doc.Int, d.Kind() == doc.Float:
			m[p.Name] = wholeNumber(d.Float())
			continue
		}
		if allowed := n.Get("AllowedValues"); allowed.Len() > 0 && allowed.At(0).Kind() == doc.String {
			m[p.Name] = allowed.At(0).Text()
			continue
		}
		if v, ok := s.sample(p, i); ok {
			m[p.Name] = v
		}
	}
	return m
}
