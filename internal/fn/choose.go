package fn

import (
	"math"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
)

// Collection gives what Select chooses from: a list, a map, or null. A text is
// read as JSON; the empty text is null. Parts may be unknown.
func Collection(v value.Value) (value.Value, error) {
	switch v.Kind() {
	case value.KindList, value.KindMap, value.KindNull:
		return v, nil
	case value.Absent:
		return value.Null(), nil
	case value.KindString:
		if v.Text() == "" {
			return value.Null(), nil
		}
		parsed, err := value.ParseJSON([]byte(v.Text()))
		if err == nil {
			switch parsed.Kind() {
			case value.KindList, value.KindMap, value.KindNull:
				return marked(parsed, v), nil
			}
		}
	}
	return value.Value{}, wrongType("collection", "list or map", v)
}

// marked hands the mark of a value on to what was made of it.
func marked(made, of value.Value) value.Value {
	if of.HasSensitive() {
		return made.WithSensitive()
	}
	return made
}

// Select chooses from a collection: an element of a list by its index, from
// the end if negative, a slice of it if the lookup is a text with colons, or a
// value of a map by its key. It reports whether there is such a one; a slice
// always is.
func Select(lookup, collection value.Value) (value.Value, bool, error) {
	if empty(lookup) || empty(collection) {
		return value.Value{}, false, nil
	}
	if collection.Kind() == value.KindMap {
		if !hasText(lookup) {
			return value.Value{}, false, wrongType("key", "string", lookup)
		}
		v, ok := collection.Get(lookup.Text())
		return v, ok, nil
	}
	if hasText(lookup) && strings.Contains(lookup.Text(), ":") {
		v, err := Slice(lookup.Text(), collection)
		return v, err == nil, err
	}
	i, err := Position(lookup)
	if err != nil {
		return value.Value{}, false, err
	}
	n := int64(collection.Len())
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return value.Value{}, false, nil
	}
	return collection.At(int(i)), true, nil
}

// Position reads an index as Python's int does.
func Position(v value.Value) (int64, error) {
	switch v.Kind() {
	case value.KindInt, value.KindBool:
		return v.Int(), nil
	case value.KindFloat:
		if f := math.Trunc(v.Float()); math.Abs(f) < 1<<53 {
			return int64(f), nil
		}
	case value.KindString:
		s := strings.TrimPrefix(strings.TrimSpace(v.Text()), "+")
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return i, nil
		}
		return 0, &Error{CodeIndex, []string{v.Text()}}
	}
	return 0, wrongType("index", "integer", v)
}

// Slice takes a slice start:stop:step of a list as Python does.
func Slice(slice string, list value.Value) (value.Value, error) {
	bounds := strings.Split(slice, ":")
	if len(bounds) > 3 {
		return value.Value{}, &Error{CodeSlice, []string{slice}}
	}
	var given [3]bool
	var at [3]int64
	for i, bound := range bounds {
		bound = strings.TrimSpace(bound)
		if bound == "" {
			continue
		}
		n, err := strconv.ParseInt(bound, 10, 32)
		if err != nil {
			return value.Value{}, &Error{CodeSlice, []string{slice}}
		}
		given[i], at[i] = true, n
	}
	step := int64(1)
	if given[2] {
		step = at[2]
	}
	if step == 0 {
		return value.Value{}, &Error{CodeSlice, []string{slice}}
	}
	start, stop := sliceBounds(int64(list.Len()), step, given, at)
	items := []value.Value{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		items = append(items, list.At(int(i)))
	}
	return value.List(items), nil
}

func sliceBounds(n, step int64, given [3]bool, at [3]int64) (start, stop int64) {
	low, high := int64(0), n
	start, stop = 0, n
	if step < 0 {
		low, high = -1, n-1
		start, stop = n-1, -1
	}
	clamp := func(i int64) int64 {
		if i < 0 {
			i += n
		}
		return min(max(i, low), high)
	}
	if given[0] {
		start = clamp(at[0])
	}
	if given[1] {
		stop = clamp(at[1])
	}
	return start, stop
}
