package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
)

// resource is an entry of Resources. What it may hold depends on its Type: it is
// found by product first, then by name, so that an editor tries some two hundred
// types for a resource instead of all.
func resource(types *schema.Catalogue, names []string, complete bool, definitions object) object {
	byProduct := map[string][]object{}
	for _, name := range names {
		t := types.Type(name)
		definitions[name] = properties(t)
		then := object{"properties": object{"Properties": ref(name)}}
		if strict(t) && len(required(t.Properties)) > 0 {
			then["required"] = []string{"Properties"}
		}
		byProduct[family(name)] = append(byProduct[family(name)], object{"if": typeIs(object{"const": name}), "then": then})
	}
	var dispatch []object
	for _, prefix := range slices.Sorted(maps.Keys(byProduct)) {
		definitions[prefix] = object{"allOf": byProduct[prefix]}
		dispatch = append(dispatch, object{"if": typeIs(object{"pattern": "^" + prefix}), "then": ref(prefix)})
	}
	typ := object{"type": "string", "anyOf": []object{{"enum": names}, {"pattern": others(types, complete)}}}
	return object{
		"type": "object", "required": []string{"Type"}, "allOf": dispatch,
		"properties": object{
			"Type":           typ,
			"Properties":     object{"type": []string{"object", "null"}},
			"Condition":      object{"type": []string{"string", "boolean"}},
			"DependsOn":      object{"type": []string{"string", "array", "object", "null"}, "items": object{"type": []string{"string", "null"}}},
			"DeletionPolicy": object{"if": object{"type": "object"}, "then": ref("call"), "else": object{"enum": []string{"Delete", "Retain"}}},
			"UpdatePolicy":   object{"type": "object"},
			"Metadata":       object{"type": "object"},
			"Count":          object{"if": object{"type": "object"}, "then": ref("call"), "else": object{"type": []string{"integer", "string"}, "minimum": 0, "pattern": `^\s*\+?[0-9]+\s*$`}},
			"Description":    ref("text"),
			"Version":        object{"type": "string"},
		},
		// Services of the Serverless transform hold their functions as members.
		"if":   typeIs(object{"pattern": "^Aliyun::Serverless::"}),
		"else": object{"propertyNames": object{"enum": strings.Fields("Type Properties Condition DependsOn DeletionPolicy UpdatePolicy Metadata Count Description Version")}},
	}
}

func typeIs(s object) object {
	return object{"properties": object{"Type": s}, "required": []string{"Type"}}
}

// family is what the names of a product's types begin with.
func family(typ string) string {
	parts := strings.SplitAfterN(typ, "::", 3)
	return strings.Join(parts[:len(parts)-1], "")
}

// others is the pattern of the types that are taken though they are not listed.
func others(types *schema.Catalogue, complete bool) string {
	if !complete {
		return "::"
	}
	pattern := "^(Custom|MODULE|Aliyun::Serverless)::"
	for name := range types.Unlisted() {
		pattern += "|^" + name + "$"
	}
	return pattern
}

// strict says that all properties of a type are known.
func strict(t *provider.Type) bool {
	return t.Coverage == provider.CoverageFull || t.Coverage == provider.CoverageTop
}

// properties is the map Properties of a type.
func properties(t *provider.Type) object {
	s := object{"type": []string{"object", "null"}}
	if len(t.Properties) > 0 {
		s["properties"] = each(t.Properties, t.Coverage == provider.CoverageFull)
	}
	if raw := template.NestedTemplate(t.Name); raw != "" {
		s["properties"].(object)[raw] = object{}
	}
	if !strict(t) {
		return s
	}
	s["additionalProperties"] = false
	if r := required(t.Properties); len(r) > 0 {
		s["required"] = r
	}
	return s
}

func required(m map[string]*provider.Property) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if m[name].Required {
			names = append(names, name)
		}
	}
	return names
}

func each(m map[string]*provider.Property, limits bool) object {
	s := object{}
	for name, p := range m {
		s[name] = property(p, limits)
	}
	return s
}

// property is one property or item of a list. Limits says that those of the
// catalogue are complete.
func property(p *provider.Property, limits bool) object {
	var s object
	switch p.Type {
	case provider.TypeString, provider.TypeInteger, provider.TypeNumber, provider.TypeBoolean:
		s = limited(p, limits)
	case provider.TypeList:
		s = list(p, limits)
	case provider.TypeMap:
		s = mapping(p, limits)
	default:
		return ref("value")
	}
	if p.Deprecated {
		s = object{"allOf": []object{s}, "deprecationMessage": "the newest listing of the type does not have this property"}
	}
	return s
}

// limited is a scalar. Listed values are offered, not demanded.
func limited(p *provider.Property, limits bool) object {
	name := map[provider.ValueType]string{provider.TypeString: "string", provider.TypeInteger: "integer", provider.TypeNumber: "number", provider.TypeBoolean: "boolean"}[p.Type]
	all := []object{ref(name)}
	if len(p.Enum) > 0 && p.Type == provider.TypeString {
		all = append(all, object{"anyOf": []object{{"enum": slices.Compact(slices.Clone(p.Enum))}, {}}})
	}
	own := object{}
	put := func(key string, is bool, v any) {
		if limits && is {
			own[key] = v
		}
	}
	if p.Type != provider.TypeString {
		put("minimum", p.Min != nil, p.Min)
		put("maximum", p.Max != nil, p.Max)
	} else {
		put("minLength", p.MinLength != nil, p.MinLength)
		put("maxLength", p.MaxLength != nil, p.MaxLength)
		put("pattern", portable(p.Pattern), "^(?:"+p.Pattern+")")
	}
	if len(own) > 0 {
		all = append(all, own)
	}
	if len(all) == 1 {
		return all[0]
	}
	return object{"allOf": all}
}

// portable says that all readers of schemas understand a pattern alike.
func portable(pattern string) bool {
	_, err := regexp.Compile(pattern)
	return pattern != "" && err == nil && !strings.Contains(pattern, "(?") && !strings.Contains(pattern, `\x{`)
}

// list may be the text of a JSON list, or come of a function. A function among
// its items may remove itself.
func list(p *provider.Property, limits bool) object {
	s := object{"type": []string{"array", "string", "null"}, "pattern": `^\s*\[`}
	s["items"] = ref("value")
	if p.Items != nil {
		s["items"] = property(p.Items, limits)
	}
	if limits && p.MinLength != nil {
		s["minItems"] = *p.MinLength
	}
	if limits && p.MaxLength != nil {
		s["if"], s["then"] = object{"items": object{"not": ref("isCall")}}, object{"maxItems": *p.MaxLength}
	}
	return object{"if": object{"type": "object"}, "then": ref("call"), "else": s}
}

// mapping may be the text of a JSON map, or come of a function.
func mapping(p *provider.Property, limits bool) object {
	s := object{"type": []string{"object", "string", "null"}, "pattern": `^\s*\{`, "additionalProperties": ref("value")}
	if p.Properties != nil && !p.FreeKeys {
		s["properties"] = each(p.Properties, limits)
		s["additionalProperties"] = false
		if r := required(p.Properties); len(r) > 0 {
			s["required"] = r
		}
	}
	return object{"if": ref("isCall"), "then": ref("call"), "else": s}
}
