package ros

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
)

// full is a store whose disk is full after some appends.
type full struct {
	*journal.Memory
	left atomic.Int64
}

var errFull = errors.New("no space left on device")

func (s *full) Append(ctx context.Context, a *journal.Append) error {
	if s.left.Add(-1) < 0 {
		return errFull
	}
	return s.Memory.Append(ctx, a)
}

// A journal that cannot be written stops the run before the next effect, and
// says so to whoever waits, whenever they begin to; once it can be written
// again, the run goes on.
func TestJournalFull(t *testing.T) {
	all := int64(1 << 30)
	for n := int64(0); n < 12; n++ {
		store := &full{Memory: new(journal.Memory)}
		store.left.Store(n)
		onBench(t, func(c *fakeCloud, o *Options) provider.Provider {
			o.Journal, o.Sealer = store, key(t, "k")
			return typed(c, o)
		}, func(t *testing.T, b *bench) {
			run, err := b.e.CreateStack(t.Context(), b.change(line, nil))
			if err == nil {
				_, err = run.Wait(t.Context())
			}
			if err == nil {
				all = min(all, n)
				return
			}
			if !errors.Is(err, errFull) {
				t.Fatalf("after %d appends: %v", n, err)
			}
			synctest.Wait()
			calls := len(b.cloud.calls)
			if intents := len(intentsIn(t, store)); calls > intents {
				t.Errorf("after %d appends: %d calls, %d of them in the journal", n, calls, intents)
			}
			if run == nil { // the start itself was not kept
				store.left.Store(1 << 30)
				b.expect(b.create(line, nil), CreateComplete)
				b.leaves("A", "Alone", "B", "C")
				return
			}
			if _, err := run.Wait(t.Context()); !is[*StoppedError](err) || !errors.Is(err, errFull) {
				t.Errorf("who waits later hears %v", err)
			}
			for _, err := range run.Events(t.Context(), 0) {
				if err != nil && !is[*StoppedError](err) {
					t.Errorf("events: %v", err)
				}
			}
			if len(b.cloud.calls) != calls {
				t.Errorf("after %d appends: calls went on: %v", n, b.cloud.calls)
			}
			store.left.Store(1 << 30)
			resumed := 0
			for run, err := range b.e.Resume(t.Context()) {
				resumed++
				b.expect(finish(t, run, err), CreateComplete)
			}
			if resumed != 1 {
				t.Errorf("after %d appends: %d runs resumed", n, resumed)
			}
			b.leaves("A", "Alone", "B", "C")
		})
	}
	if all == 1<<30 {
		t.Error("the create never came to its end")
	}
}

// intentsIn lists the steps that the journals say were begun.
func intentsIn(t *testing.T, store journal.Store) (list []string) {
	t.Helper()
	for head, err := range store.List(t.Context(), &journal.Query{Prefix: stackPrefix}) {
		if err != nil {
			t.Fatal(err)
		}
		for rec, err := range store.Read(t.Context(), head.ID, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if rec.Kind == "start" {
				list = append(list, string(rec.Data))
			}
		}
	}
	return list
}

// Events can be read from any position on, in pieces, by several readers, and
// in another process: all see the same.
func TestEventsByCursor(t *testing.T) {
	store := new(journal.Memory)
	var whole []Event
	onBench(t, func(c *fakeCloud, o *Options) provider.Provider {
		o.Journal, o.Sealer = store, key(t, "k")
		c.polls = 2
		return typed(c, o)
	}, func(t *testing.T, b *bench) {
		run, err := b.e.CreateStack(t.Context(), b.change(line, nil))
		if err != nil {
			t.Fatal(err)
		}
		for ev, err := range run.Events(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			whole = append(whole, ev)
		}
		if last := whole[len(whole)-1]; last.Kind != StackEvent || last.Status != CreateComplete {
			t.Errorf("the last is %+v", last)
		}
		for i, from := range whole {
			var rest []Event
			for ev, err := range run.Events(t.Context(), from.Seq) {
				if err != nil {
					t.Fatal(err)
				}
				if rest = append(rest, ev); len(rest) == 3 {
					break
				}
			}
			if diff := cmp.Diff(whole[i+1:min(len(whole), i+4)], rest, cmp.Transformer("empty", func(l []Event) string { return fmt.Sprint(l) })); diff != "" {
				t.Fatalf("after %d (-want +got):\n%s", from.Seq, diff)
			}
		}
	})
	onBench(t, func(c *fakeCloud, o *Options) provider.Provider {
		o.Journal, o.Sealer = store, key(t, "k")
		return typed(c, o)
	}, func(t *testing.T, b *bench) {
		var again []Event
		for ev, err := range b.e.Events(t.Context(), "web", 0) {
			if err != nil {
				t.Fatal(err)
			}
			again = append(again, ev)
		}
		if diff := cmp.Diff(whole, again); diff != "" {
			t.Errorf("another process sees others:\n%s", diff)
		}
	})
}

// damaged is a store in which one journal cannot be read.
type damaged struct {
	*journal.Memory
	id string
}

func (s *damaged) Head(ctx context.Context, id string) (journal.Head, error) {
	if id == s.id {
		return journal.Head{}, errors.New("a broken sector")
	}
	return s.Memory.Head(ctx, id)
}

// One stack that cannot be resumed does not keep the others from going on.
func TestResumePastADamagedStack(t *testing.T) {
	store := &damaged{Memory: new(journal.Memory)}
	var ids []string
	onBench(t, func(c *fakeCloud, o *Options) provider.Provider {
		o.Journal, o.Sealer, c.polls = store, key(t, "k"), 1<<30
		return c
	}, func(t *testing.T, b *bench) {
		for _, name := range []string{"a", "b", "c"} {
			run, err := b.e.CreateStack(t.Context(), &Change{Stack: name, Template: mustParse(t, single)})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, run.StackID())
		}
	})
	slices.Sort(ids)
	store.id = stackPrefix + ids[1]
	onBench(t, func(c *fakeCloud, o *Options) provider.Provider {
		o.Journal, o.Sealer = store, key(t, "k")
		return c
	}, func(t *testing.T, b *bench) {
		resumed, failed := 0, 0
		for run, err := range b.e.Resume(t.Context()) {
			if err != nil {
				failed++
				continue
			}
			resumed++
			b.expect(finish(t, run, nil), CreateComplete)
		}
		if resumed != 2 || failed != 1 {
			t.Errorf("%d resumed, %d failed", resumed, failed)
		}
	})
}

// Shutdown stops the driving, says so, and loses nothing.
func TestShutdown(t *testing.T) {
	store := new(journal.Memory)
	with := func(polls int) func(*fakeCloud, *Options) provider.Provider {
		return func(c *fakeCloud, o *Options) provider.Provider {
			o.Journal, o.Sealer, c.polls = store, key(t, "k"), polls
			return typed(c, o)
		}
	}
	onBench(t, with(1<<30), func(t *testing.T, b *bench) {
		run, err := b.e.CreateStack(t.Context(), b.change(line, nil))
		if err != nil {
			t.Fatal(err)
		}
		waited := make(chan error)
		go func() {
			_, err := run.Wait(context.WithoutCancel(t.Context()))
			waited <- err
		}()
		synctest.Wait()
		if err := b.e.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-waited; !is[*StoppedError](err) {
			t.Errorf("who waits hears %v", err)
		}
		if err := run.Cancel(t.Context(), "too late"); !is[*StoppedError](err) {
			t.Errorf("cancel: %v", err)
		}
		if s := b.stack(); s.Status != CreateInProgress {
			t.Errorf("the stack reads as %s", s.Status)
		}
	})
	onBench(t, with(0), func(t *testing.T, b *bench) {
		for run, err := range b.e.Resume(t.Context()) {
			b.expect(finish(t, run, err), CreateComplete)
		}
	})
}

// TestIdleStackIsNotDriven gives the lease of a stack back when its operation
// has ended, so that another process can go on with the stack.
func TestIdleStackIsNotDriven(t *testing.T) {
	var store journal.Memory
	onBench(t, func(cloud *fakeCloud, opts *Options) provider.Provider {
		opts.Journal, opts.Owner, opts.Sealer = &store, "one", testSealer(t)
		return cloud
	}, func(t *testing.T, b *bench) {
		b.expect(b.create(chain, nil), CreateComplete)
		first := b.e
		b.e = newTestEngine(t, b.cloud, &Options{Journal: &store, Owner: "two", Sealer: testSealer(t)})
		b.expect(b.update(chain, map[string]any{"Size": "2"}), UpdateComplete)
		b.e = first
		b.expect(b.delete(), DeleteComplete)
		b.leaves()
	})
}
