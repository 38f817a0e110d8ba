package ros

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// pieceSize is how much of a plan or a snapshot goes into one record.
const pieceSize = 48 << 10

// The requests that a stack's machine takes.
type (
	startRequest struct {
		plan   *Plan
		number int64 // of the run that it started: the answer
	}
	stopRequest struct {
		run  int64
		stop stopAsked
	}
	settleRequest struct {
		run                   int64
		logicalID, physicalID string
	}
)

// Decide turns an input into facts. It refuses requests with typed errors and
// ignores answers that come too late.
func (m *machine) Decide(in core.Input) ([]core.Event, error) {
	if m.vault.Broken() != nil {
		if in.Request == nil {
			return nil, nil // nothing is in flight
		}
		return nil, m.keyError()
	}
	switch req := in.Request.(type) {
	case *startRequest:
		return m.decideStart(req, in.At)
	case *stopRequest:
		return m.decideStop(req)
	case *settleRequest:
		return m.decideSettle(req)
	}
	r := m.run
	if r == nil || r.ended {
		return nil, nil
	}
	if in.Timer {
		if in.Command != r.deadlineID() || r.stop != nil && r.stop.Quick {
			return nil, nil
		}
		return []core.Event{&stopAsked{Reason: "timed out after " + r.deadline().Sub(r.began()).String(), Quick: true}}, nil
	}
	res, ok := in.Result.(*stepResult)
	if !ok || res.run != r.number || res.step >= len(r.steps) {
		return nil, nil
	}
	if st := &r.steps[res.step]; st.state != inFlight || st.seq != res.seq {
		return nil, nil
	}
	if res.err != nil {
		return []core.Event{m.decideError(res, in.At)}, nil
	}
	return m.decideAnswer(res, in.At)
}

// decideStart begins an operation. The request hears the run's number here,
// since the driver may have stopped by the time that its facts are durable.
func (m *machine) decideStart(req *startRequest, at time.Time) ([]core.Event, error) {
	plan := req.plan
	if m.run != nil && !m.run.ended {
		return nil, &BusyError{Stack: m.state.Ref.Name, Status: m.state.Status}
	}
	if plan.Generation != m.state.Generation {
		return nil, &StalePlanError{Stack: plan.Stack.Name, Planned: plan.Generation, Now: m.state.Generation}
	}
	data, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("ros: encode plan: %w", err)
	}
	var evs []core.Event
	for len(data) > 0 {
		n := min(len(data), pieceSize)
		evs = append(evs, &planPiece{core.Piece{Bytes: data[:n]}})
		data = data[n:]
	}
	req.number = m.state.Runs + 1
	return append(evs, &runStarted{At: at, plan: plan}), nil
}

func (m *machine) decideStop(req *stopRequest) ([]core.Event, error) {
	r := m.run
	if r == nil || r.ended || r.number != req.run {
		return nil, &NotRunningError{Stack: m.state.Ref.Name, Status: m.state.Status}
	}
	if r.stop != nil && (r.stop.Quick || !req.stop.Quick) {
		return nil, nil // stopping already
	}
	stop := req.stop
	return []core.Event{&stop}, nil
}

func (m *machine) decideSettle(req *settleRequest) ([]core.Event, error) {
	if r := m.run; r != nil && !r.ended && r.number == req.run {
		for i := range r.steps {
			if r.steps[i].state == inDoubt && r.plan.Steps[i].LogicalID == req.logicalID {
				return []core.Event{&stepSettled{Step: i, PhysicalID: req.physicalID}}, nil
			}
		}
	}
	return nil, fmt.Errorf("stack %s has no step in doubt for %s", m.state.Ref.Name, req.logicalID)
}

// decideError says what a failed call means: done, another try, a replacement,
// a doubt or a failure.
func (m *machine) decideError(res *stepResult, at time.Time) core.Event {
	r, st := m.run, &m.run.steps[res.step]
	step := &r.plan.Steps[res.step]
	perr, typed := errors.AsType[*provider.Error](res.err)
	if !typed {
		return m.failure(res.step, CallError{Message: m.vault.Scrub(res.err.Error()), Repeated: res.repeated})
	}
	why := CallError{Kind: perr.Kind.String(), Code: perr.Code, Message: m.vault.Scrub(perr.Message), RequestID: perr.RequestID, Path: perr.Path, Repeated: res.repeated}
	if why.Message == "" && perr.Err != nil {
		why.Message = m.vault.Scrub(perr.Err.Error())
	}
	switch {
	case perr.Kind == provider.NotFound && res.verb == DeleteVerb:
		return &stepDone{Step: res.step}
	case perr.Kind == provider.NotFound && res.verb == checkVerb:
		return &stepEscalated{Step: res.step, Err: why}
	case perr.Kind == provider.InDoubt:
		return &stepDoubted{Step: res.step, Err: why}
	case perr.Kind == provider.NeedsReplacement && st.outcome == UpdateOutcome && allows(step, ReplaceOutcome):
		return &stepEscalated{Step: res.step, Err: why}
	case perr.Kind.Retry():
		class, failed := core.Transient, st.attempt
		if perr.Kind == provider.Throttled {
			class, failed = core.Throttled, st.limited
		}
		if res.heard {
			failed = 0
		}
		if wait, ok := m.retry.Next(r.commandID(res.step, 0), class, failed+1, perr.After); ok {
			return &stepRetried{Step: res.step, Attempt: failed + 1, Next: at.Add(wait), Err: why}
		}
	}
	return m.failure(res.step, why)
}

// failure is the bad end of a step. A create call that had an effect all the
// same, or may have had one, leaves word of the properties it was made with.
func (m *machine) failure(i int, why CallError) *stepFailed {
	r, step := m.run, &m.run.plan.Steps[i]
	ev := &stepFailed{Step: i, Err: why}
	in := m.state.resource(step.LogicalID).instance(r.target(i))
	if r.verb(i) != CreateVerb || in == nil || in.PhysicalID == "" && !why.uncertain() && !r.steps[i].unsure {
		return ev
	}
	desired, err := m.resolve(i)
	if err != nil {
		return ev // it was resolved before the call
	}
	applied := desired.AppendWire(nil, m.vault.Wire())
	if bytes.Equal(applied, step.Desired) {
		return ev
	}
	sealed, err := m.vault.Seal()
	if err != nil {
		return ev // without its properties it may have to be settled by a person
	}
	ev.Applied, ev.Sealed = applied, sealed
	return ev
}

// decideAnswer takes in what a provider reported.
func (m *machine) decideAnswer(res *stepResult, at time.Time) ([]core.Event, error) {
	r := m.run
	step := &r.plan.Steps[res.step]
	if !res.done {
		return []core.Event{&stepProgressed{Step: res.step, PhysicalID: res.physicalID, Resume: res.resume, Note: m.vault.Scrub(res.note), Next: at.Add(res.after)}}, nil
	}
	ev := &stepDone{Step: res.step, Outcome: r.steps[res.step].outcome}
	if res.verb == DeleteVerb || res.verb == checkVerb {
		return []core.Event{ev}, nil
	}
	ev.PhysicalID = res.physicalID
	ev.Ref = res.ref
	ev.Attributes = m.wireAttributes(res)
	desired, err := m.resolve(res.step)
	if err != nil {
		return nil, err
	}
	if applied := desired.AppendWire(nil, m.vault.Wire()); !bytes.Equal(applied, step.Desired) {
		ev.Applied = applied
	}
	if ev.Sealed, err = m.vault.Seal(); err != nil {
		return []core.Event{&stepFailed{Step: res.step, Err: CallError{Message: "its secrets cannot be sealed: " + err.Error()}}}, nil
	}
	return []core.Event{ev}, nil
}

// wireAttributes gives the attributes as the journal keeps them: those that
// are secret as references into the vault.
func (m *machine) wireAttributes(res *stepResult) json.RawMessage {
	if len(res.attributes) == 0 {
		return json.RawMessage("{}")
	}
	if len(res.secret) == 0 && plain(res.attributes) && m.vault.Empty() {
		return res.attributes
	}
	v, err := value.ParseJSON(res.attributes)
	if err != nil || v.Kind() != value.KindMap {
		return json.RawMessage("{}")
	}
	entries := make([]value.Entry, v.Len())
	for i := range entries {
		entries[i] = value.Entry{Key: v.KeyAt(i), Value: v.At(i)}
		if res.secret[entries[i].Key] || m.vault.Shows(v.At(i).AppendJSON(nil)) {
			entries[i].Value = entries[i].Value.WithSensitive()
		}
	}
	return value.Map(entries).AppendWire(nil, m.vault.Wire())
}

// allows reports whether the plan lists an outcome for a step.
func allows(step *Step, o Outcome) bool {
	for _, allowed := range step.Outcomes {
		if allowed == o {
			return true
		}
	}
	return false
}
