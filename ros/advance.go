package ros

import (
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
)

// Advance gives the next fact that follows from the state alone.
func (m *machine) Advance(at time.Time) []core.Event {
	r := m.run
	if r == nil || r.ended || m.vault.Broken() != nil {
		return nil
	}
	if evs := m.giveUp(); len(evs) > 0 {
		return evs
	}
	if !r.halted() {
		if evs := m.beginReady(); len(evs) > 0 {
			return evs
		}
	}
	if r.flying() > 0 || r.doubts > 0 {
		return nil
	}
	return []core.Event{m.leavePhase(at)}
}

// beginReady begins the steps that only wait, then as many of the others as
// slots are free. It stops after a step that fails: the phase may be halted.
func (m *machine) beginReady() []core.Event {
	var evs []core.Event
	for _, set := range []*core.Ready{&m.run.waits, &m.run.work} {
		for i := range set.Next() {
			ev := m.begin(i)
			evs = append(evs, ev)
			if _, failed := ev.(*stepFailed); failed || len(evs) == beginAtOnce {
				return evs
			}
		}
	}
	return evs
}

// beginAtOnce bounds how many steps one call of Advance begins.
const beginAtOnce = 256

// giveUp ends the steps in flight that must not go on: all after a quick stop,
// those that only wait after a failure.
func (m *machine) giveUp() []core.Event {
	r := m.run
	quick := r.stop != nil && r.stop.Quick
	if r.flying() == 0 || !quick && (!r.failing() || r.waits.Busy() == 0) {
		return nil
	}
	why := CallError{Kind: "cancelled", Message: m.giveUpReason()}
	var evs []core.Event
	for i := range r.steps {
		if r.steps[i].state == inFlight && (quick || r.plan.Steps[i].Waits) {
			evs = append(evs, m.failure(i, why))
		}
	}
	return evs
}

func (m *machine) giveUpReason() string {
	if m.run.stop != nil {
		return m.run.stop.Reason
	}
	return "cancelled because another resource failed"
}

// begin decides what a ready step does: a call, or nothing at all.
func (m *machine) begin(i int) core.Event {
	step := &m.run.plan.Steps[i]
	if step.Undoes > 0 {
		return m.beginUndo(i)
	}
	if m.stays(i) {
		return &stepDone{Step: i, Outcome: SkipOutcome}
	}
	switch step.Verb {
	case ReleaseVerb:
		return &stepDone{Step: i}
	case DeleteVerb:
		return m.beginDelete(i, step.Instance)
	case UpdateVerb:
		return m.beginUpdate(i)
	}
	if _, err := m.resolve(i); err != nil {
		return m.refused(i, "InvalidProperties", err)
	}
	return &stepStarted{Step: i}
}

// stays reports whether a step would let go of an instance whose replacement
// was possible, and which turned out not to be replaced.
func (m *machine) stays(i int) bool {
	step := &m.run.plan.Steps[i]
	if step.Phase != CleanupPhase || !step.follows() {
		return false
	}
	res := m.state.resource(step.LogicalID)
	return res != nil && res.Active != nil && res.Active.Number == step.Instance
}

// beginDelete deletes an instance, unless there is nothing of it in the cloud.
func (m *machine) beginDelete(i, number int) core.Event {
	in := m.state.resource(m.run.plan.Steps[i].LogicalID).instance(number)
	if in == nil || in.PhysicalID == "" && in.Token == "" {
		return &stepDone{Step: i, Outcome: SkipOutcome}
	}
	return &stepStarted{Step: i}
}

// beginUpdate compares the wanted properties with the applied ones, now that
// all are known, and takes the outcome that the plan allows for it.
func (m *machine) beginUpdate(i int) core.Event {
	step := &m.run.plan.Steps[i]
	desired, err := m.resolve(i)
	if err != nil {
		return m.refused(i, "InvalidProperties", err)
	}
	in := m.state.resource(step.LogicalID).instance(step.Instance)
	if in == nil {
		return m.refused(i, "ResourceNotFound", fmt.Errorf("instance %d of %s is not in the stack", step.Instance, step.LogicalID))
	}
	applied, err := m.vault.Parse(in.Applied)
	if err != nil {
		return m.refused(i, "InternalError", err)
	}
	outcome := lateOutcome(step, applied, desired)
	switch {
	case len(step.Outcomes) == 0 && outcome != ReplaceOutcome:
		return &stepStarted{Step: i, Outcome: UpdateOutcome}
	case !allows(step, outcome):
		return m.refused(i, "PlanExceeded", fmt.Errorf("values known only now ask for %q, which the plan does not allow for %s: plan again", outcome, step.LogicalID))
	case outcome == SkipOutcome:
		return &stepDone{Step: i, Outcome: SkipOutcome}
	}
	return &stepStarted{Step: i, Outcome: outcome}
}

// lateOutcome says what an update comes to with all its values known.
func lateOutcome(step *Step, applied, desired value.Value) Outcome {
	outcome := SkipOutcome
	for i := range step.Diffs {
		d := &step.Diffs[i]
		name, _, _ := strings.Cut(d.Path, ".")
		name, _, _ = strings.Cut(name, "[")
		if d.Possible {
			before, _ := applied.Get(name)
			after, _ := desired.Get(name)
			if sameValue(before, after) {
				continue
			}
		}
		if d.Effect == ReplaceOutcome {
			return ReplaceOutcome
		}
		outcome = UpdateOutcome
	}
	return outcome
}

// beginUndo undoes a step of the apply phase, if that one has done anything.
func (m *machine) beginUndo(i int) core.Event {
	step := &m.run.plan.Steps[i]
	undone := &m.run.steps[step.Undoes-1]
	if !undone.acted {
		return &stepDone{Step: i, Outcome: SkipOutcome}
	}
	switch {
	case step.Verb == ReleaseVerb:
		return &stepDone{Step: i}
	case step.Verb == CreateVerb: // of what a delete took away
		if undone.state != done && (undone.state != failed || !m.hadID(i)) {
			return &stepDone{Step: i, Outcome: SkipOutcome}
		}
		if _, err := m.resolve(i); err != nil {
			return m.refused(i, "InvalidProperties", err)
		}
		return &stepStarted{Step: i}
	case undone.made > 0: // a create, or an update that became a replacement
		return m.beginDelete(i, undone.made)
	}
	if _, err := m.resolve(i); err != nil {
		return m.refused(i, "InvalidProperties", err)
	}
	return &stepStarted{Step: i, Outcome: UpdateOutcome}
}

// hadID reports whether the instance that a failed delete was about is known to
// have been there. One that never was needs no undoing.
func (m *machine) hadID(i int) bool {
	in := m.state.resource(m.run.plan.Steps[i].LogicalID).instance(m.run.target(i))
	return in != nil && in.PhysicalID != ""
}

func (m *machine) refused(step int, code string, err error) core.Event {
	return &stepFailed{Step: step, Err: CallError{Kind: "invalid", Code: code, Message: m.vault.Scrub(err.Error())}}
}

// leavePhase ends a phase in which nothing is in flight and nothing can start.
func (m *machine) leavePhase(at time.Time) core.Event {
	r := m.run
	op := r.plan.Operation
	switch r.phase {
	case CleanupPhase:
		if r.tally > 0 || r.cause != "" {
			return &runEnded{At: at, Status: UpdateComplete, Reason: "Stack successfully updated; what could not be deleted is kept and tried again by the next operation: " + r.cause}
		}
		return &runEnded{At: at, Status: UpdateComplete, Reason: "Stack successfully updated"}
	case RollbackPhase:
		return m.endRollback(at)
	}
	switch {
	case r.cause != "" && (op == DeleteOperation || r.plan.Settings.DisableRollback):
		return &runEnded{At: at, Status: Status(string(op) + "_FAILED"), Reason: r.cause}
	case r.cause != "":
		return &phaseEntered{At: at, Phase: RollbackPhase, Reason: r.cause}
	case r.plan.has(CleanupPhase):
		return &phaseEntered{At: at, Phase: CleanupPhase}
	}
	return &runEnded{At: at, Status: Status(string(op) + "_COMPLETE"), Reason: "Stack " + string(op) + " completed successfully"}
}

func (m *machine) endRollback(at time.Time) core.Event {
	r := m.run
	status := RollbackComplete
	if r.plan.Operation == CreateOperation {
		status = CreateRollbackComplete
	}
	if r.cause == "" {
		return &runEnded{At: at, Status: status, Reason: r.reason}
	}
	status = RollbackFailed
	if r.plan.Operation == CreateOperation {
		status = CreateRollbackFailed
	}
	return &runEnded{At: at, Status: status, Reason: r.cause, Root: r.reason}
}

// has reports whether a plan has steps of a phase.
func (p *Plan) has(phase Phase) bool {
	for i := range p.Steps {
		if p.Steps[i].Phase == phase {
			return true
		}
	}
	return false
}
