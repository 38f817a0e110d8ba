package template

import (
	"time"

	"github.com/bianpai/bianpai/internal/value"
)

// Parameter gives the value that a parameter was bound to, as its type made
// it; false for a name that the template does not declare.
func (s *Scope) Parameter(name string) (value.Value, bool) {
	if p := s.parameter(name); p != nil {
		return p.value, true
	}
	return value.Value{}, false
}

// Given gives what a parameter was given, from which a template can be bound
// again: of one that is kept in the parameter store the name there, of any
// other the same as Parameter.
func (s *Scope) Given(name string) (value.Value, bool) {
	p := s.parameter(name)
	switch {
	case p == nil:
		return value.Value{}, false
	case p.given.IsAbsent():
		return p.value, true
	}
	return p.given, true
}

func (s *Scope) parameter(name string) *boundParameter {
	if sym := s.names[name]; sym.kind == parameterSymbol {
		return &s.params[sym.index]
	}
	return nil
}

// Now is the time that Fn::FormatTime gives in this scope; zero if the template
// does not ask for it.
func (s *Scope) Now() time.Time { return s.pseudo.Now }

// AppendInputs appends what the scope was bound with, for comparison with
// another binding of the same template: pseudo parameters and parameters, but
// not the time, nor what the world has answered.
func (s *Scope) AppendInputs(dst []byte, w *value.Wire) []byte {
	ps := s.pseudo
	ps.Now = time.Time{}
	dst = ps.appendWire(append(dst, `{"pseudo":`...))
	dst = append(dst, `,"parameters":`...)
	dst = object(dst, len(s.params), func(dst []byte, i int) []byte {
		p := &s.params[i]
		if p.given.IsAbsent() {
			return p.value.AppendWire(member(dst, p.name), w)
		}
		return p.given.AppendWire(member(dst, p.name), w)
	})
	return append(dst, '}')
}
