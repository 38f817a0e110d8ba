package alicloud

import (
	"encoding/json"
	"strconv"
	"strings"
)

// scope is what the expressions of a call can see.
type scope struct {
	d              *descriptor
	desired, prior map[string]any
	id             string
	item           map[string]any // the resource as the service has it
	attributes     map[string]any
	created        map[string]any // what is kept of the create call's answer, by path
	region         string
	account        string
	token          string

	listed map[string][]any // what named lookups found

	over iteration // what the call is repeated over, and the item at hand
	each any
}

// iteration is a list that a step makes a call for each item of.
type iteration struct {
	kind exprKind // exprEach, exprAdd, exprDel, exprListed
	name string   // of the property, or "id", or of a named lookup
	sub  string   // the list is this member of the property
}

// with gives the scope of one item.
func (env *scope) with(over iteration, item any) *scope {
	inner := *env
	inner.over, inner.each = over, item
	return &inner
}

// ids are the physical ID as a list.
func (env *scope) ids() []any {
	if env.id == "" {
		return nil
	}
	return listOf(strings.Split(env.id, ","))
}

// idPart is a part of an ID that is made of parts; the last has all the rest.
func (env *scope) idPart(n int) (any, bool) {
	count := 0
	for _, p := range env.d.id.parts {
		if p.names != nil {
			count++
		}
	}
	parts := strings.SplitN(env.id, ":", max(count, 1))
	if n >= len(parts) {
		return nil, false
	}
	return parts[n], true
}

// property finds a property as wanted. One that is not told, as in a lookup by
// ID, may stand in the ID.
func (env *scope) property(name string, rest []string) any {
	if v, ok := env.desired[name]; ok {
		if list, isList := v.([]any); isList && len(rest) > 0 && strings.Trim(rest[0], "0123456789") != "" {
			return pluck(list, rest)
		}
		return below(v, rest)
	}
	if env.id == "" || len(rest) > 0 {
		return nil
	}
	at := 0
	for _, p := range env.d.id.parts {
		if p.names == nil {
			continue
		}
		for _, candidate := range p.names {
			if candidate.text == name {
				if v, ok := env.idPart(at); ok && v != "" && len(p.names) == 1 {
					return v
				}
			}
		}
		at++
	}
	return nil
}

// lookup gives an expression's value; false where it has none.
func (env *scope) lookup(e *expression) (any, bool) {
	v := env.find(e)
	return v, v != nil
}

func (env *scope) find(e *expression) any {
	switch e.kind {
	case exprID:
		if e.index < 0 {
			return nonEmpty(env.id)
		}
		v, _ := env.idPart(e.index)
		return v
	case exprIDs:
		return env.list(env.ids())
	case exprIDsJSON:
		return jsonText(env.list(env.ids()))
	case exprIDsCSV:
		return nonEmpty(env.id)
	case exprRegion:
		return nonEmpty(env.region)
	case exprAccount:
		return nonEmpty(env.account)
	case exprToken:
		return nonEmpty(env.token)
	case exprAttribute:
		return below(env.attributes[e.name], e.rest)
	case exprCreate:
		return env.created[strings.Join(append([]string{e.name}, e.rest...), ".")]
	}
	return env.fromProperties(e)
}

func (env *scope) list(items []any) any {
	if items == nil {
		return nil
	}
	return items
}

func nonEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// fromProperties finds what depends on the properties, old and new.
func (env *scope) fromProperties(e *expression) any {
	inItem := e.name == env.over.name && (e.kind == env.over.kind || e.kind != exprAdd && e.kind != exprDel && e.kind != exprOld && env.over.kind == exprEach)
	value := func() any {
		if inItem {
			return below(env.each, e.rest)
		}
		return env.property(e.name, e.rest)
	}
	switch e.kind {
	case exprInfer:
		return instanceKind(textOf(value()))
	case exprOld:
		return below(env.prior[e.name], e.rest)
	case exprJSON:
		if v := value(); v != nil {
			codec := codec{name: "json"}
			return codec.apply(v, env)
		}
		return nil
	case exprCSV:
		if v := value(); v != nil {
			return strings.Join(texts(v), ",")
		}
		return nil
	case exprHas:
		return strconv.FormatBool(env.desired[e.name] != nil)
	case exprProperty:
		if inItem && len(e.rest) == 0 {
			return env.property(e.name, nil)
		}
		return value()
	case exprAdd, exprDel:
		if inItem {
			return below(env.each, e.rest)
		}
		return pluck(env.changed(e.kind, e.name), e.rest)
	case exprListed:
		if e.name == env.over.name && env.over.kind == exprListed {
			return below(env.each, e.rest)
		}
	case exprEach:
		if inItem && env.over.sub != "" {
			return below(env.each, e.rest[1:])
		}
		if inItem {
			return below(env.each, e.rest)
		}
	}
	return nil
}

// pluck follows names in each item.
func pluck(items []any, rest []string) any {
	if len(items) == 0 {
		return nil
	}
	out := make([]any, 0, len(items))
	for _, item := range items {
		if v := below(item, rest); v != nil {
			out = append(out, v)
		}
	}
	return out
}

// changed lists the items that a property gains or loses.
func (env *scope) changed(kind exprKind, name string) []any {
	have, old := itemsOf(env.desired[name]), itemsOf(env.prior[name])
	if kind == exprDel {
		have, old = old, have
	}
	var out []any
	for _, item := range have {
		known := false
		for _, other := range old {
			known = known || env.d.sameItem(name, item, other)
		}
		if !known {
			out = append(out, item)
		}
	}
	return out
}

// sameItem reports whether two items of a list property are the same thing: in
// all that they say, or in what the descriptor says they are known by.
func (d *descriptor) sameItem(property string, a, b any) bool {
	x, isMap := a.(map[string]any)
	y, isMapToo := b.(map[string]any)
	if d == nil || d.keys[property] == nil || !isMap || !isMapToo {
		return same(a, b)
	}
	for _, name := range d.keys[property] {
		if !same(x[name], y[name]) {
			return false
		}
	}
	return true
}

// itemsOf gives a list's items; a single value is a list of one.
func itemsOf(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// items lists what a step is repeated over.
func (env *scope) items(over iteration) []any {
	switch {
	case over.kind == exprAdd || over.kind == exprDel:
		return env.changed(over.kind, over.name)
	case over.kind == exprListed:
		return env.listed[over.name]
	case over.name == "id":
		return env.ids()
	case over.sub != "":
		return itemsOf(below(env.desired[over.name], []string{over.sub}))
	}
	return itemsOf(env.desired[over.name])
}

// delta is what a number grew by. It needs the value before, which only a
// mapping of one property can know; see write.
func (env *scope) delta(v any) any {
	now, err := strconv.ParseInt(textOf(v), 10, 64)
	before, err2 := strconv.ParseInt(textOf(env.each), 10, 64)
	if err != nil || err2 != nil || now <= before {
		return nil
	}
	return json.Number(strconv.FormatInt(now-before, 10))
}

// instanceKinds are the kinds of resource that an address can be bound to, by
// how their IDs begin.
var instanceKinds = [...][2]string{
	{"i-", "EcsInstance"}, {"eci-", "EciInstance"}, {"lb-", "SlbInstance"}, {"ngw-", "Nat"}, {"havip-", "HaVip"}, {"eni-", "NetworkInterface"},
}

func instanceKind(id string) any {
	for _, k := range instanceKinds {
		if strings.HasPrefix(id, k[0]) {
			return k[1]
		}
	}
	return nil
}
