package runbook

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// The types of parameters.
const (
	typeString  = "String"
	typeNumber  = "Number"
	typeBoolean = "Boolean"
	typeList    = "List"
	typeJSON    = "Json"
)

var (
	parameterTypes = []string{typeString, typeNumber, typeBoolean, typeList, typeJSON}
	parameterKeys  = []string{
		"Type", "Description", "Label", "Default", "AllowedValues", "AllowedPattern", "MinLength", "MaxLength",
		"MinValue", "MaxValue", "ConstraintDescription", "NoEcho", "AssociationProperty", "AssociationPropertyMetadata",
	}
)

func (r *reader) parameters(section doc.Node) {
	for n := range section.Items() {
		path := "Parameters." + n.Key()
		r.name(&r.t.parameters, n.Key(), len(r.t.Parameters), n, n.KeyRange(), path, "parameter")
		if n.Kind() != doc.Null {
			r.kind(n, path, doc.Map)
		}
		p := &Parameter{
			Name:                  n.Key(),
			Type:                  typeString,
			Default:               n.Get("Default"),
			AllowedPattern:        n.Get("AllowedPattern").Text(),
			NoEcho:                strings.EqualFold(n.Get("NoEcho").Text(), "true"),
			AssociationProperty:   n.Get("AssociationProperty").Text(),
			AssociationMetadata:   n.Get("AssociationPropertyMetadata"),
			ConstraintDescription: n.Get("ConstraintDescription"),
			Description:           n.Get("Description"),
			Label:                 n.Get("Label"),
			Node:                  n,
		}
		r.t.Parameters = append(r.t.Parameters, p)
		if n.Kind() != doc.Map {
			continue
		}
		r.parameter(p, path)
	}
}

func (r *reader) parameter(p *Parameter, path string) {
	n := p.Node
	for attribute := range n.Items() {
		if key := attribute.Key(); !slices.Contains(parameterKeys, key) {
			r.reportKey(diag.Warning, "unknown-key", attribute, path+"."+key, key, "parameter", near(key, parameterKeys))
		}
	}
	if typ := n.Get("Type"); r.kind(typ, path+".Type", doc.String) {
		switch p.Type = typ.Text(); {
		case p.Type == "Object":
			p.Type = typeJSON
		case p.Type == "Array":
			p.Type = typeList
		case !slices.Contains(parameterTypes, p.Type):
			r.report(diag.Error, "type-unknown", typ, path+".Type", p.Type, near(p.Type, parameterTypes))
			p.Type = typeString
		}
	}
	r.constraints(p, path)
	r.literalDefault(p, path)
}

func (r *reader) constraints(p *Parameter, path string) {
	n := p.Node
	if list := n.Get("AllowedValues"); r.kind(list, path+".AllowedValues", doc.List) {
		p.AllowedValues = make([]value.Value, 0, list.Len())
		for member := range list.Items() {
			p.AllowedValues = append(p.AllowedValues, member.Value())
		}
	}
	if pattern := n.Get("AllowedPattern"); r.kind(pattern, path+".AllowedPattern", doc.String) {
		if _, err := fn.NewPattern(p.AllowedPattern); err != nil {
			code, sev := diag.Code(fn.CodePattern), diag.Error
			if f, ok := err.(*fn.Error); ok && f.Code != fn.CodePattern {
				code, sev = diag.Code(f.Code), diag.Warning // the service may know better
			}
			r.report(sev, code, pattern, path+".AllowedPattern", diag.Clip(p.AllowedPattern))
		}
		r.fits(p, pattern, path, typeString)
	}
	p.MinLength, p.MaxLength = r.length(n.Get("MinLength"), path), r.length(n.Get("MaxLength"), path)
	p.MinValue, p.MaxValue = r.bound(n.Get("MinValue"), path), r.bound(n.Get("MaxValue"), path)
	if p.MinLength != nil && p.MaxLength != nil && *p.MinLength > *p.MaxLength {
		r.report(diag.Error, "bounds-crossed", n.Get("MaxLength"), path+".MaxLength", "MinLength", strconv.Itoa(*p.MinLength), "MaxLength", strconv.Itoa(*p.MaxLength))
	}
	if p.MinValue != nil && p.MaxValue != nil && *p.MinValue > *p.MaxValue {
		r.report(diag.Error, "bounds-crossed", n.Get("MaxValue"), path+".MaxValue", "MinValue", n.Get("MinValue").Literal(), "MaxValue", n.Get("MaxValue").Literal())
	}
	for _, key := range [...]string{"MinValue", "MaxValue"} {
		r.fits(p, n.Get(key), path, typeNumber)
	}
	for _, key := range [...]string{"MinLength", "MaxLength"} {
		r.fits(p, n.Get(key), path, typeString, typeList)
	}
}

// fits warns of a constraint that says nothing on a type.
func (r *reader) fits(p *Parameter, n doc.Node, path string, types ...string) {
	if !n.IsZero() && n.Kind() != doc.Null && !slices.Contains(types, p.Type) {
		r.reportKey(diag.Warning, "constraint-unfit", n, path+"."+n.Key(), n.Key(), p.Type)
	}
}

func (r *reader) bound(n doc.Node, path string) *float64 {
	if n.IsZero() || n.Kind() == doc.Null {
		return nil
	}
	number, ok := fn.Number(n.Scalar())
	if !ok || n.Kind() == doc.Bool || n.Kind() == doc.List || n.Kind() == doc.Map {
		r.report(diag.Error, "wrong-kind", n, path+"."+n.Key(), n.Key(), "number", n.Kind().String())
		return nil
	}
	f := number.Float()
	return &f
}

func (r *reader) length(n doc.Node, path string) *int {
	f := r.bound(n, path)
	if f == nil {
		return nil
	}
	i := int(min(max(*f, 0), 1<<31))
	return &i
}

// literalDefault checks a default that has no references.
func (r *reader) literalDefault(p *Parameter, path string) {
	if p.Default.IsZero() || p.Default.Kind() == doc.Null || hasReference(p.Default) {
		return
	}
	v := p.Default.Value()
	converted, ok := p.convertDefault(v)
	if !ok {
		r.report(diag.Warning, "default-unfit", p.Default, path+".Default", p.Name, p.Type, p.Default.Kind().String())
		return
	}
	if text, isText := asText(converted); isText && text == "" {
		return // an optional value that is left empty
	}
	if f := p.violates(converted); f != nil {
		r.report(diag.Warning, f.code, p.Default, path+".Default", f.args...)
	}
}

// hasReference reports whether a node may have a reference or a function in it.
func hasReference(n doc.Node) bool {
	switch n.Kind() {
	case doc.String:
		return strings.Contains(n.Text(), "{{")
	case doc.List, doc.Map:
		if _, _, ok := callOf(n); ok {
			return true
		}
		for member := range n.Items() {
			if hasReference(member) {
				return true
			}
		}
	}
	return false
}
