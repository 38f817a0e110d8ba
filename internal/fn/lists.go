package fn

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/internal/value"
)

// Length counts the characters of a text or the members of a list or a map;
// null has none. Parts may be unknown.
func Length(v value.Value) (value.Value, error) {
	switch v.Kind() {
	case value.Absent, value.KindNull:
		return value.Int(0), nil
	case value.KindString:
		return value.Int(int64(utf8.RuneCountInString(v.Text()))), nil
	case value.KindList, value.KindMap:
		return value.Int(int64(v.Len())), nil
	}
	return value.Value{}, wrongType("value", "string, list or map", v)
}

// ListMerge concatenates lists, leaving null ones out. Parts of the lists may
// be unknown.
func ListMerge(lists value.Value) (value.Value, error) {
	if empty(lists) {
		return value.Null(), nil
	}
	if lists.Kind() != value.KindList {
		return value.Value{}, wrongType("lists", "list", lists)
	}
	items := []value.Value{}
	for i, list := range lists.Items() {
		if empty(list) {
			continue
		}
		if list.Kind() != value.KindList {
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "list", list)
		}
		for _, member := range list.Items() {
			items = append(items, member)
		}
		if len(items) > MaxResult/16 {
			return value.Value{}, tooLarge()
		}
	}
	return value.List(items), nil
}

// Index gives the position of the first member that equals an item, or null.
func Index(item, list value.Value) (value.Value, error) {
	if empty(list) {
		return value.Null(), nil
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	for i, member := range list.Items() {
		if value.Equal(item, member) {
			return value.Int(int64(i)), nil
		}
	}
	return value.Null(), nil
}

// Any tells whether any member is true in Python's sense; null stays null.
func Any(list value.Value) (value.Value, error) {
	if empty(list) {
		return value.Null(), nil
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	for _, member := range list.Items() {
		if value.Truthy(member) {
			return value.Bool(true), nil
		}
	}
	return value.Bool(false), nil
}

// maxMembers is the most members that EachMemberIn compares.
const maxMembers = 10000

// Contains tells whether a list holds a scalar.
func Contains(list, item value.Value) (value.Value, error) {
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	if err := scalars(list); err != nil {
		return value.Value{}, err
	}
	i, err := Index(item, list)
	return value.Bool(!i.IsNull()), err
}

func scalars(list value.Value) error {
	for i, member := range list.Items() {
		if k := member.Kind(); k == value.KindList || k == value.KindMap {
			return wrongType("member "+strconv.Itoa(i), "scalar", member)
		}
	}
	return nil
}

// EachMemberIn tells whether every member of one list is in another. The
// members must be scalars.
func EachMemberIn(list, in value.Value) (value.Value, error) {
	for i, l := range [...]value.Value{list, in} {
		argument := "list " + strconv.Itoa(i)
		if l.Kind() != value.KindList {
			return value.Value{}, wrongType(argument, "list", l)
		}
		if l.Len() > maxMembers {
			return value.Value{}, &Error{CodeRange, []string{argument, strconv.Itoa(l.Len()), "0..10000"}}
		}
		if err := scalars(l); err != nil {
			return value.Value{}, err
		}
	}
	known := make(map[scalarKey]bool, in.Len())
	for _, member := range in.Items() {
		known[keyOf(member)] = true
	}
	for _, member := range list.Items() {
		if !known[keyOf(member)] {
			return value.Bool(false), nil
		}
	}
	return value.Bool(true), nil
}

// scalarKey makes scalars comparable such that equal ones have equal keys.
type scalarKey struct {
	kind   value.Kind
	number float64
	low    int64 // tells integers apart that round to the same float
	text   string
}

func keyOf(v value.Value) scalarKey {
	switch v.Kind() {
	case value.KindBool, value.KindInt:
		f := float64(v.Int())
		return scalarKey{kind: value.KindInt, number: f, low: v.Int() & 0xffff}
	case value.KindFloat:
		f := v.Float()
		key := scalarKey{kind: value.KindInt, number: f}
		if f >= -1<<63 && f < 1<<63 {
			key.low = int64(f) & 0xffff
		}
		return key
	case value.KindString:
		return scalarKey{kind: value.KindString, text: v.Text()}
	}
	return scalarKey{kind: value.KindNull}
}

// SelectMapList gives the values of a key in those maps of a list that have
// it. A null key or list gives null, null members are left out.
func SelectMapList(key, list value.Value) (value.Value, error) {
	if empty(key) || empty(list) {
		return value.Null(), nil
	}
	if !hasText(key) {
		return value.Value{}, wrongType("key", "string", key)
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	items := []value.Value{}
	for i, member := range list.Items() {
		if empty(member) {
			continue
		}
		if member.Kind() != value.KindMap {
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "map", member)
		}
		if v, ok := member.Get(key.Text()); ok {
			items = append(items, v)
		}
	}
	return value.List(items), nil
}

// MemberListToMap makes a map of texts such as .member.0.Name=k and
// .member.0.Value=v.
func MemberListToMap(nameField, valueField, list value.Value) (value.Value, error) {
	if !hasText(nameField) {
		return value.Value{}, wrongType("name field", "string", nameField)
	}
	if !hasText(valueField) {
		return value.Value{}, wrongType("value field", "string", valueField)
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	type pair struct{ name, text *string }
	pairs := make(map[string]*pair)
	var order []string
	for i, member := range list.Items() {
		if !hasText(member) {
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "string", member)
		}
		left, right, ok := strings.Cut(member.Text(), "=")
		path := strings.Split(left, ".")
		if !ok || len(path) != 4 || path[1] != "member" {
			return value.Value{}, &Error{CodeMember, []string{member.Text()}}
		}
		p := pairs[path[2]]
		if p == nil {
			p = new(pair)
			pairs[path[2]] = p
			order = append(order, path[2])
		}
		switch path[3] {
		case nameField.Text():
			p.name = &right
		case valueField.Text():
			p.text = &right
		}
	}
	m := newMap(len(order))
	for _, number := range order {
		if p := pairs[number]; p.name != nil && p.text != nil {
			m.set(*p.name, value.String(*p.text))
		}
	}
	return m.value(), nil
}
