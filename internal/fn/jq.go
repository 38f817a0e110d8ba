package fn

import (
	"math"
	"math/big"
	"slices"

	"github.com/bianpai/bianpai/internal/value"
)

// Budgets of one jq run. A unit of work is one step of the interpreter or the
// visit of one value or 64 bytes of text.
const (
	jqWork    = 2_000_000
	jqSize    = 1 << 18 // work to visit one value in whole
	jqScript  = 64 << 10
	jqResults = 1 << 16
)

// Jq runs a jq program on a value. A text is read as JSON first. With all, the
// result is the list of all results; otherwise the first one, or null. A null
// script and a null or empty source give null. See Program for what a program
// may do and what bounds it.
func Jq(all bool, script, source value.Value) (value.Value, error) {
	work := jqWork
	return JqWithin(all, script, source, &work)
}

// JqWithin is Jq with at most the work that is left, off which it takes what
// it does.
func JqWithin(all bool, script, source value.Value, left *int) (value.Value, error) {
	if empty(script) || empty(source) || hasText(source) && source.Text() == "" {
		return value.Null(), nil
	}
	if !hasText(script) {
		return value.Value{}, wrongType("script", "string", script)
	}
	if hasText(source) {
		parsed, err := value.ParseJSON([]byte(source.Text()))
		if err != nil {
			return value.Value{}, &Error{CodeJSON, []string{err.Error()}}
		}
		source = parsed
	}
	program, err := NewProgram(script.Text())
	if err != nil {
		return value.Value{}, err
	}
	most := 1
	if all {
		most = jqResults
	}
	results, err := program.within(source, most, left)
	switch {
	case err != nil:
		return value.Value{}, err
	case all:
		return value.List(results), nil
	case len(results) == 0:
		return value.Null(), nil
	}
	return results[0], nil
}

func toGo(v value.Value) any {
	switch v.Kind() {
	case value.KindBool:
		return v.Bool()
	case value.KindInt:
		return int(v.Int())
	case value.KindFloat:
		return v.Float()
	case value.KindString:
		return v.Text()
	case value.KindList:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = toGo(v.At(i))
		}
		return list
	case value.KindMap:
		m := make(map[string]any, v.Len())
		for key, member := range v.Entries() {
			m[key] = toGo(member)
		}
		return m
	}
	return nil
}

func fromJq(x any) value.Value {
	switch x := x.(type) {
	case bool:
		return value.Bool(x)
	case int:
		return value.Int(int64(x))
	case float64:
		if math.IsNaN(x) {
			return value.Null()
		}
		return value.Float(min(max(x, -math.MaxFloat64), math.MaxFloat64))
	case *big.Int:
		return bigInt(x)
	case string:
		return value.String(x)
	case []any:
		items := make([]value.Value, len(x))
		for i, member := range x {
			items[i] = fromJq(member)
		}
		return value.List(items)
	case map[string]any:
		keys := make([]string, 0, len(x))
		for key := range x {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		entries := make([]value.Entry, len(keys))
		for i, key := range keys {
			entries[i] = value.Entry{Key: key, Value: fromJq(x[key])}
		}
		return value.Map(entries)
	}
	return value.Null()
}

// CheckJq reports what is wrong with a program before it has a source to run
// on. The error is an *Error.
func CheckJq(script string) error {
	_, err := NewProgram(script)
	return err
}
