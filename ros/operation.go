package ros

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/bianpai/bianpai/internal/secret"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// run is one operation under way: where each step of its plan stands.
type run struct {
	number  int64
	plan    *Plan
	started time.Time
	phase   Phase
	entered time.Time // when the phase began
	steps   []stepState
	waiters [][]int32  // step -> the steps that wait for it
	work    core.Ready // the steps that need a slot
	waits   core.Ready // the steps that only wait
	doubts  int
	cause   string // first failure of the phase
	reason  string // why the phase before this one was left
	stop    *stopAsked
	tally   int // steps of the phase that failed
	ended   bool
	failed  []FailedStep
	scope   *template.Scope
}

// stepStatus is where a step stands.
type stepStatus uint8

const (
	pending stepStatus = iota
	ready
	inFlight
	inDoubt
	done
	skipped
	failed
)

// stepState is what a run remembers of a step.
type stepState struct {
	state    stepStatus
	acted    bool // a call may have been made
	resolved bool // desired holds the value
	outcome  Outcome
	missing  int32 // steps it still waits for
	seq      int   // facts so far; names the command in flight
	attempt  int   // failed tries in a row
	limited  int   // tries in a row that were refused for their rate
	unsure   bool  // a try failed in a way that does not tell whether it had an effect
	made     int   // the number of the instance that it made
	next     time.Time
	resume   []byte
	note     string
	desired  value.Value
	doubt    CallError
}

func newRun(number int64, plan *Plan, at time.Time) *run {
	r := &run{number: number, plan: plan, started: at, steps: make([]stepState, len(plan.Steps)), waiters: make([][]int32, len(plan.Steps))}
	for i := range plan.Steps {
		for _, before := range plan.Steps[i].After {
			r.waiters[before] = append(r.waiters[before], int32(i))
			r.steps[i].missing++
		}
	}
	r.enter(ApplyPhase, at)
	return r
}

// enter begins a phase: its steps that wait for nothing are ready.
func (r *run) enter(p Phase, at time.Time) {
	r.phase, r.entered = p, at
	r.reason, r.cause = r.cause, ""
	r.stop, r.tally = nil, 0
	r.work, r.waits = core.Ready{Slots: r.plan.Settings.Parallelism}, core.Ready{}
	for i := range r.plan.Steps {
		if r.plan.Steps[i].Phase == p && r.steps[i].state == pending && r.steps[i].missing == 0 {
			r.makeReady(i)
		}
	}
}

// queue is the ready set that step i belongs to.
func (r *run) queue(i int) *core.Ready {
	if r.plan.Steps[i].Waits {
		return &r.waits
	}
	return &r.work
}

func (r *run) makeReady(i int) {
	r.steps[i].state = ready
	r.queue(i).Add(i)
}

// flying is the number of steps in flight.
func (r *run) flying() int { return r.work.Busy() + r.waits.Busy() }

// leave takes a step out of where it is: the ready set or the flight.
func (r *run) leave(i int, to stepStatus) {
	st := &r.steps[i]
	switch st.state {
	case ready:
		r.queue(i).Drop(i)
	case inFlight:
		r.queue(i).Release()
	case inDoubt:
		r.doubts--
	}
	st.state = to
}

// fly puts a step in flight.
func (r *run) fly(i int) {
	r.leave(i, inFlight)
	r.queue(i).Start(i)
}

// release lets the steps go that waited for step i.
func (r *run) release(i int) {
	for _, w := range r.waiters[i] {
		st := &r.steps[w]
		if st.missing--; st.missing == 0 && st.state == pending && r.plan.Steps[w].Phase == r.phase {
			r.makeReady(int(w))
		}
	}
}

// halted reports whether no further step of the phase may start.
func (r *run) halted() bool { return r.doubts > 0 || r.failing() }

// failing reports whether the phase can only end badly, or was told to stop. A
// doubt alone does not make it so: it may yet be settled well.
func (r *run) failing() bool {
	if r.stop != nil {
		return true
	}
	if r.phase != ApplyPhase || r.plan.Operation == DeleteOperation && r.plan.Settings.ContinueOnError {
		return false // a clean-up or a rollback goes as far as it can
	}
	return r.cause != ""
}

func (r *run) commandID(step, seq int) string {
	return "r" + strconv.FormatInt(r.number, 10) + ".s" + strconv.Itoa(step) + "." + strconv.Itoa(seq)
}

// deadlineID names the timer of the phase; apply and clean-up share one.
func (r *run) deadlineID() string {
	name := "operation"
	if r.phase == RollbackPhase {
		name = "rollback"
	}
	return "r" + strconv.FormatInt(r.number, 10) + "." + name + ".deadline"
}

func (r *run) deadline() time.Time {
	timeout := r.plan.Settings.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	if r.phase == RollbackPhase {
		return r.entered.Add(timeout)
	}
	return r.started.Add(timeout)
}

// loadScope reads the plan's frozen scope, once.
func (r *run) loadScope(v *secret.Vault) (*template.Scope, error) {
	if r.scope == nil {
		scope, err := template.LoadScope(r.plan.Scope, v.Open)
		if err != nil {
			return nil, fmt.Errorf("the plan's scope cannot be read: %w", err)
		}
		r.scope = scope
	}
	return r.scope, nil
}

// parsePlan reads the JSON form of a plan.
func parsePlan(data []byte) (*Plan, error) {
	p := &Plan{}
	if err := json.Unmarshal(data, p); err != nil {
		return p, fmt.Errorf("ros: plan: %w", err)
	}
	if p.Format != PlanFormat {
		return p, fmt.Errorf("ros: plan has format %d, this release knows %d: make the plan anew", p.Format, PlanFormat)
	}
	return p, p.check()
}

// began is when the time that the deadline bounds started to run.
func (r *run) began() time.Time {
	if r.phase == RollbackPhase {
		return r.entered
	}
	return r.started
}
