package host_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/internal/host/sim"
	"github.com/bianpai/bianpai/journal"
)

// TestPrefix folds each prefix of the journals of many runs, and goes on from
// it: a snapshot must bring a fresh machine to the same place, and Changes
// since the prefix must lead from its Outstanding to that of each later one.
func TestPrefix(t *testing.T) {
	cases := toy.Cases()
	for seed := range uint64(30) {
		cases = append(cases, toy.Random(seed))
	}
	for i, c := range cases {
		store := new(journal.Memory)
		s := sim.New(uint64(i), store, c.Definition(c.World()), &sim.Options{SnapshotEvery: -1})
		if err := s.Submit(c.Start); err != nil {
			t.Fatal(err)
		}
		for _, l := range c.Later {
			s.Plan(l.After, l.Request)
		}
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
		var evs []core.Event
		for rec, err := range store.Read(t.Context(), "sim", 0) {
			if err != nil {
				t.Fatal(err)
			}
			ev, err := toy.Codec{}.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
			if err != nil {
				t.Fatal(err)
			}
			evs = append(evs, ev)
		}
		for n := range evs {
			checkPrefix(t, &c, evs, n)
		}
	}
}

func checkPrefix(t *testing.T, c *toy.Case, evs []core.Event, n int) {
	t.Helper()
	m := c.New()
	for _, ev := range evs[:n] {
		m.Evolve(ev)
	}
	copied := c.New()
	for _, ev := range m.Snapshot() {
		copied.Evolve(ev)
	}
	flying := make(map[string]core.Command)
	for _, cmd := range m.Outstanding() {
		flying[cmd.ID] = cmd
	}
	for i := n; ; i++ {
		if want := commands(copied.Outstanding()); fmt.Sprint(want) != fmt.Sprint(commands(values(flying))) {
			t.Fatalf("%s: changes from record %d to %d give %v, a snapshot wants %v", c.Name, n, i, flying, want)
		}
		if i == len(evs) {
			break
		}
		m.Evolve(evs[i])
		copied.Evolve(evs[i])
		for _, cmd := range m.Changes() {
			if cmd.Cancel {
				delete(flying, cmd.ID)
			} else {
				flying[cmd.ID] = cmd
			}
		}
		// What was answered has left flight without a word.
		for id, cmd := range flying {
			if answers(evs[i], &cmd) && !listed(copied.Outstanding(), cmd) {
				delete(flying, id)
			}
		}
	}
	if string(m.Summary()) != string(copied.Summary()) {
		t.Errorf("%s: from record %d the summaries differ", c.Name, n)
	}
}

// answers reports whether an event books the answer of a command.
func answers(ev core.Event, cmd *core.Command) bool {
	index := func(i int) bool { return fmt.Sprint(i) == cmd.ID }
	switch ev := ev.(type) {
	case toy.Item:
		return index(int(ev.Index))
	case toy.Made:
		return index(ev.Step)
	case toy.Undone:
		return index(ev.Step)
	case toy.Failed:
		return index(ev.Step)
	case toy.Intended:
		return index(ev.Step)
	case toy.Cancelled:
		return cmd.ID == "deadline"
	}
	return false
}

func listed(cmds []core.Command, cmd core.Command) bool {
	for _, c := range cmds {
		if reflect.DeepEqual(c, cmd) {
			return true
		}
	}
	return false
}

func values(m map[string]core.Command) (cmds []core.Command) {
	for _, cmd := range m {
		cmds = append(cmds, cmd)
	}
	return cmds
}

// commands gives a comparable form that does not depend on the order.
func commands(cmds []core.Command) map[string]string {
	m := make(map[string]string)
	for _, cmd := range cmds {
		m[cmd.ID] = fmt.Sprint(cmd.NotBefore.UnixNano(), cmd.Work, cmd.Limit)
	}
	return m
}

// TestSnapshot checks that a long run takes snapshots, that they start a fold,
// and that there are not too many.
func TestSnapshot(t *testing.T) {
	store := new(journal.Memory)
	c := toy.Case{New: toy.NewLoop}
	def := c.Definition(c.World())
	s := sim.New(3, store, def, &sim.Options{SnapshotEvery: 100})
	if err := s.Submit(window(5000, 10)); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	bases := 0
	for rec := range store.Read(t.Context(), "sim", 0) {
		if rec.Base {
			bases++
		}
	}
	head, err := store.Head(t.Context(), "sim")
	if err != nil || head.Tail-head.Base > 300 || bases < 50 || bases > 105 {
		t.Errorf("%+v with %d bases: %v", head, bases, err)
	}
	r, err := host.Fold(t.Context(), store, "sim", def)
	if err != nil || string(r.Machine().Summary()) != "done: 5000 done, 0 failed" || r.Tail() != head.Tail {
		t.Errorf("fold from the base: %s, %v", r.Machine().Summary(), err)
	}
}

// TestNoSnapshot checks that a snapshot as large as the tail is not written.
func TestNoSnapshot(t *testing.T) {
	c := toy.Random(3)
	store := new(journal.Memory)
	s := sim.New(3, store, c.Definition(c.World()), &sim.Options{SnapshotEvery: 1})
	if err := s.Submit(c.Start); err != nil {
		t.Fatal(err)
	}
	head, err := store.Head(t.Context(), "sim")
	if err != nil || head.Base != 0 {
		t.Errorf("%+v %v", head, err)
	}
}
