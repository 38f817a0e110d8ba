package ros

import (
	"encoding/json"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/provider"
)

// The facts of a stack's journal. Each is one record; its kind is the name in
// codec, and neither name nor meaning ever changes.

// planPiece is a piece of the JSON of the plan that the next runStarted takes.
type planPiece struct{ core.Piece }

// runStarted begins an operation. plan is set where the fact was just decided;
// a fold puts it together from the pieces.
type runStarted struct {
	At   time.Time `json:"t"`
	plan *Plan
}

// phaseEntered moves the run to its next phase.
type phaseEntered struct {
	At     time.Time `json:"t"`
	Phase  Phase     `json:"p"`
	Reason string    `json:"why,omitempty"`
}

// stepStarted is the intent: it is durable before the call is made.
type stepStarted struct {
	Step    int     `json:"s"`
	Outcome Outcome `json:"o,omitempty"` // of an update: update or replace
}

// stepProgressed is what a provider reported before it was done.
type stepProgressed struct {
	Step       int       `json:"s"`
	PhysicalID string    `json:"id,omitempty"`
	Resume     []byte    `json:"r,omitempty"`
	Note       string    `json:"n,omitempty"`
	Next       time.Time `json:"t"`
}

// stepRetried is a failed try that will be made again.
type stepRetried struct {
	Step    int       `json:"s"`
	Attempt int       `json:"a"`
	Next    time.Time `json:"t"`
	Err     CallError `json:"e"`
}

// stepEscalated says that an update could not be made in place and becomes the
// replacement that the plan allowed.
type stepEscalated struct {
	Step int       `json:"s"`
	Err  CallError `json:"e"`
}

// stepDone is a step that ended well.
type stepDone struct {
	Step       int             `json:"s"`
	Outcome    Outcome         `json:"o,omitempty"`
	PhysicalID string          `json:"id,omitempty"`
	Attributes json.RawMessage `json:"at,omitempty"`
	Ref        json.RawMessage `json:"ref,omitempty"`
	Applied    json.RawMessage `json:"ap,omitempty"` // where it is not the plan's Desired to the letter
	Sealed     []byte          `json:"sec,omitempty"`
}

// stepFailed is a step that ended badly, for good.
type stepFailed struct {
	Step int       `json:"s"`
	Err  CallError `json:"e"`
	// Of a create call that had an effect or may have had one: the properties it
	// was made with, where they are not the plan's Desired to the letter. What it
	// made is looked up and deleted by them, when their sources may have changed.
	Applied json.RawMessage `json:"ap,omitempty"`
	Sealed  []byte          `json:"sec,omitempty"`
}

// stepDoubted is a call whose effect nobody can tell: the run stops there.
type stepDoubted struct {
	Step int       `json:"s"`
	Err  CallError `json:"e"`
}

// stepSettled is a person's word on a step in doubt: the physical ID, or none
// if the call had no effect.
type stepSettled struct {
	Step       int    `json:"s"`
	PhysicalID string `json:"id,omitempty"`
}

// stopAsked is a wish to stop the run: a cancel, or the deadline of a phase.
type stopAsked struct {
	Reason string `json:"why"`
	Quick  bool   `json:"q,omitempty"` // calls in flight are given up
}

// runEnded is the end of an operation.
type runEnded struct {
	At     time.Time `json:"t"`
	Status Status    `json:"st"`
	Reason string    `json:"why,omitempty"`
	Root   string    `json:"root,omitempty"`
}

// snapshotPiece is a piece of a snapshot's JSON; snapshotTaken ends it.
type snapshotPiece struct{ core.Piece }

type snapshotTaken struct{ core.Bare }

// CallError is why a step failed, as the journal keeps it.
type CallError struct {
	Kind      string `json:"k,omitempty"`
	Code      string `json:"c,omitempty"`
	Message   string `json:"m,omitempty"`
	RequestID string `json:"rid,omitempty"`
	Path      string `json:"p,omitempty"`
	// Repeated says that the call may have been made before, and its answer
	// lost: what the error says is of the last call alone.
	Repeated bool `json:"again,omitempty"`
}

func (e CallError) Error() string {
	text := e.Message
	switch {
	case e.Code != "" && e.Message != "":
		text = e.Code + ": " + e.Message
	case e.Code != "":
		text = e.Code
	}
	if e.Path != "" {
		text += " (property " + e.Path + ")"
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	return text
}

// limited reports whether the call was refused for the rate of calls.
func (e CallError) limited() bool { return e.Kind == provider.Throttled.String() }

// uncertain reports whether the call may have had an effect all the same.
func (e CallError) uncertain() bool {
	if e.Repeated {
		return true
	}
	switch e.Kind {
	case "transient":
		return e.Code != provider.NotSent
	case "invalid", "denied", "quota", "unavailable", "unsupported", "not-found", "throttled", "conflict", "needs-replacement":
		return false
	}
	return true
}
