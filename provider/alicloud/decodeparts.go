package alicloud

import (
	"fmt"
	"strings"
)

// identity says how the physical ID is made: of a path into the create call's
// answer, of parts, or of a further call.
type identity struct {
	path  *path
	parts []identityPart
	call  *step // whose answer the path is into
}

// identityPart is a literal, or the first of some names that has a value.
type identityPart struct {
	literal string
	names   []*path
}

// parseIdentity reads "A.B", "A[*]", "{P}:{Q|R|word}" and
// "call:Action(P=$create.f).path". A name that begins with a small letter is
// taken as it is.
func parseIdentity(text string) (identity, error) {
	var id identity
	var err error
	if rest, ok := strings.CutPrefix(text, "call:"); ok {
		id.call, id.path, err = parseCall(nil, rest)
		return id, err
	}
	if !strings.Contains(text, "{") {
		id.path, err = parsePath(text)
		return id, err
	}
	for text != "" {
		before, rest, ok := strings.Cut(text, "{")
		if before != "" {
			id.parts = append(id.parts, identityPart{literal: before})
		}
		if !ok {
			break
		}
		inner, after, ok := strings.Cut(rest, "}")
		if !ok {
			return id, fmt.Errorf("ID %q does not end", text)
		}
		var part identityPart
		for _, name := range strings.Split(inner, "|") {
			if word, ok := strings.CutPrefix(name, "="); ok || name == "" || name[0] >= 'a' && name[0] <= 'z' {
				part.literal = word
				continue
			}
			p, err := parsePath(name)
			if err != nil {
				return id, err
			}
			part.names = append(part.names, p)
		}
		id.parts = append(id.parts, part)
		text = after
	}
	return id, nil
}

// parseWait reads "field ok=A,B busy=C fail=D [every] [gone] [when condition]";
// "-" is no field.
func parseWait(text string) (*wait, error) {
	w := &wait{}
	text, when, conditional := strings.Cut(text, " when ")
	var err error
	if conditional {
		if w.when, err = parseCondition(when); err != nil {
			return nil, err
		}
	}
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return nil, fmt.Errorf("no field to wait for")
	}
	if fields[0] != "-" {
		if w.field, err = parsePath(fields[0]); err != nil {
			return nil, err
		}
	}
	for _, word := range fields[1:] {
		key, list, _ := strings.Cut(word, "=")
		var to *[]*template
		switch key {
		case "ok":
			to = &w.ok
		case "busy":
			to = &w.busy
		case "fail":
			to = &w.fail
		case "every":
			w.every = true
			continue
		case "gone":
			w.gone = true
			continue
		default:
			return nil, fmt.Errorf("wait: %q is not known", word)
		}
		for _, v := range strings.Split(list, ",") {
			t, err := parseTemplate(v)
			if err != nil {
				return nil, err
			}
			*to = append(*to, t)
		}
	}
	if w.field == nil && !w.gone {
		return nil, fmt.Errorf("wait for nothing: %q", text)
	}
	return w, nil
}

// attribute reads "Name" or "Name = source | source".
func (r *reader) attribute(text string) (attribute, error) {
	name, sources, ok := strings.Cut(text, " = ")
	a := attribute{name: name}
	if !ok {
		sources = name
	}
	for _, s := range strings.Split(sources, " | ") {
		src, err := r.source(s)
		if err != nil {
			return a, fmt.Errorf("attribute %s: %w", name, err)
		}
		a.sources = append(a.sources, src)
	}
	return a, nil
}

func (r *reader) source(text string) (s source, err error) {
	switch {
	case text == "none" || text == "engine":
		s.kind = fromNowhere
	case text == "region":
		s.kind = fromRegion
	case strings.HasPrefix(text, "prop:"):
		s.kind = fromProperty
		if s.path, err = parsePath(text[len("prop:"):]); err == nil && len(s.path.steps) == 0 {
			err = fmt.Errorf("%q names no property", text)
		}
	case strings.HasPrefix(text, "create:"):
		s.kind = fromCreate
		s.path, err = parsePath(text[len("create:"):])
	case strings.HasPrefix(text, "call:"):
		s.kind = fromCall
		s.call, s.path, err = parseCall(r.d, text[len("call:"):])
	case strings.HasPrefix(text, "$"):
		s.kind = fromText
		s.text, err = parseTemplate(text)
	case strings.Contains(text, "{") && (strings.Contains(text, "://") || strings.HasPrefix(text, "acs:")):
		s.kind = fromText
		s.text, err = parseTemplate(bracesToExpressions(text))
	default:
		s.path, err = parsePath(text)
		if err == nil && len(s.path.steps) > 0 && r.d.named(s.path.steps[0].name) != nil {
			s.kind, s.read = fromRead, s.path.steps[0].name
			rest := *s.path
			rest.steps = append([]pathStep(nil), rest.steps...)
			rest.steps[0].name = ""
			s.path = &rest
		}
	}
	return s, err
}

// bracesToExpressions turns "{region}" into "${region}" and "{Name}" into
// "${p.Name}".
func bracesToExpressions(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		switch name {
		case "region", "account", "id":
			b.WriteString("${" + name + "}")
		default:
			b.WriteString("${p." + name + "}")
		}
		text = after
	}
}

// parseCall reads "[product:]Action[(P=expression)][.path]" in a source. What it
// takes by default is for the reader's check to say.
func parseCall(d *descriptor, text string) (*step, *path, error) {
	s := &step{}
	n := strings.IndexAny(text, "(.")
	head, rest := text, ""
	if n >= 0 {
		head, rest = text[:n], text[n:]
	}
	if d != nil {
		s.product = d.product
	}
	if key, action, ok := strings.Cut(head, ":"); ok {
		p, err := productByKey(key)
		if err != nil {
			return nil, nil, err
		}
		s.product, head = p, action
	}
	s.action = head
	if !actionForm.MatchString(head) {
		return nil, nil, fmt.Errorf("%q is no call", head)
	}
	if inner, after, ok := strings.Cut(rest, ")"); ok && strings.HasPrefix(inner, "(") {
		for _, arg := range splitOutside(inner[1:], ',') {
			p, err := parseParameter(strings.Replace(arg, "=", " = ", 1))
			if err != nil {
				return nil, nil, err
			}
			s.parameters = append(s.parameters, p)
		}
		rest = after
	}
	p, err := parsePath(strings.TrimPrefix(rest, "."))
	return s, p, err
}
