package oos

import (
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/provider"

	"errors"
)

// NotFoundError says that there is no such execution: the service's
// EntityNotExists.Execution.
type NotFoundError struct {
	Execution string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("EntityNotExists.Execution: there is no execution %s", e.Execution)
}

// TemplateNotFoundError says that neither the templates of the host program nor
// the built-in product actions have the name: EntityNotExists.Template.
type TemplateNotFoundError struct {
	Name, Version string
}

func (e *TemplateNotFoundError) Error() string {
	name := e.Name
	if e.Version != "" {
		name += " version " + e.Version
	}
	return fmt.Sprintf("EntityNotExists.Template: there is no template %s; give it by Options.Templates", name)
}

// TokenError says that a client token was used before for another request.
type TokenError struct {
	Execution, Token string
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("IdempotentParameterMismatch: client token %s started execution %s with another template, parameters or settings; use a new token for a new request", e.Token, e.Execution)
}

// StateError says that an operation is not legal now. Nothing has changed.
type StateError struct {
	Execution string
	Operation string
	Status    Status
	Reason    string
	Next      []string // the operations that are
}

func (e *StateError) Error() string {
	text := fmt.Sprintf("OperationConflict: %s is not possible on execution %s, which is %s", e.Operation, e.Execution, e.Status)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	if len(e.Next) > 0 {
		text += "; possible now: " + strings.Join(e.Next, ", ")
	}
	return text
}

// ParameterError says that a request makes no sense whatever the state.
type ParameterError struct {
	Parameter string
	Reason    string
}

func (e *ParameterError) Error() string {
	return fmt.Sprintf("InvalidParameter: %s %s", e.Parameter, e.Reason)
}

// TaskError is why a task failed.
type TaskError struct {
	Kind      string // of a provider.Error: "throttled"; "" if it was no call's
	Code      string
	Message   string
	RequestID string
	Service   string
	API       string
}

func (e *TaskError) Error() string {
	text := e.Message
	switch {
	case e.Code != "" && e.Message != "":
		text = e.Code + ": " + e.Message
	case e.Code != "":
		text = e.Code
	}
	if e.API != "" {
		text = e.Service + " " + e.API + ": " + text
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	return text
}

// limited reports whether the call was refused for the rate of calls.
func (e *TaskError) limited() bool { return e.Kind == provider.Throttled.String() }

// FailedTask is one task that failed.
type FailedTask struct {
	TaskExecutionID, TaskName, TaskAction string
	Message                               string
}

// FailedError says that an execution ended Failed.
type FailedError struct {
	Execution string
	Message   string
	Tasks     []FailedTask // those of the execution itself, in the order in which they failed
	Outputs   map[string]any
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("execution %s failed: %s", e.Execution, e.Message)
}

// CancelledError says that an execution ended Cancelled.
type CancelledError struct {
	Execution string
	Reason    string
}

func (e *CancelledError) Error() string {
	return fmt.Sprintf("execution %s was cancelled: %s", e.Execution, e.Reason)
}

// DoubtfulCall is a call whose effect nobody can tell.
type DoubtfulCall struct {
	TaskExecutionID, TaskName string
	Service, API              string
	Err                       TaskError
}

// InDoubtError says that an execution stands still until Settle: a call that
// must not be made twice was begun and its answer lost.
type InDoubtError struct {
	Execution string
	Calls     []DoubtfulCall
}

func (e *InDoubtError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "execution %s stands still: it is not known whether %d call(s) took effect; find out, then Settle:", e.Execution, len(e.Calls))
	for i, c := range e.Calls {
		if i == 10 {
			fmt.Fprintf(&b, " and %d more", len(e.Calls)-i)
			break
		}
		fmt.Fprintf(&b, " %s (%s %s of task %s)", c.TaskExecutionID, c.Service, c.API, c.TaskName)
	}
	return b.String()
}

// StoppedError says that an execution is no longer driven here: the engine was
// shut down, or the journal could not be written. It can be resumed.
type StoppedError struct {
	Cause error // nil after Shutdown
}

func (e *StoppedError) Error() string {
	if e.Cause == nil {
		return "the engine was shut down; the execution stands still until it is resumed"
	}
	return "the execution is not driven any more, and nothing further was started: " + e.Cause.Error() + "; mend the cause, then resume"
}

func (e *StoppedError) Unwrap() error { return e.Cause }

// stopped gives the host's error of a stopped driver in the words of oos.
func stopped(err error) error {
	if s, ok := errors.AsType[*host.StoppedError](err); ok {
		return &StoppedError{Cause: s.Cause}
	}
	return err
}

// stamp is a time as facts keep it: milliseconds since 1970, so that a fold
// has the same time as the life before it.
type stamp int64

func stampOf(t time.Time) stamp {
	if t.IsZero() {
		return 0
	}
	return stamp(t.UnixMilli())
}

func (s stamp) time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(s)).UTC()
}
