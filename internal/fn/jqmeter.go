package fn

import (
	"context"
	"errors"
	"math/big"
	"strings"

	"github.com/itchyny/gojq"
)

// jqMeter counts the work of one run. The interpreter asks a context at each
// step whether it is done, which makes the context a clock of steps.
type jqMeter struct {
	context.Context
	left int
	over chan struct{} // closed once the budget is spent
}

func (m *jqMeter) spent() bool { return m.left <= 0 }

// Done counts one step.
func (m *jqMeter) Done() <-chan struct{} {
	if m.left--; m.left > 0 {
		return nil
	}
	if m.over == nil {
		m.over = make(chan struct{})
		close(m.over)
	}
	return m.over
}

func (m *jqMeter) Err() error {
	if m.spent() {
		return context.DeadlineExceeded
	}
	return nil
}

var errJqTooLarge = errors.New("a value is too large")

// charge takes work off the budget.
func (m *jqMeter) charge(n int) error {
	if n > m.left {
		m.left = 0
		return errJqTooLarge
	}
	m.left -= n
	return nil
}

// visit charges a visit of a whole value.
func (m *jqMeter) visit(v any) error {
	left := jqSize
	if !jqVisit(v, &left) {
		m.left = 0
		return errJqTooLarge
	}
	return m.charge(jqSize - left)
}

func jqVisit(v any, left *int) bool {
	if *left--; *left <= 0 {
		return false
	}
	switch v := v.(type) {
	case string:
		*left -= len(v) / 64
	case *big.Int:
		*left -= v.BitLen() / 512
	case []any:
		for _, member := range v {
			if !jqVisit(member, left) {
				return false
			}
		}
	case map[string]any:
		for key, member := range v {
			*left -= len(key) / 64
			if !jqVisit(member, left) {
				return false
			}
		}
	}
	return *left > 0
}

// The names of our functions in rewritten programs.
const (
	jqVisited = "bounded_visit" // the input, once it has been visited
	jqAdd     = "bounded_add"   // a + b
	jqMul     = "bounded_multiply"
	jqPair    = "bounded_pair" // an argument whose cost is the product with the input's
	jqJoin    = "bounded_join"
	jqIndex   = "bounded_index" // an index or a path with small numbers
)

// functions are the functions that rewritten programs call.
func (m *jqMeter) functions() []gojq.CompilerOption {
	return []gojq.CompilerOption{
		gojq.WithFunction(jqVisited, 0, 0, func(in any, _ []any) any {
			if err := m.visit(in); err != nil {
				return err
			}
			return in
		}),
		gojq.WithFunction(jqAdd, 2, 2, func(_ any, args []any) any {
			for _, arg := range args {
				if err := m.visit(arg); err != nil {
					return err
				}
			}
			return jqCall("$a + $b", args)
		}),
		gojq.WithFunction(jqMul, 2, 2, func(_ any, args []any) any { return m.multiply(args) }),
		gojq.WithFunction(jqPair, 1, 1, func(in any, args []any) any { return m.pair(in, args[0]) }),
		gojq.WithFunction(jqJoin, 1, 1, func(in any, args []any) any { return m.join(in, args[0]) }),
		gojq.WithFunction(jqIndex, 1, 1, func(_ any, args []any) any {
			if !smallIndexes(args[0]) {
				return errors.New("an index is too large")
			}
			return args[0]
		}),
	}
}

// jqCall evaluates a fixed expression of $a and $b.
func jqCall(expression string, args []any) any {
	query, err := gojq.Parse(expression)
	if err != nil {
		return err
	}
	code, err := gojq.Compile(query, gojq.WithVariables([]string{"$a", "$b"}))
	if err != nil {
		return err
	}
	result, ok := code.Run(nil, args...).Next()
	if !ok {
		return errors.New("no result")
	}
	return result
}

func (m *jqMeter) multiply(args []any) any {
	for i, arg := range args {
		if err := m.visit(arg); err != nil {
			return err
		}
		if s, ok := arg.(string); ok {
			if n, ok := jqNumber(args[1-i]); ok && n > 0 && (n > 1<<30 || m.charge(len(s)/64*int(n)+int(n)) != nil) {
				m.left = 0
				return errJqTooLarge
			}
		}
	}
	return jqCall("$a * $b", args)
}

func jqNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f, true
	}
	return 0, false
}

func (m *jqMeter) pair(in, arg any) any {
	a, b := jqSize, jqSize
	if !jqVisit(in, &a) || !jqVisit(arg, &b) {
		m.left = 0
		return errJqTooLarge
	}
	if err := m.charge((jqSize - a) * (jqSize - b)); err != nil {
		return err
	}
	return arg
}

func (m *jqMeter) join(in, separator any) any {
	if err := m.visit(in); err != nil {
		return err
	}
	s, ok := separator.(string)
	list, isList := in.([]any)
	if !ok || !isList {
		return errors.New("join wants an array and a string")
	}
	if err := m.charge(len(list) * (1 + len(s)/64)); err != nil {
		return err
	}
	var b strings.Builder
	for i, member := range list {
		if i > 0 {
			b.WriteString(s)
		}
		switch member := member.(type) {
		case nil:
		case string:
			b.WriteString(member)
		case bool, int, float64, *big.Int:
			b.WriteString(gojqText(member))
		default:
			return errors.New("join wants an array of scalars")
		}
	}
	return b.String()
}

func gojqText(v any) string {
	b, err := gojq.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// smallIndexes reports whether no number in an index or a path would make
// an array grow beyond measure.
func smallIndexes(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, member := range v {
			if !smallIndexes(member) {
				return false
			}
		}
	case map[string]any: // a slice
		return smallIndexes(v["start"]) && smallIndexes(v["end"])
	default:
		if n, ok := jqNumber(v); ok {
			return n < 65536
		}
	}
	return true
}
