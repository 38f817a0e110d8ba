package template

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// appendWorld appends what the world has answered: the results of data
// sources, and the answers to functions.
func (s *Scope) appendWorld(dst []byte, w *value.Wire) []byte {
	var data []*boundLocal
	for i := range s.locals {
		if l := &s.locals[i]; l.data && l.err == nil {
			data = append(data, l)
		}
	}
	if len(data) > 0 {
		dst = append(dst, `,"data":`...)
		dst = object(dst, len(data), func(dst []byte, i int) []byte {
			dst = append(member(dst, data[i].name), '[')
			dst = append(data[i].value.AppendWire(dst, w), ',')
			return append(data[i].attributes.AppendWire(dst, w), ']')
		})
	}
	if s.asksZones {
		dst = append(dst, `,"asksZones":true`...)
	}
	if len(s.answers) > 0 {
		dst = append(dst, `,"answers":[`...)
		for i, q := range s.questions() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(value.AppendQuoted(append(dst, '['), q.asks), ',')
			dst = append(marked(q.parts(), s.answers[q].secret).AppendWire(dst, w), ',')
			dst = append(s.answers[q].value.AppendWire(dst, w), ']')
		}
		dst = append(dst, ']')
	}
	return dst
}

// questions lists those that were answered, in an order of their own.
func (s *Scope) questions() []question {
	var list []question
	for q, a := range s.answers { //bianpai:unordered sorted below
		if a.err == nil {
			list = append(list, q)
		}
	}
	slices.SortFunc(list, func(x, y question) int {
		return cmp.Or(cmp.Compare(x.asks, y.asks), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.c, y.c))
	})
	return list
}

func (q question) parts() value.Value {
	return value.List([]value.Value{value.String(q.a), value.String(q.b), value.String(q.c)})
}

// loadWorld reads what appendWorld has written. An answer to a question whose
// secret is closed stays out.
func (s *Scope) loadWorld(root doc.Node, open func(string) (value.Value, bool)) error {
	for n := range root.Get("data").Items() {
		l := boundLocal{name: n.Key(), data: true, state: evaluated}
		var err error
		if l.value, err = value.ParseWire(n.At(0).AppendJSON(nil), open); err == nil {
			l.attributes, err = value.ParseWire(n.At(1).AppendJSON(nil), open)
		}
		if err != nil {
			return fmt.Errorf("scope: data source %s: %w", n.Key(), err)
		}
		s.names[n.Key()] = symbol{localSymbol, int32(len(s.locals))}
		s.locals = append(s.locals, l)
	}
	s.asksZones = root.Get("asksZones").Bool()
	s.answers = make(map[question]answer)
	for n := range root.Get("answers").Items() {
		about, err := value.ParseWire(n.At(1).AppendJSON(nil), open)
		var a answer
		if err == nil {
			a.value, err = value.ParseWire(n.At(2).AppendJSON(nil), open)
		}
		if err != nil {
			return fmt.Errorf("scope: answer to %s: %w", n.At(0).Text(), err)
		}
		if about.Len() != 3 {
			continue
		}
		a.secret = about.Sensitive()
		s.answers[question{n.At(0).Text(), about.At(0).Text(), about.At(1).Text(), about.At(2).Text()}] = a
	}
	return nil
}
