package ros

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
)

// evolveStep folds a fact about one step.
func (m *machine) evolveStep(i int, ev core.Event) {
	r := m.run
	st := &r.steps[i]
	switch f := ev.(type) {
	case *stepStarted:
		m.stepStarts(i, f.Outcome)
	case *stepProgressed:
		m.learnID(i, f.PhysicalID)
		st.resume, st.note, st.next = f.Resume, f.Note, f.Next
		st.attempt, st.limited, st.unsure = 0, 0, false
		m.reissue(i)
	case *stepRetried:
		if st.next = f.Next; f.Err.limited() {
			st.limited = f.Attempt
		} else {
			st.attempt = f.Attempt
		}
		st.unsure = st.unsure || f.Err.uncertain()
		m.reissue(i)
	case *stepEscalated:
		if r.verb(i) == checkVerb { // what was looked for is gone
			m.state.obtain(r.plan.Steps[i].LogicalID).remove(r.target(i))
		}
		st.outcome, st.resume, st.next = ReplaceOutcome, nil, time.Time{}
		st.attempt, st.limited, st.unsure = 0, 0, false
		m.startInstance(i)
		m.reissue(i)
	case *stepDone:
		m.stepEnds(i, f)
	case *stepFailed:
		m.stepFails(i, f)
	case *stepDoubted:
		r.leave(i, inDoubt)
		r.doubts++
		st.doubt = f.Err
	case *stepSettled:
		m.learnID(i, f.PhysicalID)
		if in := m.state.resource(r.plan.Steps[i].LogicalID).instance(r.target(i)); in != nil {
			in.Doubtful = false
		}
		st.unsure = false
		r.fly(i)
		m.reissue(i)
	}
}

// reissue asks for the step's next call.
func (m *machine) reissue(i int) {
	st := &m.run.steps[i]
	st.seq++
	m.changes = append(m.changes, change{step: i, seq: st.seq})
}

func (m *machine) stepStarts(i int, outcome Outcome) {
	r := m.run
	st := &r.steps[i]
	r.fly(i)
	st.acted, st.outcome = true, outcome
	verb := r.verb(i)
	if verb == CreateVerb || verb == ReadVerb {
		m.startInstance(i)
	}
	m.mark(i, "IN_PROGRESS", "state changed")
	m.reissue(i)
}

// verb is what step i really does: an update that became a replacement
// creates, and its undoing deletes.
func (r *run) verb(i int) Verb {
	step := &r.plan.Steps[i]
	if step.Verb != UpdateVerb {
		if r.undoesFailedDelete(i) && r.steps[i].outcome != ReplaceOutcome {
			return checkVerb
		}
		return step.Verb
	}
	if step.Undoes > 0 && r.steps[step.Undoes-1].made > 0 {
		return DeleteVerb
	}
	if r.steps[i].outcome == ReplaceOutcome {
		return CreateVerb
	}
	return UpdateVerb
}

// checkVerb looks whether a resource is there still. It is in no plan: it is how
// the undoing of a delete that failed begins, which may have had an effect.
const checkVerb Verb = "check"

// undoesFailedDelete reports whether step i undoes a delete that was begun and
// did not end well.
func (r *run) undoesFailedDelete(i int) bool {
	step := &r.plan.Steps[i]
	return step.Undoes > 0 && step.Verb == CreateVerb && r.steps[step.Undoes-1].state == failed
}

// target is the number of the instance that step i acts on.
func (r *run) target(i int) int {
	step := &r.plan.Steps[i]
	if step.Undoes > 0 && r.steps[step.Undoes-1].made > 0 {
		return r.steps[step.Undoes-1].made
	}
	if r.steps[i].made > 0 {
		return r.steps[i].made
	}
	if step.Undoes > 0 && step.Verb == CreateVerb { // what the delete was about
		return r.plan.Steps[step.Undoes-1].Instance
	}
	return step.Instance
}

// startInstance makes room for the instance that step i creates. What it
// replaces is kept as deposed before the first call.
func (m *machine) startInstance(i int) {
	r := m.run
	step := &r.plan.Steps[i]
	res := m.state.obtain(step.LogicalID)
	res.depose()
	res.Last++
	r.steps[i].made = res.Last
	res.Active = &instance{
		Number: res.Last, Type: step.Type, Token: m.token(i), Needs: step.Needs,
		DeletionPolicy: step.DeletionPolicy, Metadata: step.Metadata, Applied: step.Desired, Failed: true,
	}
}

// token names the calls of step i to the provider: the same on every try and
// after every crash, and no other step's.
func (m *machine) token(i int) string {
	kind := "."
	if m.run.steps[i].outcome == ReplaceOutcome {
		kind = ".replace."
	}
	sum := sha256.Sum256([]byte(m.state.Ref.ID + kind + strconv.FormatInt(m.run.number, 10) + "." + strconv.Itoa(i)))
	return hex.EncodeToString(sum[:16])
}

func (m *machine) learnID(i int, physicalID string) {
	if physicalID == "" {
		return
	}
	if in := m.state.resource(m.run.plan.Steps[i].LogicalID).instance(m.run.target(i)); in != nil {
		in.PhysicalID = physicalID
	}
}

func (m *machine) stepEnds(i int, f *stepDone) {
	r := m.run
	step := &r.plan.Steps[i]
	flew := r.steps[i].state == inFlight
	verb := r.verb(i)
	if f.Outcome == SkipOutcome {
		r.leave(i, skipped)
	} else {
		r.leave(i, done)
	}
	res := m.state.obtain(step.LogicalID)
	switch {
	case f.Outcome == SkipOutcome && m.stays(i):
		r.release(i)
		return
	case verb == DeleteVerb || verb == ReleaseVerb:
		if f.Outcome != SkipOutcome || r.tracked(i) {
			m.instanceGone(i, res)
		}
	case verb == checkVerb && f.Outcome != SkipOutcome:
		if in := res.instance(r.target(i)); in != nil {
			in.Failed = false
		}
	case f.Outcome == SkipOutcome && verb == UpdateVerb:
		m.storeDefinition(i, res)
	case f.Outcome != SkipOutcome:
		m.storeResult(i, res, f)
	}
	switch {
	case r.restored(i, res):
		res.Status, res.Reason = UpdateComplete, "in its place again"
		if res.Active.Failed {
			res.Status = CreateFailed // whatever failed, the next update makes it anew
		}
	case flew || verb == ReleaseVerb:
		m.mark(i, "COMPLETE", "state changed")
	}
	r.steps[i].resume, r.steps[i].resolved = nil, false
	r.steps[i].desired = value.Value{}
	_ = m.vault.Unseal(f.Sealed)
	r.release(i)
}

// tracked reports whether a step that did nothing still drops an instance that
// never came to be: a create that failed before its call had an effect.
func (r *run) tracked(i int) bool {
	step := &r.plan.Steps[i]
	return step.Undoes == 0 || r.steps[step.Undoes-1].made > 0
}

// restored reports whether step i has put an instance back that another one
// had replaced.
func (r *run) restored(i int, res *resource) bool {
	undoes := r.plan.Steps[i].Undoes
	if undoes == 0 || res.Active == nil {
		return false
	}
	undone := &r.plan.Steps[undoes-1]
	return r.steps[undoes-1].made > 0 && undone.Replaces > 0 && res.Active.Number == undone.Replaces
}

// instanceGone drops the instance that a delete or release was about. Undoing
// a replacement puts the old instance back in its place.
func (m *machine) instanceGone(i int, res *resource) {
	r := m.run
	step := &r.plan.Steps[i]
	number := r.target(i)
	res.remove(number)
	if step.Undoes > 0 {
		if undone := &r.plan.Steps[step.Undoes-1]; undone.Replaces > 0 {
			res.reinstate(undone.Replaces)
		}
	}
}

// storeDefinition keeps what changed about a resource without a call.
func (m *machine) storeDefinition(i int, res *resource) {
	step := &m.run.plan.Steps[i]
	if in := res.instance(step.Instance); in != nil {
		in.Needs, in.DeletionPolicy, in.Metadata = step.Needs, step.DeletionPolicy, step.Metadata
	}
}

func (m *machine) storeResult(i int, res *resource, f *stepDone) {
	step := &m.run.plan.Steps[i]
	in := res.instance(m.run.target(i))
	if in == nil {
		return
	}
	in.Failed, in.Doubtful = false, false
	in.Needs, in.DeletionPolicy, in.Metadata = step.Needs, step.DeletionPolicy, step.Metadata
	in.Applied = step.Desired
	if f.Applied != nil {
		in.Applied = f.Applied
	}
	if f.PhysicalID != "" {
		in.PhysicalID = f.PhysicalID
	}
	in.Attributes, in.Ref = f.Attributes, f.Ref
	in.attributes = value.Value{}
}

func (m *machine) stepFails(i int, f *stepFailed) {
	r, why := m.run, f.Err
	step := &r.plan.Steps[i]
	if r.steps[i].state == inFlight {
		id := r.steps[i].seq
		m.changes = append(m.changes, change{step: i, seq: id, cancel: true})
	}
	m.mark(i, "FAILED", why.Error())
	r.leave(i, failed)
	r.tally++
	verb := r.verb(i)
	if in := m.state.resource(step.LogicalID).instance(r.target(i)); in != nil && !r.untouched(i, why) {
		in.Failed = true
		if verb == CreateVerb { // a delete that fails settles nothing
			in.Doubtful = in.PhysicalID == "" && (why.uncertain() || r.steps[i].unsure)
		}
		if f.Applied != nil {
			in.Applied = f.Applied
			_ = m.vault.Unseal(f.Sealed) // a failure is remembered in the vault
		}
	}
	r.failed = append(r.failed, FailedStep{LogicalID: step.LogicalID, Type: step.Type, Verb: verb, Phase: step.Phase, Err: why})
	if r.cause == "" {
		r.cause = "Resource " + statusVerb(verb) + " failed: resources." + step.LogicalID + ": " + why.Error()
	}
	r.steps[i].resume, r.steps[i].resolved = nil, false
}

// untouched reports whether a failed step left its instance as it was: no call
// was made, or a delete was refused before it had begun.
func (r *run) untouched(i int, why CallError) bool {
	if !r.steps[i].acted {
		return true
	}
	return r.verb(i) == DeleteVerb && r.steps[i].resume == nil && !r.steps[i].unsure && (why.Kind == "conflict" || !why.uncertain())
}

// mark sets the status that a listing of resources shows.
func (m *machine) mark(i int, state, reason string) {
	res := m.state.obtain(m.run.plan.Steps[i].LogicalID)
	if res.Active != nil && res.Active.Number != m.run.target(i) && m.run.verb(i) == DeleteVerb {
		return // a deposed instance; the logical ID shows its successor
	}
	res.Status = Status(statusVerb(m.run.verb(i)) + "_" + state)
	res.Reason = reason
}

// statusVerb is a verb in the words of the service's statuses.
func statusVerb(v Verb) string {
	switch v {
	case UpdateVerb:
		return "UPDATE"
	case DeleteVerb, ReleaseVerb:
		return "DELETE"
	case checkVerb:
		return "CHECK"
	}
	return "CREATE"
}
