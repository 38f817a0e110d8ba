package host_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/journal"
)

// effector is a function.
type effector func(ctx context.Context, cmd core.Command) core.Answer

func (f effector) Do(ctx context.Context, cmd core.Command) core.Answer { return f(ctx, cmd) }

func loopDef(f effector) *host.Definition {
	return &host.Definition{New: toy.NewLoop, Codec: toy.Codec{}, Effector: f}
}

func open(t *testing.T, store journal.Store, opts *host.Options, def *host.Definition) (*host.Host, *host.Driver) {
	t.Helper()
	h := host.New(store, opts)
	d, err := h.Open(t.Context(), "j", def)
	if err != nil {
		t.Fatal(err)
	}
	return h, d
}

func shutdown(t *testing.T, h *host.Host) {
	t.Helper()
	if err := h.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func status(t *testing.T, d *host.Driver) (s string) {
	t.Helper()
	if err := d.Inspect(t.Context(), func(m core.Machine) { s = toy.Status(m) }); err != nil {
		t.Error(err)
	}
	return s
}

func window(items, n int) toy.StartLoop {
	return toy.StartLoop{Items: items, Window: core.Share{N: n}, Errors: core.Share{N: 100, Percent: true}}
}

func done(context.Context, core.Command) core.Answer { return core.Answer{Result: toy.Ready{}} }

func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most, calls atomic.Int64
		h, d := open(t, new(journal.Memory), &host.Options{Workers: 7}, loopDef(func(context.Context, core.Command) core.Answer {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			calls.Add(1)
			return core.Answer{Result: toy.Ready{}}
		}))
		from := time.Now()
		if err := d.Submit(t.Context(), window(700, 500)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := runtime.NumGoroutine(); n > 100 {
			t.Errorf("%d goroutines for 7 workers", n)
		}
		time.Sleep(102 * time.Second)
		if got := status(t, d); got != "done" || most.Load() != 7 || calls.Load() != 700 {
			t.Errorf("status %q, at most %d at a time, %d calls after %s", got, most.Load(), calls.Load(), time.Since(from))
		}
		shutdown(t, h)
	})
}

// TestThrottle has a service that takes 10 calls a second under a limit and
// refuses more for a second.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var second int64
		taken, refused := 0, 0
		h, d := open(t, new(journal.Memory), nil, loopDef(func(context.Context, core.Command) core.Answer {
			mu.Lock()
			defer mu.Unlock()
			if now := time.Now().Unix(); now != second {
				second, taken = now, 0
			}
			if taken++; taken > 10 {
				refused++
				return core.Answer{Throttle: time.Second}
			}
			return core.Answer{Result: toy.Ready{}}
		}))
		from := time.Now()
		if err := d.Submit(t.Context(), window(200, 100)); err != nil {
			t.Fatal(err)
		}
		for status(t, d) == "" {
			time.Sleep(100 * time.Millisecond)
		}
		t.Logf("200 calls took %s, %d were refused", time.Since(from), refused)
		if took := time.Since(from); took > 40*time.Second || refused > 300 {
			t.Errorf("200 calls took %s, %d were refused", took, refused)
		}
		shutdown(t, h)
	})
}

func TestManyTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		steps := make([]toy.Step, 100_000)
		for i := range steps {
			steps[i] = toy.Step{Name: fmt.Sprint(i), Delay: time.Duration(1+i%1000) * time.Hour}
		}
		w := toy.NewWorld(nil)
		h, d := open(t, new(journal.Memory), nil, &host.Definition{New: toy.NewGraph, Codec: loose{}, Effector: w})
		if err := d.Submit(t.Context(), toy.Start{Steps: steps}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := runtime.NumGoroutine(); n > 100 {
			t.Errorf("%d goroutines for timers", n)
		}
		time.Sleep(500*time.Hour + time.Minute)
		if n := w.Living(); n != 50_000 {
			t.Errorf("%d of 100,000 after half of the time", n)
		}
		time.Sleep(500 * time.Hour)
		if got := status(t, d); got != "made" {
			t.Errorf("status %q", got)
		}
		shutdown(t, h)
	})
}

// loose writes nothing of an event: for machines too large for one record.
type loose struct{}

func (loose) Encode(ev core.Event) (core.Record, error) { return core.Record{Kind: "x"}, nil }
func (loose) Decode(core.Record) (core.Event, error)    { return nil, errors.New("not kept") }

func TestPanic(t *testing.T) {
	for name, die := range map[string]func(){
		"panic":  func() { panic("out of cheese") },
		"goexit": func() { runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, d := open(t, new(journal.Memory), &host.Options{Workers: 2}, loopDef(func(_ context.Context, cmd core.Command) core.Answer {
					if cmd.ID == "3" {
						die()
					}
					return core.Answer{Result: toy.Ready{}}
				}))
				if err := d.Submit(t.Context(), window(10, 3)); err != nil {
					t.Fatal(err)
				}
				<-d.Stopped()
				err, ok := errors.AsType[*host.PanicError](d.Err())
				if !ok || err.Command != "3" || !strings.Contains(string(err.Stack), "host_test") {
					t.Errorf("%v", d.Err())
				}
				if _, ok := errors.AsType[*host.StoppedError](d.Submit(t.Context(), toy.StopNow{})); !ok {
					t.Error("a stopped driver took a request")
				}
				shutdown(t, h)
			})
		})
	}
}

func TestMachinePanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, d := open(t, new(journal.Memory), nil, loopDef(done))
		err := d.Inspect(t.Context(), func(core.Machine) { panic("look away") })
		if _, ok := errors.AsType[*host.PanicError](err); !ok {
			t.Errorf("%v", err)
		}
		shutdown(t, h)
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, d := open(t, new(journal.Memory), nil, loopDef(done))
		if err := d.Submit(t.Context(), toy.Approve{}); err == nil {
			t.Error("the machine's refusal was lost")
		}
		// Facts that no record can hold are refused, and harm nothing.
		g, err := h.Open(t.Context(), "g", &host.Definition{New: toy.NewGraph, Codec: toy.Codec{}, Effector: effector(done)})
		if err != nil {
			t.Fatal(err)
		}
		long := toy.Start{Steps: []toy.Step{{Name: strings.Repeat("x", journal.MaxRecord)}}}
		if err := g.Submit(t.Context(), long); err == nil || !strings.Contains(err.Error(), "the limit is") {
			t.Errorf("%v", err)
		}
		if err := g.Submit(t.Context(), toy.Start{Steps: []toy.Step{{Name: "x"}}}); err != nil {
			t.Error(err)
		}
		if n := d.Tail(); n != 0 {
			t.Errorf("a refusal left %d records", n)
		}
		shutdown(t, h)
	})
}

// TestPollHoldsNothing has an item that is never ready, next to others, with
// one worker: it is asked again and again, without a record or a worker.
func TestPollHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var polls atomic.Int64
		h, d := open(t, new(journal.Memory), &host.Options{Workers: 1}, loopDef(func(_ context.Context, cmd core.Command) core.Answer {
			switch cmd.ID {
			case "0":
				polls.Add(1)
				return core.Answer{Again: 10 * time.Second}
			case "1":
				polls.Add(1)
				return core.Answer{} // asked again after a second
			}
			return core.Answer{Result: toy.Ready{}}
		}))
		if err := d.Submit(t.Context(), window(5, 3)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100*time.Second + time.Millisecond)
		if n := polls.Load(); n != 11+101 {
			t.Errorf("%d polls", n)
		}
		if n := d.Tail(); n != 1+5+3 {
			t.Errorf("%d records", n)
		}
		shutdown(t, h)
	})
}

// TestSharedLimit checks that a limit holds for all journals of a host.
func TestSharedLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		def := loopDef(func(context.Context, core.Command) core.Answer {
			if calls.Add(1) == 1 {
				return core.Answer{Throttle: time.Minute}
			}
			return core.Answer{Result: toy.Ready{}}
		})
		h, d := open(t, new(journal.Memory), nil, def)
		other, err := h.Open(t.Context(), "other", def)
		if err == nil {
			err = d.Submit(t.Context(), window(1, 1))
		}
		synctest.Wait()
		if err == nil {
			err = other.Submit(t.Context(), window(4, 4))
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Second)
		if n := calls.Load(); n != 1 {
			t.Errorf("%d calls under a limit that is shut", n)
		}
		// One that is withdrawn while it is held back is never made.
		if err := other.Submit(t.Context(), toy.StopNow{}); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if n := calls.Load(); n != 2 {
			t.Errorf("%d calls", n)
		}
		shutdown(t, h)
	})
}
