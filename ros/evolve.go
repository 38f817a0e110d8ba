package ros

import (
	"strings"

	"github.com/bianpai/bianpai/internal/core"
)

// Evolve folds one fact. It takes every fact ever written; what does not fit
// the state (a record of a release that is newer) is passed over.
func (m *machine) Evolve(ev core.Event) {
	switch f := ev.(type) {
	case *planPiece:
		m.pieces = append(m.pieces, f.Bytes...)
		return
	case *runStarted:
		m.evolveRunStarted(f)
		return
	case *snapshotPiece:
		m.snapshot = append(m.snapshot, f.Bytes...)
		return
	case *snapshotTaken:
		m.restore()
		return
	}
	if m.run == nil || m.run.ended {
		return
	}
	if i, ok := stepOf(ev); ok {
		if i >= 0 && i < len(m.run.steps) {
			m.evolveStep(i, ev)
		}
		return
	}
	switch f := ev.(type) {
	case *phaseEntered:
		m.evolvePhase(f)
	case *stopAsked:
		m.evolveStop(f)
	case *runEnded:
		m.evolveRunEnded(f)
	}
}

// stepOf gives the step that a fact is about.
func stepOf(ev core.Event) (int, bool) {
	switch f := ev.(type) {
	case *stepStarted:
		return f.Step, true
	case *stepProgressed:
		return f.Step, true
	case *stepRetried:
		return f.Step, true
	case *stepEscalated:
		return f.Step, true
	case *stepDone:
		return f.Step, true
	case *stepFailed:
		return f.Step, true
	case *stepDoubted:
		return f.Step, true
	case *stepSettled:
		return f.Step, true
	}
	return 0, false
}

func (m *machine) evolveRunStarted(f *runStarted) {
	plan := f.plan
	if plan == nil {
		var err error
		if plan, err = parsePlan(m.pieces); err != nil {
			// A newer release's plan: nothing of it can be driven here.
			plan = &Plan{Format: PlanFormat, Operation: plan.Operation, Stack: plan.Stack, Settings: plan.Settings}
			m.vault.Break(err)
		}
	}
	m.pieces = nil
	s := &m.state
	s.Runs++
	s.Generation++
	s.Ref, s.RootReason = plan.Stack, ""
	s.Status = Status(string(plan.Operation) + "_IN_PROGRESS")
	s.Reason = "Stack " + string(plan.Operation) + " started"
	if plan.Operation == CreateOperation {
		s.Created, s.Born = f.At, plan.Digest
	} else {
		s.Updated = f.At
	}
	m.vault.SetOwner(s.Ref.ID)
	_ = m.vault.Unseal(plan.Sealed) // a failure is remembered in the vault
	for i := range plan.Steps {
		if step := &plan.Steps[i]; step.Phase == ApplyPhase && (step.Verb == CreateVerb || step.Verb == ReadVerb) {
			if res := s.obtain(step.LogicalID); res.Active == nil {
				res.Status, res.Reason = InitComplete, ""
			}
		}
	}
	m.run = newRun(s.Runs, plan, f.At)
	m.deadlineDue()
}

// deadlineDue sets the timer of the phase.
func (m *machine) deadlineDue() {
	m.changes = append(m.changes, change{step: -1, deadline: m.run.deadlineID()})
}

func (m *machine) evolvePhase(f *phaseEntered) {
	r := m.run
	before := r.deadlineID()
	r.enter(f.Phase, f.At)
	if f.Phase == CleanupPhase {
		return
	}
	m.changes = append(m.changes, change{step: -1, deadline: before, cancel: true})
	m.deadlineDue()
	m.state.Status = RollbackInProgress
	if r.plan.Operation == CreateOperation {
		m.state.Status = CreateRollbackInProgress
	}
	m.state.Reason = f.Reason
}

func (m *machine) evolveStop(f *stopAsked) {
	if m.run.stop = f; f.Quick { // there is nothing left that the deadline could stop
		m.changes = append(m.changes, change{step: -1, deadline: m.run.deadlineID(), cancel: true})
	}
	if m.run.cause == "" {
		m.run.cause = "Stack " + string(m.run.plan.Operation) + " stopped: " + f.Reason
	}
}

func (m *machine) evolveRunEnded(f *runEnded) {
	r, s := m.run, &m.state
	m.changes = append(m.changes, change{step: -1, deadline: r.deadlineID(), cancel: true})
	r.ended = true
	r.scope = nil
	s.Generation++
	s.Status, s.Reason, s.RootReason, s.Updated = f.Status, f.Reason, f.Root, f.At
	if f.Status == UpdateComplete || f.Status == RollbackComplete {
		s.prune()
	}
	switch f.Status {
	case CreateComplete, CreateFailed, UpdateComplete, UpdateFailed:
		s.Settings, s.Scope = r.plan.Settings, r.plan.Scope
		s.Digest = ""
		if f.Status == CreateComplete || f.Status == UpdateComplete {
			s.Digest = r.plan.Digest
		}
	case DeleteComplete, CreateRollbackComplete:
		s.Scope, s.Digest = nil, ""
	case RollbackComplete: // what it was before, the digest too
		s.settle()
	default:
		s.Digest = "" // half-way: no request equals what the stack is
	}
}

// settle ends a rollback that put all back: a resource that is as it was does
// not show the step that was undone.
func (s *stackState) settle() {
	for _, r := range s.Resources {
		if r.Active == nil || r.Active.Failed {
			continue
		}
		status := string(r.Status)
		if strings.HasPrefix(status, "DELETE_") || strings.HasPrefix(status, "CHECK_") || !strings.HasSuffix(status, "_COMPLETE") {
			r.Status, r.Reason = UpdateComplete, "as before the operation that was rolled back"
		}
	}
}
