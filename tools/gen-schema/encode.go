package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The form is described in provider/schema/decode.go.

var coverageLetters = map[string]string{"attributes": "a", "names": "n", "docs": "d", "top": "t", "full": "f"}

var typeLetters = map[string]string{
	"string": "s", "integer": "i", "number": "n", "boolean": "b", "list": "l", "map": "m", "any": "a",
}

// valueLetters are those of the types of attributes and Ref, less " | Null".
var valueLetters = map[string]string{
	"": "s", "String": "s", "Integer": "i", "Number": "n", "Boolean": "b", "Map": "m",
	"List": "l", "List[String]": "l", "List[Integer]": "l", "List[Map]": "l", "AnyValue": "a", "Null": "a",
}

var bareName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func encode(types map[string]*typeFacts) ([]byte, error) {
	e := &encoder{}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if strings.ContainsAny(name, "\t\n ") {
			return nil, fmt.Errorf("type name %q has a blank", name)
		}
		e.typ(name, types[name])
		if e.err != nil {
			return nil, fmt.Errorf("%s: %w", name, e.err)
		}
	}
	return e.out.Bytes(), nil
}

// encoder writes lines and keeps the first error.
type encoder struct {
	out bytes.Buffer
	err error
}

// letter looks a word up and writes its letter.
func (e *encoder) letter(letters map[string]string, word string) {
	l, ok := letters[word]
	if !ok && e.err == nil {
		e.err = fmt.Errorf("unknown word %q", word)
	}
	e.out.WriteString(l)
}

func (e *encoder) name(s string) {
	if !bareName.MatchString(s) {
		s = strconv.Quote(s)
	}
	e.out.WriteString(s)
}

func (e *encoder) valueType(s string) {
	e.letter(valueLetters, strings.TrimSuffix(s, " | Null"))
}

func (e *encoder) typ(name string, t *typeFacts) {
	e.out.WriteString(name + "\t")
	e.letter(coverageLetters, t.Coverage)
	if t.DataSource {
		e.out.WriteByte('D')
	}
	e.out.WriteByte('\t')
	e.valueType(t.Ref)
	e.out.WriteString("\t" + strings.Join(t.DynamicAttributes, " ") + "\t")
	for i, a := range slices.Sorted(slices.Values(t.Attributes)) {
		if i > 0 {
			e.out.WriteByte(' ')
		}
		e.name(a)
		if typ := t.AttributeTypes[a]; typ != "" {
			e.out.WriteByte(':')
			e.valueType(typ)
		}
	}
	e.out.WriteByte('\t')
	e.properties(t.Properties)
	e.out.WriteByte('\n')
}

func (e *encoder) properties(props map[string]*propertyFacts) {
	for i, name := range slices.Sorted(maps.Keys(props)) {
		if i > 0 {
			e.out.WriteByte(' ')
		}
		e.name(name)
		e.out.WriteByte(':')
		e.property(props[name])
	}
}

func (e *encoder) property(p *propertyFacts) {
	e.letter(typeLetters, p.Type)
	e.flags(p)
	if p.Min != "" || p.Max != "" {
		e.out.WriteString("(" + p.Min.String() + ".." + p.Max.String() + ")")
	}
	if p.MinLength != "" || p.MaxLength != "" {
		e.out.WriteString("<" + p.MinLength.String() + ".." + p.MaxLength.String() + ">")
	}
	for i, v := range p.Enum {
		e.out.WriteByte("=,"[min(i, 1)])
		e.enum(v)
	}
	if p.Pattern != "" {
		e.out.WriteString("/" + strconv.Quote(p.Pattern))
	}
	if p.Items != nil {
		e.out.WriteByte('[')
		e.property(p.Items)
		e.out.WriteByte(']')
	}
	if p.Properties != nil {
		e.out.WriteByte('{')
		e.properties(p.Properties)
		e.out.WriteByte('}')
	}
}

func (e *encoder) flags(p *propertyFacts) {
	if p.Required {
		e.out.WriteByte('R')
	}
	e.letter(map[string]string{"": "", "yes": "U", "no": "X"}, p.Update)
	e.letter(map[string]string{"": "", "yes": "u", "no": "x"}, p.UpdateHint)
	if p.FreeKeys {
		e.out.WriteByte('F')
	}
	if p.Deprecated {
		e.out.WriteByte('D')
	}
}

func (e *encoder) enum(v any) {
	switch v := v.(type) {
	case string:
		e.out.WriteString(strconv.Quote(v))
	case json.Number:
		e.out.WriteString(strconv.Quote(v.String()))
	case bool:
		e.out.WriteString(strconv.Quote(strconv.FormatBool(v)))
	default:
		e.err = fmt.Errorf("enumeration with %T", v)
	}
}
