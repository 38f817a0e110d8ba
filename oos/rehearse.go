package oos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/sim"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// RehearseOptions are the settings of a rehearsal; the zero value is the
// default.
type RehearseOptions struct {
	// Seed decides the order of what happens at the same time.
	Seed uint64
	// Answer says what becomes of a wait for a person; nil, or no notice, leaves
	// it. Waits for triggers are left: see Rehearsal.Trigger.
	Answer func(w *Wait) *Notice
	// Poll hears of each call that an ACS::WaitFor or ACS::CheckFor is about to
	// make, and of its end by nil.
	Poll func(p *Poll)
	// MaxSteps bounds what happens; 0: 200,000 calls, answers and timers.
	MaxSteps int
}

// Rehearsal is an execution in virtual time and in one goroutine: sleeps, waits
// between polls and tries take no time, and calls are made one after the other.
// Its journal is the engine's, whose methods tell of it. It belongs to one
// goroutine.
type Rehearsal struct {
	engine *Engine
	opts   RehearseOptions
	id     string
	sim    *sim.Sim
	ctx    context.Context // of the Run that is under way
	fault  error
}

// Rehearse prepares a rehearsal of what StartExecution would start, and refuses
// what that refuses. Run starts it.
func (e *Engine) Rehearse(ctx context.Context, s *Start, opts *RehearseOptions) (*Rehearsal, error) {
	if s == nil {
		return nil, errors.New("oos: Rehearse needs a Start")
	}
	req, err := e.prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	r := &Rehearsal{engine: e, id: req.head.ID}
	if opts != nil {
		r.opts = *opts
	}
	if r.opts.MaxSteps == 0 {
		r.opts.MaxSteps = 200_000
	}
	r.open(time.Now().UTC(), req)
	return r, nil
}

func (r *Rehearsal) open(now time.Time, req *beginRequest) {
	def := *r.engine.def
	def.Effector = &rehearsing{r, def.Effector.(*effector)}
	r.sim = sim.New(r.opts.Seed, r.engine.store, &def, &sim.Options{ID: executionPrefix + r.id, Start: now, MaxSteps: r.opts.MaxSteps})
	r.sim.Plan(0, req)
}

// Execution is the execution for all that only looks at it.
func (r *Rehearsal) Execution() *Execution { return &Execution{engine: r.engine, id: r.id} }

// Now is the virtual time.
func (r *Rehearsal) Now() time.Time { return r.sim.Now() }

// Run goes on until the execution has ended, or waits for what neither time nor
// RehearseOptions.Answer brings: a trigger, a person, a settlement. Then Waiting
// tells for what. The errors are those of the journal and of ctx, and one that
// says that MaxSteps is used up.
func (r *Rehearsal) Run(ctx context.Context) error {
	r.ctx = ctx
	for {
		// A trigger alone needs no time: it would fire again and again.
		if err := r.sim.RunFor(0); err != nil {
			return r.failed(err)
		}
		if m, ok := r.sim.Machine().(*machine); ok && m.trigger == nil {
			if err := r.sim.Run(); err != nil {
				return r.failed(err)
			}
		}
		if err := r.failed(nil); err != nil {
			return err
		}
		m, ok := r.sim.Machine().(*machine)
		if !ok || m.root == nil {
			return fmt.Errorf("oos: the rehearsal of %s did not start", r.id)
		}
		answered, err := r.answer(m)
		if err != nil || !answered {
			return err
		}
	}
}

// failed gives the cause of an error, if there is one.
func (r *Rehearsal) failed(err error) error {
	switch {
	case r.fault != nil:
		return r.fault
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	}
	return err
}

// answer gives the waits to those who answer them.
func (r *Rehearsal) answer(m *machine) (answered bool, err error) {
	if r.opts.Answer == nil {
		return false, nil
	}
	for _, w := range m.waitsBelow(m.root) {
		if w.Kind == WaitTimer || w.Kind == WaitEvent || w.Kind == WaitAlarm {
			continue
		}
		n := r.opts.Answer(&w.Wait)
		if n == nil {
			continue
		}
		if n.TaskName == "" && n.TaskExecutionID == "" {
			n.TaskExecutionID = w.TaskExecutionID
		}
		_, path := split(w.ExecutionID)
		if err := r.sim.Submit(&notifyRequest{path: path, notice: n}); err != nil {
			return answered, err
		}
		answered = true
	}
	return answered, nil
}

// Waiting lists what the execution waits for now.
func (r *Rehearsal) Waiting() []Wait {
	m, ok := r.sim.Machine().(*machine)
	if !ok || m.root == nil {
		return nil
	}
	var waits []Wait
	for _, w := range m.waitsBelow(m.root) {
		waits = append(waits, w.Wait)
	}
	return waits
}

// Result is how the execution ended, as Execution.Wait tells it; nil without an
// error before it has.
func (r *Rehearsal) Result() (*Result, error) {
	m, ok := r.sim.Machine().(*machine)
	switch {
	case !ok || m.root == nil:
		return nil, nil
	case m.root.status.Final():
		return m.outcome(m.root)
	}
	return nil, m.standsStill(m.root)
}

// Trigger is TriggerExecution for a rehearsal. What it fires is rehearsed in
// turn, in the next Run.
func (r *Rehearsal) Trigger(typ TriggerType, content any) error {
	body, err := value.FromGo(content)
	if err != nil {
		return &ParameterError{"Content", err.Error()}
	}
	return r.sim.Submit(&fireRequest{typ, body})
}

// Cancel is CancelExecution for a rehearsal.
func (r *Rehearsal) Cancel(why string) error { return r.sim.Submit(&cancelRequest{"", why}) }

// fire rehearses a firing of a trigger to its end.
func (r *Rehearsal) fire(w *firingWork) core.Answer {
	head := w.head
	in := &Rehearsal{engine: r.engine, opts: r.opts, id: w.id}
	in.open(r.sim.Now(), &beginRequest{head: &head, text: w.text, tmpl: w.tmpl, values: w.values, event: w.event})
	err := in.Run(r.ctx)
	if err == nil && len(in.Waiting()) > 0 {
		if err = in.Cancel("nobody answers what it waits for"); err == nil {
			err = in.Run(r.ctx)
		}
	}
	m, ok := in.sim.Machine().(*machine)
	if err != nil || !ok || m.root == nil || !m.root.status.Final() {
		r.fault = fmt.Errorf("the firing %s: %w", w.id, errors.Join(err, in.fault))
		return core.Answer{Again: time.Minute}
	}
	return core.Answer{Result: &firingResult{status: m.root.status, message: m.root.message, outputs: redacted(m.root.outputs)}}
}

// rehearsing is the effector of a rehearsal.
type rehearsing struct {
	r *Rehearsal
	*effector
}

// Do implements host.Effector.
func (ef *rehearsing) Do(_ context.Context, cmd core.Command) core.Answer {
	ctx := ef.r.ctx
	if ctx.Err() != nil {
		return core.Answer{Again: time.Minute} // Run sees it too
	}
	switch w := cmd.Work.(type) {
	case *firingWork:
		return ef.r.fire(w)
	case *work:
		if hear := ef.r.opts.Poll; hear != nil && (w.task.Action == runbook.WaitFor || w.task.Action == runbook.CheckFor) && w.err == nil {
			hear(newPoll(w))
			defer hear(nil)
		}
	}
	return ef.effector.Do(ctx, cmd)
}

var _ host.Effector = (*rehearsing)(nil)

// Poll is a call that is about to be made to look whether something is as it
// should be.
type Poll struct {
	Task     string // name
	Service  string
	API      string
	Selector string // the jq program
	// Desired, NotDesired and Stop are the values that the selector's is compared
	// with, Go values in the manner of JSON.
	Desired, NotDesired, Stop []any

	scope *runbook.Scope
	props value.Value
}

func newPoll(w *work) *Poll {
	return &Poll{
		Task: w.task.Name, Service: text(w.props, "Service"), API: text(w.props, "API"), Selector: text(w.props, "PropertySelector"),
		Desired: goList(w.props, "DesiredValues"), NotDesired: goList(w.props, "NotDesiredValues"), Stop: goList(w.props, "StopRetryValues"),
		scope: w.scope, props: w.props,
	}
}

// goList gives a list among properties as Go values, secrets as asterisks.
func goList(props value.Value, name string) []any {
	list, _ := goMap(props)[name].([]any)
	return list
}

// Met reports whether an answer, JSON, is as desired.
func (p *Poll) Met(body json.RawMessage) bool {
	raw, err := value.ParseJSON(body)
	if err != nil {
		return false
	}
	found, err := p.scope.Property(raw, p.props)
	if err != nil {
		found = value.Null()
	}
	return runbook.Judge(found, p.props) == runbook.Met
}
