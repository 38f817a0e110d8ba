package fn

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/itchyny/gojq"

	"github.com/bianpai/bianpai/internal/value"
)

// Program is a jq program that is compiled once and run many times, within the
// budgets of Jq. Patterns may look around. Parts of the source that a program
// passes on unchanged keep the order of their keys. It is safe for concurrent
// use.
type Program struct {
	source string
	path   []pathStep // a plain path runs without the interpreter
	plain  bool
	ready  sync.Pool // of *machine: each runs one source at a time
}

// machine is one compiled form of a program, with the meter that its functions
// charge.
type machine struct {
	meter    *jqMeter
	patterns *patternCache
	code     *gojq.Code
}

// NewProgram compiles a program. The error is an *Error.
func NewProgram(source string) (*Program, error) {
	p := &Program{source: source}
	if p.path, p.plain = parsePath(source); p.plain {
		return p, nil
	}
	m, err := newMachine(source)
	if err != nil {
		return nil, err
	}
	p.ready.Put(m)
	return p, nil
}

func newMachine(source string) (*machine, error) {
	m := &machine{meter: &jqMeter{Context: context.Background(), left: jqWork}}
	m.patterns = &patternCache{meter: m.meter}
	if len(source) > jqScript {
		return nil, &Error{CodeJq, []string{"the program is too long"}}
	}
	query, err := gojq.Parse(source)
	if err != nil {
		return nil, &Error{CodeJq, []string{err.Error()}}
	}
	if usesPatterns(source) {
		prelude, err := gojq.Parse(patternPrelude)
		if err != nil {
			return nil, &Error{CodeJq, []string{err.Error()}}
		}
		query.FuncDefs = append(prelude.FuncDefs, query.FuncDefs...)
	}
	b := jqBounder{}
	b.query(query)
	if b.refused != "" {
		return nil, &Error{CodeJq, []string{b.refused + " is not available"}}
	}
	options := append(m.meter.functions(), m.patterns.function(), gojq.WithEnvironLoader(nil))
	if m.code, err = gojq.Compile(query, options...); err != nil {
		return nil, &Error{CodeJq, []string{err.Error()}}
	}
	return m, nil
}

// String returns the program's text.
func (p *Program) String() string { return p.source }

// First gives the first result on a source, and null if there is none.
func (p *Program) First(source value.Value) (value.Value, error) {
	results, err := p.run(source, 1)
	if err != nil || len(results) == 0 {
		return value.Null(), err
	}
	return results[0], nil
}

// All gives the list of all results on a source.
func (p *Program) All(source value.Value) (value.Value, error) {
	results, err := p.run(source, jqResults)
	if err != nil {
		return value.Null(), err
	}
	return value.List(results), nil
}

func (p *Program) run(source value.Value, most int) ([]value.Value, error) {
	left := jqWork
	return p.within(source, most, &left)
}

// within runs with at most the work that is left, off which it takes what it
// does.
func (p *Program) within(source value.Value, most int, left *int) ([]value.Value, error) {
	if source.IsAbsent() {
		source = value.Null()
	}
	if p.plain {
		return walkPath(nil, p.path, source, most)
	}
	m, ok := p.ready.Get().(*machine)
	if !ok {
		var err error
		if m, err = newMachine(p.source); err != nil {
			return nil, err
		}
	}
	budget := max(min(jqWork, *left), 0)
	m.meter.left, m.meter.over = budget, nil
	results, err := m.run(source, most)
	*left -= budget - max(m.meter.left, 0)
	p.ready.Put(m)
	if err == nil && source.HasSensitive() {
		for i, v := range results {
			results[i] = v.WithSensitive()
		}
	}
	return results, err
}

func (m *machine) run(source value.Value, most int) ([]value.Value, error) {
	origin := make(origins)
	results := []value.Value{}
	for run := m.code.RunWithContext(m.meter, origin.toJq(source)); ; {
		result, ok := run.Next()
		if m.meter.spent() {
			return nil, &Error{CodeJq, []string{"it takes too many steps"}}
		}
		if !ok {
			return results, nil
		}
		if err, isError := result.(error); isError {
			if halt := (*gojq.HaltError)(nil); errors.As(err, &halt) && halt.Value() == nil {
				return results, nil
			}
			return nil, &Error{CodeJq, []string{err.Error()}}
		}
		if err := m.meter.visit(result); err != nil || len(results) >= jqResults {
			return nil, &Error{CodeJq, []string{"the result is too large"}}
		}
		if results = append(results, origin.fromJq(result)); len(results) == most {
			return results, nil
		}
	}
}

// origins finds the value that a map of the interpreter was made of, which the
// interpreter never changes in place. Its own maps have no order of keys.
type origins map[uintptr]value.Value

func (o origins) toJq(v value.Value) any {
	switch v.Kind() {
	case value.KindList:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = o.toJq(v.At(i))
		}
		return list
	case value.KindMap:
		m := make(map[string]any, v.Len())
		for key, member := range v.Entries() {
			m[key] = o.toJq(member)
		}
		o[reflect.ValueOf(m).Pointer()] = v
		return m
	}
	return toGo(v)
}

func (o origins) fromJq(x any) value.Value {
	switch x := x.(type) {
	case []any:
		items := make([]value.Value, len(x))
		for i, member := range x {
			items[i] = o.fromJq(member)
		}
		return value.List(items)
	case map[string]any:
		if v, ok := o[reflect.ValueOf(x).Pointer()]; ok && v.Len() == len(x) {
			return v
		}
		entries := make([]value.Entry, 0, len(x))
		for _, key := range slices.Sorted(maps.Keys(x)) {
			entries = append(entries, value.Entry{Key: key, Value: o.fromJq(x[key])})
		}
		return value.Map(entries)
	}
	return fromJq(x)
}

// usesPatterns reports whether a program may call a function that takes a
// pattern.
func usesPatterns(source string) bool {
	for _, name := range [...]string{"test", "match", "capture", "scan", "split", "sub"} {
		if strings.Contains(source, name) {
			return true
		}
	}
	return false
}
