package host_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/journal"
)

// puppet is a machine that lists what its requests say, and notes its inputs.
type puppet struct {
	changes []core.Command
	inputs  []string
	from    time.Time
	backlog int // facts that Advance still has
}

type list []core.Command

type backlog int

func (p *puppet) Decide(in core.Input) ([]core.Event, error) {
	if in.Command != "" {
		return []core.Event{fmt.Sprintf("%s at %s", in.Command, in.At.Sub(p.from))}, nil
	}
	return []core.Event{in.Request}, nil
}

func (p *puppet) Advance(time.Time) []core.Event {
	return make([]core.Event, min(p.backlog, 10))
}

func (p *puppet) Evolve(ev core.Event) {
	switch ev := ev.(type) {
	case list:
		p.changes = append(p.changes, ev...)
	case string:
		p.inputs = append(p.inputs, ev)
	case backlog:
		p.backlog = int(ev)
	case nil:
		p.backlog--
	}
}

func (p *puppet) Changes() []core.Command {
	cmds := p.changes
	p.changes = nil
	return cmds
}

func (p *puppet) Outstanding() []core.Command { return nil }
func (p *puppet) Snapshot() []core.Event      { return nil }
func (p *puppet) Summary() []byte             { return nil }

// pull runs f on a puppet's driver and gives the inputs of the puppet.
func pull(t *testing.T, opts *host.Options, e effector, f func(t *testing.T, d *host.Driver)) (inputs []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		def := &host.Definition{New: func() core.Machine { return &puppet{from: time.Now()} }, Codec: loose{}, Effector: e}
		h, d := open(t, new(journal.Memory), opts, def)
		f(t, d)
		if err := d.Inspect(t.Context(), func(m core.Machine) { inputs = m.(*puppet).inputs }); err != nil {
			t.Error(err)
		}
		shutdown(t, h)
	})
	return inputs
}

// TestCommands plays lists of commands, a second apart.
func TestCommands(t *testing.T) {
	timer := func(id string, s int) core.Command {
		return core.Command{ID: id, NotBefore: time.Date(2000, 1, 1, 0, 0, s, 0, time.UTC)} // where bubbles start
	}
	call := func(id, work string) core.Command { return core.Command{ID: id, Work: work} }
	cancel := func(id string) core.Command { return core.Command{ID: id, Cancel: true} }
	late := call("late", "late")
	late.NotBefore = timer("", 5).NotBefore
	tests := []struct {
		name  string
		lists []list
		want  string
	}{
		{"timers in order", []list{{timer("b", 2), timer("a", 2), timer("c", 1)}}, "c at 1s, b at 2s, a at 2s"},
		{"past", []list{{timer("a", -9), {ID: "z"}}}, "z at 0s, a at 0s"},
		{"later", []list{{timer("a", 2)}, {timer("a", 5)}}, "a at 5s"},
		{"sooner", []list{{timer("a", 5)}, {timer("a", 2)}}, "a at 2s"},
		{"timer becomes call", []list{{timer("a", 5)}, {call("a", "1s")}}, "a at 2s"},
		{"call becomes timer", []list{{late}, {timer("late", 2)}}, "late at 2s"},
		{"withdrawn timer", []list{{timer("a", 5), timer("b", 6)}, {cancel("a")}}, "b at 6s"},
		{"listed while it runs", []list{{call("a", "3s")}, {call("a", "1s")}}, "a at 3s"},
		{"withdrawn call", []list{{call("a", "3s"), call("b", "3s")}, {cancel("a")}}, "b at 3s"},
		{"again after withdrawal", []list{{call("a", "3s")}, {cancel("a"), call("a", "2s")}}, "a at 5s"},
		{"withdrawn again", []list{{call("a", "3s")}, {cancel("a"), call("a", "2s")}, {cancel("a")}}, ""},
		{"unknown withdrawn", []list{{cancel("x"), timer("a", 1)}}, "a at 1s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inputs := pull(t, nil, func(_ context.Context, cmd core.Command) core.Answer {
				d, err := time.ParseDuration(cmd.Work.(string))
				if err != nil {
					panic(err)
				}
				time.Sleep(d) // deaf to its context
				return core.Answer{Result: "done"}
			}, func(t *testing.T, d *host.Driver) {
				for _, l := range tt.lists {
					if err := d.Submit(t.Context(), l); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Second)
				}
				time.Sleep(time.Minute)
			})
			if got := strings.Join(inputs, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestQueue withdraws every other of many calls that wait for one worker.
func TestQueue(t *testing.T) {
	for _, limit := range []string{"", "limit"} {
		var mu sync.Mutex
		var order []string
		throttled := false
		inputs := pull(t, &host.Options{Workers: 1}, func(_ context.Context, cmd core.Command) core.Answer {
			mu.Lock()
			defer mu.Unlock()
			if !throttled && limit != "" {
				throttled = true
				return core.Answer{Result: "no", Throttle: time.Minute}
			}
			order = append(order, cmd.ID)
			time.Sleep(time.Millisecond)
			return core.Answer{Result: "done"}
		}, func(t *testing.T, d *host.Driver) {
			var start, stop list
			for i := range 5000 {
				cmd := core.Command{ID: fmt.Sprintf("%04d", i), Work: "w", Limit: limit}
				start = append(start, cmd)
				if i%2 == 1 {
					stop = append(stop, core.Command{ID: cmd.ID, Cancel: true})
				}
			}
			if err := errors.Join(d.Submit(t.Context(), start), d.Submit(t.Context(), stop)); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
		})
		if len(inputs) < 2500 || len(inputs) > 2502 || !slices.IsSorted(order) {
			t.Errorf("%d inputs of 2500, in order: %t", len(inputs), slices.IsSorted(order))
		}
	}
}

// TestLongAdvance checks that a request is heard while the state alone gives
// very many facts.
func TestLongAdvance(t *testing.T) {
	pull(t, nil, nil, func(t *testing.T, d *host.Driver) {
		if err := d.Submit(t.Context(), backlog(1_000_000)); err != nil {
			t.Error(err)
		}
		if n := d.Tail(); n > 500_000 {
			t.Errorf("answered after %d facts", n)
		}
		synctest.Wait()
		if n := d.Tail(); n != 1_000_001 {
			t.Errorf("%d facts", n)
		}
	})
}

// broken is a store whose records are not as they should be.
type broken struct {
	journal.Memory
	bend func(*journal.Record) error
}

func (b *broken) Read(ctx context.Context, id string, after int64) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for rec, err := range b.Memory.Read(ctx, id, after) {
			if err == nil {
				err = b.bend(&rec)
			}
			if errors.Is(err, errSkip) {
				continue
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

var errSkip = errors.New("skip")

// TestFoldRefuses checks that a journal which cannot be read whole is not
// driven.
func TestFoldRefuses(t *testing.T) {
	at := func(seq int64, f func(*journal.Record) error) func(*journal.Record) error {
		return func(r *journal.Record) error {
			if r.Seq == seq {
				return f(r)
			}
			return nil
		}
	}
	tests := []struct {
		want string
		bend func(*journal.Record) error
	}{
		{`record 3 of kind "Later": unknown kind`, at(3, func(r *journal.Record) error { r.Kind = "Later"; return nil })},
		{"gave record 4 after 2", at(3, func(*journal.Record) error { return errSkip })},
		{"up to 6 of 7", at(7, func(*journal.Record) error { return errSkip })},
		{"disk on fire", at(2, func(*journal.Record) error { return errors.New("disk on fire") })},
		{"panicked", at(1, func(r *journal.Record) error { r.Kind, r.Data = "Made", []byte(`{"Step":3}`); return nil })},
	}
	for _, tt := range tests {
		store := &broken{bend: func(*journal.Record) error { return nil }}
		def := &host.Definition{New: toy.NewGraph, Codec: toy.Codec{}, Effector: toy.NewWorld(nil)}
		h, d := open(t, store, nil, def)
		if err := d.Submit(t.Context(), toy.Start{Steps: []toy.Step{{Name: "a"}, {Name: "b", Delay: time.Millisecond}}}); err != nil {
			t.Fatal(err)
		}
		for d.Tail() < 7 {
			time.Sleep(time.Millisecond)
		}
		if err := d.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		store.bend = tt.bend
		if _, err := h.Open(t.Context(), "j", def); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %q", err, tt.want)
		}
		store.bend = func(*journal.Record) error { return nil }
		if _, err := h.Open(t.Context(), "j", def); err != nil {
			t.Errorf("the place was not freed: %v", err)
		}
		shutdown(t, h)
	}
}
