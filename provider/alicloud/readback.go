package alicloud

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// properties are those that can be told from the item that the lookup found.
func (o *operation) properties(item any) map[string]any {
	out := map[string]any{}
	m, _ := item.(map[string]any)
	t := o.p.types(o.req.Type)
	if m == nil || t == nil {
		return out
	}
	for _, s := range slices.Concat(o.d.create, o.d.after) {
		if !s.when.holds(o.env) {
			continue
		}
		for _, p := range s.parameters {
			if p.mapping == nil || p.value != nil {
				continue
			}
			name := p.mapping.property[0]
			known := t.Properties[name]
			if known == nil || known.Sensitive || slices.Contains(o.d.local, name) || out[name] != nil && len(p.mapping.property) == 1 {
				continue
			}
			if v := o.back(m, p.mapping, known); v != nil {
				tell(out, p.mapping.property, v)
			}
		}
	}
	return out
}

// tell puts a value under a name, or under one in a map.
func tell(out map[string]any, names []string, v any) {
	for _, name := range names[:len(names)-1] {
		inner, ok := out[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			out[name] = inner
		}
		out = inner
	}
	out[names[len(names)-1]] = v
}

// back finds a property in the item and gives it the form that templates have;
// nil if it is not there, or the way from the property cannot be gone back.
func (o *operation) back(item map[string]any, m *mapping, known *provider.Property) any {
	for _, name := range m.property[1:] {
		if known = known.Properties[name]; known == nil || known.Sensitive {
			return nil
		}
	}
	if at, ok := o.d.back[strings.Join(m.property, ".")]; ok {
		if at == nil {
			return nil
		}
		return m.inverse(at.find(item, o.env), known)
	}
	if v := m.inverse(member(item, m.target), known); v != nil {
		return v
	}
	if len(m.property) > 1 {
		return nil
	}
	return m.inverse(member(item, m.property[0]), known)
}

// inverse turns what an answer has into what a property holds.
func (m *mapping) inverse(v any, known *provider.Property) any {
	for _, c := range slices.Backward(m.codecs) {
		if v = c.inverse(v, known); v == nil {
			return nil
		}
	}
	switch known.Type {
	case provider.TypeList:
		return m.inverseList(unwrap(v), known)
	case provider.TypeMap:
		if list := unwrap(v); list != nil && m.property[0] == "Tags" {
			return tagMap(m.inverseList(list, tagItems))
		}
		object, _ := v.(map[string]any)
		if object == nil || m.members == nil {
			return nil
		}
		if found := m.inverseMembers(object, known); len(found) > 0 {
			return found
		}
		return nil
	}
	switch v.(type) {
	case nil, []any, map[string]any:
		return nil
	}
	return coerce(v, known)
}

// tagItems are the items of tags, where a type has them as a map.
var tagItems = &provider.Property{Items: &provider.Property{Properties: map[string]*provider.Property{"Key": {}, "Value": {}}}}

// tagMap undoes listTags.
func tagMap(list any) any {
	items, _ := list.([]any)
	if items == nil {
		return nil
	}
	return keyed(items, "Key", "Value")
}

// unwrap gives the list in {"Tag": [...]}, the form that many answers have.
func unwrap(v any) []any {
	if m, ok := v.(map[string]any); ok && len(m) == 1 {
		for _, inner := range m {
			v = inner
		}
	}
	list, _ := v.([]any)
	return list
}

// inverseList turns items back. What is not understood of one makes all of them
// unknown: a part of a list would look like a change.
func (m *mapping) inverseList(list []any, known *provider.Property) any {
	if len(list) == 0 || known.Items == nil && m.members != nil {
		return nil
	}
	out := make([]any, 0, len(list))
	for _, item := range list {
		object, isMap := item.(map[string]any)
		switch {
		case isMap && m.members == nil, !isMap && m.members != nil:
			return nil
		case !isMap:
			if known.Items != nil {
				item = coerce(item, known.Items)
			}
			out = append(out, item)
		default:
			found := m.inverseMembers(object, known.Items)
			if len(found) == 0 {
				return nil
			}
			if key, _ := found["Key"].(string); m.property[0] == "Tags" && (strings.HasPrefix(key, "acs:") || strings.HasPrefix(key, "aliyun")) {
				continue // the services' own
			}
			out = append(out, found)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// inverseMembers finds the members of a map in an answer: by the name that the
// call knows them by, by their own, and of tags as TagKey and TagValue.
func (m *mapping) inverseMembers(object map[string]any, known *provider.Property) map[string]any {
	out := map[string]any{}
	for _, sub := range m.members {
		name := sub.property[0]
		p := known.Properties[name]
		if p == nil || p.Sensitive || len(sub.property) > 1 {
			continue
		}
		for _, field := range [...]string{sub.target, name, "Tag" + name} {
			if v := sub.inverse(member(object, field), p); v != nil {
				out[name] = v
				break
			}
		}
	}
	return out
}

// inverse undoes a codec; nil where that cannot be done.
func (c *codec) inverse(v any, known *provider.Property) any {
	text, isText := v.(string)
	switch c.name {
	case "str", "or":
		return v
	case "json", "json-string", "json-strings":
		if !isText {
			return v
		}
		if out, err := decodeJSON([]byte(text)); err == nil {
			return out
		}
	case "csv":
		if isText && known.Type == provider.TypeList {
			return listOf(strings.Split(text, ","))
		}
	case "b64":
		if data, err := base64.StdEncoding.DecodeString(text); isText && err == nil {
			return string(data)
		}
	case "onoff", "int":
		if known.Type == provider.TypeBoolean && v != nil {
			return truthy(v) && !strings.EqualFold(text, "off")
		}
		if c.name == "int" {
			return v
		}
	case "not":
		if v != nil {
			return !truthy(v)
		}
	case "map":
		for _, from := range sortedKeys(c.pick) {
			if same(c.pick[from], v) {
				return from
			}
		}
		return v
	}
	return nil
}
