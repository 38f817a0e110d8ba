package host

import "fmt"

// StoppedError says that the driver of a journal does not drive it any more.
// Cause is nil after Close and Shutdown: open the journal again to go on.
type StoppedError struct {
	ID    string
	Cause error
}

func (e *StoppedError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("journal %q is closed; open it again to go on", e.ID)
	}
	return fmt.Sprintf("journal %q is not driven any more: %v", e.ID, e.Cause)
}

func (e *StoppedError) Unwrap() error { return e.Cause }

// PanicError says that an effector or a machine panicked. The message has the
// panic's value but not the stack.
type PanicError struct {
	ID      string // of the journal
	Command string // the command whose call panicked; empty for the machine
	Value   any
	Stack   []byte
}

func (e *PanicError) Error() string {
	where := "the machine"
	if e.Command != "" {
		where = fmt.Sprintf("the call of command %q", e.Command)
	}
	return fmt.Sprintf("journal %q: %s panicked: %v", e.ID, where, e.Value)
}
