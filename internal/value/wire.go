package value

import (
	"strings"
)

// The keys of the wire form. A key of data that begins with $ gets one more $
// in front, so that no data can be taken for one of these.
const (
	wireExpr      = "$expr"
	wireRefs      = "$refs"
	wireSensitive = "$sensitive"
	wireSecret    = "$secret"
	wireAbsent    = "$absent"
)

// Wire says how values are written into plans and journals.
type Wire struct {
	// Secret stores a sensitive value, which has no unknown parts, and returns
	// the reference that stands for it. nil refuses nothing: the reference is
	// then empty, and the value can never be opened again.
	Secret func(v Value) string
}

// AppendWire appends the value as JSON from which ParseWire gets the value
// back, holes included: an unknown value as
// {"$expr":…,"$refs":[…],"$sensitive":true}, a sensitive one as
// {"$secret":"reference"}, an absent one as {"$absent":true}.
func (v Value) AppendWire(dst []byte, w *Wire) []byte {
	switch {
	case v.kind == KindUnknown:
		return v.hole.appendWire(dst)
	case v.Sensitive() && !v.HasUnknown():
		ref := ""
		if w != nil && w.Secret != nil {
			ref = w.Secret(v)
		}
		dst = append(dst, `{"`+wireSecret+`":`...)
		dst = AppendQuoted(dst, ref)
		return append(dst, '}')
	case v.kind == Absent:
		return append(dst, `{"`+wireAbsent+`":true}`...)
	case v.kind == KindList:
		dst = append(dst, '[')
		for i := range v.parts.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.At(i).AppendWire(dst, w)
		}
		return append(dst, ']')
	case v.kind == KindMap:
		dst = append(dst, '{')
		for i := range v.parts.entries {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendWireKey(dst, v.parts.entries[i].Key)
			dst = append(dst, ':')
			dst = v.At(i).AppendWire(dst, w)
		}
		return append(dst, '}')
	}
	return v.AppendJSON(dst)
}

func appendWireKey(dst []byte, key string) []byte {
	if strings.HasPrefix(key, "$") {
		key = "$" + key
	}
	return AppendQuoted(dst, key)
}

func (h *Hole) appendWire(dst []byte) []byte {
	dst = append(dst, `{"`+wireExpr+`":`...)
	if h.Expr != nil {
		dst = h.Expr.AppendJSON(dst)
	} else {
		dst = append(dst, "null"...)
	}
	if len(h.Refs) > 0 {
		dst = append(dst, `,"`+wireRefs+`":[`...)
		for i, ref := range h.Refs {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendQuoted(dst, ref)
		}
		dst = append(dst, ']')
	}
	if h.Sensitive {
		dst = append(dst, `,"`+wireSensitive+`":true`...)
	}
	return append(dst, '}')
}

// ParseWire parses the wire form. A hole comes back with a RawExpr; a secret
// as the value that open gives for its reference, marked as sensitive. If open
// is nil or does not know the reference, the secret is a sensitive hole
// without an expression. The error is a *SyntaxError.
func ParseWire(data []byte, open func(ref string) (Value, bool)) (Value, error) {
	p := parser{data: data, wire: true, open: open}
	return p.document()
}

// special reads the rest of a map whose first key has a meaning.
func (p *parser) special(key string, depth int) (Value, error) {
	var h Hole
	var out Value
	for {
		switch key {
		case wireExpr:
			raw, err := p.raw(depth)
			if err != nil {
				return Value{}, err
			}
			if string(raw) != "null" {
				h.Expr = RawExpr(raw)
			}
		case wireRefs, wireSensitive, wireSecret, wireAbsent:
			v, err := p.value(depth + 1)
			if err != nil {
				return Value{}, err
			}
			if err := p.member(key, v, &h, &out); err != nil {
				return Value{}, err
			}
		default:
			return Value{}, p.fail("unknown key " + key)
		}
		p.space()
		switch p.peek() {
		case '}':
			p.pos++
			if out.kind != Absent || key == wireAbsent {
				return out, nil
			}
			return Unknown(&h), nil
		case ',':
			p.pos++
		default:
			return Value{}, p.fail("a comma or } is expected")
		}
		var err error
		if key, err = p.key(); err != nil {
			return Value{}, err
		}
	}
}

func (p *parser) member(key string, v Value, h *Hole, out *Value) error {
	switch {
	case key == wireRefs && v.kind == KindList:
		for _, ref := range v.Items() {
			h.Refs = append(h.Refs, ref.Text())
		}
	case key == wireSensitive && v.kind == KindBool:
		h.Sensitive = v.Bool()
	case key == wireAbsent:
		*out = Value{}
	case key == wireSecret && v.kind == KindString:
		*out = p.secret(v.Text())
	default:
		return p.fail("unexpected value of " + key)
	}
	return nil
}

func (p *parser) secret(ref string) Value {
	if p.open != nil {
		if v, ok := p.open(ref); ok {
			return v.WithSensitive()
		}
	}
	return Unknown(&Hole{Sensitive: true})
}

// raw reads one value and returns a copy of its text.
func (p *parser) raw(depth int) ([]byte, error) {
	p.space()
	start := p.pos
	wire := p.wire
	p.wire = false
	_, err := p.value(depth + 1)
	p.wire = wire
	if err != nil {
		return nil, err
	}
	return append([]byte(nil), p.data[start:p.pos]...), nil
}
