package ros

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/bianpai/bianpai/internal/secret"

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
	start := &startRequest{plan: p}
	from, err := e.stacks.Submit(ctx, p.Stack.ID, start)
	if err != nil {
		return nil, stopped(err)
	}
	return &Run{engine: e, id: p.Stack.ID, number: start.number, from: from}, nil
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
		if (s.Undoes > 0) != (s.Phase == RollbackPhase) || s.Undoes < 0 || s.Undoes > len(p.Steps) || s.Undoes > 0 && !s.undoes(&p.Steps[s.Undoes-1]) {
			return fmt.Errorf("ros: step %d of the plan undoes step %d, which is not one to be undone by it", i, s.Undoes-1)
		}
		for _, before := range s.After {
			if before < 0 || before >= len(p.Steps) || before == i || p.Steps[before].Phase != s.Phase {
				return fmt.Errorf("ros: step %d of the plan waits for step %d, which is not a step of its phase", i, before)
			}
		}
	}
	return p.checkCircles()
}

func (s *Step) undoes(done *Step) bool {
	return done.Phase == ApplyPhase && done.LogicalID == s.LogicalID
}

// checkCircles refuses steps that wait for each other, and so would never
// start.
func (p *Plan) checkCircles() error {
	missing := make([]int, len(p.Steps))
	users := make([][]int32, len(p.Steps))
	free := make([]int, 0, len(p.Steps))
	for i := range p.Steps {
		if missing[i] = len(p.Steps[i].After); missing[i] == 0 {
			free = append(free, i)
		}
		for _, before := range p.Steps[i].After {
			users[before] = append(users[before], int32(i))
		}
	}
	for n := 0; n < len(free); n++ {
		for _, user := range users[free[n]] {
			if missing[user]--; missing[user] == 0 {
				free = append(free, int(user))
			}
		}
	}
	for i := range missing {
		if missing[i] > 0 {
			return fmt.Errorf("ros: step %d of the plan (%s) waits for itself", i, p.Steps[i].LogicalID)
		}
	}
	return nil
}

// CreateStack plans a new stack and starts to create it. A stack of that name
// is an *ExistsError. A ClientToken that was used before gives the handle of
// the operation that it started, whatever became of the stack since; with
// another template, parameters or settings it is a *TokenError.
func (e *Engine) CreateStack(ctx context.Context, c *Change) (*Run, error) {
	if c == nil || c.Delete {
		return nil, errors.New("ros: CreateStack needs a change that does not delete")
	}
	if c.ClientToken != "" {
		if run, err := e.again(ctx, c); run != nil || err != nil {
			return run, err
		}
	}
	h, err := e.holderOf(ctx, c.Stack)
	if err != nil {
		return nil, err
	}
	if !h.free() {
		return nil, &ExistsError{Stack: c.Stack, Status: h.status}
	}
	return e.planAndApply(ctx, c)
}

// again gives the operation that a client token started, nil if there is none.
func (e *Engine) again(ctx context.Context, c *Change) (*Run, error) {
	id := e.newID(c.Stack, c.ClientToken, 0)
	head, err := e.stacks.Head(ctx, id)
	if err != nil || head.Tail == 0 {
		return nil, err
	}
	in := &planInput{ref: StackRef{ID: id, Name: c.Stack, Region: e.region, Account: e.account}, vault: secret.New(e.sealer, id)}
	if c.Settings != nil {
		in.settings = *c.Settings
	}
	if err := e.target(ctx, c, in); err != nil {
		return nil, err
	}
	same := false
	if err := e.look(ctx, id, func(m *machine) { same = m.state.Born == in.digest }); err != nil {
		return nil, err
	}
	if !same {
		return nil, &TokenError{Stack: c.Stack, Token: c.ClientToken}
	}
	run, err := e.Run(ctx, id)
	if err != nil {
		return nil, err
	}
	run.number = 1
	return run, nil
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
	if _, err := e.stacks.Drive(ctx, id); err != nil {
		return nil, stopped(err)
	}
	run := &Run{engine: e, id: id}
	var broken error
	err = e.look(ctx, id, func(m *machine) {
		if run.number = m.state.Runs; m.state.Status.InProgress() {
			broken = m.keyError()
		}
	})
	if err = errors.Join(stopped(err), broken); err != nil {
		return nil, err
	}
	return run, nil
}

// Resume goes on with every operation that is under way in the journal, and
// gives a handle of each. A stack that another process drives is passed over.
// One that cannot be driven gives an error, and does not keep the others from
// going on.
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
			if !yield(run, err) {
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
