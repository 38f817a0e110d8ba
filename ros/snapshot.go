package ros

import (
	"encoding/json"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

// snapshotForm is the JSON of a machine.
type snapshotForm struct {
	State  *stackState `json:"state"`
	Run    *runForm    `json:"run,omitempty"`
	Sealed []byte      `json:"sealed,omitempty"`
}

type runForm struct {
	Number  int64        `json:"number"`
	Plan    *Plan        `json:"plan"`
	Started time.Time    `json:"started"`
	Phase   Phase        `json:"phase"`
	Entered time.Time    `json:"entered"`
	Steps   []stepForm   `json:"steps,omitempty"`
	Cause   string       `json:"cause,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Stop    *stopAsked   `json:"stop,omitempty"`
	Ended   bool         `json:"ended,omitempty"`
	Failed  []FailedStep `json:"failed,omitempty"`
}

type stepForm struct {
	State   stepStatus `json:"s"`
	Acted   bool       `json:"x,omitempty"`
	Outcome Outcome    `json:"o,omitempty"`
	Seq     int        `json:"q,omitempty"`
	Attempt int        `json:"a,omitempty"`
	Limited int        `json:"l,omitempty"`
	Unsure  bool       `json:"u,omitempty"`
	Made    int        `json:"m,omitempty"`
	Next    time.Time  `json:"t,omitzero"`
	Resume  []byte     `json:"r,omitempty"`
	Note    string     `json:"n,omitempty"`
	Doubt   *CallError `json:"d,omitempty"`
}

// Snapshot gives facts that bring a fresh machine to this state.
func (m *machine) Snapshot() []core.Event {
	form := snapshotForm{State: &m.state, Run: m.run.form()}
	var err error
	if form.Sealed, err = m.vault.All(); err != nil || m.vault.Broken() != nil {
		return nil // without the key the secrets stay where they are
	}
	data, err := json.Marshal(form)
	if err != nil {
		return nil
	}
	var evs []core.Event
	for len(data) > 0 {
		n := min(len(data), pieceSize)
		evs = append(evs, &snapshotPiece{core.Piece{Bytes: data[:n]}})
		data = data[n:]
	}
	return append(evs, &snapshotTaken{})
}

func (r *run) form() *runForm {
	if r == nil {
		return nil
	}
	f := &runForm{
		Number: r.number, Plan: r.plan, Started: r.started, Phase: r.phase, Entered: r.entered,
		Cause: r.cause, Reason: r.reason, Stop: r.stop, Ended: r.ended, Failed: r.failed,
	}
	if r.ended { // only what its end tells
		f.Plan = &Plan{Format: r.plan.Format, Operation: r.plan.Operation, Stack: r.plan.Stack, Settings: r.plan.Settings}
		return f
	}
	f.Steps = make([]stepForm, len(r.steps))
	for i := range r.steps {
		st := &r.steps[i]
		f.Steps[i] = stepForm{State: st.state, Acted: st.acted, Outcome: st.outcome, Seq: st.seq, Attempt: st.attempt,
			Limited: st.limited, Unsure: st.unsure, Made: st.made, Next: st.next, Resume: st.resume, Note: st.note}
		if st.state == inDoubt {
			f.Steps[i].Doubt = &st.doubt
		}
	}
	return f
}

// restore takes the state from the snapshot's pieces.
func (m *machine) restore() {
	var form snapshotForm
	err := json.Unmarshal(m.snapshot, &form)
	m.snapshot = nil
	if err != nil || form.State == nil {
		return
	}
	m.state = *form.State
	m.state.reindex()
	m.vault.SetOwner(m.state.Ref.ID)
	_ = m.vault.Unseal(form.Sealed) // a failure is remembered in the vault
	if m.run = nil; form.Run != nil {
		m.run = form.Run.restore()
	}
}

func (f *runForm) restore() *run {
	r := newRun(f.Number, f.Plan, f.Started)
	r.enter(f.Phase, f.Entered)
	for i := range min(len(f.Steps), len(r.steps)) {
		s := &f.Steps[i]
		r.leave(i, s.State)
		switch s.State {
		case inFlight:
			r.queue(i).Start(i)
		case inDoubt:
			r.doubts++
		case failed:
			if r.plan.Steps[i].Phase == f.Phase {
				r.tally++
			}
		}
		st := &r.steps[i]
		st.acted, st.outcome, st.seq, st.made = s.Acted, s.Outcome, s.Seq, s.Made
		st.attempt, st.limited, st.unsure = s.Attempt, s.Limited, s.Unsure
		st.next, st.resume, st.note = s.Next, s.Resume, s.Note
		if s.Doubt != nil {
			st.doubt = *s.Doubt
		}
	}
	for i := range r.steps {
		if s := r.steps[i].state; s == done || s == skipped {
			r.settleWaiters(i)
		}
		if r.steps[i].state == ready && r.plan.Steps[i].Phase == r.phase {
			r.makeReady(i)
		}
	}
	r.cause, r.reason, r.stop, r.ended, r.failed = f.Cause, f.Reason, f.Stop, f.Ended, f.Failed
	return r
}

// settleWaiters counts a step that was done before the snapshot.
func (r *run) settleWaiters(i int) {
	for _, w := range r.waiters[i] {
		r.steps[w].missing--
	}
}
