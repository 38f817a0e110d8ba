package template

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// Resolve fills the holes of a value with what l knows by now and leaves the
// rest. Holes come from Expand, or from value.ParseWire. Members that turn out
// to be left out are dropped. The error is a *diag.ListError.
func (s *Scope) Resolve(v value.Value, l Lookup) (value.Value, error) {
	if !v.HasUnknown() {
		return v, nil
	}
	e := s.evaluator(inNormal, l)
	out, err := e.fill(v)
	if err != nil {
		return value.Value{}, diag.List{finding(diag.Error, err, "")}.Err()
	}
	return out, nil
}

// fill evaluates the holes of a value.
func (e *evaluator) fill(v value.Value) (value.Value, error) {
	switch {
	case !v.HasUnknown():
		return v, nil
	case v.IsUnknown():
		return e.fillHole(v)
	}
	var out value.Value
	if v.Kind() == value.KindList {
		items := make([]value.Value, 0, v.Len())
		for _, member := range v.Items() {
			filled, err := e.fill(member)
			if err != nil {
				return value.Value{}, err
			}
			if !filled.IsAbsent() {
				items = append(items, filled)
			}
		}
		out = value.List(items)
	} else {
		entries := make([]value.Entry, 0, v.Len())
		for key, member := range v.Entries() {
			filled, err := e.fill(member)
			if err != nil {
				return value.Value{}, err
			}
			if !filled.IsAbsent() {
				entries = append(entries, value.Entry{Key: key, Value: filled})
			}
		}
		out = value.Map(entries)
	}
	if v.Sensitive() {
		out = out.WithSensitive()
	}
	return out, nil
}

func (e *evaluator) fillHole(v value.Value) (value.Value, error) {
	hole := v.Hole()
	var out value.Value
	var err error
	switch expr := hole.Expr.(type) {
	case nil:
		return v, nil // a secret that is still closed
	case *refExpr:
		out = e.known(doc.Node{}, expr.to, expr.attribute)
	case *nodeExpr:
		index := e.index
		e.index = expr.index
		out, err = e.eval(expr.node)
		e.index = index
	default:
		d, faults := doc.ParseJSON("expression", hole.Expr.AppendJSON(nil), nil)
		if err := faults.Err(); err != nil {
			return value.Value{}, err
		}
		out, err = e.eval(d.Root())
	}
	if err != nil {
		e.reset()
		return value.Value{}, err
	}
	if hole.Sensitive {
		out = out.WithSensitive()
	}
	return out, nil
}

// OutputValue is one evaluated output.
type OutputValue struct {
	Name        string
	Description string
	// Value may hold unknown parts where the lookup does not know a resource.
	Value  value.Value
	NoEcho bool
}

// Outputs evaluates the outputs whose condition holds. One that cannot be
// evaluated is null, and a warning says why.
func (s *Scope) Outputs(l Lookup) ([]OutputValue, diag.List) {
	e := s.evaluator(inNormal, l)
	e.output = true
	out := make([]OutputValue, 0, len(s.outputs))
	var found diag.List
	for _, o := range s.outputs {
		v, err := e.eval(o.value)
		if err != nil {
			found = append(found, finding(diag.Warning, err, "Outputs."+o.name+".Value"))
			v = value.Null()
			e.reset()
		}
		v = orNull(v)
		if o.noEcho {
			v = v.WithSensitive()
		}
		out = append(out, OutputValue{o.name, o.description, v, o.noEcho})
	}
	return out, found
}
