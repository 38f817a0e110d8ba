package oos

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
	ExecutionEvent EventKind = "execution" // an execution began, waits, goes on or has ended
	TaskEvent      EventKind = "task"      // a task began, waits, goes on or has ended
	ItemEvent      EventKind = "item"      // the same of one item of a loop
	RetryEvent     EventKind = "retry"     // a call failed and will be made again
	DoubtEvent     EventKind = "doubt"     // a call's effect is not known
	NoticeEvent    EventKind = "notice"    // a message could not be sent
	TriggerEvent   EventKind = "trigger"   // a trigger is scheduled, has fired, or its child has ended
)

// Event is one thing that happened to an execution or a child. No secret is in
// it.
type Event struct {
	Seq             int64     `json:"seq"` // the position in the journal: the cursor
	At              time.Time `json:"at"`
	Kind            EventKind `json:"kind"`
	ExecutionID     string    `json:"executionId"` // of the child where it is about one
	TaskExecutionID string    `json:"taskExecutionId,omitempty"`
	TaskName        string    `json:"taskName,omitempty"`
	TaskAction      string    `json:"taskAction,omitempty"`
	Status          Status    `json:"status,omitempty"`
	Waiting         WaitKind  `json:"waiting,omitempty"`
	Message         string    `json:"message"`
	Attempt         int       `json:"attempt,omitempty"`   // of a retry
	Code            string    `json:"code,omitempty"`      // the cloud's
	RequestID       string    `json:"requestId,omitempty"` // the cloud's
	Done            int       `json:"done,omitempty"`      // items of the loop that have ended
	Items           int       `json:"items,omitempty"`     // of the loop
}

// LogEntry is a line of an execution's log.
type LogEntry struct {
	TaskExecutionID string    `json:"TaskExecutionId"`
	LogType         string    `json:"LogType"` // System
	Message         string    `json:"Message"`
	Timestamp       time.Time `json:"Timestamp"`
}

// LogQuery selects log entries; the zero value selects all.
type LogQuery struct {
	TaskExecutionID string
	LogType         string
}

// ListExecutionLogs gives the log of an execution and its children up to now.
func (e *Engine) ListExecutionLogs(ctx context.Context, id string, q *LogQuery) iter.Seq2[LogEntry, error] {
	if q == nil {
		q = &LogQuery{}
	}
	return func(yield func(LogEntry, error) bool) {
		for ev, err := range e.Events(ctx, id, 0) {
			entry := LogEntry{ev.TaskExecutionID, "System", ev.Message, ev.At}
			if entry.TaskExecutionID == "" {
				entry.TaskExecutionID = ev.ExecutionID
			}
			if err == nil && (q.TaskExecutionID != "" && q.TaskExecutionID != entry.TaskExecutionID || q.LogType != "" && q.LogType != entry.LogType) {
				continue
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

// Events gives the events of an execution and its children after a position, up
// to now. An old part of the journal may have been replaced by a snapshot; its
// events are gone then.
func (e *Engine) Events(ctx context.Context, id string, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		p, err := e.newProjector(ctx, id)
		if err == nil {
			err = p.read(ctx, after, yield)
		}
		if err != nil {
			yield(Event{}, err)
		}
	}
}

// follow is Events that goes on until the execution has ended.
func (e *Engine) follow(ctx context.Context, id string, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		p, err := e.newProjector(ctx, id)
		for err == nil {
			if err = p.read(ctx, after, yield); err != nil || p.stopped || p.ended {
				break
			}
			err = e.await(ctx, p.root, p.seq)
		}
		if err != nil {
			yield(Event{}, err)
		}
	}
}

// projector folds a journal and tells what each record means.
type projector struct {
	roots   *host.Journals
	root    string
	path    string
	m       *machine
	seq     int64 // of the last record folded
	stopped bool  // the reader wants no more
	ended   bool  // what it is about has ended
}

func (e *Engine) newProjector(ctx context.Context, id string) (*projector, error) {
	root, path := split(id)
	head, err := e.roots.Head(ctx, root)
	if err != nil {
		return nil, err
	}
	if head.Tail == 0 {
		return nil, &NotFoundError{Execution: id}
	}
	p := &projector{roots: e.roots, root: root, path: path, m: newMachine(e.set)}
	if head.First > 1 {
		p.seq = max(head.Base-1, 0)
	}
	return p, nil
}

// history folds the whole journal into a machine that remembers what has ended.
func (e *Engine) history(ctx context.Context, root string) (*machine, error) {
	p, err := e.newProjector(ctx, root)
	if err != nil {
		return nil, err
	}
	p.m.keep = true
	err = p.read(ctx, 0, nil)
	return p.m, err
}

// read folds what is new in the journal and yields the events after a position.
func (p *projector) read(ctx context.Context, after int64, yield func(Event, error) bool) error {
	for rec, err := range p.roots.Read(ctx, p.root, p.seq) {
		if err != nil {
			return err
		}
		fact, err := codec.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
		if err != nil {
			return fmt.Errorf("journal of execution %s, record %d: %w", p.root, rec.Seq, err)
		}
		p.seq = rec.Seq
		ev, ok := p.take(fact)
		if !ok || yield == nil || rec.Seq <= after || !within(ev.ExecutionID, p.root, p.path) {
			continue
		}
		if ev.Seq, ev.At = rec.Seq, rec.At; !yield(ev, nil) {
			p.stopped = true
			return nil
		}
	}
	return nil
}

// within reports whether an execution is the one that is asked for or below it.
func within(id, root, path string) bool {
	if path != "" {
		root += "." + path
	}
	return id == root || len(id) > len(root) && id[:len(root)] == root && id[len(root)] == '.'
}

// take folds a fact and gives the event that it is, if it is one.
func (p *projector) take(fact core.Event) (Event, bool) {
	m := p.m
	if f, ok := fact.(*executionEnded); ok {
		e := m.execs[f.X]
		m.Evolve(fact)
		if m.changes, m.agenda = m.changes[:0], m.clearAgenda(); e == nil {
			return Event{}, false
		}
		p.ended = p.ended || within(m.head.ID+dotted(p.path), m.head.ID, f.X) // it, or one above
		return Event{Kind: ExecutionEvent, ExecutionID: m.id(f.X), Status: f.Status, Message: p.ending(e, f)}, true
	}
	m.Evolve(fact)
	m.changes, m.agenda = m.changes[:0], m.clearAgenda()
	switch f := fact.(type) {
	case *executionBegan:
		return p.began(f)
	case *cancelAsked:
		return Event{Kind: ExecutionEvent, ExecutionID: m.id(f.X), Status: Running, Message: "cancelling: " + f.Reason}, true
	case *triggerScheduled:
		ev := Event{Kind: TriggerEvent, ExecutionID: m.head.ID, Message: "no further firing"}
		if f.Next != 0 {
			ev.Message = "next firing at " + f.Next.time().Format(time.RFC3339)
		}
		return ev, true
	case *triggerFired:
		return Event{Kind: TriggerEvent, ExecutionID: m.head.ID, Status: Running, Message: "fired: " + m.firingID(f.N)}, true
	case *firingEnded:
		return Event{Kind: TriggerEvent, ExecutionID: m.head.ID, Status: f.Status, Message: "firing " + m.firingID(f.N) + " ended: " + string(f.Status)}, true
	}
	return p.taskEvent(fact)
}

func dotted(path string) string {
	if path == "" {
		return ""
	}
	return "." + path
}

// clearAgenda forgets what could be decided: a reader decides nothing.
func (m *machine) clearAgenda() []*execution {
	for _, e := range m.agenda {
		e.queued = false
	}
	return m.agenda[:0]
}

func (p *projector) ending(e *execution, f *executionEnded) string {
	text := "execution ended: " + string(f.Status)
	if e.message != "" {
		text += ": " + e.message
	}
	return text
}

func (p *projector) began(f *executionBegan) (Event, bool) {
	m := p.m
	path := ""
	if f.Root == nil {
		u := m.unitAt(f.X, f.K, f.I)
		if u == nil {
			return Event{}, false
		}
		path = u.childPath()
	}
	e := m.execs[path]
	if e == nil {
		return Event{}, false
	}
	return Event{Kind: ExecutionEvent, ExecutionID: m.id(path), Status: e.shown(), Waiting: e.hold, Message: "execution started: " + m.lineOf(e).TemplateName}, true
}
