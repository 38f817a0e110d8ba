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
	// Package gives the entry of a package template that fits what is known of
	// an instance, for Fn::FindMatchedPackage; nil makes that an error.
	Package func(template, instance value.Value) (value.Value, error)
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

// Select runs the selector of an output on a raw result: with type List it gives
// the list of all results, else the first one, or null. A selector that is a
// function with a program as its result runs that; any other result of it is the
// value. The error is an *Error.
func (s *Scope) Select(raw value.Value, selector doc.Node, typ string) (value.Value, error) {
	if selector.IsZero() {
		return value.Null(), nil
	}
	x := s.Template.selector(selector)
	program, sensitive := x.program, false
	if program == nil {
		v, err := x.text.eval(s)
		if err != nil {
			return value.Null(), err
		}
		source, isText := asText(v)
		if !isText || x.isValue {
			return v, nil
		}
		sensitive = v.HasSensitive()
		if program, err = s.Template.programs.get(dotted(source)); err != nil {
			return value.Null(), functionError(selector, err, sensitive)
		}
	}
	run := program.First
	if typ == "List" {
		run = program.All
	}
	v, err := run(raw)
	if err != nil {
		return value.Null(), functionError(selector, err, sensitive || raw.HasSensitive())
	}
	return marked(v, sensitive), nil
}

// Property runs the PropertySelector of rendered properties on a response, or on
// the body of an error: the first result, or null. The error is an *Error; what
// polls takes it for null.
func (s *Scope) Property(raw, properties value.Value) (value.Value, error) {
	selector, ok := member(properties, "PropertySelector")
	if !ok || selector.Kind() != value.KindString {
		return value.Null(), failed("selector-missing")
	}
	program, err := s.Template.programs.get(dotted(selector.Text()))
	if err != nil {
		return value.Null(), functionError(doc.Node{}, err, selector.HasSensitive())
	}
	v, err := program.First(raw)
	if err != nil {
		return value.Null(), functionError(doc.Node{}, err, raw.HasSensitive() || selector.HasSensitive())
	}
	return marked(v, selector.HasSensitive()), nil
}
