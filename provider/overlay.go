package provider

import (
	"maps"
	"slices"
)

// Overlay returns base with what over says laid on top, which is how a
// provider's own knowledge of a type refines the catalogue's. Neither argument
// is changed; the result shares what is the same. If one is nil, the other is
// returned.
//
// over adds and refines, it does not take away: a property or an attribute that
// only base has stays; of one that both have, over's facts win where it states
// any (a flag that is set, a limit, a mutability, a type that is not TypeAny).
// A known Update makes base's UpdateHint void. The coverage is the better one.
func Overlay(base, over *Type) *Type {
	if base == nil {
		return over
	}
	if over == nil {
		return base
	}
	t := *base
	t.DataSource = base.DataSource || over.DataSource
	t.Coverage = max(base.Coverage, over.Coverage)
	t.Properties = overlayMembers(base.Properties, over.Properties)
	t.Attributes = overlayAttributes(base.Attributes, over.Attributes)
	for _, p := range over.DynamicAttributes {
		if !slices.Contains(t.DynamicAttributes, p) {
			t.DynamicAttributes = append(slices.Clip(t.DynamicAttributes), p)
		}
	}
	t.Ref = either(over.Ref, base.Ref)
	t.ReplaceOrder = either(over.ReplaceOrder, base.ReplaceOrder)
	t.Grade = either(over.Grade, base.Grade)
	return &t
}

func either[T comparable](first, second T) T {
	var zero T
	if first != zero {
		return first
	}
	return second
}

func overlayAttributes(base, over map[string]Attribute) map[string]Attribute {
	if len(over) == 0 {
		return base
	}
	m := maps.Clone(base)
	if m == nil {
		m = make(map[string]Attribute, len(over))
	}
	for name, a := range over {
		b := m[name]
		m[name] = Attribute{Type: either(a.Type, b.Type), Sensitive: a.Sensitive || b.Sensitive}
	}
	return m
}

func overlayMembers(base, over map[string]*Property) map[string]*Property {
	if len(over) == 0 {
		return base
	}
	m := maps.Clone(base)
	if m == nil {
		m = make(map[string]*Property, len(over))
	}
	for name, p := range over {
		m[name] = overlayProperty(m[name], p)
	}
	return m
}

func overlayProperty(base, over *Property) *Property {
	if base == nil {
		return over
	}
	if over == nil {
		return base
	}
	p := *base
	p.Type = either(over.Type, base.Type)
	p.Required = base.Required || over.Required
	p.FreeKeys = base.FreeKeys || over.FreeKeys
	p.Deprecated = base.Deprecated || over.Deprecated
	p.Sensitive = base.Sensitive || over.Sensitive
	p.Update = either(over.Update, base.Update)
	p.UpdateHint = either(over.UpdateHint, base.UpdateHint)
	if p.Update != UpdateUnknown {
		p.UpdateHint = UpdateUnknown
	}
	if over.Enum != nil {
		p.Enum = over.Enum
	}
	p.Min, p.Max = either(over.Min, base.Min), either(over.Max, base.Max)
	p.MinLength, p.MaxLength = either(over.MinLength, base.MinLength), either(over.MaxLength, base.MaxLength)
	p.Pattern = either(over.Pattern, base.Pattern)
	p.Items = overlayProperty(base.Items, over.Items)
	p.Properties = overlayMembers(base.Properties, over.Properties)
	return &p
}
