package ros

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
)

// EventKind says what an event is about. Kinds are added to: ignore those that
// are not known.
type EventKind string

// The kinds of events.
const (
	StackEvent    EventKind = "stack"    // the stack's status changed
	ResourceEvent EventKind = "resource" // a resource's status changed
	ProgressEvent EventKind = "progress" // a provider reported how far it is
	RetryEvent    EventKind = "retry"    // a call failed and will be made again
	DoubtEvent    EventKind = "doubt"    // a call's effect is not known
)

// Event is one thing that happened to a stack. No secret is in it.
type Event struct {
	Seq        int64     `json:"seq"` // the position in the journal: the cursor
	At         time.Time `json:"at"`
	Kind       EventKind `json:"kind"`
	Stack      string    `json:"stack"`
	StackID    string    `json:"stackId"`
	LogicalID  string    `json:"logicalId,omitempty"` // empty for the stack itself
	Type       string    `json:"type,omitempty"`
	PhysicalID string    `json:"physicalId,omitempty"`
	Status     Status    `json:"status,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Attempt    int       `json:"attempt,omitempty"`   // of a retry
	Code       string    `json:"code,omitempty"`      // the cloud's
	RequestID  string    `json:"requestId,omitempty"` // the cloud's
}

// Events gives the events of a stack, by name or by ID, after a position, up
// to now. An old part of the journal may have been replaced by a snapshot; its
// events are gone then.
func (e *Engine) Events(ctx context.Context, stack string, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		id, err := e.find(ctx, stack)
		if err != nil {
			yield(Event{}, err)
			return
		}
		p := e.newProjector(id)
		if err := p.read(ctx, after, yield); err != nil {
			yield(Event{}, err)
		}
	}
}

// follow is Events that goes on until a run has ended.
func (e *Engine) follow(ctx context.Context, id string, after, number int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		p := e.newProjector(id)
		for {
			if err := p.read(ctx, after, yield); err != nil {
				yield(Event{}, err)
				return
			}
			if p.stopped || p.past(number) {
				return
			}
			if err := e.await(ctx, id, p.seq); err != nil {
				yield(Event{}, err)
				return
			}
		}
	}
}

// projector folds a journal and tells what each record means.
type projector struct {
	stacks  *host.Journals
	id      string
	fresh   func() *machine
	m       *machine
	seq     int64 // of the last record folded
	stopped bool  // the reader wants no more
}

func (e *Engine) newProjector(id string) *projector {
	return &projector{stacks: e.stacks, id: id, fresh: func() *machine { return e.def.New().(*machine) }}
}

// past reports whether a run has ended.
func (p *projector) past(number int64) bool {
	return p.m != nil && (p.m.state.Runs > number || p.m.state.Runs == number && p.m.run != nil && p.m.run.ended)
}

// read folds what is new in the journal and yields the events after a
// position.
func (p *projector) read(ctx context.Context, after int64, yield func(Event, error) bool) error {
	if p.m == nil {
		head, err := p.stacks.Head(ctx, p.id)
		if err != nil {
			return err
		}
		p.m, p.seq = p.fresh(), max(head.Base-1, 0)
	}
	for rec, err := range p.stacks.Read(ctx, p.id, p.seq) {
		if err != nil {
			return err
		}
		ev, err := codec.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
		if err != nil {
			return fmt.Errorf("journal of stack %s, record %d: %w", p.id, rec.Seq, err)
		}
		out, ok := p.take(ev)
		p.seq = rec.Seq
		if ok && rec.Seq > after {
			out.Seq, out.At = rec.Seq, rec.At
			if !yield(out, nil) {
				p.stopped = true
				return nil
			}
		}
	}
	return nil
}

// take folds a fact and gives the event that it is, if it is one.
func (p *projector) take(fact core.Event) (Event, bool) {
	m := p.m
	switch fact.(type) {
	case *runStarted, *phaseEntered, *runEnded:
		before := m.state.Status
		m.Evolve(fact)
		m.changes = m.changes[:0]
		ev := p.stackEvent()
		return ev, ev.Status != before
	}
	i, ok := stepOf(fact)
	if !ok || m.run == nil || i < 0 || i >= len(m.run.steps) {
		m.Evolve(fact)
		return Event{}, false
	}
	called := m.run.steps[i].state == inFlight
	physicalID := m.physicalID(i)
	m.Evolve(fact)
	m.changes = m.changes[:0]
	ev := p.stackEvent()
	step := &m.run.plan.Steps[i]
	ev.Kind, ev.LogicalID, ev.Type = ResourceEvent, step.LogicalID, step.Type
	if ev.PhysicalID = m.physicalID(i); ev.PhysicalID == "" {
		ev.PhysicalID = physicalID
	}
	return p.stepEvent(ev, fact, i, called)
}

func (p *projector) stackEvent() Event {
	s := &p.m.state
	return Event{Kind: StackEvent, Stack: s.Ref.Name, StackID: s.Ref.ID, Status: s.Status, Reason: s.Reason}
}

// stepEvent fills in what a fact about a step tells.
func (p *projector) stepEvent(ev Event, fact core.Event, i int, called bool) (Event, bool) {
	verb := p.m.run.verb(i)
	status := func(s string) { ev.Status, ev.Reason = Status(statusVerb(verb)+"_"+s), "state changed" }
	switch f := fact.(type) {
	case *stepStarted:
		status("IN_PROGRESS")
	case *stepEscalated:
		status("IN_PROGRESS")
		if ev.Reason = "cannot be changed in place, is replaced: " + f.Err.Error(); p.m.run.undoesFailedDelete(i) {
			ev.Reason = "is gone, is made again: " + f.Err.Error()
		}
	case *stepDone:
		if status("COMPLETE"); verb == ReleaseVerb {
			ev.Reason = "retained: left in the cloud, no longer in the stack"
		} else if !called {
			return ev, false
		}
	case *stepFailed:
		status("FAILED")
		ev.Reason, ev.Code, ev.RequestID = f.Err.Error(), f.Err.Code, f.Err.RequestID
	case *stepRetried:
		status("IN_PROGRESS")
		ev.Kind, ev.Attempt = RetryEvent, f.Attempt
		ev.Reason, ev.Code, ev.RequestID = f.Err.Error(), f.Err.Code, f.Err.RequestID
	case *stepProgressed:
		status("IN_PROGRESS")
		ev.Kind, ev.Reason = ProgressEvent, f.Note
		return ev, f.Note != ""
	case *stepDoubted:
		status("IN_PROGRESS")
		ev.Kind, ev.Reason, ev.Code, ev.RequestID = DoubtEvent, f.Err.Error(), f.Err.Code, f.Err.RequestID
	default:
		return ev, false
	}
	return ev, true
}

// physicalID is that of the instance that a step acts on, if it has one.
func (m *machine) physicalID(i int) string {
	in := m.state.resource(m.run.plan.Steps[i].LogicalID).instance(m.run.target(i))
	if in == nil {
		return ""
	}
	return in.PhysicalID
}

var _ host.Effector = (*effector)(nil)
