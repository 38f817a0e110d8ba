package providertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// shape is what the cloud knows of a type, worked out once.
type shape struct {
	name       string
	typ        *provider.Type
	style      *idStyle
	self       string // the attribute that repeats the id
	many       []string
	unique     *uniqueName
	refs       map[string]*reference
	attributes []string          // in order
	secrets    map[string]bool   // properties that are secrets or hold some
	folded     map[string]string // property names by themselves in lower case
}

// shape returns what is known of a type. The caller holds the mutex.
func (c *Cloud) shape(typ string) (*shape, *provider.Error) {
	if s := c.shapes[typ]; s != nil {
		return s, nil
	}
	t := c.types.Type(typ)
	if t == nil {
		return nil, unknownType(typ)
	}
	f := theFacts()
	s := &shape{
		name:       typ,
		typ:        t,
		style:      styleOf(typ),
		self:       f.Self[typ],
		many:       f.Many[typ],
		unique:     f.Unique[typ],
		refs:       make(map[string]*reference),
		secrets:    make(map[string]bool),
		folded:     make(map[string]string, len(t.Properties)),
		attributes: slices.Sorted(maps.Keys(t.Attributes)),
	}
	for name, p := range t.Properties {
		if low := strings.ToLower(name); s.folded[low] == "" || name < s.folded[low] {
			s.folded[low] = name
		}
		if holdsSecret(p) {
			s.secrets[name] = true
		}
	}
	if s.self == "" {
		s.self = selfAttribute(t, s.style)
	}
	c.shapes[typ] = s
	return s, nil
}

// selfAttribute finds the attribute that repeats the id: VpcId of a VPC,
// DBInstanceId of a ReadOnlyDBInstance, RoleName where the name is the id.
func selfAttribute(t *provider.Type, style *idStyle) string {
	if style.prop != "" {
		if _, ok := t.Attributes[style.prop]; ok {
			return style.prop
		}
	}
	if style.composite() && style.prop == "" {
		return ""
	}
	best := ""
	own := strings.ToLower(lastPart(t.Name))
	for name := range t.Attributes {
		stem, ok := cutID(name)
		if !ok || strings.HasSuffix(name, "Ids") || !strings.HasSuffix(own, strings.ToLower(stem)) {
			continue
		}
		if len(name) > len(best) || len(name) == len(best) && name < best {
			best = name
		}
	}
	return best
}

// count gives how many things one resource stands for: the instances of an
// instance group.
func (s *shape) count(props map[string]any) int {
	for _, name := range s.many {
		if v, ok := props[name]; ok {
			return min(max(numberOf(v), 0), 1000)
		}
	}
	return 1
}

// unfinished gives how many calls report "not done" before an operation on the
// type is.
func unfinished(typ string) int {
	switch n := theFacts().Seconds[typ]; {
	case n == 0:
		return 0
	case n < 30:
		return 1
	case n < 300:
		return 2
	}
	return 3
}

// Realistic is a Latency that takes about as long as the services do: seconds
// for a network, minutes for a database. For tests in a synctest bubble, where
// time costs nothing.
func Realistic(verb, typ string) time.Duration {
	d := time.Duration(theFacts().Seconds[typ]) * time.Second
	switch verb {
	case "Update":
		return d / 2
	case "Delete":
		return d / 4
	}
	return d
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// decodeObject reads a JSON object, keeps numbers as they are written and
// drops nulls, which stand for "not given".
func decodeObject(data json.RawMessage) (map[string]any, *provider.Error) {
	if len(data) == 0 {
		return map[string]any{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var m map[string]any
	err := dec.Decode(&m)
	if _, more := dec.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("more than one value")
	}
	if err != nil {
		return nil, &provider.Error{Kind: provider.Invalid, Code: "InvalidParameter", Message: "The properties are not a JSON object.", Err: err}
	}
	for k, v := range m {
		if v == nil {
			delete(m, k)
		}
	}
	if m == nil {
		m = map[string]any{}
	}
	return m, nil
}

func encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // only values that came from JSON get here
	}
	return data
}

// patternOf compiles a pattern of the catalogue, which is in Python's syntax
// and matches from the start; nil for one that Go's engine cannot read.
func patternOf(pattern string) *regexp.Regexp {
	re, err := regexp.Compile(`^(?:` + unicodeEscape.ReplaceAllString(pattern, `\x{$1}`) + `)`)
	if err != nil {
		return nil
	}
	return re
}

var unicodeEscape = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)
