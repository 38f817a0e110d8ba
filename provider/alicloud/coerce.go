package alicloud

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// coerceMembers gives the members of a map the types that they should have:
// templates write numbers and booleans as text and the other way round.
func coerceMembers(m map[string]any, known map[string]*provider.Property) {
	for name, v := range m {
		if p := known[name]; p != nil {
			m[name] = coerce(v, p)
		}
	}
}

func coerce(v any, p *provider.Property) any {
	if p == nil {
		return v
	}
	switch x := v.(type) {
	case map[string]any:
		coerceMembers(x, p.Properties)
	case []any:
		if p.Items != nil {
			for i := range x {
				x[i] = coerce(x[i], p.Items)
			}
		}
	case string:
		return coerceText(x, p.Type)
	case bool, json.Number:
		if p.Type == provider.TypeString {
			return textOf(x)
		}
	}
	return v
}

func coerceText(s string, t provider.ValueType) any {
	switch t {
	case provider.TypeBoolean:
		if b, err := strconv.ParseBool(strings.ToLower(s)); err == nil {
			return b
		}
	case provider.TypeInteger, provider.TypeNumber:
		if n := json.Number(s); json.Valid([]byte(s)) {
			if _, err := n.Float64(); err == nil {
				return n
			}
		}
	}
	return s
}
