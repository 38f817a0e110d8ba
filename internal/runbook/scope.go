package runbook

import (
	"time"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// World holds what the pseudo parameters ACS::… stand for.
type World struct {
	AccountID   string
	Region      string
	ExecutionID string // of the current execution: a child's own
	ExecuteUser string
	UtilVersion string
	Now         time.Time // the time of rendering, as a fact of the execution
}

// Store gives the values of the parameter store, if they are at hand.
type Store interface {
	// Parameter gives the value of an entry: a text, or a list for one of type
	// StringList; false if there is none.
	Parameter(name string, secret bool) (value.Value, bool)
}

// Scope is all that expressions of a template can refer to at one moment. It is
// cheap to copy, with another Item for instance.
type Scope struct {
	Template *Template
	Values   *Values
	World    *World
	// Output gives the output of a task: of its loop where that has one of the
	// name, else its own. Names are as declared. false: the task has not run,
	// which reads as null. nil knows none.
	Output func(task, output string) (value.Value, bool)
	// Raw gives the raw result of a task, for references into it; nil knows none.
	Raw  func(task string) (value.Value, bool)
	Item value.Value // the loop's item; Absent outside of loops
	// Store resolves references into the parameter store. With nil they become
	// unknown values, which Resolve fills in later.
	Store Store
}

// Render evaluates a node: its references and functions, at any depth. The zero
// node gives Absent. The error is an *Error.
func (s *Scope) Render(n doc.Node) (value.Value, error) {
	if n.IsZero() {
		return value.Value{}, nil
	}
	return s.Template.expression(n).eval(s)
}

// Condition evaluates a condition: a function, a reference to a boolean, or the
// name of an entry of Conditions. The zero node is true. The error is an *Error.
func (s *Scope) Condition(n doc.Node) (bool, error) {
	if n.IsZero() {
		return true, nil
	}
	return s.truth(n, s.Template.condition(n))
}
