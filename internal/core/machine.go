package core

import (
	"time"
)

// Event is one fact of a machine, decoded. What a fact looks like on disk is
// the business of the machine's Codec.
type Event any

// Record is one encoded fact. Kind names its format and never changes meaning;
// a changed format takes a new kind.
type Record struct {
	Kind string
	Data []byte
}

// Codec turns facts into records and back. Decode accepts every kind that any
// release has written.
type Codec interface {
	Encode(Event) (Record, error)
	Decode(Record) (Event, error)
}

// Input is what reaches a machine from outside. Exactly one of Result, Timer
// and Request is set.
type Input struct {
	// At is when the host took the input in. It is the machine's only clock.
	At time.Time
	// Command is the ID of the command that a Result or Timer answers.
	Command string
	// Result is what the effector gave back for the command.
	Result any
	// Timer says that the wait of a command without Work is over.
	Timer bool
	// Request is what a caller asks for: start, cancel, signal, approve.
	Request any
}

// Command is something that should be in flight: a call to make or a time to
// wait for. Its ID is unique in the journal and names the same work after a
// crash.
//
// A command leaves flight when its Result or Timer becomes an input, or when
// it is withdrawn. A machine that wants it again, as for the next try, lists it
// again in Changes, under the same ID or another. A command that is listed
// again while it waits for NotBefore replaces the one that waits; while its
// call runs, the listing changes nothing. What comes after a withdrawal under
// the same ID starts when the withdrawn call has returned.
type Command struct {
	ID        string
	NotBefore time.Time // zero: at once
	// Work is handed to the effector; nil makes the command a timer that comes
	// back as an input when NotBefore has passed.
	Work any
	// Limit names the rate limit the work is counted under; empty means none.
	Limit string
	// Cancel withdraws the command of that ID: the host forgets its timer or
	// cancels its call, and drops a late answer. Only Changes lists those.
	Cancel bool
}

// Machine is a deterministic state machine. It does no I/O, reads no clock,
// starts no goroutine and never iterates over a Go map where order shows. The
// host calls it from one goroutine.
//
// The host's duty, in this order, for each batch of inputs:
//
//  1. Decide each input and Evolve its events at once;
//  2. Advance until it gives no more events, evolving each;
//  3. append the events of the batch to the journal in one write;
//  4. start and stop what Changes lists.
//
// If the write fails the machine is ahead of its journal: the host drops it.
//
// A host may write a batch and act on it before Advance has come to its end,
// and go on with Advance in the next batch; it may fold a journal that ends
// after any call of Decide or Advance, but the events of one call stay
// together.
type Machine interface {
	// Decide turns an input into facts, without changing the machine. It may
	// refuse a Request with a typed error; it ignores a late or repeated
	// Result or Timer by giving no events.
	Decide(in Input) ([]Event, error)
	// Advance gives the facts that follow from the state alone: steps that are
	// ready and have a slot, phases that have ended. It does not change the
	// machine. After its events are evolved it is asked again, until it gives
	// none. at stamps the facts; it must not decide whether there are any,
	// since the host asks only after inputs.
	Advance(at time.Time) []Event
	// Evolve folds one fact. It is total: it takes every event that any
	// release has written, and ignores what it does not know.
	Evolve(ev Event)
	// Changes lists what came due or was withdrawn since it was last called,
	// in the order in which that happened. The host is done with the list
	// before it calls the machine again.
	Changes() []Command
	// Outstanding lists all that should be in flight now, in a fixed order. It
	// is asked once after a fold, and makes Changes start anew.
	Outstanding() []Command
	// Snapshot gives facts that, folded by a fresh machine, bring it to this
	// state. Each must fit into a record.
	Snapshot() []Event
	// Summary is what a listing of journals shows: small, readable without a
	// fold, and free of secrets.
	Summary() []byte
}

// Answer is what an effector gives back for a command.
type Answer struct {
	// Result becomes an Input. nil means that nothing new was learnt: the host
	// asks the effector for the same command again after Again (zero: after a
	// second), without an input and without a record.
	Result any
	Again  time.Duration
	// Throttle asks the host to hold back all work under the command's Limit
	// for that long; with neither Result nor Again, this command too.
	Throttle time.Duration
}
