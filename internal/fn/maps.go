package fn

import (
	"strconv"

	"github.com/bianpai/bianpai/internal/value"
)

// mapBuilder builds a map in which a later value of a key takes the place of
// an earlier one.
type mapBuilder struct {
	entries []value.Entry
	index   map[string]int
}

func newMap(size int) *mapBuilder {
	return &mapBuilder{
		entries: make([]value.Entry, 0, size),
		index:   make(map[string]int, size),
	}
}

func (m *mapBuilder) set(key string, v value.Value) {
	if i, ok := m.index[key]; ok {
		m.entries[i].Value = v
		return
	}
	m.index[key] = len(m.entries)
	m.entries = append(m.entries, value.Entry{Key: key, Value: v})
}

func (m *mapBuilder) value() value.Value { return value.Map(m.entries) }

// MergeMap merges a map into another: maps within merge too, anything else of
// the second takes the place of the first. Parts may be unknown, but not in
// the place of a map that is merged.
func MergeMap(base, over value.Value) (value.Value, error) {
	for i, m := range [...]value.Value{base, over} {
		if m.Kind() != value.KindMap {
			return value.Value{}, wrongType("map "+strconv.Itoa(i), "map", m)
		}
	}
	return mergeMaps(base, over), nil
}

func mergeMaps(base, over value.Value) value.Value {
	m := newMap(base.Len() + over.Len())
	for key, v := range base.Entries() {
		m.set(key, v)
	}
	for key, v := range over.Entries() {
		if i, ok := m.index[key]; ok && v.Kind() == value.KindMap && m.entries[i].Value.Kind() == value.KindMap {
			v = mergeMaps(m.entries[i].Value, v)
		}
		m.set(key, v)
	}
	return m.value()
}

// MergeMapToList turns maps of one list each into a list of maps: the i-th map
// holds the i-th member of every list, the last one where a list is shorter.
// A null list counts as one empty text, an empty one is left out.
func MergeMapToList(maps value.Value) (value.Value, error) {
	if empty(maps) {
		return value.Null(), nil
	}
	if maps.Kind() != value.KindList {
		return value.Value{}, wrongType("maps", "list", maps)
	}
	var columns []value.Entry
	longest := 0
	for i, m := range maps.Items() {
		if m.Kind() != value.KindMap {
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "map", m)
		}
		found := false
		for key, list := range m.Entries() {
			if empty(list) {
				list = value.List([]value.Value{value.String("")})
			}
			if list.Kind() != value.KindList {
				return value.Value{}, wrongType(strconv.Quote(key), "list", list)
			}
			if list.Len() == 0 {
				continue
			}
			if found {
				return value.Value{}, &Error{Code: CodeManyLists}
			}
			found = true
			columns = append(columns, value.Entry{Key: key, Value: list})
			longest = max(longest, list.Len())
		}
	}
	if len(columns) == 0 {
		return value.Null(), nil
	}
	if longest*len(columns) > MaxResult/16 {
		return value.Value{}, tooLarge()
	}
	rows := make([]value.Value, longest)
	for i := range rows {
		m := newMap(len(columns))
		for _, column := range columns {
			m.set(column.Key, column.Value.At(min(i, column.Value.Len()-1)))
		}
		rows[i] = m.value()
	}
	return value.List(rows), nil
}

// GetJSONValue gives the value of a key in a map or in a text that holds a
// JSON object: a string as it is, anything else as JSON text. A missing key or
// source, and null, give null.
func GetJSONValue(key, source value.Value) (value.Value, error) {
	if !hasText(key) {
		return value.Value{}, wrongType("key", "string", key)
	}
	m := source
	if empty(source) || hasText(source) && source.Text() == "" {
		return value.Null(), nil
	}
	if hasText(source) {
		parsed, err := value.ParseJSON([]byte(source.Text()))
		if err != nil {
			return value.Value{}, &Error{CodeJSON, []string{err.Error()}}
		}
		m = parsed
	}
	if m.Kind() != value.KindMap {
		return value.Value{}, wrongType("source", "JSON object", m)
	}
	v, ok := m.Get(key.Text())
	if !ok || empty(v) {
		return value.Null(), nil
	}
	if hasText(v) {
		return v, nil
	}
	made, err := text(AppendDump(nil, v))
	return marked(made, v), err
}
