package providertest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// list answers with a page of the things that the call asks for.
func (d *deed) list(things []*thing) (map[string]any, *provider.Error) {
	node := memberAt(d.c.membersOf(d.api.Service, d.api.Name), d.b.at)
	var elements []any
	for _, t := range things {
		s := d.scope(t)
		known := d.facts(s, node)
		if !d.keyed(t) || !d.wanted(s) || !d.filtered(known) {
			continue
		}
		elements = append(elements, d.element(t.id, known, node.members))
	}
	if item, ok := d.more(); ok {
		elements = append(elements, d.element("", item, node.members))
	}
	page, next, refusal := d.cut(elements)
	if refusal != nil {
		return nil, refusal
	}
	known := make(map[string]any)
	place(known, d.b.at, append([]any{}, page...))
	number := func(n int) json.Number { return json.Number(strconv.Itoa(n)) }
	counts := map[string]any{
		"PageRecordCount": number(len(page)), "PageNumber": number(d.args.number("PageNumber", 1)), "PageSize": number(d.args.number("PageSize", 10)),
		"NextToken": next, "MaxResults": number(d.args.number("MaxResults", 10)),
	}
	for _, name := range [...]string{"TotalCount", "TotalRecordCount", "Total", "totalCount", "total", "RecordCount", "ItemsCounts"} {
		counts[name] = number(len(elements))
	}
	at := known
	for path := d.b.at; at != nil; {
		for name, v := range counts {
			if _, ok := at[name]; !ok {
				at[name] = v
			}
		}
		head, rest, nested := strings.Cut(path, ".")
		if at, _ = at[head].(map[string]any); !nested {
			break
		}
		path = rest
	}
	return d.answer("", d.told(d.scope(d.host), known)), nil
}

// filtered reports whether the members of an item have the values that the call's
// filters name.
func (d *deed) filtered(known map[string]any) bool {
	if d.b.filters == "" {
		return true
	}
	for _, f := range d.args.objects(d.b.filters) {
		a := arguments{given: f}
		name := orText(a.text("Key"), a.text("Name"))
		want := append(a.list("Value"), a.list("Values")...)
		if len(want) > 0 && !slices.Contains(want, textOf(known[name])) {
			return false
		}
	}
	return true
}

// more gives the item that a list has beside the things.
func (d *deed) more() (map[string]any, bool) {
	if d.b.also.op == 0 {
		return nil, false
	}
	s := d.scope(nil)
	item, ok := s.eval(&d.b.also).(map[string]any)
	s.item = item
	return item, ok && !slices.ContainsFunc(d.b.by, func(m matching) bool { return !d.matches(&m, s) })
}

// wanted reports whether a thing is what the filters ask for.
func (d *deed) wanted(s *scope) bool {
	for i := range d.b.by {
		if !d.matches(&d.b.by[i], s) {
			return false
		}
	}
	return s.hold(d.b.where) && (len(d.args.tags()) == 0 || hasTags(s.t.tags(), d.args.tags()))
}

// cut gives the page that the call asks for; all of what has no pages.
func (d *deed) cut(all []any) (page []any, next string, refusal *provider.Error) {
	if !slices.ContainsFunc(d.api.Parameters, func(p calls.Parameter) bool { return p.Name == "PageNumber" || p.Name == "MaxResults" }) {
		return all, "", nil
	}
	numbers := make([]map[string]any, len(all))
	for i := range all {
		numbers[i] = map[string]any{"": all[i]}
	}
	some, next, refusal := d.page(numbers)
	for _, m := range some {
		page = append(page, m[""])
	}
	return page, next, refusal
}

// get answers with all of one thing.
func (d *deed) get(things []*thing) (map[string]any, *provider.Error) {
	members := d.c.membersOf(d.api.Service, d.api.Name)
	node := &answerMember{members: members}
	if d.b.at != "" {
		node = memberAt(members, d.b.at)
	}
	known := make(map[string]any)
	if len(things) == 0 {
		return d.answer("", known), nil
	}
	t := things[0]
	s := d.scope(t)
	facts := d.facts(s, node)
	switch {
	case d.b.at == "":
		known = facts
	case node.list:
		place(known, d.b.at, []any{d.element(t.id, facts, node.members)})
	default:
		place(known, d.b.at, d.element(t.id, facts, node.members))
	}
	return d.answer(t.id, d.told(s, known)), nil
}

// facts gives the members of an answer that are known of a thing.
func (d *deed) facts(s *scope, node *answerMember) map[string]any {
	known := make(map[string]any)
	if d.k.id != "" {
		known[d.k.id] = d.k.idOf(s.t)
	}
	for _, list := range [...][]target{d.b.facts, d.k.facts} {
		for i := range list {
			name := list[i].name
			head, _, nested := strings.Cut(name, ".")
			if _, told := known[name]; told && name != d.k.id {
				continue
			}
			m := find(node.members, head)
			v := s.eval(&list[i].from)
			if v == nil && !nested && m.name != "" {
				v = m.zero()
			}
			if v != nil && walk(known, name) == nil || name == d.k.id {
				place(known, name, v)
			}
		}
	}
	s.known = maps.Clone(known)
	d.sameNames(s, node, known)
	return known
}

// sameNames adds the members that are named as what is known of the thing.
func (d *deed) sameNames(s *scope, node *answerMember, known map[string]any) {
	typ := d.c.shapeOf(s.t.o.Type).typ
	for i := range node.members {
		m := &node.members[i]
		if _, told := known[m.name]; told {
			continue
		}
		if m.name == "Tags" && typ.Properties["Tags"] != nil {
			known[m.name] = taggedMember(m, s.t)
			continue
		}
		if v := s.spoken(m.name, s.t.value(m.name)); v != nil {
			if v, ok := m.complete(v); ok {
				known[m.name] = v
				continue
			}
		}
		if typ.Properties[m.name] != nil {
			known[m.name] = m.zero()
		}
	}
}

// taggedMember gives tags in the form that an answer has for them: a list, or
// an object around one.
func taggedMember(m *answerMember, t *thing) any {
	list := tagList(t.tags())["Tag"]
	if m.list {
		return list
	}
	if len(m.members) == 1 && m.members[0].list {
		return map[string]any{m.members[0].name: list}
	}
	return m.zero()
}

func (d *deed) element(id string, known map[string]any, members []answerMember) map[string]any {
	x := d.filler(id, nil)
	x.known, x.inner, x.deep = known, 0, true
	return x.object(members, 1)
}

// answer fills in the members of the answer that are not known.
func (d *deed) answer(id string, known map[string]any) map[string]any {
	x := d.filler(id, nil)
	x.known, x.inner, x.deep = known, 0, true
	members := d.c.membersOf(d.api.Service, d.api.Name)
	out := make(map[string]any, len(members))
	for i := range members {
		m := &members[i]
		if _, ok := known[m.name]; ok || !ofFailure(m.name) {
			out[m.name] = x.value(m, 1)
		}
	}
	return out
}

// memberAt gives the member at a path of names.
func memberAt(members []answerMember, path string) *answerMember {
	head, rest, nested := strings.Cut(path, ".")
	m := find(members, head)
	if nested {
		return memberAt(m.members, rest)
	}
	return m
}

// complete gives a known value the type that the member wants, with all
// members of the objects in it.
func (m *answerMember) complete(v any) (any, bool) {
	if m.typ != provider.TypeMap || len(m.members) == 0 {
		return m.fit(m.suited(v))
	}
	v = unwrapped(v)
	if m.list {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		out := make([]any, 0, len(list))
		for _, item := range list {
			if inner, ok := item.(map[string]any); ok {
				out = append(out, m.whole(inner))
			}
		}
		return out, true
	}
	inner, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	return m.whole(inner), true
}

// suited reads JSON text where a list is wanted, and writes a list of texts with
// commas where a text is.
func (m *answerMember) suited(v any) any {
	if m.list {
		return unwrapped(v)
	}
	if list, ok := v.([]any); ok && m.typ == provider.TypeString {
		return textOf(list)
	}
	return v
}

func (m *answerMember) whole(known map[string]any) map[string]any {
	out := make(map[string]any, len(m.members))
	for i := range m.members {
		inner := &m.members[i]
		if v, ok := known[inner.name]; ok {
			if v, ok := inner.complete(v); ok {
				out[inner.name] = v
				continue
			}
		}
		out[inner.name] = inner.zero()
	}
	return out
}

// zero is a member of which there is nothing.
func (m *answerMember) zero() any {
	switch {
	case m.list:
		return []any{}
	case m.typ == provider.TypeMap:
		return m.whole(nil)
	case m.typ == provider.TypeBoolean:
		return false
	case m.typ == provider.TypeInteger, m.typ == provider.TypeNumber:
		return json.Number("0")
	}
	return ""
}
