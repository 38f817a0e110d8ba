package ros

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/journal"
)

// Apply starts what a plan says and returns when that is in the journal. The
// operation goes on whatever becomes of ctx. It refuses a plan whose stack has
// moved on (*StalePlanError), a stack that is busy (*BusyError), and an update
// in which neither template nor parameters nor settings differ
// (*NoChangeError); then nothing was started.
func (e *Engine) Apply(ctx context.Context, p *Plan) (*Run, error) {
	if p == nil {
		return nil, errors.New("ros: Apply needs a plan")
	}
	if p.Format != PlanFormat {
		return nil, fmt.Errorf("ros: plan has format %d, this release knows %d: make the plan anew", p.Format, PlanFormat)
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Operation == CreateOperation {
		if err := e.take(ctx, p.Stack); err != nil {
			return nil, err
		}
	} else if p.Operation == UpdateOperation && len(p.Steps) == 0 {
		if same, err := e.same(ctx, p); err != nil || same {
			return nil, errors.Join(err, noChange(same, p))
		}
	}
	d, err := e.drive(ctx, p.Stack.ID)
	if err != nil {
		return nil, stopped(err)
	}
	from := d.Tail()
	if err := d.Submit(ctx, &startRequest{plan: p}); err != nil {
		return nil, stopped(err)
	}
	n, err := runs(ctx, d)
	if err != nil {
		return nil, stopped(err)
	}
	return &Run{engine: e, id: p.Stack.ID, number: n, from: from}, nil
}

func noChange(same bool, p *Plan) error {
	if same {
		return &NoChangeError{Stack: p.Stack.Name}
	}
	return nil
}

// same reports whether a plan asks for what the stack was last asked for.
func (e *Engine) same(ctx context.Context, p *Plan) (same bool, err error) {
	err = e.look(ctx, p.Stack.ID, func(m *machine) {
		same = m.state.Digest != "" && m.state.Digest == p.Digest && m.state.Generation == p.Generation
	})
	return same, err
}

// check refuses a plan that was tampered with: steps that wait for steps that
// are not there, or of another phase.
func (p *Plan) check() error {
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Undoes < 0 || s.Undoes > len(p.Steps) {
			return fmt.Errorf("ros: step %d of the plan undoes step %d, which is not there", i, s.Undoes-1)
		}
		for _, before := range s.After {
			if before < 0 || before >= len(p.Steps) || before == i || p.Steps[before].Phase != s.Phase {
				return fmt.Errorf("ros: step %d of the plan waits for step %d, which is not a step of its phase", i, before)
			}
		}
	}
	return nil
}

// CreateStack plans a new stack and starts to create it. A stack of that name
// is an *ExistsError, unless the same ClientToken created it: then the handle
// of that operation comes back.
func (e *Engine) CreateStack(ctx context.Context, c *Change) (*Run, error) {
	if c == nil || c.Delete {
		return nil, errors.New("ros: CreateStack needs a change that does not delete")
	}
	h, err := e.holderOf(ctx, c.Stack)
	if err != nil {
		return nil, err
	}
	if !h.free() {
		if c.ClientToken != "" && h.id == e.newID(c.Stack, c.ClientToken, 0) {
			return e.Run(ctx, h.id)
		}
		return nil, &ExistsError{Stack: c.Stack, Status: h.status}
	}
	return e.planAndApply(ctx, c)
}

// UpdateStack plans the change of a stack and starts it.
func (e *Engine) UpdateStack(ctx context.Context, c *Change) (*Run, error) {
	if c == nil || c.Delete {
		return nil, errors.New("ros: UpdateStack needs a change that does not delete")
	}
	if _, err := e.find(ctx, c.Stack); err != nil {
		return nil, err
	}
	return e.planAndApply(ctx, c)
}

// DeleteOptions are the options of DeleteStack.
type DeleteOptions struct {
	RetainResources []string // logical IDs to leave in the cloud
	RetainAll       bool
}

// DeleteStack starts to delete a stack. Branches that a failure does not block
// go on; what could not be deleted stays in the stack, and DeleteStack can be
// called again.
func (e *Engine) DeleteStack(ctx context.Context, stack string, opts *DeleteOptions) (*Run, error) {
	c := &Change{Stack: stack, Delete: true}
	if opts != nil {
		c.RetainResources, c.RetainAll = opts.RetainResources, opts.RetainAll
	}
	return e.planAndApply(ctx, c)
}

func (e *Engine) planAndApply(ctx context.Context, c *Change) (*Run, error) {
	p, err := e.Plan(ctx, c)
	if err != nil {
		return nil, err
	}
	return e.Apply(ctx, p)
}

// Run gives a handle of the last operation on a stack, by name or by ID, and
// goes on with it if it is under way.
func (e *Engine) Run(ctx context.Context, stack string) (*Run, error) {
	id, err := e.find(ctx, stack)
	if err != nil {
		return nil, err
	}
	d, err := e.drive(ctx, id)
	if err != nil {
		return nil, stopped(err)
	}
	n, err := runs(ctx, d)
	if err != nil {
		return nil, stopped(err)
	}
	return &Run{engine: e, id: id, number: n}, nil
}

// Resume goes on with every operation that is under way in the journal, and
// gives a handle of each. A stack that another process drives is passed over.
func (e *Engine) Resume(ctx context.Context) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		for s, err := range e.Stacks(ctx) {
			if err == nil && !s.Status.InProgress() {
				continue
			}
			var run *Run
			if err == nil {
				run, err = e.Run(ctx, s.ID)
			}
			if _, held := errors.AsType[*journal.HeldError](err); held {
				continue
			}
			if !yield(run, err) || err != nil {
				return
			}
		}
	}
}

// StoppedError says that a stack is no longer driven here: the engine was shut
// down, or the journal could not be written. The operation can be resumed.
type StoppedError struct {
	Cause error // nil after Shutdown
}

func (e *StoppedError) Error() string {
	if e.Cause == nil {
		return "the engine was shut down; the operation stands still until it is resumed"
	}
	return "the stack is not driven any more, and nothing further was started: " + e.Cause.Error() + "; mend the cause, then resume"
}

func (e *StoppedError) Unwrap() error { return e.Cause }

// stopped gives the host's error of a stopped driver in the words of ros.
func stopped(err error) error {
	if s, ok := errors.AsType[*host.StoppedError](err); ok {
		return &StoppedError{Cause: s.Cause}
	}
	return err
}
