package template

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
	typeList    = "CommaDelimitedList"
	typeJSON    = "Json"
	typeStore   = "ALIYUN::OOS::Parameter::Value"
	typeSecret  = "ALIYUN::OOS::SecretParameter::Value"
	typeNone    = "None"
)

var parameterTypes = []string{typeString, typeNumber, typeBoolean, typeList, typeJSON, typeStore, typeSecret, typeNone}

var parameterAttributes = []string{
	"Type", "Default", "AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue",
	"NoEcho", "Confirm", "TextArea", "Description", "ConstraintDescription", "Label", "AssociationProperty",
	"AssociationPropertyMetadata", "Required", "Placeholder", "ReadOnly",
}

func (t *Template) readParameters(section doc.Node) {
	t.Parameters = make([]*Parameter, 0, section.Len())
	for n := range section.Items() {
		path := "Parameters." + n.Key()
		if n.Kind() != doc.Map {
			t.report(diag.Error, "parameter-not-map", n, path, n.Key(), n.Kind().String())
			continue
		}
		t.declare(n, "Parameters", parameterSymbol, len(t.Parameters))
		if !plainName(n.Key()) {
			t.reportAt(diag.Warning, "parameter-name-odd", n.KeyRange(), path, n.Key())
		}
		t.Parameters = append(t.Parameters, t.readParameter(n, path))
	}
}

// plainName reports whether a name has letters and digits only.
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return name != ""
}

func (t *Template) readParameter(n doc.Node, path string) *Parameter {
	p := &Parameter{
		Name:                  n.Key(),
		Type:                  n.Get("Type").Text(),
		AllowedPattern:        n.Get("AllowedPattern").Text(),
		NoEcho:                isTrue(n.Get("NoEcho")),
		Confirm:               isTrue(n.Get("Confirm")),
		TextArea:              isTrue(n.Get("TextArea")),
		Required:              isTrue(n.Get("Required")),
		ReadOnly:              isTrue(n.Get("ReadOnly")),
		Placeholder:           n.Get("Placeholder"),
		AssociationProperty:   n.Get("AssociationProperty").Text(),
		AssociationMetadata:   n.Get("AssociationPropertyMetadata"),
		ConstraintDescription: n.Get("ConstraintDescription"),
		Description:           n.Get("Description"),
		Label:                 n.Get("Label"),
		Node:                  n,
	}
	t.readType(p, path)
	for attribute := range n.Items() {
		if key := attribute.Key(); !slices.Contains(parameterAttributes, key) {
			t.reportAt(diag.Warning, "unknown-parameter-attribute", attribute.KeyRange(), path+"."+key, key, p.Name, near(key, parameterAttributes))
			t.offerKey(n, attribute, parameterAttributes)
		}
	}
	t.readConstraints(p, path)
	if d := n.Get("Default"); !d.IsZero() {
		if _, _, ok := callOf(d); ok {
			t.report(diag.Error, "function-in-parameter", d, path+".Default", p.Name)
		}
		p.Default = d.Value()
		t.readDefault(p, d, path)
	}
	return p
}

// isTrue reads a boolean attribute, which may be a text.
func isTrue(n doc.Node) bool { return strings.EqualFold(n.Text(), "true") }

func (t *Template) readType(p *Parameter, path string) {
	n := p.Node.Get("Type")
	switch {
	case n.IsZero() || n.Kind() == doc.Null:
		t.reportAt(diag.Error, "parameter-type-missing", p.Node.KeyRange(), path, p.Name, strings.Join(parameterTypes[:5], ", "))
	case !slices.Contains(parameterTypes, p.Type):
		t.report(diag.Error, "unknown-parameter-type", n, path+".Type", n.Literal(), p.Name, near(p.Type, parameterTypes))
		t.offer(n, n.Range(), n.Text(), slices.Values(parameterTypes))
	}
	if p.Type == typeSecret {
		p.NoEcho = true
	}
}

func (t *Template) readConstraints(p *Parameter, path string) {
	n := p.Node
	if list := n.Get("AllowedValues"); list.Kind() == doc.List {
		p.AllowedValues = make([]value.Value, 0, list.Len())
		for member := range list.Items() {
			p.AllowedValues = append(p.AllowedValues, member.Value())
		}
	} else if list.Kind() != doc.Null {
		t.report(diag.Error, "attribute-type", list, path+".AllowedValues", "AllowedValues", "list", list.Kind().String())
	}
	if p.AllowedPattern != "" {
		if _, err := fn.NewPattern(p.AllowedPattern); err != nil {
			sev := diag.Error
			code := err.(*fn.Error).Code
			if code != fn.CodePattern {
				sev = diag.Warning // the service may know better
			}
			t.report(sev, diag.Code(code), n.Get("AllowedPattern"), path+".AllowedPattern", clip(p.AllowedPattern))
		}
	}
	if c := n.Get("AllowedPattern"); p.AllowedPattern != "" && p.Type != typeString {
		t.report(diag.Warning, "constraint-unfit", c, path+".AllowedPattern", "AllowedPattern", p.Type)
	}
	if c := n.Get("Confirm"); p.Confirm && (p.Type != typeString || !p.NoEcho) {
		t.report(diag.Warning, "confirm-unfit", c, path+".Confirm", p.Name)
	}
	p.MinLength = t.readLength(n.Get("MinLength"), path)
	p.MaxLength = t.readLength(n.Get("MaxLength"), path)
	p.MinValue = t.readBound(n.Get("MinValue"), path)
	p.MaxValue = t.readBound(n.Get("MaxValue"), path)
	if p.MinLength != nil && p.MaxLength != nil && *p.MinLength > *p.MaxLength {
		t.report(diag.Error, "bounds-crossed", n.Get("MaxLength"), path+".MaxLength", "MinLength", strconv.Itoa(*p.MinLength), "MaxLength", strconv.Itoa(*p.MaxLength))
	}
	if p.MinValue != nil && p.MaxValue != nil && *p.MinValue > *p.MaxValue {
		t.report(diag.Error, "bounds-crossed", n.Get("MaxValue"), path+".MaxValue", "MinValue", n.Get("MinValue").Literal(), "MaxValue", n.Get("MaxValue").Literal())
	}
	for _, key := range [...]string{"MinValue", "MaxValue"} {
		if c := n.Get(key); c.Kind() != doc.Null && p.Type != typeNumber {
			t.report(diag.Warning, "constraint-unfit", c, path+"."+key, key, p.Type)
		}
	}
	for _, key := range [...]string{"MinLength", "MaxLength"} {
		if c := n.Get(key); c.Kind() != doc.Null && (p.Type == typeNumber || p.Type == typeBoolean) {
			t.report(diag.Warning, "constraint-unfit", c, path+"."+key, key, p.Type)
		}
	}
}

func (t *Template) readBound(n doc.Node, path string) *float64 {
	if n.Kind() == doc.Null {
		return nil
	}
	number, ok := fn.Number(n.Value())
	if !ok || n.Kind() == doc.Bool {
		t.report(diag.Error, "attribute-type", n, path+"."+n.Key(), n.Key(), "number", n.Kind().String())
		return nil
	}
	f := number.Float()
	return &f
}

func (t *Template) readLength(n doc.Node, path string) *int {
	f := t.readBound(n, path)
	if f == nil {
		return nil
	}
	i := int(min(max(*f, 0), 1<<31))
	return &i
}

// readDefault warns of a default that is no value of the parameter: the service
// notices only once it is used.
func (t *Template) readDefault(p *Parameter, n doc.Node, path string) {
	if code, args, refused := p.Refuses(n); refused {
		t.report(diag.Warning, code, n, path+".Default", args...)
	}
}
