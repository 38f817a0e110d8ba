package providertest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// scope is where an expression is worked out: one call, about one thing.
type scope struct {
	f     *frame
	k     *kindBehaviour
	t     *thing // nil before it is made
	host  *thing
	item  any // inside braces
	known map[string]any
}

// eval works an expression out; nil is nothing.
func (s *scope) eval(e *expr) any {
	v := s.source(e)
	if e.path != "" {
		v = pluck(v, e.path)
	}
	if len(e.items) == 0 || v == nil {
		return v
	}
	switch v := unwrapped(v).(type) {
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			list = append(list, s.project(item, e.items))
		}
		return list
	case map[string]any:
		return s.project(v, e.items)
	}
	return nil
}

// project makes the object that braces ask for.
func (s *scope) project(item any, items []target) any {
	inner := *s
	if t, ok := item.(*thing); ok {
		inner.t, inner.item, inner.known = t, nil, nil
		if k := behaviourOf(t.o.Type); k != nil {
			inner.k = k
		}
	} else if item != nil {
		inner.item = item
	}
	out := make(map[string]any, len(items))
	for i := range items {
		if v := inner.eval(&items[i].from); v != nil {
			place(out, items[i].name, v)
		}
	}
	return out
}

// place puts a value at a path of members.
func place(m map[string]any, path string, v any) {
	for {
		head, rest, nested := strings.Cut(path, ".")
		if !nested {
			m[head] = v
			return
		}
		next, ok := m[head].(map[string]any)
		if !ok {
			next = make(map[string]any)
			m[head] = next
		}
		m, path = next, rest
	}
}

func (s *scope) source(e *expr) any {
	switch e.op {
	case 'l':
		return e.text
	case '$':
		return s.f.given(e.text)
	case '~':
		if s.t == nil {
			return nil
		}
		props, _ := decodeObject(s.t.o.Properties)
		return walk(props, e.text)
	case '^':
		return valueAt(s.host, e.text)
	case '@':
		if s.t == nil {
			return nil
		}
		return s.f.c.newMaker(s.f.c.shapeOf(s.t.o.Type), s.t.o, nil).word(e.text, 0)
	case '[':
		return s.elements(e)
	case '{':
		if m := s.project(nil, e.args[0].items).(map[string]any); len(m) > 0 {
			return m
		}
		return nil
	case '|':
		for i := range e.args {
			if v := s.eval(&e.args[i]); something(v) {
				return v
			}
		}
		return nil
	case ':':
		return s.word(e)
	}
	if s.item != nil {
		return walk(s.item, e.text)
	}
	if v, ok := s.known[e.text]; ok {
		return v
	}
	return s.spoken(e.text, valueAt(s.t, e.text))
}

// elements makes the list that brackets ask for, of what is something.
func (s *scope) elements(e *expr) any {
	list := make([]any, 0, len(e.args))
	for i := range e.args {
		if v := s.eval(&e.args[i]); something(v) {
			list = append(list, v)
		}
	}
	return list
}

// pluck gives a member of a value, or of each element of a list.
func pluck(v any, path string) any {
	list, ok := unwrapped(v).([]any)
	if !ok {
		return walk(v, path)
	}
	out := make([]any, 0, len(list))
	for _, item := range list {
		member := walk(item, path)
		if t, ok := item.(*thing); ok {
			member = valueAt(t, path)
		}
		if member != nil {
			out = append(out, member)
		}
	}
	return out
}

// spoken gives the word that the API has for a value of a property.
func (s *scope) spoken(prop string, v any) any {
	for api, own := range s.k.words[prop] {
		if textOf(v) == own {
			return api
		}
	}
	return v
}

// valueAt gives what is known of a thing by a path of names.
func valueAt(t *thing, path string) any {
	if t == nil {
		return nil
	}
	head, rest, nested := strings.Cut(path, ".")
	v := t.value(head)
	if nested {
		return walk(v, rest)
	}
	return v
}

func walk(v any, path string) any {
	for path != "" {
		head, rest, _ := strings.Cut(path, ".")
		m, ok := unwrapped(v).(map[string]any)
		if !ok {
			return nil
		}
		v, path = m[head], rest
	}
	return v
}

// unwrapped reads a value that is written as JSON text.
func unwrapped(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	if text = strings.TrimSpace(text); !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
		return v
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		return v
	}
	return out
}

// something reports whether a value says anything.
func something(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

func (s *scope) word(e *expr) any {
	switch e.text {
	case "region":
		return s.f.region
	case "zone":
		return s.f.region + "-h"
	case "account":
		return s.f.c.account
	case "now":
		return s.f.now().Format(timeForm)
	case "item":
		return s.item
	case "users":
		return s.things(e, s.users(e.args[0].text))
	case "on":
		return s.things(e, s.hosts(e.args[0].text))
	case "kin":
		return s.things(e, s.kin(e.args[0].text))
	}
	if len(e.args) == 1 {
		return converted(e.text, s.eval(&e.args[0]))
	}
	if s.t == nil {
		return nil
	}
	switch e.text {
	case "id":
		return s.k.idOf(s.t)
	case "status":
		return s.t.status()
	}
	return tagList(s.t.tags())["Tag"]
}

// converted gives a value in another form.
func converted(word string, v any) any {
	a := arguments{given: map[string]any{"": v}}
	switch word {
	case "split":
		return anyList(a.list(""))
	case "join":
		return strings.Join(a.list(""), ",")
	case "count":
		if list, ok := unwrapped(v).([]any); ok {
			return json.Number(strconv.Itoa(len(list)))
		}
		return json.Number(strconv.Itoa(len(a.list(""))))
	case "json":
		return string(encode(v))
	case "flat":
		return flat(v)
	case "lower":
		return strings.ToLower(textOf(v))
	case "upper":
		return strings.ToUpper(textOf(v))
	}
	if list := a.list(""); len(list) > 0 {
		return list[0]
	}
	return nil
}

// flat gives the items of the lists in a list.
func flat(v any) any {
	list := []any{}
	for _, inner := range listOf(v) {
		list = append(list, listOf(inner)...)
	}
	return list
}

// holds reports whether a condition is met.
func (s *scope) holds(c *condition) bool {
	v := s.eval(&c.of)
	if c.values == nil {
		return something(v) != c.not
	}
	return slices.ContainsFunc(c.values, func(want string) bool { return strings.EqualFold(want, textOf(v)) }) != c.not
}

func (s *scope) hold(list []condition) bool {
	for i := range list {
		if !s.holds(&list[i]) {
			return false
		}
	}
	return true
}
