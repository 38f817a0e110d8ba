package fn

import (
	"context"
	"errors"
	"math"
	"math/big"
	"slices"

	"github.com/itchyny/gojq"

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
// script and a null or empty source give null. Keys of maps that a program
// makes or passes on are sorted. Functions that read the outside world (env,
// input, now) do not exist. The work and the size of the results are bounded.
func Jq(all bool, script, source value.Value) (value.Value, error) {
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
	meter := &jqMeter{Context: context.Background(), left: jqWork}
	code, err := compileJq(script.Text(), meter)
	if err != nil {
		return value.Value{}, err
	}
	results := []value.Value{}
	for run := code.RunWithContext(meter, toGo(source)); ; {
		result, ok := run.Next()
		if meter.spent() {
			return value.Value{}, &Error{CodeJq, []string{"it takes too many steps"}}
		}
		if !ok {
			break
		}
		if err, failed := result.(error); failed {
			if halt := (*gojq.HaltError)(nil); errors.As(err, &halt) && halt.Value() == nil {
				break
			}
			return value.Value{}, &Error{CodeJq, []string{err.Error()}}
		}
		if err := meter.visit(result); err != nil || len(results) == jqResults {
			return value.Value{}, &Error{CodeJq, []string{"the result is too large"}}
		}
		v := fromJq(result)
		if !all {
			return v, nil
		}
		results = append(results, v)
	}
	if !all {
		return value.Null(), nil
	}
	return value.List(results), nil
}

// compileJq parses a program and puts functions of bounded size in the place
// of those that can blow a value up.
func compileJq(script string, meter *jqMeter) (*gojq.Code, error) {
	if len(script) > jqScript {
		return nil, &Error{CodeJq, []string{"the program is too long"}}
	}
	query, err := gojq.Parse(script)
	if err != nil {
		return nil, &Error{CodeJq, []string{err.Error()}}
	}
	b := jqBounder{}
	b.query(query)
	if b.refused != "" {
		return nil, &Error{CodeJq, []string{b.refused + " is not available"}}
	}
	code, err := gojq.Compile(query, append(meter.functions(), gojq.WithEnvironLoader(nil))...)
	if err != nil {
		return nil, &Error{CodeJq, []string{err.Error()}}
	}
	return code, nil
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
	_, err := compileJq(script, &jqMeter{Context: context.Background(), left: jqWork})
	return err
}
