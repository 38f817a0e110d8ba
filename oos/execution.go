package oos

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
)

// Execution is an execution that was started. Its methods may be called
// concurrently, and from any number of handles of the same execution.
type Execution struct {
	engine *Engine
	id     string
}

// Result is an execution's good end.
type Result struct {
	ExecutionID string
	Outputs     map[string]any // Go values in the manner of JSON; secrets are asterisks
}

// ID is the execution's ID.
func (x *Execution) ID() string { return x.id }

// Wait waits for the end. It returns *FailedError and *CancelledError for the
// other ends, and *InDoubtError when the execution stands still until Settle.
// While it waits for a person, Wait waits on: Waiting tells for what. The
// context ends the waiting, never the execution.
func (x *Execution) Wait(ctx context.Context) (*Result, error) {
	root, path := split(x.id)
	for {
		head, err := x.engine.roots.Head(ctx, root)
		if err != nil {
			return nil, err
		}
		var res *Result
		missing, ended := false, false
		lookErr := x.engine.look(ctx, root, func(m *machine) {
			e := m.execs[path]
			ended = m.root != nil && m.root.status.Final()
			switch {
			case e == nil:
				missing = true
			case e.status.Final():
				res, err = m.outcome(e)
			case m.fault() != nil:
				err = m.fault()
			default:
				err = m.standsStill(e)
			}
		})
		switch {
		case lookErr != nil:
			return nil, lookErr
		case missing:
			return x.recall(ctx)
		case res != nil || err != nil:
			if ended {
				x.engine.roots.Retire(ctx, root)
			}
			return res, err
		}
		if err := x.engine.await(ctx, root, head.Tail); err != nil {
			return nil, err
		}
	}
}

// recall tells how a child ended, from the journal.
func (x *Execution) recall(ctx context.Context) (res *Result, err error) {
	root, path := split(x.id)
	m, err := x.engine.history(ctx, root)
	if err != nil {
		return nil, err
	}
	e := m.execs[path]
	if e == nil || !e.status.Final() {
		return nil, &NotFoundError{Execution: x.id}
	}
	return m.outcome(e)
}

// outcome is how an execution ended.
func (m *machine) outcome(e *execution) (*Result, error) {
	outputs := goMap(e.outputs)
	switch e.status {
	case Failed:
		return nil, &FailedError{Execution: m.id(e.path), Message: e.message, Tasks: e.tally, Outputs: outputs}
	case Cancelled:
		return nil, &CancelledError{Execution: m.id(e.path), Reason: e.message}
	}
	return &Result{ExecutionID: m.id(e.path), Outputs: outputs}, nil
}

// goMap gives a map as Go values, secrets as asterisks.
func goMap(v value.Value) map[string]any {
	out := map[string]any{}
	if v.Kind() == value.KindMap {
		_ = json.Unmarshal(secret.Redact(v).AppendJSON(nil), &out) // JSON of our own
	}
	return out
}

// standsStill is an error when nothing is in flight and calls are in doubt.
func (m *machine) standsStill(e *execution) error {
	if m.doubts == 0 || len(m.flights) > 0 || len(m.loads) > 0 {
		return nil
	}
	err := &InDoubtError{Execution: m.id(e.path)}
	for _, u := range m.unitsBelow(e) {
		if u.state == doubtful {
			err.Calls = append(err.Calls, DoubtfulCall{
				TaskExecutionID: m.id(u.path()), TaskName: u.template().Name, Service: u.doubt.Service, API: u.doubt.API, Err: u.doubt,
			})
		}
	}
	if len(err.Calls) == 0 {
		return nil
	}
	return err
}

// Waiting lists what the execution waits for now: persons, triggers, calls in
// doubt.
func (x *Execution) Waiting(ctx context.Context) (waits []Wait, err error) {
	root, path := split(x.id)
	err = x.engine.look(ctx, root, func(m *machine) {
		if e := m.execs[path]; e != nil {
			for _, w := range m.waitsBelow(e) {
				waits = append(waits, w.Wait)
			}
		}
	})
	return waits, err
}

// Events gives the events of the execution and its children after a position,
// and goes on with those that come, until it has ended. Seq of the last event
// seen is the position to go on from, in this process or another.
func (x *Execution) Events(ctx context.Context, after int64) iter.Seq2[Event, error] {
	return x.engine.follow(ctx, x.id, after)
}

// Notify is NotifyExecution.
func (x *Execution) Notify(ctx context.Context, n *Notice) error {
	return x.engine.NotifyExecution(ctx, x.id, n)
}

// Approve approves what waits for it: an ACS::Approve or ACS::Pause, a risky
// task, the next batch of a loop. task is the name or the ID of its task, and
// may be empty if one alone waits.
func (x *Execution) Approve(ctx context.Context, task string, d Decision) error {
	return x.answer(ctx, Approve, task, d)
}

// Reject rejects what waits for an approval: the execution ends Cancelled.
func (x *Execution) Reject(ctx context.Context, task string, d Decision) error {
	return x.answer(ctx, Reject, task, d)
}

func (x *Execution) answer(ctx context.Context, typ NotifyType, task string, d Decision) error {
	n := &Notice{Type: typ, TaskName: task, User: d.User, Note: d.Note}
	if root, _ := split(task); root != "" && task != root {
		n.TaskName, n.TaskExecutionID = "", task
	}
	return x.Notify(ctx, n)
}

// Cancel is CancelExecution.
func (x *Execution) Cancel(ctx context.Context, why string) error {
	return x.engine.CancelExecution(ctx, x.id, why)
}

// Settle tells what became of calls in doubt. task is the ID of one task
// execution, as *InDoubtError and Waiting name it; the name of a task, for all
// items of its loop; or empty, for all.
func (x *Execution) Settle(ctx context.Context, task string, s Settlement) error {
	req := &settleRequest{task: task, took: s.TookEffect}
	if len(s.Response) > 0 {
		v, err := value.ParseJSON(s.Response)
		if err != nil {
			return &ParameterError{"Response", err.Error()}
		}
		req.response = v
	}
	return x.engine.submit(ctx, x.id, func(path string) any { req.path = path; return req })
}

// await returns when the journal of an execution has grown or the execution has
// ended, or with the error that stopped its driver.
func (e *Engine) await(ctx context.Context, root string, tail int64) error {
	return stopped(e.roots.Await(ctx, root, tail))
}
