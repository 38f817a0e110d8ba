package template

import (
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// local gives what the name of a local stands for.
func (e *evaluator) local(call doc.Node, l *boundLocal) (value.Value, error) {
	if l.macro {
		// Deep nesting shows as deep function calls; a cycle would not end.
		if e.depth++; e.depth > 2*maxNesting {
			return value.Value{}, fail(call, "local-too-deep", l.name)
		}
		in, inLocal := e.in, e.inLocal
		if l.stays {
			e.in, e.inLocal = inCondition|inNormal, true
		}
		v, err := e.eval(l.node)
		e.in, e.inLocal = in, inLocal
		e.depth--
		return v, err
	}
	e.evaluateLocal(l)
	return l.value, l.err
}

// evaluateLocal computes an Eval local once, while the scope is bound. Its
// expression sees parameters and other locals, no resources.
func (e *evaluator) evaluateLocal(l *boundLocal) {
	switch l.state {
	case evaluated:
	case evaluating:
		l.err = fail(l.node, "local-cycle", l.name)
	default:
		l.state = evaluating
		inner := &evaluator{scope: e.scope, table: e.table, left: e.left, in: inNormal, index: -1, inLocal: true}
		v, err := inner.eval(l.node)
		if err == nil && l.data {
			v, l.attributes, err = e.scope.query(l, v)
		}
		if l.err == nil {
			l.value, l.err = v, err
		}
		l.state = evaluated
	}
}

// query runs a data source while the scope is bound. A query that depends on
// something unknown has an unknown result.
func (s *Scope) query(l *boundLocal, properties value.Value) (ref, attributes value.Value, err error) {
	if properties.HasUnknown() || s.world == nil {
		hole := value.Unknown(&value.Hole{Sensitive: properties.HasSensitive()})
		return hole, hole, nil
	}
	if properties.IsNull() {
		properties = value.Map(nil)
	}
	ref, attributes, err = s.world.run(l, properties)
	if err != nil {
		err = unanswered(s.localNode(l), l.typ, err, properties.HasSensitive())
	}
	return ref, attributes, err
}

// localNode is where a local is declared.
func (s *Scope) localNode(l *boundLocal) doc.Node {
	if s.template != nil {
		if declared := s.template.Local(l.name); declared != nil {
			return declared.Node.Get("Type")
		}
	}
	return l.node
}

// dataAttribute gives an attribute of a data source, null if it has none of
// that name.
func (e *evaluator) dataAttribute(l *boundLocal, name string) (value.Value, error) {
	e.evaluateLocal(l)
	if l.err != nil || l.attributes.IsUnknown() {
		return l.attributes, l.err
	}
	v, _ := l.attributes.Get(name)
	return orNull(v), nil
}

// staysExpression reports whether an Eval local must be evaluated where it is
// used: conditions cannot be evaluated on their own.
func staysExpression(n doc.Node) bool {
	name, _, ok := callOf(n)
	return ok && strings.Contains("Fn::Equals Fn::Not Fn::And Fn::Or", name)
}
