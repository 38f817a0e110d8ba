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
			compared = likened(compared, v)
		}
	}
	takers := make([]taker, len(members))
	for k, i := range members {
		t := &takers[k]
		*t = newTaker(f.t.Parameter(f.names[i]), f.names[i])
		t.open = f.opaque[i] || crowded
		if t.declared(compared, len(members) > 1); t.closed {
			// What one can be, another that it is compared with can be too.
			for _, v := range t.values {
				compared = likened(compared, v)
			}
		}
	}
	var made []value.Value
	for k := range takers {
		t := &takers[k]
		t.compared(compared)
		if v, ok := t.invent(slices.Concat(compared, made), members[k]); ok {
			made = append(made, v)
		}
	}
	if crowded || !ordered(takers) {
		for k := range takers {
			takers[k].open = true
		}
	} else {
		for k := range takers {
			takers[k].given(made)
		}
	}
	for k, i := range members {
		out[i] = takers[k].finish()
	}
}

// ordered reports whether variables can be put in an order in which each can
// have what was made up for those before it. Then any of them can be tried as
// equal; otherwise constraints may keep apart what could be equal by another
// value.
func ordered(takers []taker) bool {
	takes := func(k, l int) bool { return takers[k].refuses(takers[l].made) == accepted }
	related := func(k, l int) bool {
		return k != l && !takers[k].closed && !takers[l].closed && takers[k].refuses(takers[l].made) != unlike
	}
	for k := range takers {
		for l := range takers {
			if !related(k, l) {
				continue
			}
			if !takes(k, l) && !takes(l, k) {
				return false
			}
			for m := range takers {
				if related(l, m) && related(k, m) && takes(l, k) && takes(m, l) && !takes(m, k) {
					return false
				}
			}
		}
	}
	return true
}

type acceptance uint8

const (
	accepted acceptance = iota
	refused             // by a constraint
	unlike              // of another kind, with which it never compares as equal
)

func (t *taker) refuses(v value.Value) acceptance {
	if converted, ok := convert(t.kind(), v); !ok || !same(converted, v) {
		return unlike
	}
	if _, ok := t.take(v); !ok {
		return refused
	}
	return accepted
}

// likened adds a value, and the number that a boolean equals.
func likened(list []value.Value, v value.Value) []value.Value {
	switch {
	case v.Kind() != value.KindBool:
	case v.Bool():
		list = with(list, value.Int(1))
	default:
		list = with(list, value.Int(0))
	}
	return with(list, v)
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
	made     value.Value // that is in no other way different from all others
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

// declared lists the values that the parameter is declared with.
func (t *taker) declared(compared []value.Value, linked bool) {
	if t.param == nil {
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
	}
}

// compared lists the values that the variable is compared with.
func (t *taker) compared(values []value.Value) {
	if t.closed {
		return
	}
	for _, v := range values {
		t.add(v)
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

// letters are the shortest texts.
const letters = "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA9876543210"

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
			t.made = v
			return v, true
		}
	}
	if v, ok := convert(t.kind(), value.String(fmt.Sprintf("7%07d", number))); ok && free(v) {
		t.doubtful = append(t.doubtful, v)
		t.made = v
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
			for _, letter := range letters {
				if !yield(value.String(string(letter))) {
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

// given adds the values that were made up for the variables of a class.
func (t *taker) given(made []value.Value) {
	for _, v := range made {
		if !t.closed && t.refuses(v) == accepted && !slices.ContainsFunc(t.doubtful, func(known value.Value) bool { return same(known, v) }) {
			t.values = with(t.values, v)
		}
	}
}

// finish gives the domain.
func (t *taker) finish() domain {
	if t.open && !t.closed || len(t.values)+len(t.doubtful) == 0 {
		t.values = append(t.values, unsettled(t.name))
	}
	return domain{append(t.values, t.doubtful...), len(t.doubtful)}
}
