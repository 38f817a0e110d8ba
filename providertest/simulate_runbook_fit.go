package providertest

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/oos"
)

// fitting bounds the answers that are tried for one poll.
const fitting = 3000

// fit changes an answer that was made up from its shape so that a poll finds in
// it what it wants. It reports false if the answer is good as it is, or if no
// change helps.
func fit(p *oos.Poll, body json.RawMessage) (json.RawMessage, bool) {
	if p.Met(body) {
		return nil, false
	}
	f := &fitter{poll: p, left: fitting, wanted: wantedBy(p)}
	if tokens := pathTokens(p.Selector); len(tokens) > 0 {
		for _, v := range f.wanted {
			if out, ok := f.try(put(decoded(body), tokens, v)); ok {
				return out, true
			}
		}
	}
	words := make(map[string]bool)
	for _, name := range identifier.FindAllString(p.Selector, -1) {
		words[name] = true
	}
	root := decoded(body)
	return f.change(&root, root, words, "")
}

// decoded gives an answer as Go values.
func decoded(body json.RawMessage) any {
	var v any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return map[string]any{}
	}
	return v
}

// fitter looks for a change of an answer that ends a poll.
type fitter struct {
	poll   *oos.Poll
	wanted []any
	left   int
}

func (f *fitter) try(v any) (json.RawMessage, bool) {
	if f.left--; f.left < 0 {
		return nil, false
	}
	data := json.RawMessage(encode(v))
	return data, f.poll.Met(data)
}

// change tries what is wanted in the place of one value after the other below
// v, and takes it back. Values whose member the selector does not name are left.
func (f *fitter) change(root *any, v any, words map[string]bool, key string) (json.RawMessage, bool) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sortedKeys(v) {
			had := v[name]
			if words[name] {
				if out, ok := f.replace(root, had, func(want any) { v[name] = want }); ok {
					return out, true
				}
			}
			if out, ok := f.change(root, had, words, name); ok {
				return out, true
			}
		}
	case []any:
		for i, had := range v {
			if words[key] {
				if out, ok := f.replace(root, had, func(want any) { v[i] = want }); ok {
					return out, true
				}
			}
			if out, ok := f.change(root, had, words, key); ok {
				return out, true
			}
		}
	}
	return nil, false
}

// replace tries what may stand where a value stands now.
func (f *fitter) replace(root *any, had any, set func(any)) (json.RawMessage, bool) {
	wanted := f.wanted
	switch had := had.(type) {
	case map[string]any:
		return nil, false
	case []any: // none of it, and more of it
		wanted = []any{[]any{}, append(slices.Clone(had), had...)}
	}
	for _, want := range wanted {
		set(want)
		if out, ok := f.try(*root); ok {
			return out, true
		}
	}
	set(had)
	return nil, false
}

var (
	identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
	literal    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|-?\b[0-9]+(?:\.[0-9]+)?\b`)
)

// wantedBy lists values that may end a poll, the most likely first: those that
// are desired, those that the selector compares with, and the plain ones.
func wantedBy(p *oos.Poll) []any {
	values := slices.Clone(p.Desired)
	for _, v := range p.Desired {
		switch v {
		case true, "true":
			values = append(values, "true", true)
		case false, "false":
			values = append(values, "false", false)
		}
		if text, ok := v.(string); ok {
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				values = append(values, n)
			}
		}
	}
	for _, text := range literal.FindAllString(p.Selector, -1) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			continue
		}
		values = append(values, v)
		if n, ok := v.(float64); ok {
			values = append(values, n+1, n-1)
		}
	}
	return append(values, nil, []any{}, "", "Available", "Running", true, false, 0, 1)
}

// pathTokens cuts the plain path that a selector begins with: texts are members,
// numbers elements. It is nil if the selector is more than a path.
func pathTokens(selector string) []any {
	rest := strings.TrimPrefix(strings.TrimSpace(selector), ".")
	var tokens []any
	for rest != "" {
		switch loc := identifier.FindStringIndex(rest); {
		case rest[0] == '.' || rest[0] == '?':
			rest = rest[1:]
		case loc != nil && loc[0] == 0:
			tokens = append(tokens, rest[:loc[1]])
			rest = rest[loc[1]:]
		case rest[0] == '[':
			inner, after, ok := strings.Cut(rest[1:], "]")
			if !ok {
				return nil
			}
			n, err := strconv.Atoi(inner)
			switch {
			case inner == "":
				tokens = append(tokens, 0)
			case err == nil && n >= 0 && n < 100:
				tokens = append(tokens, n)
			case strings.HasPrefix(inner, `"`):
				tokens = append(tokens, strings.Trim(inner, `"`))
			default:
				return nil
			}
			rest = after
		default:
			return nil
		}
	}
	return tokens
}

// put sets the value at a path, and makes what is missing on the way. It
// changes what it is given.
func put(v any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch at := path[0].(type) {
	case string:
		m, ok := v.(map[string]any)
		if !ok {
			m = make(map[string]any)
		}
		m[at] = put(m[at], path[1:], value)
		return m
	case int:
		list, _ := v.([]any)
		for len(list) <= at {
			list = append(list, nil)
		}
		list[at] = put(list[at], path[1:], value)
		return list
	}
	return v
}
