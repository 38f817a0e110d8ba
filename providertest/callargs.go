package providertest

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// arguments are the parameters of a call by the names that the API knows them
// by.
type arguments struct {
	given map[string]any
}

// readArguments reads the parameters of a call. It refuses names that the API
// does not know.
func readArguments(api *calls.API, req *provider.Call) (arguments, *provider.Error) {
	raw, refusal := decodeObject(req.Parameters)
	if refusal != nil {
		return arguments{}, refusal
	}
	a := arguments{given: make(map[string]any, len(raw))}
	for _, name := range sortedKeys(raw) {
		known, ok := api.Match(name)
		if !ok {
			return a, invalid("InvalidParameter", name, "%s %s has no parameter %s.", api.Service, api.Name, name)
		}
		a.put(api, known, raw[name])
	}
	a.fromPath(api.Path, req.URI)
	return a, nil
}

// put keeps a value; an element of a list (Tag.2.Key) goes into the list.
func (a *arguments) put(api *calls.API, name string, v any) {
	for i := range api.Parameters {
		p := &api.Parameters[i]
		rest, ok := strings.CutPrefix(name, p.Name+".")
		if !ok || p.Form != calls.Repeated {
			continue
		}
		at, member, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(at)
		if err != nil || n < 1 || n > 1000 {
			continue
		}
		list, _ := a.given[p.Name].([]any)
		for len(list) < n {
			list = append(list, nil)
		}
		if member == "" {
			list[n-1] = v
		} else {
			m, _ := list[n-1].(map[string]any)
			if m == nil {
				m = make(map[string]any)
			}
			m[member] = v
			list[n-1] = m
		}
		a.given[p.Name] = list
		return
	}
	a.given[name] = v
}

// fromPath reads the parameters of a ROA call from the path that was given.
func (a *arguments) fromPath(pattern, uri string) {
	path, _, _ := strings.Cut(uri, "?")
	want, have := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	if pattern == "" || len(want) != len(have) {
		return
	}
	for i, part := range want {
		if name, ok := strings.CutPrefix(part, "["); ok && have[i] != "" {
			if plain, err := url.PathUnescape(have[i]); err == nil {
				have[i] = plain
			}
			a.given[strings.TrimSuffix(name, "]")] = have[i]
		}
	}
}

func (a *arguments) has(name string) bool { _, ok := a.given[name]; return ok }

// text gives a scalar as text; the only element of a list counts as one.
func (a *arguments) text(name string) string {
	v := a.given[name]
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	if _, ok := v.(map[string]any); ok {
		return ""
	}
	return textOf(v)
}

// number gives a count, or another if there is none.
func (a *arguments) number(name string, otherwise int) int {
	n, err := strconv.Atoi(a.text(name))
	if err != nil {
		return otherwise
	}
	return n
}

func (a *arguments) flag(name string) bool { return strings.EqualFold(a.text(name), "true") }

// list gives the texts of a list, which may be written as JSON text, as texts
// with commas between them or as one text.
func (a *arguments) list(name string) []string {
	var texts []string
	switch v := a.given[name].(type) {
	case nil, map[string]any:
	case []any:
		for _, item := range v {
			if s := textOf(item); s != "" {
				texts = append(texts, s)
			}
		}
	default:
		text := strings.TrimSpace(textOf(v))
		var list []any
		if strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &list) == nil {
			for _, item := range list {
				if s := textOf(item); s != "" {
					texts = append(texts, s)
				}
			}
			return texts
		}
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				texts = append(texts, item)
			}
		}
	}
	return texts
}

// texts gives the lists of several parameters as one.
func (a *arguments) texts(names ...string) []string {
	var all []string
	for _, name := range names {
		all = append(all, a.list(name)...)
	}
	return all
}

// objects gives the maps of a list, which may be written as JSON text.
func (a *arguments) objects(name string) []map[string]any {
	v := a.given[name]
	if text, ok := v.(string); ok {
		dec := json.NewDecoder(bytes.NewReader([]byte(text)))
		dec.UseNumber()
		v = nil
		if err := dec.Decode(&v); err != nil {
			return nil
		}
	}
	if m, ok := v.(map[string]any); ok {
		return []map[string]any{m}
	}
	list, _ := v.([]any)
	var maps []map[string]any
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			maps = append(maps, m)
		}
	}
	return maps
}

// tags reads a list of keys and values, under the names that the APIs have for
// them. A key without a value has "".
func (a *arguments) tags() map[string]string {
	var tags map[string]string
	for _, name := range [...]string{"Tag", "Tags"} {
		for _, m := range a.objects(name) {
			key := textOf(valueOf(m, "Key", "TagKey"))
			if key == "" {
				continue
			}
			if tags == nil {
				tags = make(map[string]string)
			}
			tags[key] = textOf(valueOf(m, "Value", "TagValue"))
		}
	}
	return tags
}

// valueOf gives the first of several members that there is, in any case of its
// name's letters.
func valueOf(m map[string]any, names ...string) any {
	for _, name := range names {
		if v, ok := m[name]; ok {
			return v
		}
	}
	for _, name := range names {
		for _, k := range sortedKeys(m) {
			if strings.EqualFold(k, name) {
				return m[k]
			}
		}
	}
	return nil
}

// missing refuses a call without a parameter that it must have.
func (a *arguments) missing(names ...string) *provider.Error {
	for _, name := range names {
		if a.text(name) == "" && len(a.objects(name)) == 0 {
			return invalid("MissingParameter", name, "The input parameter %q that is mandatory for processing this request is not supplied.", name)
		}
	}
	return nil
}
