//go:build unix

package host_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/journal"
)

// cpu is the time that this process has spent on all processors.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// drive goes over n items, some at a time, and waits for the end.
func drive(b *testing.B, store journal.Store, n, parallel int, def *host.Definition) {
	b.Helper()
	h := host.New(store, &host.Options{SnapshotEvery: -1})
	d, err := h.Open(b.Context(), "j", def)
	if err == nil {
		err = d.Submit(b.Context(), window(n, parallel))
	}
	for ended := false; err == nil && !ended; {
		time.Sleep(time.Millisecond)
		err = d.Inspect(b.Context(), func(m core.Machine) { ended = toy.Status(m) != "" })
	}
	if err == nil {
		err = h.Shutdown(context.Background())
	}
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStep is the cost of a step of two events with an effector that
// answers at once, the toy machine included. The floor is a step of the same
// machine without a host.
func BenchmarkStep(b *testing.B) {
	const n = 100_000
	floor := func(b *testing.B) time.Duration {
		from := cpu()
		m := toy.NewLoop()
		evs, err := m.Decide(core.Input{Request: window(n, 100)})
		if err != nil {
			b.Fatal(err)
		}
		m.Evolve(evs[0])
		for evs := m.Advance(time.Time{}); len(evs) > 0; evs = m.Advance(time.Time{}) {
			for _, ev := range evs {
				m.Evolve(ev)
			}
			for _, cmd := range m.Changes() {
				evs, err := m.Decide(core.Input{Command: cmd.ID, Result: toy.Ready{}})
				if err != nil {
					b.Fatal(err)
				}
				m.Evolve(evs[0])
			}
		}
		return cpu() - from
	}
	for _, parallel := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprintf("parallel=%d", parallel), func(b *testing.B) {
			var used, base time.Duration
			for b.Loop() {
				from := cpu()
				drive(b, new(journal.Memory), n, parallel, loopDef(done))
				used += cpu() - from
				base += floor(b)
			}
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N)/n, "cpu-ns/step")
			b.ReportMetric(float64(base.Nanoseconds())/float64(b.N)/n, "floor-ns/step")
		})
	}
}

// discard is a store that keeps nothing: to measure what the machine keeps.
type discard struct{ journal.Memory }

func (*discard) Append(context.Context, *journal.Append) error { return nil }

// BenchmarkMemory is what host and machine keep for an item that is done.
func BenchmarkMemory(b *testing.B) {
	const n = 1_000_000
	heap := func() uint64 {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		h := host.New(new(discard), &host.Options{SnapshotEvery: -1})
		d, err := h.Open(b.Context(), "j", loopDef(done))
		if err == nil {
			err = d.Submit(b.Context(), window(n, 100))
		}
		for ended := false; err == nil && !ended; {
			time.Sleep(time.Millisecond)
			err = d.Inspect(b.Context(), func(m core.Machine) { ended = toy.Status(m) != "" })
		}
		if err != nil {
			b.Fatal(err)
		}
		after := heap()
		b.ReportMetric((float64(after)-float64(before))/n, "B/done")
		if err := h.Shutdown(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSyncs counts the fsyncs of a step on a directory.
func BenchmarkSyncs(b *testing.B) {
	for _, parallel := range []int{1, 100} {
		b.Run(fmt.Sprintf("parallel=%d", parallel), func(b *testing.B) {
			n := 10 * parallel * parallel / (parallel/10 + 1)
			n = max(n, 200)
			var syncs atomic.Int64
			for b.Loop() {
				store, err := journal.OpenDir(b.TempDir(), &journal.DirOptions{Sync: func(f *os.File) error {
					syncs.Add(1)
					return f.Sync()
				}})
				if err != nil {
					b.Fatal(err)
				}
				syncs.Store(0)
				drive(b, store, n, parallel, loopDef(done))
				b.ReportMetric(float64(syncs.Load())/float64(n), "fsyncs/step")
				if err := store.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
