package value

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// FromGo makes a value of a Go value: nil, booleans, numbers, strings,
// json.Number, json.RawMessage, []any, []string, map[string]any,
// map[string]string, and Value itself. The keys of Go maps are sorted. A Go
// float that is integral becomes an integer, since encoding/json makes no
// difference; Float makes one that stays.
func FromGo(v any) (Value, error) { return fromGo(v, 0) }

func fromGo(v any, depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	switch v := v.(type) {
	case nil:
		return Null(), nil
	case Value:
		return v, nil
	case bool:
		return Bool(v), nil
	case string:
		return String(v), nil
	case float64:
		return fromFloat(v), nil
	case float32:
		return fromFloat(float64(v)), nil
	case json.Number:
		return fromNumber(string(v))
	case json.RawMessage:
		return ParseJSON(v)
	case []any:
		return fromSlice(v, depth)
	case []string:
		return fromSlice(v, depth)
	case map[string]any:
		return fromMap(v, depth)
	case map[string]string:
		return fromMap(v, depth)
	}
	if i, ok := fromInteger(v); ok {
		return i, nil
	}
	return Value{}, fmt.Errorf("a Go value of type %T is no JSON value", v)
}

// fromFloat gives an integer where the float is one: encoding/json decodes
// every number to a float, and 3 is not 3.0 here.
func fromFloat(f float64) Value {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return Int(int64(f))
	}
	return Float(f)
}

func fromNumber(text string) (Value, error) {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return Int(i), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return Value{}, fmt.Errorf("%q is no number", text)
	}
	return Float(f), nil
}

func fromInteger(v any) (Value, bool) {
	switch v := v.(type) {
	case int:
		return Int(int64(v)), true
	case int8:
		return Int(int64(v)), true
	case int16:
		return Int(int64(v)), true
	case int32:
		return Int(int64(v)), true
	case int64:
		return Int(v), true
	case uint8:
		return Int(int64(v)), true
	case uint16:
		return Int(int64(v)), true
	case uint32:
		return Int(int64(v)), true
	case uint:
		return fromUnsigned(uint64(v)), true
	case uint64:
		return fromUnsigned(v), true
	}
	return Value{}, false
}

func fromUnsigned(v uint64) Value {
	if v > math.MaxInt64 {
		return Float(float64(v))
	}
	return Int(int64(v))
}

func fromSlice[T any](list []T, depth int) (Value, error) {
	items := make([]Value, len(list))
	for i, member := range list {
		v, err := fromGo(member, depth+1)
		if err != nil {
			return Value{}, err
		}
		items[i] = v
	}
	return List(items), nil
}

func fromMap[T any](m map[string]T, depth int) (Value, error) {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	members := make([]Entry, len(keys))
	for i, key := range keys {
		v, err := fromGo(m[key], depth+1)
		if err != nil {
			return Value{}, err
		}
		members[i] = Entry{key, v}
	}
	return Map(members), nil
}
