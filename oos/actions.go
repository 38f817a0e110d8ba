package oos

import (
	"context"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// actionKind says what ends a unit of an action.
type actionKind uint8

const (
	callAction    actionKind = iota // the answer of its call
	timerAction                     // a time
	personAction                    // a person
	choiceAction                    // nothing: it decides at once
	childAction                     // the end of a child execution
	triggerAction                   // its schedule; firings start executions of their own
)

// action is how tasks of one kind are done: a value of the table below.
type action struct {
	kind actionKind
	// begin reads rendered properties and puts what it finds into the fact that
	// starts the unit. It is pure. nil: nothing to find.
	begin func(u *unit, props value.Value, ev *unitStarted) error
	// do makes the call; of a person's action, it tells the person.
	do func(ctx context.Context, ef *effector, w *work) core.Answer
	// awaited says that a call under way is waited for when the execution is
	// cancelled, since it may have an effect.
	awaited func(m *machine, props value.Value) bool
}

// actions are the actions that are built in, by name.
var actions = map[string]*action{
	runbook.ExecuteAPI:    &executeAPI,
	runbook.WaitFor:       &waitFor,
	runbook.CheckFor:      &checkFor,
	runbook.SelectTargets: &selectTargets,
	runbook.ChoiceAction:  {kind: choiceAction},
	runbook.Sleep:         &sleep,
	runbook.Pause:         &pause,
	runbook.Approve:       &approve,
	runbook.Notify:        &notify,
	runbook.ChildTemplate: &childTemplate,
	runbook.LoopAction:    &loopAction,
	runbook.TimerTrigger:  &timerTrigger,
	runbook.EventTrigger:  &eventTrigger,
	runbook.AlarmTrigger:  &alarmTrigger,
}

// unsupported are actions of the service that this engine does not do.
var unsupported = action{kind: callAction, begin: func(u *unit, _ value.Value, _ *unitStarted) error {
	return &TaskError{Code: "Unsupported", Message: "action " + u.template().Action + " is not supported by this engine"}
}}

// actionOf finds the action of a task. What is not built in is a cloud product
// action: a template of that name.
func actionOf(t *runbook.Task) *action {
	if a := actions[t.Action]; a != nil {
		return a
	}
	if runbook.IsAtomic(t.Action) {
		return &unsupported
	}
	return &productAction
}

// text gives a member of a map as text; "" if it is not there.
func text(props value.Value, key string) string {
	v, _ := props.Get(key)
	return asText(v)
}

// asText gives a value as it stands in texts.
func asText(v value.Value) string {
	switch v.Kind() {
	case value.KindString:
		return v.Text()
	case value.Absent, value.KindNull:
		return ""
	}
	return string(v.AppendJSON(nil))
}

// isFalse reports whether a member says no.
func isFalse(props value.Value, key string) bool {
	t := text(props, key)
	return t == "false" || t == "False" || t == "FALSE"
}
