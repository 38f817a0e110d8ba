package alicloud

import (
	"fmt"
	"strings"
)

// shape is how a mapping writes what a property holds.
type shape uint8

const (
	shapePlain  shape = iota // Name
	shapeList                // Name.1, Name.2, or Name.1.Member
	shapeMap                 // Name.Member
	shapeFlat                // members become parameters
	shapeArray               // a JSON array
	shapeObject              // a JSON object
	shapeDrop                // not sent
)

// mapping says how a property becomes parameters.
type mapping struct {
	property []string // with the names below it
	target   string   // with dots
	query    bool     // of a ROA call
	shape    shape
	members  []*mapping
	codecs   []codec
}

// parseMapping reads one item of a step:
//
//	P            P>A          P.k>A        P|codec
//	P>A.N        P>A.N{k,l>L} P>A.{k,l>L}  P>{k>X}
//	P>A[]        P>A[]{k>x}   P>A{k>x}     k>-
func parseMapping(text string) (*mapping, error) {
	m := &mapping{}
	source, target, renamed := cutOutside(text, '>')
	source, codecs, _ := cutOutside(source, '|')
	m.property = strings.Split(source, ".")
	for _, name := range m.property {
		if word, rest := leadingWord(name); word == "" || rest != "" {
			return nil, fmt.Errorf("%q: %q is no property", text, name)
		}
	}
	if err := m.addCodecs(codecs); err != nil {
		return nil, err
	}
	if !renamed {
		m.target = source
		return m, nil
	}
	target, codecs, _ = cutOutside(target, '|')
	if err := m.parseTarget(target); err != nil {
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	// Members may stand behind a codec: Key|by(Name){Type>type}.
	if head, inner, ok := strings.Cut(codecs, "{"); ok && strings.HasSuffix(inner, "}") {
		codecs = head
		if err := m.parseMembers(strings.TrimSuffix(inner, "}")); err != nil {
			return nil, err
		}
		m.shape = shapeArray
	}
	if err := m.addCodecs(codecs); err != nil {
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	return m, nil
}

func (m *mapping) addCodecs(text string) error {
	if text == "" {
		return nil
	}
	list, err := parseCodecs(text)
	m.codecs = append(m.codecs, list...)
	return err
}

func (m *mapping) parseTarget(target string) error {
	target, m.query = strings.CutPrefix(target, "?")
	if target == "-" {
		m.shape = shapeDrop
		return nil
	}
	name, inner, nested := strings.Cut(target, "{")
	switch {
	case strings.HasSuffix(name, ".N"):
		m.shape, name = shapeList, strings.TrimSuffix(name, ".N")
	case strings.HasSuffix(name, "[]"):
		m.shape, name = shapeArray, strings.TrimSuffix(name, "[]")
	case nested && strings.HasSuffix(name, "."):
		m.shape, name = shapeMap, strings.TrimSuffix(name, ".")
	case nested && name == "":
		m.shape = shapeFlat
	case nested:
		m.shape = shapeObject
	}
	if m.target = name; name == "" && m.shape != shapeFlat || strings.ContainsAny(name, " {}[]()>|$") {
		return fmt.Errorf("%q is no parameter", name)
	}
	if !nested {
		return nil
	}
	inner, ok := strings.CutSuffix(inner, "}")
	if !ok {
		return fmt.Errorf("%q does not end", target)
	}
	return m.parseMembers(inner)
}

func (m *mapping) parseMembers(text string) error {
	for _, part := range splitOutside(text, ',') {
		sub, err := parseMapping(part)
		if err != nil {
			return err
		}
		m.members = append(m.members, sub)
	}
	return nil
}

// cutOutside cuts at the first separator that is not in brackets.
func cutOutside(text string, sep byte) (before, after string, found bool) {
	parts := splitOutside(text, sep)
	return parts[0], strings.TrimPrefix(text[len(parts[0]):], string(sep)), len(parts) > 1
}
