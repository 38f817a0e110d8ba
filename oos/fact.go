package oos

import (
	"encoding/json"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// The facts of an execution's journal. Each is one record; its kind is the name
// in codec, and neither name nor meaning ever changes. X is the dotted path
// of the execution it is about, empty for the root; K the index of the task; I
// the number of the loop's item plus one, 0 outside of loops; T when.
//
// Data that may be large stands in the field D, or, where it is more than fits,
// in piece records right before the fact, with D empty.

// piece is a part of the data of the next fact that takes some.
type piece struct{ core.Piece }

// header is what a root execution was started with, all that is small.
type header struct {
	ID              string            `json:"id"`
	Region          string            `json:"region"`
	Account         string            `json:"account,omitempty"`
	User            string            `json:"user,omitempty"`
	UtilVersion     string            `json:"util,omitempty"`
	TemplateName    string            `json:"template"`
	TemplateVersion string            `json:"version,omitempty"`
	Hash            string            `json:"hash"`
	Mode            Mode              `json:"mode"`
	LoopMode        LoopMode          `json:"loop"`
	SafetyCheck     SafetyCheck       `json:"safety"`
	Handled         bool              `json:"handled,omitempty"` // Options.HandledErrors
	Description     string            `json:"description,omitempty"`
	Tags            map[string]string `json:"tags,omitempty"`
	Digest          string            `json:"digest,omitempty"`
	// Parent is the trigger's execution that this one is a firing of.
	Parent string `json:"parent,omitempty"`
}

// templateLoaded gives the text of a template. Key is "" for the root's own.
type templateLoaded struct {
	Key     string     `json:"k,omitempty"`
	Name    string     `json:"n"`
	Version string     `json:"v,omitempty"`
	Err     *TaskError `json:"e,omitempty"`
	D       []byte     `json:"d,omitempty"`
	tmpl    *Template
}

// executionBegan begins the root (Root is set) or a child, whose unit K, I of
// the execution X waits for its template no more. Its data is the values of the
// parameters.
type executionBegan struct {
	X      string          `json:"x,omitempty"`
	K      int32           `json:"k"`
	I      int32           `json:"i,omitempty"`
	T      stamp           `json:"t"`
	Root   *header         `json:"root,omitempty"`
	Event  json.RawMessage `json:"ev,omitempty"` // what fired it: the result of the trigger's task
	D      json.RawMessage `json:"d,omitempty"`
	Sealed []byte          `json:"sec,omitempty"`
	values *runbook.Values
}

// executionEnded is the end of an execution. Its data is its outputs.
type executionEnded struct {
	X       string          `json:"x,omitempty"`
	T       stamp           `json:"t"`
	Status  Status          `json:"s"`
	Message string          `json:"m,omitempty"`
	D       json.RawMessage `json:"d,omitempty"`
	Sealed  []byte          `json:"sec,omitempty"`
	outputs *value.Value
}

// unitStarted is the intent: it is durable before anything is done.
type unitStarted struct {
	X     string   `json:"x,omitempty"`
	K     int32    `json:"k"`
	I     int32    `json:"i,omitempty"`
	T     stamp    `json:"t"`
	Until stamp    `json:"u,omitempty"` // when a sleep ends, or a schedule
	Wait  WaitKind `json:"w,omitempty"` // for a person, or a trigger
	Need  int      `json:"n,omitempty"` // approvals
	Load  string   `json:"l,omitempty"` // key of the template that a child needs
	props *value.Value
}

// unitDone is a unit that ended well. Its data is the list of its outputs, in
// the order of the task's, and the raw result where the template refers to it.
type unitDone struct {
	X       string          `json:"x,omitempty"`
	K       int32           `json:"k"`
	I       int32           `json:"i,omitempty"`
	T       stamp           `json:"t"`
	D       json.RawMessage `json:"d,omitempty"`
	Sealed  []byte          `json:"sec,omitempty"`
	outputs []value.Value
}

// unitFailed is a unit that ended badly; the outputs are what could be had.
// Cancelled says that it was given up.
type unitFailed struct {
	X         string          `json:"x,omitempty"`
	K         int32           `json:"k"`
	I         int32           `json:"i,omitempty"`
	T         stamp           `json:"t"`
	Err       TaskError       `json:"e"`
	Cancelled bool            `json:"c,omitempty"`
	D         json.RawMessage `json:"d,omitempty"`
	Sealed    []byte          `json:"sec,omitempty"`
	outputs   []value.Value
}

// unitRetried is a failed try that will be made again.
type unitRetried struct {
	X       string    `json:"x,omitempty"`
	K       int32     `json:"k"`
	I       int32     `json:"i,omitempty"`
	Attempt int       `json:"a"`
	Next    stamp     `json:"n"`
	Err     TaskError `json:"e"`
}

// unitDoubted is a call whose effect nobody can tell.
type unitDoubted struct {
	X   string    `json:"x,omitempty"`
	K   int32     `json:"k"`
	I   int32     `json:"i,omitempty"`
	T   stamp     `json:"t"`
	Err TaskError `json:"e"`
}

// unitSettled is a person's word that a call in doubt had no effect: it is made
// again. (One that had is a unitDone.)
type unitSettled struct {
	X string `json:"x,omitempty"`
	K int32  `json:"k"`
	I int32  `json:"i,omitempty"`
}

// unitApproved is one approval of a unit that needs more.
type unitApproved struct {
	X    string `json:"x,omitempty"`
	K    int32  `json:"k"`
	T    stamp  `json:"t"`
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
}

// noticeSent says what became of the message of an ACS::Approve.
type noticeSent struct {
	X   string     `json:"x,omitempty"`
	K   int32      `json:"k"`
	Err *TaskError `json:"e,omitempty"`
}

// taskSkipped is a task whose When is false, or that a person skips.
type taskSkipped struct {
	X    string `json:"x,omitempty"`
	K    int32  `json:"k"`
	T    stamp  `json:"t"`
	Note string `json:"note,omitempty"`
}

// choiceMade is an ACS::Choice that was decided.
type choiceMade struct {
	X    string `json:"x,omitempty"`
	K    int32  `json:"k"`
	T    stamp  `json:"t"`
	Next string `json:"n"` // a target
}

// loopStarted begins a loop of N items. The items are rendered anew by a fold.
type loopStarted struct {
	X     string `json:"x,omitempty"`
	K     int32  `json:"k"`
	T     stamp  `json:"t"`
	N     int    `json:"n"`
	begun *loop
}

// loopPaused is the end of a batch after which a person has to go on.
type loopPaused struct {
	X     string `json:"x,omitempty"`
	K     int32  `json:"k"`
	T     stamp  `json:"t"`
	Batch int    `json:"b"`
}

// batchEntered lets the items of the next batch go.
type batchEntered struct {
	X     string `json:"x,omitempty"`
	K     int32  `json:"k"`
	Batch int    `json:"b"`
	Note  string `json:"note,omitempty"`
}

// loopEnded is the end of a loop's task.
type loopEnded struct {
	X       string `json:"x,omitempty"`
	K       int32  `json:"k"`
	T       stamp  `json:"t"`
	Status  Status `json:"s"`
	Message string `json:"m,omitempty"`
}

// held makes an execution wait for a person before its task K goes on.
type held struct {
	X    string   `json:"x,omitempty"`
	K    int32    `json:"k"`
	T    stamp    `json:"t"`
	Wait WaitKind `json:"w"`
}

// released ends a risk confirmation.
type released struct {
	X    string `json:"x,omitempty"`
	K    int32  `json:"k"`
	T    stamp  `json:"t"`
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
}

// taskChosen lets a task run: the next one in mode Debug, or one that failed
// again. Items lists those of a failed loop, plus one; none: all that failed.
type taskChosen struct {
	X      string          `json:"x,omitempty"`
	K      int32           `json:"k"`
	T      stamp           `json:"t"`
	Again  bool            `json:"again,omitempty"`
	Items  []int32         `json:"is,omitempty"`
	Note   string          `json:"note,omitempty"`
	D      json.RawMessage `json:"d,omitempty"` // {"properties":…,"item":…}
	Sealed []byte          `json:"sec,omitempty"`
}

// cancelAsked stops an execution and its children.
type cancelAsked struct {
	X      string `json:"x,omitempty"`
	T      stamp  `json:"t"`
	Reason string `json:"why,omitempty"`
}

// triggerScheduled sets the next firing of a timer; 0 for none any more.
type triggerScheduled struct {
	T    stamp `json:"t"`
	Next stamp `json:"n,omitempty"`
}

// triggerFired starts the N-th child of a trigger. Its data is what fired it.
type triggerFired struct {
	T      stamp           `json:"t"`
	N      int             `json:"n"`
	D      json.RawMessage `json:"d,omitempty"`
	Manual bool            `json:"manual,omitempty"`
}

// firingEnded is the end of a child of a trigger.
type firingEnded struct {
	T       stamp           `json:"t"`
	N       int             `json:"n"`
	Status  Status          `json:"s"`
	Message string          `json:"m,omitempty"`
	D       json.RawMessage `json:"d,omitempty"` // outputs, secrets redacted
}

// snapshotPiece is a piece of a snapshot's JSON; snapshotTaken ends it.
type snapshotPiece struct{ core.Piece }

type snapshotTaken struct{ core.Bare }
