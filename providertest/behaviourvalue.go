package providertest

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// given gives a parameter as a whole: a struct of which the members came one by
// one is put together.
func (f *frame) given(name string) any {
	if v, ok := f.args.given[name]; ok {
		return unfolded(v)
	}
	var parts map[string]any
	for _, full := range sortedKeys(f.args.given) {
		if rest, ok := strings.CutPrefix(full, name+"."); ok {
			if parts == nil {
				parts = make(map[string]any)
			}
			place(parts, rest, f.args.given[full])
		}
	}
	if parts == nil {
		return nil
	}
	return withLists(parts)
}

// unfolded gives the objects in a value their members' members: HostConfig with
// Values for HostConfig.Values.1.
func unfolded(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = unfolded(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, name := range sortedKeys(v) {
			place(out, name, unfolded(v[name]))
		}
		for name, member := range out {
			if inner, ok := member.(map[string]any); ok {
				out[name] = withLists(inner)
			}
		}
		return out
	}
	return v
}

// withLists makes lists of the objects whose members are 1, 2, 3.
func withLists(m map[string]any) any {
	var list []any
	for name, v := range m {
		if inner, ok := v.(map[string]any); ok {
			m[name] = withLists(inner)
		}
	}
	for i := 1; ; i++ {
		v, ok := m[strconv.Itoa(i)]
		if !ok {
			break
		}
		list = append(list, v)
	}
	if len(list) > 0 && len(list) == len(m) {
		return list
	}
	return m
}

// fitted gives a value the type that a property has.
func fitted(p *provider.Property, v any) any {
	if p == nil {
		return v
	}
	switch p.Type {
	case provider.TypeInteger, provider.TypeNumber:
		if text, ok := v.(string); ok && json.Valid([]byte(text)) && text != "" {
			return json.Number(text)
		}
	case provider.TypeBoolean:
		if b, err := strconv.ParseBool(textOf(v)); err == nil {
			return b
		}
	case provider.TypeString:
		if _, nested := v.(map[string]any); !nested {
			return textOf(v)
		}
	case provider.TypeList:
		return fittedList(p, v)
	case provider.TypeMap:
		if m, ok := unwrapped(v).(map[string]any); ok {
			return fittedMembers(p, m)
		}
	}
	return v
}

func fittedList(p *provider.Property, v any) any {
	v = unwrapped(v)
	list, ok := v.([]any)
	if !ok {
		if m, ok := v.(map[string]any); ok {
			list = []any{m}
		} else {
			list = anyList((&arguments{given: map[string]any{"": v}}).list(""))
		}
	}
	out := make([]any, 0, len(list))
	for _, item := range list {
		out = append(out, fitted(p.Items, item))
	}
	return out
}

func fittedMembers(p *provider.Property, m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for name, v := range m {
		out[name] = fitted(p.Properties[name], v)
	}
	return out
}
