package ros

import (
	"fmt"
	"strings"
	"time"

	"errors"

	"github.com/bianpai/bianpai/provider"
)

// BusyError says that an operation is running on the stack: the service's
// ActionInProgress.
type BusyError struct {
	Stack  string
	Status Status
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("ActionInProgress: stack %s is in %s; wait for it to end, or cancel it", e.Stack, e.Status)
}

// NotRunningError says that nothing is running that could be stopped.
type NotRunningError struct {
	Stack  string
	Status Status
}

func (e *NotRunningError) Error() string {
	return fmt.Sprintf("NotSupported: stack %s is in %s, no operation is running on it", e.Stack, e.Status)
}

// StalePlanError says that the stack has moved on since the plan was made.
type StalePlanError struct {
	Stack        string
	Planned, Now int64 // generations
}

func (e *StalePlanError) Error() string {
	return fmt.Sprintf("the plan for stack %s was made from generation %d, the stack is at %d: plan again", e.Stack, e.Planned, e.Now)
}

// NotFoundError says that there is no such stack: the service's StackNotFound.
type NotFoundError struct {
	Stack string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("StackNotFound: there is no stack %s", e.Stack)
}

// ExistsError says that the name is taken: the service's StackExists.
type ExistsError struct {
	Stack  string
	Status Status
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("StackExists: stack %s exists and is in %s; update it, or delete it first", e.Stack, e.Status)
}

// TokenError says that a client token was used before for another request: the
// service's IdempotentParameterMismatch.
type TokenError struct {
	Stack string
	Token string
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("IdempotentParameterMismatch: client token %s created stack %s with another template, parameters or settings; use a new token for a new request", e.Token, e.Stack)
}

// StatusError says that the operation is not legal in the stack's status.
type StatusError struct {
	Stack     string
	Operation string
	Status    Status
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("NotSupported: %s is not possible while stack %s is in %s; possible now: %s", e.Operation, e.Stack, e.Status, strings.Join(e.Status.Next(), ", "))
}

// KeyError says that a stack's secrets cannot be opened: the engine's Sealer
// has another key than the one that sealed them, or a newer release wrote them.
// The stack can be read, and nothing of it is driven or changed.
type KeyError struct {
	Stack string
	Cause error
}

func (e *KeyError) Error() string {
	return fmt.Sprintf("stack %s can be read only, its secrets cannot be opened: %v; set Options.Sealer to the key that it was made with", e.Stack, e.Cause)
}

func (e *KeyError) Unwrap() error { return e.Cause }

// keyError says why the machine does nothing; nil if it works.
func (m *machine) keyError() error {
	if m.vault.Broken() == nil {
		return nil
	}
	return &KeyError{Stack: m.state.Ref.Name, Cause: m.vault.Broken()}
}

// NoChangeError says that an update has nothing to do: the service's
// NotSupported for a request that changes nothing at all.
type NoChangeError struct {
	Stack string
}

func (e *NoChangeError) Error() string {
	return fmt.Sprintf("NotSupported: template and parameters are those that stack %s has already", e.Stack)
}

// FailedStep is a step that failed for good.
type FailedStep struct {
	LogicalID string    `json:"logicalId"`
	Type      string    `json:"type"`
	Verb      Verb      `json:"verb"`
	Phase     Phase     `json:"phase"`
	Err       CallError `json:"error"`
}

// FailedError says that an operation did not reach what was wanted. The first
// of Steps is the cause.
type FailedError struct {
	Stack  string
	Status Status
	Reason string
	Root   string // why the operation failed, where Reason tells why its rollback did
	Steps  []FailedStep
}

func (e *FailedError) Error() string {
	text := fmt.Sprintf("stack %s ended in %s: %s", e.Stack, e.Status, e.Reason)
	if e.Root != "" {
		text += "; what came before: " + e.Root
	}
	return text
}

// DoubtfulStep is a call whose effect nobody can tell.
type DoubtfulStep struct {
	LogicalID string
	Type      string
	Err       CallError
}

// InDoubtError says that the operation stands still until a person tells what
// became of a call (Run.Settle).
type InDoubtError struct {
	Stack string
	Steps []DoubtfulStep
}

func (e *InDoubtError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stack %s waits for a person: look up in the cloud whether these exist, then call Settle", e.Stack)
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "; %s (%s): %s", s.LogicalID, s.Type, s.Err.Error())
	}
	return b.String()
}

// throttle is how long an error asks all calls of its kind to hold back.
func throttle(err error) time.Duration {
	if perr, ok := errors.AsType[*provider.Error](err); ok && perr.Kind == provider.Throttled {
		return max(perr.After, time.Second)
	}
	return 0
}
