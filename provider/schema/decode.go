package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// A line of types.txt has six fields, parted by tabs:
//
//	name  coverage  ref  dynamic-attributes  attributes  properties
//
// coverage is a letter of "andtf" (attributes, names, docs, top, full),
// followed by "D" for a data source. ref is the letter of a value type. The
// last three are lists parted by blanks: patterns; name or name:type; name:spec.
//
//	spec       = type flags [ "(" min ".." max ")" ] [ "<" min ".." max ">" ]
//	             [ "=" quoted { "," quoted } ] [ "/" quoted ]
//	             [ "[" spec "]" ] [ "{" name ":" spec { " " name ":" spec } "}" ]
//	type       = "s" | "i" | "n" | "b" | "l" | "m" | "a"
//	flags      = { "R" | "U" | "X" | "u" | "x" | "F" | "D" }
//
// ( ) is a range of numbers, < > of lengths, = an enumeration, / a pattern,
// [ ] the element of a list, { } the members of a map. The flags: required,
// changed in place or by replacement, the same as a guess, free keys,
// deprecated. A name with other characters than letters, digits and "._-" is
// quoted as in Go.
const lineFields = 6

// valueTypes are the letters of the value types, in the order of their constants.
const valueTypes = "asinblm"

// coverages are the letters of the coverages from CoverageAttributes on.
const coverages = "andtf"

// decodeType reads one line. Strings of the result share its memory.
func decodeType(line string) (*provider.Type, error) {
	f := strings.Split(line, "\t")
	if len(f) != lineFields {
		return nil, fmt.Errorf("schema: %.40q has %d fields, not %d", line, len(f), lineFields)
	}
	t := &provider.Type{Name: f[0], DataSource: strings.HasSuffix(f[1], "D")}
	at := strings.Index(coverages, f[1][:min(1, len(f[1]))])
	if at < 0 || f[1] == "" {
		return nil, fmt.Errorf("schema: %s: coverage %q", f[0], f[1])
	}
	t.Coverage = provider.CoverageAttributes + provider.Coverage(at)
	d := &decoder{rest: f[2]}
	t.Ref = d.valueType()
	t.DynamicAttributes = strings.Fields(f[3])
	d.rest = f[4]
	t.Attributes = d.attributes()
	d.rest = f[5]
	t.Properties = d.properties()
	if d.err == nil && d.rest != "" {
		d.fail("end of line")
	}
	if d.err != nil {
		return nil, fmt.Errorf("schema: %s: %w", t.Name, d.err)
	}
	return t, nil
}

// decoder reads a line from left to right; after the first fault it only
// returns zero values.
type decoder struct {
	rest string
	err  error
}

func (d *decoder) fail(want string) {
	if d.err == nil {
		d.err = fmt.Errorf("want %s at %.30q", want, d.rest)
	}
	d.rest = ""
}

// accept skips a byte if it comes next.
func (d *decoder) accept(b byte) bool {
	if d.rest == "" || d.rest[0] != b {
		return false
	}
	d.rest = d.rest[1:]
	return true
}

func (d *decoder) expect(b byte) {
	if !d.accept(b) {
		d.fail(strconv.QuoteRune(rune(b)))
	}
}

// until takes all bytes before the next of stop.
func (d *decoder) until(stop string) string {
	i := strings.IndexAny(d.rest, stop)
	if i < 0 {
		i = len(d.rest)
	}
	s := d.rest[:i]
	d.rest = d.rest[i:]
	return s
}

func (d *decoder) quoted() string {
	q, err := strconv.QuotedPrefix(d.rest)
	if err != nil {
		d.fail("quoted text")
		return ""
	}
	d.rest = d.rest[len(q):]
	s, err := strconv.Unquote(q)
	if err != nil {
		d.fail("quoted text")
	}
	return s
}

func (d *decoder) name() string {
	if strings.HasPrefix(d.rest, `"`) {
		return d.quoted()
	}
	return d.until(": ")
}

func (d *decoder) valueType() provider.ValueType {
	if d.rest == "" {
		d.fail("type")
		return provider.TypeAny
	}
	i := strings.IndexByte(valueTypes, d.rest[0])
	if i < 0 {
		d.fail("type")
		return provider.TypeAny
	}
	d.rest = d.rest[1:]
	return provider.ValueType(i)
}

func (d *decoder) attributes() map[string]provider.Attribute {
	m := make(map[string]provider.Attribute, strings.Count(d.rest, " ")+1)
	for d.rest != "" {
		var a provider.Attribute
		name := d.name()
		if d.accept(':') {
			a.Type = d.valueType()
		}
		m[name] = a
		if d.rest != "" {
			d.expect(' ')
		}
	}
	return m
}

// properties reads name:spec pairs up to the end or a closing brace.
func (d *decoder) properties() map[string]*provider.Property {
	m := map[string]*provider.Property{}
	for d.rest != "" && d.rest[0] != '}' {
		name := d.name()
		d.expect(':')
		m[name] = d.property()
		if d.rest != "" && d.rest[0] != '}' {
			d.expect(' ')
		}
	}
	return m
}

func (d *decoder) property() *provider.Property {
	p := &provider.Property{Type: d.valueType()}
	d.flags(p)
	if d.accept('(') {
		p.Min, p.Max = span(d, ')', func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	}
	if d.accept('<') {
		p.MinLength, p.MaxLength = span(d, '>', strconv.Atoi)
	}
	if d.accept('=') {
		p.Enum = append(p.Enum, d.quoted())
		for d.accept(',') {
			p.Enum = append(p.Enum, d.quoted())
		}
	}
	if d.accept('/') {
		p.Pattern = d.quoted()
	}
	if d.accept('[') {
		p.Items = d.property()
		d.expect(']')
	}
	if d.accept('{') {
		p.Properties = d.properties()
		d.expect('}')
	}
	return p
}

func (d *decoder) flags(p *provider.Property) {
	for d.rest != "" {
		switch d.rest[0] {
		case 'R':
			p.Required = true
		case 'U':
			p.Update = provider.UpdateInPlace
		case 'X':
			p.Update = provider.UpdateReplaces
		case 'u':
			p.UpdateHint = provider.UpdateInPlace
		case 'x':
			p.UpdateHint = provider.UpdateReplaces
		case 'F':
			p.FreeKeys = true
		case 'D':
			p.Deprecated = true
		default:
			return
		}
		d.rest = d.rest[1:]
	}
}

// span reads "min..max" and the closing byte; either bound may be missing.
func span[T any](d *decoder, closing byte, parse func(string) (T, error)) (low, high *T) {
	from, to, ok := strings.Cut(d.until(string(closing)), "..")
	if !ok {
		d.fail("bounds")
		return nil, nil
	}
	d.expect(closing)
	bound := func(s string) *T {
		if s == "" {
			return nil
		}
		v, err := parse(s)
		if err != nil {
			d.fail("number")
			return nil
		}
		return &v
	}
	return bound(from), bound(to)
}
