package alicloud

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// message is a call's parameters while they are put together.
type message struct {
	flat map[string]string // RPC, and the query of ROA
	body map[string]any    // ROA
}

// iterations lists what a step is repeated over, in the order of its
// parameters. Parameters that take a whole list do not repeat it.
func (s *step) iterations(env *scope) (list []iteration, must bool) {
	add := func(it iteration) {
		if !slices.Contains(list, it) {
			list = append(list, it)
		}
	}
	for _, p := range s.parameters {
		if p.mapping != nil && slices.ContainsFunc(p.mapping.codecs, func(c codec) bool { return c.name == "each" }) {
			add(iteration{kind: exprEach, name: p.mapping.property[0]})
		}
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			whole := strings.HasSuffix(p.name, ".N") || len(p.value.codecs) > 0 || p.mapping != nil
			switch {
			case e.kind == exprEach, e.kind == exprListed, (e.kind == exprAdd || e.kind == exprDel) && !whole:
				it := iteration{kind: e.kind, name: e.name}
				if _, isMap := env.desired[e.name].(map[string]any); isMap && e.kind == exprEach && len(e.rest) > 0 {
					it.sub = e.rest[0]
				}
				add(it)
				must = true
			}
		}
	}
	return list, must
}

// calls builds the requests of a step: none, one, or one for each item.
// sends says which properties are sent; nil is all.
func (s *step) calls(env *scope, sends func(property string) bool) ([]*Request, error) {
	over, must := s.iterations(env)
	var out []*Request
	for _, it := range over {
		for _, item := range env.items(it) {
			if s.useless(env.with(it, item)) {
				continue
			}
			req, err := s.request(env.with(it, item), sends, token(env.token, len(out)))
			if err != nil {
				return nil, err
			}
			out = append(out, req)
		}
	}
	if len(out) > 0 || must {
		return out, nil
	}
	req, err := s.request(env, sends, env.token)
	if err != nil {
		return nil, err
	}
	return []*Request{req}, nil
}

// useless reports whether a parameter is not known that the call is made for.
func (s *step) useless(env *scope) bool {
	return slices.ContainsFunc(s.parameters, func(p parameter) bool {
		if !p.must || p.value == nil {
			return false
		}
		v, ok := p.value.value(env)
		return !ok || textOf(v) == ""
	})
}

// request builds one call.
func (s *step) request(env *scope, sends func(string) bool, token string) (*Request, error) {
	m := &message{flat: map[string]string{}, body: map[string]any{}}
	for _, p := range s.parameters {
		p, ok := env.d.inherited(p)
		if !ok || p.mapping != nil && p.value == nil && sends != nil && !sends(p.mapping.property[0]) {
			continue
		}
		if err := m.add(s, &p, env); err != nil {
			return nil, err
		}
	}
	if s.token != "" && token != "" {
		m.flat[s.token] = token
	}
	req := &Request{
		Product: s.product.name, Version: s.product.version, API: s.action, Region: env.region,
		Style: s.product.style, Method: s.method, Query: m.flat,
	}
	if s.product.style == RPC {
		return req, nil
	}
	return req, s.place(req, m)
}

// inherited resolves "^P" to the mapping that create has of the property.
func (d *descriptor) inherited(p parameter) (parameter, bool) {
	if p.inherit == "" {
		return p, true
	}
	for _, list := range [...][]*step{d.create, d.after} {
		for _, s := range list {
			for _, q := range s.parameters {
				if q.mapping != nil && strings.Join(q.mapping.property, ".") == p.inherit {
					return q, true
				}
			}
		}
	}
	return p, false
}

// add writes one parameter.
func (m *message) add(s *step, p *parameter, env *scope) error {
	var v any
	switch {
	case p.value != nil:
		found, ok := p.value.value(env)
		if !ok {
			return nil
		}
		v = found
	case env.over.kind == exprEach && env.over.name == p.mapping.property[0] && slices.ContainsFunc(p.mapping.codecs, func(c codec) bool { return c.name == "each" }):
		v = env.each
	default:
		v = below(env.desired[p.mapping.property[0]], p.mapping.property[1:])
		if slices.ContainsFunc(p.mapping.codecs, func(c codec) bool { return c.name == "delta" }) {
			env = env.with(env.over, below(env.prior[p.mapping.property[0]], p.mapping.property[1:]))
		}
	}
	flat := s.product.style == RPC || p.query || p.mapping != nil && p.mapping.query
	if p.mapping == nil {
		if !flat {
			m.body[p.name] = v
			return nil
		}
		if list, ok := strings.CutSuffix(p.name, ".N"); ok {
			for i, item := range itemsOf(v) {
				m.flat[list+"."+strconv.Itoa(i+1)] = textOf(item)
			}
			return nil
		}
		m.flat[p.name] = plainText(v)
		return nil
	}
	if flat {
		p.mapping.flatten(m.flat, "", v, env)
	} else {
		p.mapping.nest(m.body, v, env)
	}
	return nil
}

// plainText writes a value where a service takes one text.
func plainText(v any) string {
	switch v.(type) {
	case []any, map[string]any:
		return jsonText(v)
	}
	return textOf(v)
}

// flatten writes a value as parameters with dots and numbers.
func (m *mapping) flatten(out map[string]string, prefix string, v any, env *scope) {
	v, ok := m.encoded(v, env)
	if !ok {
		return
	}
	name := prefix + m.target
	switch m.shape {
	case shapeDrop:
	case shapeList:
		for i, item := range itemsOf(v) {
			m.flattenItem(out, name+"."+strconv.Itoa(i+1), item, env)
		}
	case shapeMap:
		m.flattenItem(out, name, v, env)
	case shapeFlat:
		object, _ := v.(map[string]any)
		for _, sub := range m.members {
			sub.flatten(out, prefix, below(object, sub.property), env)
		}
	default:
		out[name] = plainText(v)
	}
}

func (m *mapping) flattenItem(out map[string]string, name string, v any, env *scope) {
	object, ok := v.(map[string]any)
	if !ok || m.members == nil {
		out[name] = plainText(v)
		return
	}
	for _, sub := range m.members {
		sub.flatten(out, name+".", below(object, sub.property), env)
	}
}

// encoded applies the codecs; where members are renamed within JSON text, that
// comes first.
func (m *mapping) encoded(v any, env *scope) (any, bool) {
	for _, c := range m.codecs {
		if c.name == "or" && v == nil {
			v = c.args
		}
	}
	if v == nil || m.shape == shapeDrop {
		return nil, false
	}
	if len(m.codecs) > 0 && m.members != nil && (m.shape == shapeArray || m.shape == shapeObject) {
		v = m.renamed(v, env)
	}
	return encode(m.codecs, v, env)
}

// renamed gives items with their members by the names that the service has.
func (m *mapping) renamed(v any, env *scope) any {
	if list, ok := v.([]any); ok {
		return mapItems(list, func(item any) any { return m.renamed(item, env) })
	}
	object, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for _, sub := range m.members {
		sub.nest(out, below(object, sub.property), env)
	}
	return out
}

// nest writes a value into a JSON body.
func (m *mapping) nest(body map[string]any, v any, env *scope) {
	v, ok := m.encoded(v, env)
	if !ok {
		return
	}
	if m.members != nil && m.codecs == nil {
		v = m.renamed(v, env)
	}
	switch m.shape {
	case shapeDrop:
		return
	case shapeArray, shapeList:
		if _, isText := v.(string); m.codecs == nil || !isText && m.codecs[0].name != "by" {
			v = itemsOf(v)
		}
	case shapeFlat:
		if object, ok := v.(map[string]any); ok {
			for _, name := range sortedKeys(object) {
				body[name] = object[name]
			}
		}
		return
	}
	names := strings.Split(m.target, ".")
	for _, name := range names[:len(names)-1] {
		inner, ok := body[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			body[name] = inner
		}
		body = inner
	}
	body[names[len(names)-1]] = v
}

// place makes the path and the body of a ROA call.
func (s *step) place(req *Request, m *message) error {
	var b strings.Builder
	for text := s.path; ; {
		before, rest, ok := strings.Cut(text, "[")
		b.WriteString(before)
		if !ok {
			break
		}
		name, after, _ := strings.Cut(rest, "]")
		v, have := m.body[name]
		if !have {
			v, have = m.flat[name], m.flat[name] != ""
		}
		if !have || textOf(v) == "" {
			return &provider.Error{Kind: provider.Invalid, Code: "MissingParameter", Message: s.action + " needs " + name}
		}
		delete(m.body, name)
		delete(m.flat, name)
		b.WriteString(url.PathEscape(textOf(v)))
		text = after
	}
	req.Path = b.String()
	if len(m.body) == 0 {
		return nil
	}
	if s.form {
		form := url.Values{}
		for _, name := range sortedKeys(m.body) {
			form.Set(name, plainText(m.body[name]))
		}
		req.Body = []byte(form.Encode())
		req.Headers = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
		return nil
	}
	var whole any = m.body
	if list, ok := m.body["body"]; ok && len(m.body) == 1 {
		whole = list // the body is a list, which has no name
	}
	body, err := json.Marshal(whole)
	if err != nil {
		return &provider.Error{Kind: provider.Invalid, Err: err}
	}
	req.Body = body
	req.Headers = map[string]string{"Content-Type": "application/json"}
	return nil
}
