package template

import (
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// local gives what the name of a local stands for.
func (e *evaluator) local(call doc.Node, l *boundLocal) (value.Value, error) {
	if l.data {
		return value.Value{}, fail(call, "local-data-source", l.name)
	}
	if l.macro {
		// Deep nesting shows as deep function calls; a cycle would not end.
		if e.depth++; e.depth > 2*maxNesting {
			return value.Value{}, fail(call, "local-too-deep", l.name)
		}
		v, err := e.eval(l.node)
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
		inner := &evaluator{scope: e.scope, table: e.table, in: inNormal, index: -1, inLocal: true}
		v, err := inner.eval(l.node)
		if l.err == nil {
			l.value, l.err = v, err
		}
		l.state = evaluated
	}
}

// staysExpression reports whether an Eval local must be evaluated where it is
// used: conditions cannot be evaluated on their own.
func staysExpression(n doc.Node) bool {
	name, _, ok := callOf(n)
	return ok && strings.Contains("Fn::Equals Fn::Not Fn::And Fn::Or", name)
}
