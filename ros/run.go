package ros

import (
	"context"
	"fmt"
	"iter"
)

// Run is an operation on a stack that was started. Its methods may be called
// concurrently, and from any number of handles of the same operation.
type Run struct {
	engine *Engine
	id     string // of the stack
	number int64
	from   int64 // the journal's tail before the run started
}

// Result is an operation's good end.
type Result struct {
	Stack  *Stack
	Status Status
}

// StackID is the ID of the stack.
func (r *Run) StackID() string { return r.id }

// Events gives the stack's events after a position, and goes on with those
// that come, until the operation has ended. Seq of the last event seen is the
// position to go on from, in this process or another.
func (r *Run) Events(ctx context.Context, after int64) iter.Seq2[Event, error] {
	return r.engine.follow(ctx, r.id, max(after, r.from), r.number)
}

// Wait waits for the operation to end. It returns *FailedError when what was
// wanted was not reached, and *InDoubtError when the operation stands still
// until Settle. The context ends the waiting, never the operation.
func (r *Run) Wait(ctx context.Context) (*Result, error) {
	for {
		tail, res, err := r.check(ctx)
		if res != nil || err != nil {
			return res, err
		}
		if err := r.engine.await(ctx, r.id, tail); err != nil {
			return nil, err
		}
	}
}

// check tells how the operation stands: a result, an error, or neither while
// it runs.
func (r *Run) check(ctx context.Context) (tail int64, res *Result, err error) {
	head, err := r.engine.stacks.Head(ctx, r.id)
	if err != nil {
		return 0, nil, err
	}
	past, ended := false, false
	lookErr := r.engine.look(ctx, r.id, func(m *machine) {
		switch {
		case m.state.Runs > r.number:
			past = true
		case m.run == nil:
		case m.run.ended:
			ended = true
			res, err = m.outcome()
		case m.vault.Broken() != nil:
			err = m.keyError()
		default:
			err = m.doubts()
		}
	})
	switch {
	case lookErr != nil:
		err = lookErr
	case past:
		res, err = r.engine.recall(ctx, r.id, r.number)
	case ended:
		r.engine.stacks.Retire(ctx, r.id)
	}
	return head.Tail, res, err
}

// recall gives the outcome of an operation that was followed by others.
func (e *Engine) recall(ctx context.Context, id string, number int64) (*Result, error) {
	p := e.newProjector(id)
	var res *Result
	var outcome error
	err := p.read(ctx, 0, func(Event, error) bool {
		if m := p.m; m.state.Runs < number || !m.run.ended {
			return true
		}
		if p.m.state.Runs == number {
			res, outcome = p.m.outcome()
		}
		return false
	})
	if err == nil && res == nil && outcome == nil {
		err = fmt.Errorf("ros: operation %d on stack %s ended long ago: the journal keeps no record of it", number, id)
	}
	if err != nil {
		return nil, err
	}
	return res, outcome
}

// outcome is how the last operation ended.
func (m *machine) outcome() (*Result, error) {
	s := &m.state
	if s.Status == Status(string(m.run.plan.Operation)+"_COMPLETE") {
		return &Result{Stack: m.view(), Status: s.Status}, nil
	}
	return nil, &FailedError{Stack: s.Ref.Name, Status: s.Status, Reason: s.Reason, Root: s.RootReason, Steps: m.run.failed}
}

// doubts is an error when the operation stands still for a person.
func (m *machine) doubts() error {
	if m.run.doubts == 0 || m.run.flying() > 0 {
		return nil
	}
	e := &InDoubtError{Stack: m.state.Ref.Name}
	for i := range m.run.steps {
		if m.run.steps[i].state == inDoubt {
			step := &m.run.plan.Steps[i]
			e.Steps = append(e.Steps, DoubtfulStep{LogicalID: step.LogicalID, Type: step.Type, Err: m.run.steps[i].doubt})
		}
	}
	return e
}

// Cancel stops the operation as a failure would: what runs is awaited, then
// the stack is rolled back if that is what its settings say.
func (r *Run) Cancel(ctx context.Context, why string) error {
	return r.submit(ctx, &stopRequest{run: r.number, stop: stopAsked{Reason: why}})
}

// Abort is Cancel without patience: what runs is given up at once.
func (r *Run) Abort(ctx context.Context, why string) error {
	return r.submit(ctx, &stopRequest{run: r.number, stop: stopAsked{Reason: why, Quick: true}})
}

// Settle tells what became of a call in doubt: the physical ID of what it
// made or found, or "" if it had no effect.
func (r *Run) Settle(ctx context.Context, logicalID, physicalID string) error {
	return r.submit(ctx, &settleRequest{r.number, logicalID, physicalID})
}

func (r *Run) submit(ctx context.Context, req any) error {
	_, err := r.engine.stacks.Submit(ctx, r.id, req)
	return stopped(err)
}

// await returns when the journal of a stack has grown, or with the error that
// stopped its driver.
func (e *Engine) await(ctx context.Context, id string, tail int64) error {
	return stopped(e.stacks.Await(ctx, id, tail))
}
