package alicloud

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// codec converts a value on its way to a parameter.
type codec struct {
	name string
	args string // in parentheses
	pick map[string]any
}

var codecNames = map[string]bool{
	"json": true, "json-map": true, "json-strings": true, "json-string": true, "json-object": true, "csv": true, "b64": true,
	"b64unless": true, "str": true, "int": true, "onoff": true, "not": true, "map": true, "each": true, "index0": true,
	"wrap": true, "delta": true, "by": true, "pair": true, "split": true, "or": true, "charge": true, "objects": true,
}

// parseCodecs reads names parted by bars, some with arguments.
func parseCodecs(text string) ([]codec, error) {
	var out []codec
	for _, part := range splitOutside(text, '|') {
		name, args, _ := strings.Cut(part, "(")
		c := codec{name: name, args: strings.TrimSuffix(args, ")")}
		if !codecNames[name] {
			return nil, fmt.Errorf("codec %q is not known", part)
		}
		if name == "map" {
			c.pick = map[string]any{}
			for _, pair := range strings.Split(c.args, ",") {
				from, to, ok := strings.Cut(pair, "=")
				if !ok {
					return nil, fmt.Errorf("codec %q pairs nothing", part)
				}
				c.pick[from] = to
				if inner, ok := strings.CutPrefix(to, "["); ok {
					c.pick[from] = []any{strings.TrimSuffix(inner, "]")}
				}
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// encode applies codecs from left to right. It reports false where nothing is
// to be sent.
func encode(codecs []codec, v any, env *scope) (any, bool) {
	for _, c := range codecs {
		if v = c.apply(v, env); v == nil {
			return nil, false
		}
	}
	return v, v != nil
}

func (c *codec) apply(v any, env *scope) any {
	switch c.name {
	case "json", "json-string":
		if s, ok := v.(string); ok {
			return s
		}
		return jsonText(v)
	case "json-strings":
		return jsonText(mapItems(v, func(x any) any { return textOf(x) }))
	case "json-map":
		if c.args != "" {
			return jsonText(map[string]any{c.args: v})
		}
		return jsonText(keyed(v, "Key", "Value"))
	case "json-object":
		var out any
		if s, ok := v.(string); ok && json.Unmarshal([]byte(s), &out) == nil {
			return out
		}
		return v
	case "pair":
		return map[string]any{textOf(v): env.desired[c.args]}
	case "by":
		return keyed(v, c.args, "")
	case "csv":
		return strings.Join(texts(v), ",")
	case "split":
		return listOf(strings.Split(textOf(v), ","))
	case "b64":
		return base64.StdEncoding.EncodeToString([]byte(textOf(v)))
	case "b64unless":
		name, want, _ := strings.Cut(c.args, "=")
		if slices.Contains(strings.Split(want, "/"), textOf(env.desired[name])) {
			return v
		}
		return base64.StdEncoding.EncodeToString([]byte(textOf(v)))
	case "wrap":
		return []any{v}
	case "objects":
		return c.objects(v, env)
	case "each", "or":
		return v // what they do is done where the call is built
	}
	return c.scalar(v, env)
}

// scalar applies the codecs that turn one plain value into another.
func (c *codec) scalar(v any, env *scope) any {
	switch c.name {
	case "str":
		return textOf(v)
	case "charge":
		return charge(textOf(v), c.args)
	case "int":
		switch strings.ToLower(textOf(v)) {
		case "true", "enable", "enabled", "on", "yes":
			return json.Number("1")
		case "false", "disable", "disabled", "off", "no":
			return json.Number("0")
		}
		return v
	case "onoff":
		if truthy(v) {
			return "on"
		}
		return "off"
	case "not":
		return !truthy(v)
	case "map":
		if to, ok := c.pick[textOf(v)]; ok {
			return to
		}
		if _, isBool := v.(bool); isBool {
			return nil
		}
		return v
	case "index0":
		if list, ok := v.([]any); ok {
			if len(list) == 0 {
				return nil
			}
			return list[0]
		}
		return v
	case "delta":
		return env.delta(v)
	}
	return v
}

// charge gives a way of paying the word that the service has for it; templates
// may use any service's. args are the words for in advance and afterwards.
func charge(word, args string) any {
	before, after, _ := strings.Cut(args, ",")
	switch strings.ToLower(word) {
	case "prepaid", "prepay", "pre", "subscription":
		return before
	case "postpaid", "postpay", "post", "payasyougo", "payondemand":
		return after
	}
	return word
}

// objects makes maps of texts: objects(ServerId,Weight,BackendServerWeightList)
// puts each under ServerId, and beside it under Weight what has its place in
// that property.
func (c *codec) objects(v any, env *scope) any {
	names := append(strings.Split(c.args, ","), "", "")
	beside := itemsOf(env.desired[names[2]])
	out := []any{}
	for i, item := range flat(v) {
		m := map[string]any{names[0]: item}
		if i < len(beside) {
			m[names[1]] = beside[i]
		}
		out = append(out, m)
	}
	return out
}

// flat gives the items of a list, and of lists in it: an attribute that is a list
// may stand where an item is asked for.
func flat(v any) []any {
	var out []any
	for _, item := range itemsOf(v) {
		if inner, ok := item.([]any); ok {
			out = append(out, flat(inner)...)
			continue
		}
		out = append(out, item)
	}
	return out
}

// keyed turns a list of maps into a map by one of their members. With no value
// named, the rest of each stays.
func keyed(v any, key, value string) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(list))
	for _, item := range list {
		m, ok := item.(map[string]any)
		if !ok {
			return v
		}
		name := textOf(member(m, key))
		if value != "" {
			out[name] = member(m, value)
			continue
		}
		rest := make(map[string]any, len(m))
		for k, x := range m {
			if k != key {
				rest[k] = x
			}
		}
		out[name] = rest
	}
	return out
}
