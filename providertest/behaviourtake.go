package providertest

import (
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// taken gives what the parameters of the call become: properties of the type,
// and what is kept beside them.
func (d *deed) taken(s *scope) (props, beside map[string]any) {
	props, beside = make(map[string]any), make(map[string]any)
	typ := d.c.shapeOf(d.typeOf(s.t)).typ
	put := func(name string, v any) {
		if v == nil {
			return
		}
		head, _, _ := strings.Cut(name, ".")
		v = d.k.written(name, v)
		if typ.Properties[head] == nil {
			place(beside, name, v)
			return
		}
		place(props, name, v)
	}
	if d.b.all {
		for i := range d.api.Parameters {
			if name := d.api.Parameters[i].Name; typ.Properties[name] != nil && !slices.Contains(d.b.not, name) && name != "Tag" && name != "Tags" {
				put(name, d.given(name))
			}
		}
	}
	for i := range d.b.take {
		put(d.b.take[i].name, s.eval(&d.b.take[i].from))
	}
	for i := range d.b.otherwise {
		if t := &d.b.otherwise[i]; walk(props, t.name) == nil && walk(beside, t.name) == nil {
			if v := s.eval(&t.from); something(v) {
				put(t.name, v)
			}
		}
	}
	d.takeTags(typ, props)
	for name, v := range props {
		props[name] = fitted(typ.Properties[name], v)
	}
	return props, beside
}

func (d *deed) typeOf(t *thing) string {
	if t != nil {
		return t.o.Type
	}
	return d.k.typ
}

// takeTags gives a new thing the tags of the call.
func (d *deed) takeTags(typ *provider.Type, props map[string]any) {
	tags := d.args.tags()
	p := typ.Properties["Tags"]
	if d.b.verb != "create" || p == nil || len(tags) == 0 || props["Tags"] != nil || slices.Contains(d.b.not, "Tags") {
		return
	}
	if p.Type == provider.TypeMap {
		m := make(map[string]any, len(tags))
		for key, value := range tags {
			m[key] = value
		}
		props["Tags"] = m
		return
	}
	props["Tags"] = tagProperty(tags)
}

// written gives the word that a property has for a value of the API.
func (k *kindBehaviour) written(prop string, v any) any {
	if own, ok := k.words[prop][textOf(v)]; ok {
		return own
	}
	return v
}

// keep keeps values beside the properties of a thing.
func (d *deed) keep(t *thing, beside map[string]any) {
	if len(beside) == 0 {
		return
	}
	t.alter(func(l *live) {
		if l.Set == nil {
			l.Set = make(map[string]any, len(beside))
		}
		maps.Copy(l.Set, beside)
	})
}

// clear takes away what the thing keeps by some names.
func (d *deed) clear(t *thing) *provider.Error {
	gone := make(map[string]any)
	beside := make(map[string]any)
	for _, name := range d.b.clear {
		if d.c.shapeOf(t.o.Type).typ.Properties[name] != nil {
			gone[name] = nil
		} else {
			beside[name] = nil
		}
	}
	d.keep(t, beside)
	return d.c.revise(t, gone)
}

// amend sets values on a thing: those that its type has as properties there, the
// others beside them.
func (c *Cloud) amend(t *thing, values map[string]any) *provider.Error {
	typ := c.shapeOf(t.o.Type).typ
	props, beside := make(map[string]any), make(map[string]any)
	own := !t.o.Standing && len(t.kind.idsOf(t.o)) == 1
	for name, v := range values {
		if p := typ.Properties[name]; p != nil && own {
			props[name] = fitted(p, v)
		} else {
			beside[name] = v
		}
	}
	if err := c.revise(t, props); err != nil {
		return err
	}
	for name, v := range beside {
		t.set(name, v)
	}
	return nil
}

// revise changes properties of a thing as an update of its resource would, save
// that what it has and the cloud does not keep, its secrets, need not be given
// again.
func (c *Cloud) revise(t *thing, changes map[string]any) *provider.Error {
	if len(changes) == 0 {
		return nil
	}
	s := c.shapeOf(t.o.Type)
	if err := c.check.members("", s.typ.Properties, withoutNulls(changes), s.typ.Coverage >= provider.CoverageTop, false); err != nil {
		return err
	}
	props, err := decodeObject(t.o.Properties)
	if err != nil {
		return err
	}
	for name, v := range changes {
		had, nested := props[name].(map[string]any)
		if more, ok := v.(map[string]any); ok && nested {
			v = maps.Clone(had)
			maps.Copy(v.(map[string]any), more)
		}
		if props[name] = v; v == nil {
			delete(props, name)
		}
	}
	old := t.o
	o := *old
	o.Attributes, o.Properties = nil, nil
	if err := c.settleIn(s, &o, props, old); err != nil {
		return err
	}
	c.settle(s, &o, props)
	t.o = c.objects[o.key]
	return nil
}

// changeLists puts items into lists that the thing keeps, and takes some out.
func (d *deed) changeLists(s *scope) *provider.Error {
	for i := range d.b.lists {
		change := &d.b.lists[i]
		items := listOf(s.eval(&change.from))
		if len(items) == 0 {
			continue
		}
		have, _ := unwrapped(s.t.value(change.prop)).([]any)
		list := change.apply(have, items)
		if d.c.shapeOf(s.t.o.Type).typ.Properties[change.prop] == nil {
			d.keep(s.t, map[string]any{change.prop: list})
			continue
		}
		if err := d.c.revise(s.t, map[string]any{change.prop: list}); err != nil {
			return err
		}
	}
	return nil
}

// listOf gives a value as a list: one written as JSON or with commas, an object
// as the only element.
func listOf(v any) []any {
	switch v := unwrapped(v).(type) {
	case nil:
		return nil
	case []any:
		return v
	case map[string]any:
		return []any{v}
	default:
		return anyList((&arguments{given: map[string]any{"": v}}).list(""))
	}
}

func (change *listChange) apply(have, items []any) []any {
	list := slices.Clone(have)
	if change.drop {
		return append([]any{}, slices.DeleteFunc(list, func(h any) bool {
			return slices.ContainsFunc(items, func(item any) bool { return change.same(h, item) })
		})...)
	}
	for _, item := range items {
		at := slices.IndexFunc(list, func(h any) bool { return change.same(h, item) })
		if at < 0 {
			list = append(list, item)
			continue
		}
		had, _ := list[at].(map[string]any)
		if more, ok := item.(map[string]any); ok && had != nil {
			merged := maps.Clone(had)
			maps.Copy(merged, more)
			list[at] = merged
		}
	}
	return append([]any{}, list...)
}

// same reports whether an item is the one that another names. What the other
// does not say, the item may have as it likes.
func (change *listChange) same(have, item any) bool {
	want, ok := item.(map[string]any)
	if !ok {
		m, isMap := have.(map[string]any)
		return isMap && textOf(m[change.by[0]]) == textOf(item) || !isMap && textOf(have) == textOf(item)
	}
	m, ok := have.(map[string]any)
	if !ok {
		return false
	}
	for _, name := range change.by {
		if w := walk(want, name); w != nil && textOf(w) != textOf(walk(m, name)) {
			return false
		}
	}
	return true
}
