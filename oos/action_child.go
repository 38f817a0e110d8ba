package oos

import (
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// maxDepth bounds how deep executions nest: a template that starts itself ends
// there.
const maxDepth = 20

// childTemplate runs a template, named or written inline, as a child.
var childTemplate = action{kind: childAction, begin: func(u *unit, props value.Value, ev *unitStarted) error {
	if u.template().Inner != nil {
		return deep(u)
	}
	name := text(props, "TemplateName")
	if name == "" {
		return &TaskError{Code: "InvalidParameter", Message: "TemplateName is empty"}
	}
	ev.Load = programKey(name, text(props, "TemplateVersion"))
	return deep(u)
}}

// productAction runs the template that a cloud product action is.
var productAction = action{kind: childAction, begin: func(u *unit, _ value.Value, ev *unitStarted) error {
	ev.Load = programKey(u.template().Action, "")
	return deep(u)
}}

// loopAction runs the tasks written inside of an ACS::Loop, for one item, as a
// child that sees its parent's tasks.
var loopAction = action{kind: childAction, begin: func(u *unit, _ value.Value, _ *unitStarted) error {
	if u.template().Inner == nil {
		return &TaskError{Code: "InvalidParameter", Message: "LoopTasks is empty"}
	}
	return deep(u)
}}

func deep(u *unit) error {
	if u.exec.depth+1 >= maxDepth {
		return &TaskError{Code: "TooDeep", Message: "executions nest deeper than 20: a template starts itself"}
	}
	return nil
}

// childParameters gives the parameters that a unit's child is started with.
func childParameters(t *runbook.Task, props value.Value) value.Value {
	if t.Action == runbook.LoopAction {
		return value.Map(nil)
	}
	given := props
	if t.Action == runbook.ChildTemplate {
		given, _ = props.Get("Parameters")
		if given.Kind() == value.KindString {
			if parsed, err := value.ParseJSON([]byte(given.Text())); err == nil {
				given = parsed
			}
		}
	}
	if given.Kind() != value.KindMap {
		return value.Map(nil)
	}
	return runbook.ChildParameters(given)
}
