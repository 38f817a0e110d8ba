package ros

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/journal"
)

// nextStatus are the legal transitions of a stack (spec 2.3), as far as this
// engine has the operations.
var nextStatus = map[Status][]Status{
	"":                       {CreateInProgress},
	CreateInProgress:         {CreateComplete, CreateFailed, CreateRollbackInProgress},
	CreateRollbackInProgress: {CreateRollbackComplete, CreateRollbackFailed},
	UpdateInProgress:         {UpdateComplete, UpdateFailed, RollbackInProgress},
	RollbackInProgress:       {RollbackComplete, RollbackFailed},
	DeleteInProgress:         {DeleteComplete, DeleteFailed},
	CreateComplete:           {UpdateInProgress, DeleteInProgress},
	UpdateComplete:           {UpdateInProgress, DeleteInProgress},
	UpdateFailed:             {UpdateInProgress, DeleteInProgress},
	RollbackComplete:         {UpdateInProgress, DeleteInProgress},
	RollbackFailed:           {UpdateInProgress, DeleteInProgress},
	CreateFailed:             {DeleteInProgress},
	CreateRollbackComplete:   {DeleteInProgress},
	CreateRollbackFailed:     {DeleteInProgress},
	DeleteFailed:             {DeleteInProgress},
}

// journalCheck folds a journal and looks at each prefix.
type journalCheck struct {
	t *testing.T
	e *Engine
	m *machine
}

// checkJournal asserts what holds of every prefix of every journal.
func checkJournal(t *testing.T, store journal.Store, e *Engine, id string) {
	t.Helper()
	c := &journalCheck{t: t, e: e, m: newMachine("", e.sealer, Retry{})}
	for rec, err := range store.Read(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		fact, err := codec.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
		if err != nil {
			t.Fatal(err)
		}
		before := c.m.state.Status
		if why := c.before(fact); why != "" {
			t.Errorf("record %d, %T %+v: %s", rec.Seq, fact, fact, why)
		}
		c.m.Evolve(fact)
		c.m.changes = c.m.changes[:0]
		if now := c.m.state.Status; now != before && !contains(nextStatus[before], now) {
			t.Errorf("record %d: from %s to %s", rec.Seq, before, now)
		}
		if why := c.after(); why != "" {
			t.Errorf("record %d, %T %+v: %s", rec.Seq, fact, fact, why)
		}
		if rec.Seq%3 == 0 {
			c.snapshot(rec.Seq)
		}
	}
}

func contains[T comparable](list []T, v T) bool {
	for _, have := range list {
		if have == v {
			return true
		}
	}
	return false
}

// before says what is wrong with a fact in the state that it comes in.
func (c *journalCheck) before(fact core.Event) string {
	i, about := stepOf(fact)
	r := c.m.run
	if !about {
		if _, ends := fact.(*runEnded); ends && r.flying() > 0 {
			return "the run ends while steps are in flight"
		}
		if _, ends := fact.(*phaseEntered); ends && r.flying() > 0 {
			return "the phase ends while steps are in flight"
		}
		return ""
	}
	switch st := &r.steps[i]; st.state {
	case done, skipped, failed:
		return "the step has ended before"
	case pending, ready:
		return c.starts(i, fact)
	case inFlight:
		if _, again := fact.(*stepStarted); again {
			return "the step is in flight already"
		}
	}
	return ""
}

// starts says why a step must not start, or end at once, now.
func (c *journalCheck) starts(i int, fact core.Event) string {
	r := c.m.run
	step := &r.plan.Steps[i]
	for _, need := range step.After {
		if s := r.steps[need].state; s != done && s != skipped {
			return fmt.Sprintf("step %d, which it waits for, is in state %d", need, s)
		}
	}
	switch {
	case step.Phase != r.phase:
		return "it is a step of another phase"
	case r.halted():
		return "the phase was halted"
	}
	if _, starts := fact.(*stepStarted); !starts {
		return ""
	}
	target := r.target(i)
	for j := range r.steps {
		if r.steps[j].state == inFlight && r.plan.Steps[j].LogicalID == step.LogicalID && r.target(j) == target && r.verb(j) != CreateVerb {
			return fmt.Sprintf("step %d works on the same resource", j)
		}
	}
	return ""
}

// after says what is wrong with the state.
func (c *journalCheck) after() string {
	r := c.m.run
	if r == nil || r.ended {
		return ""
	}
	if limit := r.plan.Settings.Parallelism; limit > 0 && r.work.Busy() > limit {
		return fmt.Sprintf("%d steps are in flight, the limit is %d", r.work.Busy(), limit)
	}
	work, waits := 0, 0
	for i := range r.steps {
		if r.steps[i].state != inFlight {
			continue
		}
		if r.plan.Steps[i].Waits {
			waits++
		} else {
			work++
		}
	}
	if work != r.work.Busy() || waits != r.waits.Busy() {
		return fmt.Sprintf("%d and %d steps are in flight, %d and %d are counted", work, waits, r.work.Busy(), r.waits.Busy())
	}
	return ""
}

// snapshot asserts that a machine made from a snapshot behaves as the one that
// gave it.
func (c *journalCheck) snapshot(seq int64) {
	if len(c.m.pieces) > 0 {
		return // of a plan whose start comes with the same write
	}
	fresh := newMachine("", c.e.sealer, Retry{})
	for _, fact := range c.m.Snapshot() {
		rec, err := codec.Encode(fact)
		if err != nil {
			c.t.Fatal(err)
		}
		again, err := codec.Decode(rec)
		if err != nil {
			c.t.Fatal(err)
		}
		fresh.Evolve(again)
	}
	want, got := describe(c.m), describe(fresh)
	if want != got {
		c.t.Errorf("after record %d, a snapshot gives another machine:\n%s\nwant:\n%s", seq, got, want)
	}
}

// describe tells all that shows of a machine: what it wants in flight, what it
// would do next, and what it would snapshot.
func describe(m *machine) string {
	var b strings.Builder
	for _, cmd := range m.Outstanding() {
		fmt.Fprintf(&b, "outstanding %s %s %s\n", cmd.ID, cmd.NotBefore, cmd.Limit)
		if w, ok := cmd.Work.(*stepWork); ok {
			fmt.Fprintf(&b, "  %s %+v %s %v\n", w.verb, *w.req, w.findToken, w.doubtful)
		}
	}
	for _, fact := range m.Advance(time.Unix(0, 0)) {
		rec, err := codec.Encode(fact)
		fmt.Fprintf(&b, "next %s %s %v\n", rec.Kind, rec.Data, err)
	}
	var all bytes.Buffer
	for _, fact := range m.Snapshot() {
		rec, _ := codec.Encode(fact)
		all.Write(rec.Data)
	}
	fmt.Fprintf(&b, "snapshot %s\n", all.Bytes())
	return b.String()
}
