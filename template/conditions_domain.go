package template

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// maxLinked is how many parameters that are compared with each other are given
// each other's made-up values.
const maxLinked = 8

// domain is the values that a variable is tried with: its default first, then
// what it is compared with, then one that is none of these, and last, where
// more than comparison is done with it, a hole that stands for any other.
type domain struct {
	values   []value.Value
	doubtful int // of the last ones, which constraints may rule out
}

// domains makes the values of all variables.
func (f *facts) domains() []domain {
	classes := make([][]int, len(f.names))
	for i := range f.names {
		root := f.root(i)
		classes[root] = append(classes[root], i)
	}
	out := make([]domain, len(f.names))
	for _, members := range classes {
		f.fillClass(out, members)
	}
	return out
}

// fillClass makes the values of variables that are compared with each other.
func (f *facts) fillClass(out []domain, members []int) {
	var compared []value.Value
	crowded := len(members) > maxLinked
	for _, i := range members {
		for _, v := range f.compared[i] {
			if len(compared) > maxCompared {
				crowded = true
				break
			}
			compared = with(compared, v)
		}
	}
	takers := make([]taker, len(members))
	var made []value.Value
	for k, i := range members {
		takers[k] = newTaker(f.t.Parameter(f.names[i]), f.names[i])
		takers[k].open = f.opaque[i] || crowded
	}
	for k := range takers {
		takers[k].begin(compared, len(members) > 1)
		if v, ok := takers[k].invent(slices.Concat(compared, made), members[k]); ok && k < maxLinked {
			made = append(made, v)
		}
	}
	for k, i := range members {
		out[i] = takers[k].finish(made)
	}
}

// with adds a value that is not there yet.
func with(list []value.Value, v value.Value) []value.Value {
	for _, known := range list {
		if same(known, v) {
			return list
		}
	}
	return append(list, v)
}

// same is narrower than equality, for which true is 1.
func same(a, b value.Value) bool { return a.Kind() == b.Kind() && value.Equal(a, b) }

// taker finds out which values a variable can have.
type taker struct {
	name     string
	param    *Parameter // without its pattern; nil: a pseudo parameter
	pattern  *fn.Pattern
	open     bool // values other than those listed may matter
	closed   bool // all values are listed
	values   []value.Value
	doubtful []value.Value
}

func newTaker(p *Parameter, name string) taker {
	t := taker{name: name}
	if p == nil {
		return t
	}
	plain := *p
	plain.AllowedPattern = "" // compiled once, here
	t.param = &plain
	if p.AllowedPattern != "" {
		if pattern, err := fn.NewPattern(p.AllowedPattern); err == nil {
			t.pattern = pattern
		}
	}
	return t
}

// stored reports whether the value comes from the parameter store, where
// nothing is known of it.
func (t *taker) stored() bool {
	return t.param != nil && (t.param.Type == typeStore || t.param.Type == typeSecret)
}

// take converts a value and reports whether the variable can have it.
func (t *taker) take(v value.Value) (value.Value, bool) {
	switch {
	case t.param == nil:
		return v, v.Kind() == value.KindString
	case v.IsNull():
		return v, t.param.Default.IsNull()
	case t.stored():
		return v, v.Kind() == value.KindString
	}
	v, fault := t.param.take(v)
	if fault != nil {
		return v, false
	}
	if t.pattern != nil && v.Kind() == value.KindString {
		ok, err := t.pattern.Match(v.Text())
		return v, err != nil || ok
	}
	return v, true
}

func (t *taker) add(v value.Value) {
	if v, ok := t.take(v); ok {
		t.values = with(t.values, v)
	}
}

// begin lists the values that the parameter is declared with and those that it
// is compared with.
func (t *taker) begin(compared []value.Value, linked bool) {
	if t.param == nil {
		for _, v := range compared {
			t.add(v)
		}
		return
	}
	if t.stored() {
		if t.param.Default.IsNull() {
			t.add(value.Null())
		}
	} else if !t.param.Default.IsAbsent() {
		t.add(t.param.Default)
	}
	switch typ := t.param.Type; {
	case typ == typeBoolean:
		t.add(value.Bool(true))
		t.add(value.Bool(false))
		t.closed = true
	case len(t.param.AllowedValues) > 0 && (typ == typeString || typ == typeNumber):
		t.allowed(compared, linked)
	default:
		for _, v := range compared {
			t.add(v)
		}
	}
}

// allowed lists the allowed values. Of those that are compared with nothing one
// stands for all, unless it matters which.
func (t *taker) allowed(compared []value.Value, linked bool) {
	t.closed = true
	all, stands := t.open || linked, false
	listed := t.param.AllowedValues
	bare := *t.param
	bare.AllowedValues = nil // they need not be looked up in themselves
	t.param = &bare
	for _, v := range listed {
		v, ok := t.take(v)
		switch {
		case !ok:
			continue
		case len(t.values) > maxCompared:
			t.closed, t.open = false, true
			return
		case !all && !slices.ContainsFunc(compared, func(c value.Value) bool { return value.Equal(c, v) }):
			if stands {
				continue
			}
			stands = true
		}
		t.values = with(t.values, v)
	}
}

// shapes are forms of made-up texts, of which one may fit a pattern.
var shapes = strings.Fields("other-%d Other%d other%d OTHER%d %d 192.168.%d.0/24 192.168.%d.1 cn-other-%d vpc-other%d " +
	"other_%d Aa1!other%d /other%d https://other%d.example.com other%d.example.com o%d O%d _%d")

// invent makes up a value that is none of those taken already and adds it.
func (t *taker) invent(taken []value.Value, number int) (value.Value, bool) {
	if t.closed {
		return value.Value{}, false
	}
	free := func(v value.Value) bool {
		return !slices.ContainsFunc(taken, func(known value.Value) bool { return value.Equal(known, v) })
	}
	for candidate := range t.candidates(number) {
		if v, ok := t.take(candidate); ok && free(v) {
			t.values = with(t.values, v)
			return v, true
		}
	}
	if v, ok := convert(t.kind(), value.String(fmt.Sprintf("7%07d", number))); ok && free(v) {
		t.doubtful = append(t.doubtful, v)
		return v, true
	}
	t.open = true
	return value.Value{}, false
}

func (t *taker) kind() string {
	if t.param == nil {
		return typeString
	}
	return t.param.Type
}

// candidates are values of the parameter's type that are likely to be free.
func (t *taker) candidates(number int) iter.Seq[value.Value] {
	return func(yield func(value.Value) bool) {
		switch t.kind() {
		case typeNumber:
			low := 0.0
			if t.param.MinValue != nil {
				low = *t.param.MinValue
			} else if t.param.MaxValue != nil {
				low = *t.param.MaxValue - 2*maxCompared
			}
			for i := range 2 * maxCompared {
				v := low + float64(i)
				if i >= maxCompared {
					v = low + float64(i-maxCompared)/maxCompared
				}
				if !yield(value.Float(v)) {
					return
				}
			}
		case typeJSON:
			yield(value.Map([]value.Entry{{Key: fmt.Sprintf("other%d", number), Value: value.Bool(true)}}))
		default:
			for _, shape := range shapes {
				if !yield(value.String(t.fitted(fmt.Sprintf(shape, number%200+3)))) {
					return
				}
			}
		}
	}
}

// fitted makes a text as long as the parameter wants it, if it is too short.
func (t *taker) fitted(text string) string {
	if t.param == nil || t.param.MinLength == nil || t.param.Type != typeString {
		return text
	}
	const most = 4096
	if missing := *t.param.MinLength - utf8.RuneCountInString(text); missing > 0 && missing < most {
		text += strings.Repeat("x", missing)
	}
	return text
}

// finish gives the domain, with what other variables were given.
func (t *taker) finish(made []value.Value) domain {
	if !t.closed {
		for _, v := range made {
			if !slices.ContainsFunc(t.doubtful, func(known value.Value) bool { return same(known, v) }) {
				t.add(v)
			}
		}
	}
	if t.open && !t.closed || len(t.values)+len(t.doubtful) == 0 {
		t.values = append(t.values, unsettled(t.name))
	}
	return domain{append(t.values, t.doubtful...), len(t.doubtful)}
}
