package providertest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/provider"
)

// checker refuses input as the service would. Its words never repeat a value:
// it may be a secret.
type checker struct {
	patterns map[string]*regexp.Regexp
}

// check checks the properties of a resource against what is known of its type.
func (k *checker) check(t *provider.Type, props map[string]any) *provider.Error {
	if t.Coverage <= provider.CoverageAttributes {
		return nil
	}
	strict := t.Coverage >= provider.CoverageTop
	return k.members("", t.Properties, props, strict, t.Coverage >= provider.CoverageDocs)
}

func (k *checker) members(path string, known map[string]*provider.Property, props map[string]any, unknown, required bool) *provider.Error {
	for _, name := range sortedKeys(props) {
		p := known[name]
		if p == nil {
			if unknown {
				return invalid("InvalidParameter", path+name, "The parameter %s is not supported.", path+name)
			}
			continue
		}
		if err := k.value(path+name, p, props[name]); err != nil {
			return err
		}
	}
	if !required {
		return nil
	}
	missing := ""
	for name, p := range known {
		if p.Required && props[name] == nil && (missing == "" || name < missing) {
			missing = name
		}
	}
	if missing != "" {
		return invalid("MissingParameter", path+missing, "The input parameter %q that is mandatory for processing this request is not supplied.", path+missing)
	}
	return nil
}

func (k *checker) value(path string, p *provider.Property, v any) *provider.Error {
	switch p.Type {
	case provider.TypeString:
		return k.text(path, p, v)
	case provider.TypeInteger, provider.TypeNumber:
		return number(path, p, v)
	case provider.TypeBoolean:
		if !isBoolean(v) {
			return badType(path, "a boolean")
		}
	case provider.TypeList:
		return k.list(path, p, v)
	case provider.TypeMap:
		return k.object(path, p, v)
	}
	return nil
}

func (k *checker) text(path string, p *provider.Property, v any) *provider.Error {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case json.Number:
		s = v.String()
	case bool:
		s = strconv.FormatBool(v)
	default:
		return badType(path, "a string")
	}
	if s == "" && !p.Required {
		return nil
	}
	if n := utf8.RuneCountInString(s); p.MinLength != nil && n < *p.MinLength || p.MaxLength != nil && n > *p.MaxLength {
		return invalid("InvalidParameter", path, "The length of the parameter %s is not valid.", path)
	}
	if p.Pattern == "" {
		return nil
	}
	re, ok := k.patterns[p.Pattern]
	if !ok {
		re = patternOf(p.Pattern)
		if k.patterns == nil {
			k.patterns = make(map[string]*regexp.Regexp)
		}
		k.patterns[p.Pattern] = re
	}
	if re != nil && !re.MatchString(s) {
		return invalid("InvalidParameter", path, "The format of the parameter %s is not valid.", path)
	}
	return nil
}

func number(path string, p *provider.Property, v any) *provider.Error {
	var text string
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = strings.TrimSpace(v)
		if text == "" && !p.Required {
			return nil
		}
	default:
		return badType(path, "a number")
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || p.Type == provider.TypeInteger && f != float64(int64(f)) {
		return badType(path, "a number")
	}
	if p.Min != nil && f < *p.Min || p.Max != nil && f > *p.Max {
		return invalid("InvalidParameter", path, "The parameter %s is out of its range.", path)
	}
	return nil
}

func isBoolean(v any) bool {
	switch v := v.(type) {
	case bool:
		return true
	case string:
		return slices.Contains([]string{"true", "false", "1", "0", ""}, strings.ToLower(v))
	case json.Number:
		return v == "0" || v == "1"
	}
	return false
}

func (k *checker) list(path string, p *provider.Property, v any) *provider.Error {
	items, ok := v.([]any)
	if !ok {
		if _, text := v.(string); text {
			return nil // a JSON list, or items with commas between them
		}
		return badType(path, "a list")
	}
	if p.MinLength != nil && len(items) < *p.MinLength || p.MaxLength != nil && len(items) > *p.MaxLength {
		return invalid("InvalidParameter", path, "The number of items of the parameter %s is not valid.", path)
	}
	if p.Items == nil {
		return nil
	}
	for i, item := range items {
		if item == nil {
			continue
		}
		if err := k.value(path+"["+strconv.Itoa(i)+"]", p.Items, item); err != nil {
			return err
		}
	}
	return nil
}

func (k *checker) object(path string, p *provider.Property, v any) *provider.Error {
	m, ok := v.(map[string]any)
	if !ok {
		if s, text := v.(string); text && (s == "" || json.Valid([]byte(s))) {
			return nil
		}
		return badType(path, "a map")
	}
	if p.FreeKeys || p.Properties == nil {
		return nil
	}
	return k.members(path+".", p.Properties, withoutNulls(m), true, true)
}

func withoutNulls(m map[string]any) map[string]any {
	whole := true
	for _, v := range m {
		whole = whole && v != nil
	}
	if whole {
		return m
	}
	kept := make(map[string]any, len(m))
	for k, v := range m {
		if v != nil {
			kept[k] = v
		}
	}
	return kept
}

func badType(path, want string) *provider.Error {
	return invalid("InvalidParameter", path, "The parameter %s must be %s.", path, want)
}

func invalid(code, path, format string, args ...any) *provider.Error {
	return &provider.Error{Kind: provider.Invalid, Code: code, Path: path, Message: fmt.Sprintf(format, args...)}
}

func unknownType(typ string) *provider.Error {
	return &provider.Error{
		Kind: provider.NotFound, Code: "ResourceTypeNotFound",
		Message: fmt.Sprintf("The resource type %s does not exist.", typ),
	}
}
