package runbook

import (
	"cmp"
	"slices"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func mapFunctions() []function {
	return []function{
		{name: "Fn::MergeMap", least: 1, most: -1, parts: true, apply: pure(mergeMap)},
		{name: "Fn::MergeMapToList", least: 1, most: -1, parts: true, apply: pure(mergeMapToList)},
		{name: "Fn::MapJoin", least: 2, most: 2, parts: true, apply: pure(mapJoin)},
		{name: "Fn::ConvertMapToList", least: 1, most: 1, parts: true, apply: pure(convertMapToList)},
	}
}

func setFunctions() []function {
	return []function{
		{name: "Fn::Union", least: 1, most: -1, parts: true, apply: pure(func(args []value.Value) (value.Value, error) {
			return setOf(args, func(in, _ int) bool { return in > 0 })
		})},
		{name: "Fn::Intersection", least: 1, most: -1, parts: true, apply: pure(func(args []value.Value) (value.Value, error) {
			return setOf(args, func(in, of int) bool { return in == of })
		})},
		{name: "Fn::Difference", least: 1, most: -1, parts: true, apply: pure(func(args []value.Value) (value.Value, error) {
			return setOf(args, func(in, of int) bool { return in < of })
		})},
	}
}

// mergeMap merges maps; later members win. Members within are not merged.
func mergeMap(args []value.Value) (value.Value, error) {
	var entries []value.Entry
	index := make(map[string]int)
	for _, arg := range args {
		m := parsedText(arg)
		if m.IsNull() {
			continue
		}
		if m.Kind() != value.KindMap {
			return value.Null(), wrongType("map", "map", m)
		}
		for key, member := range m.Entries() {
			if i, ok := index[key]; ok {
				entries[i].Value = member
				continue
			}
			index[key] = len(entries)
			entries = append(entries, value.Entry{Key: key, Value: member})
		}
	}
	return value.Map(entries), nil
}

// mergeMapToList makes maps of the elements of several lists. A list that is
// shorter repeats its last element.
func mergeMapToList(args []value.Value) (value.Value, error) {
	if len(args) == 1 && args[0].Kind() == value.KindList {
		args = slices.Collect(func(yield func(value.Value) bool) {
			for _, item := range args[0].Items() {
				if !yield(item) {
					return
				}
			}
		})
	}
	var keys []string
	var lists []value.Value
	longest := 0
	for _, arg := range args {
		m := parsedText(arg)
		if m.IsNull() {
			continue
		}
		if m.Kind() != value.KindMap {
			return value.Null(), wrongType("map", "map", m)
		}
		for key, list := range m.Entries() {
			if list.Kind() != value.KindList {
				return value.Null(), wrongType(key, "list", list)
			}
			if slices.Contains(keys, key) || list.Len() == 0 {
				continue
			}
			keys, lists = append(keys, key), append(lists, list)
			longest = max(longest, list.Len())
		}
	}
	if err := checkSize(longest * len(keys)); err != nil {
		return value.Null(), err
	}
	items := make([]value.Value, longest)
	for i := range items {
		entries := make([]value.Entry, len(keys))
		for k, list := range lists {
			entries[k] = value.Entry{Key: keys[k], Value: list.At(min(i, list.Len()-1))}
		}
		items[i] = value.Map(entries)
	}
	return value.List(items), nil
}

// mapJoin makes a map of a list of keys and a list of values.
func mapJoin(args []value.Value) (value.Value, error) {
	keys, values := parsedText(args[0]), parsedText(args[1])
	if keys.Kind() != value.KindList {
		return value.Null(), wrongType("keys", "list", keys)
	}
	if values.Kind() != value.KindList {
		return value.Null(), wrongType("values", "list", values)
	}
	if keys.Len() > values.Len() {
		return value.Null(), &fn.Error{Code: fn.CodeFewMembers, Args: []string{shown(value.Int(int64(keys.Len()))), shown(value.Int(int64(values.Len())))}}
	}
	var entries []value.Entry
	index := make(map[string]int)
	for i, item := range keys.Items() {
		key, err := textOf("key", item)
		if err != nil {
			return value.Null(), err
		}
		if at, ok := index[key]; ok {
			entries[at].Value = values.At(i)
			continue
		}
		index[key] = len(entries)
		entries = append(entries, value.Entry{Key: key, Value: values.At(i)})
	}
	return value.Map(entries), nil
}

// convertMapToList makes a list of pairs, as the service's tags are.
func convertMapToList(args []value.Value) (value.Value, error) {
	m := parsedText(args[0])
	if m.IsNull() {
		return m, nil
	}
	if m.Kind() != value.KindMap {
		return value.Null(), wrongType("map", "map", m)
	}
	items := make([]value.Value, 0, m.Len())
	for key, member := range m.Entries() {
		items = append(items, value.Map([]value.Entry{{Key: "Key", Value: value.String(key)}, {Key: "Value", Value: member}}))
	}
	return value.List(items), nil
}

// setOf gives the distinct elements of several lists, in the order in which they
// are first seen, that are in a number of the lists that keep wants.
func setOf(args []value.Value, keep func(in, of int) bool) (value.Value, error) {
	if len(args) == 1 && args[0].Kind() == value.KindList && args[0].Len() > 0 && args[0].At(0).Kind() == value.KindList {
		inner := args[0]
		args = make([]value.Value, inner.Len())
		for i := range args {
			args[i] = inner.At(i)
		}
	}
	type member struct {
		v        value.Value
		in, last int
	}
	var members []*member
	seen := make(map[string][]*member) // by JSON, which equal values mostly share
	for i, arg := range args {
		list := parsedText(arg)
		if list.IsNull() {
			continue
		}
		if list.Kind() != value.KindList {
			return value.Null(), wrongType("list", "list", list)
		}
		for _, v := range list.Items() {
			key := setKey(v)
			var found *member
			for _, m := range seen[key] {
				if equal(m.v, v) {
					found = m
					break
				}
			}
			if found == nil {
				found = &member{v: v, last: -1}
				seen[key] = append(seen[key], found)
				members = append(members, found)
			}
			if found.last != i {
				found.in, found.last = found.in+1, i
			}
		}
	}
	items := []value.Value{}
	for _, m := range members {
		if keep(m.in, len(args)) {
			items = append(items, m.v)
		}
	}
	return value.List(items), nil
}

// setKey gives equal values the same key: numbers as floats, keys sorted.
func setKey(v value.Value) string { return string(appendCanonical(nil, v)) }

func appendCanonical(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.KindInt, value.KindFloat:
		return value.AppendFloat(dst, v.Float())
	case value.KindBool: // equals its text
		return value.AppendQuoted(dst, string(appendText(nil, v, "")))
	case value.KindList:
		dst = append(dst, '[')
		for _, item := range v.Items() {
			dst = append(appendCanonical(dst, item), ',')
		}
		return append(dst, ']')
	case value.KindMap:
		order := make([]int, v.Len())
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int { return cmp.Compare(v.KeyAt(i), v.KeyAt(j)) })
		dst = append(dst, '{')
		for _, i := range order {
			dst = append(value.AppendQuoted(dst, v.KeyAt(i)), ':')
			dst = append(appendCanonical(dst, v.At(i)), ',')
		}
		return append(dst, '}')
	}
	return v.AppendJSON(dst)
}
