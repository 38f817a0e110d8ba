package host_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/internal/host/sim"
	"github.com/bianpai/bianpai/journal"
)

// TestWriteFails checks that nothing is done that could not be written, and
// that the caller and the driver say so.
func TestWriteFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		store := sim.NewCrasher(new(journal.Memory))
		store.Crash(1, sim.LostWrite)
		def := loopDef(func(context.Context, core.Command) core.Answer {
			calls.Add(1)
			return core.Answer{Result: toy.Ready{}}
		})
		h, d := open(t, store, nil, def)
		err := d.Submit(t.Context(), window(3, 3))
		for _, err := range []error{err, d.Err(), d.Inspect(t.Context(), func(core.Machine) { t.Error("a look at what is not durable") })} {
			if _, ok := errors.AsType[*sim.CrashError](err); !ok {
				t.Errorf("%v", err)
			}
		}
		if calls.Load() != 0 {
			t.Error("a call was made")
		}
		store.Restart()
		again, err := h.Open(t.Context(), "j", def)
		if err != nil || again == d {
			t.Fatal(err)
		}
		if err := again.Submit(t.Context(), window(3, 3)); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if calls.Load() != 3 {
			t.Errorf("%d calls", calls.Load())
		}
		shutdown(t, h)
	})
}

func TestConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(journal.Memory)
		h, d := open(t, store, nil, loopDef(done))
		other, d2 := open(t, store, nil, loopDef(done))
		if err := d2.Submit(t.Context(), window(1, 1)); err != nil {
			t.Fatal(err)
		}
		err := d.Submit(t.Context(), window(1, 1))
		if _, ok := errors.AsType[*journal.ConflictError](err); !ok {
			t.Errorf("%v", err)
		}
		shutdown(t, h)
		shutdown(t, other)
	})
}

// TestShutdown stops a host in the middle of long calls and goes on with
// another. The calls are told to end, and what they answer then is not kept.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(journal.Memory)
		h, d := open(t, store, nil, loopDef(func(ctx context.Context, cmd core.Command) core.Answer {
			if cmd.ID < "5" {
				return core.Answer{Result: toy.Ready{}}
			}
			<-ctx.Done()
			return core.Answer{Result: toy.Refused{Why: "interrupted"}}
		}))
		if err := d.Submit(t.Context(), window(10, 2)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		shutdown(t, h)
		if d.Err() != nil {
			t.Error(d.Err())
		}
		if _, err := h.Open(t.Context(), "j", loopDef(done)); err == nil {
			t.Error("a host that was shut down opened a journal")
		}
		h, d = open(t, store, nil, loopDef(done))
		synctest.Wait()
		if err := d.Inspect(t.Context(), func(m core.Machine) {
			if got := string(m.Summary()); got != "done: 10 done, 0 failed" {
				t.Error(got)
			}
		}); err != nil {
			t.Error(err)
		}
		shutdown(t, h)
	})
}

// TestShutdownWaits checks that a call which does not listen is waited for as
// long as the caller wants.
func TestShutdownWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, d := open(t, new(journal.Memory), nil, loopDef(func(context.Context, core.Command) core.Answer {
			time.Sleep(time.Hour)
			return core.Answer{}
		}))
		if err := d.Submit(t.Context(), window(1, 1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := h.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		<-d.Stopped()
	})
}

// TestOneCallAtATime cancels a run while a call runs on: its undo has the same
// command ID and must wait for it.
func TestOneCallAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var log []string
		note := func(s string) { mu.Lock(); defer mu.Unlock(); log = append(log, s) }
		def := &host.Definition{New: toy.NewGraph, Codec: toy.Codec{}, Effector: effector(func(ctx context.Context, cmd core.Command) core.Answer {
			if cmd.Work.(toy.Work).Verb == "undo" {
				note("undo")
				return core.Answer{Result: toy.Gone{}}
			}
			<-ctx.Done()
			time.Sleep(time.Hour)
			note("make returns")
			return core.Answer{Result: toy.Ready{ID: "late"}}
		})}
		h, d := open(t, new(journal.Memory), nil, def)
		err := errors.Join(d.Submit(t.Context(), toy.Start{Steps: []toy.Step{{Name: "a"}}}), d.Submit(t.Context(), toy.Cancel{}))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if got := status(t, d); got != "undone: asked" || len(log) != 2 || log[1] != "undo" {
			t.Errorf("%q %q", got, log)
		}
		shutdown(t, h)
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, d := open(t, new(journal.Memory), nil, loopDef(func(ctx context.Context, _ core.Command) core.Answer {
			<-ctx.Done()
			return core.Answer{}
		}))
		if closed, err := d.CloseIdle(t.Context()); !closed || err != nil {
			t.Error("an idle driver did not close", err)
		}
		d, err := h.Open(t.Context(), "j", loopDef(done))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Submit(t.Context(), toy.StartLoop{Items: 3, Window: core.Share{N: 3}, Approve: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if again, _ := h.Open(t.Context(), "j", loopDef(done)); again != d {
			t.Error("a second driver of one journal")
		}
		if err := d.Close(t.Context()); err != nil {
			t.Error(err)
		}
		d, err = h.Open(t.Context(), "j", loopDef(func(ctx context.Context, _ core.Command) core.Answer {
			<-ctx.Done()
			return core.Answer{}
		}))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Submit(t.Context(), toy.Approve{}); err != nil {
			t.Error(err)
		}
		if closed, err := d.CloseIdle(t.Context()); closed || err != nil {
			t.Error("a busy driver closed as idle", err)
		}
		shutdown(t, h)
	})
}

// TestOpenTogether opens one journal many times at once, while it is closed
// again and again.
func TestOpenTogether(t *testing.T) {
	h := host.New(new(journal.Memory), nil)
	def := loopDef(done)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				d, err := h.Open(context.Background(), "j", def)
				if err != nil {
					t.Error(err)
					return
				}
				err = d.Submit(context.Background(), toy.Approve{})
				if _, stopped := errors.AsType[*host.StoppedError](err); err == nil || stopped && d.Err() != nil {
					t.Error(err)
				}
				if err := d.Close(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	shutdown(t, h)
}

func TestWaitingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{Memory: new(journal.Memory)}
		h, d := open(t, store, nil, loopDef(done))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.Submit(ctx, window(2, 2)); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if got := status(t, d); got != "done" {
			t.Errorf("the request was withdrawn: %q", got)
		}
		shutdown(t, h)
	})
}

// slowStore takes ten seconds for an append.
type slowStore struct{ *journal.Memory }

func (s *slowStore) Append(ctx context.Context, a *journal.Append) error {
	time.Sleep(10 * time.Second)
	return s.Memory.Append(ctx, a)
}

// TestAnswersAreKept checks that answers which came before the stop are
// written, but nothing new is begun.
func TestAnswersAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(journal.Memory)
		h, d := open(t, store, nil, loopDef(func(context.Context, core.Command) core.Answer {
			time.Sleep(time.Second)
			return core.Answer{Result: toy.Ready{}}
		}))
		if err := d.Submit(t.Context(), window(9, 2)); err != nil {
			t.Fatal(err)
		}
		// The answers come while the loop is held up.
		go d.Inspect(t.Context(), func(core.Machine) { time.Sleep(10 * time.Second) })
		time.Sleep(2 * time.Second)
		shutdown(t, h)
		r, err := host.Fold(t.Context(), store, "j", loopDef(done))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(r.Machine().Outstanding()); n != 0 || r.Tail() != 5 {
			t.Errorf("%d items were begun and not called, %d records", n, r.Tail())
		}
	})
}

func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &leaser{Memory: new(journal.Memory)}
		opts := func(owner string) *host.Options {
			return &host.Options{Owner: owner, LeaseTTL: 30 * time.Second}
		}
		var told atomic.Bool
		def := loopDef(func(ctx context.Context, cmd core.Command) core.Answer {
			<-ctx.Done()
			told.Store(true)
			return core.Answer{Result: toy.Refused{Why: "interrupted"}}
		})
		a, d := open(t, store, opts("a"), def)
		if err := d.Submit(t.Context(), window(3, 1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		b := host.New(store, opts("b"))
		if _, err := b.Open(t.Context(), "j", def); !isHeld(err) {
			t.Errorf("%v", err)
		}
		store.down.Store(true)
		time.Sleep(time.Minute)
		if d.Err() == nil || !told.Load() {
			t.Error("the lease is lost and the driver goes on")
		}
		store.down.Store(false)
		d, err := b.Open(t.Context(), "j", loopDef(done))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := d.Inspect(t.Context(), func(m core.Machine) {
			if got := string(m.Summary()); got != "done: 3 done, 0 failed" {
				t.Error(got)
			}
		}); err != nil {
			t.Error(err)
		}
		shutdown(t, b)
		shutdown(t, a)
		c, _ := open(t, store, opts("c"), def) // the lease was given back
		shutdown(t, c)
	})
}

func isHeld(err error) bool { _, ok := errors.AsType[*journal.HeldError](err); return ok }

// leaser is a store that other processes cannot always reach.
type leaser struct {
	*journal.Memory
	down atomic.Bool
}

func (l *leaser) Renew(ctx context.Context, lease *journal.Lease, ttl time.Duration) error {
	if l.down.Load() {
		return errors.New("no connection")
	}
	return l.Memory.Renew(ctx, lease, ttl)
}
