package ros

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/journal/journaltest"
	"github.com/bianpai/bianpai/provider"
)

// instantCloud answers every call at once and keeps nothing.
type instantCloud struct{}

func (instantCloud) Describe(_ context.Context, typ string) (*provider.Type, error) {
	return planTypes(typ)
}

func (instantCloud) Create(_ context.Context, req *provider.Request) (*provider.Progress, error) {
	return &provider.Progress{PhysicalID: "id-" + req.Token[:16], Attributes: json.RawMessage(`{"Ip":"10.0.0.1"}`), Done: true}, nil
}

func (instantCloud) Read(context.Context, *provider.Request) (*provider.State, error) {
	return &provider.State{}, nil
}

func (instantCloud) Update(_ context.Context, req *provider.Request) (*provider.Progress, error) {
	return &provider.Progress{PhysicalID: req.PhysicalID, Done: true}, nil
}

func (instantCloud) Delete(context.Context, *provider.Request) (*provider.Progress, error) {
	return &provider.Progress{Done: true}, nil
}

// cpu is the processor time that the process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// applyLayers creates a stack of n resources and gives its ID.
func applyLayers(b *testing.B, store journal.Store, plan *Plan, parallelism int) {
	e, err := New(instantCloud{}, &Options{Journal: store, Sealer: testSealer(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := e.Shutdown(context.Background()); err != nil {
			b.Fatal(err)
		}
	}()
	plan.Settings.Parallelism = parallelism
	run, err := e.Apply(b.Context(), plan)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := run.Wait(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkApply creates layered resources with a provider that answers at
// once: what is left is the engine's own cost.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("memory/%d", n), func(b *testing.B) {
			tmpl, _ := parsedLayers(b, n)
			plan := planLayers(b, tmpl, n)
			var used time.Duration
			var bytes int64
			for b.Loop() {
				store := journaltest.NewCounter(&journal.Memory{})
				start := cpu()
				applyLayers(b, store, plan, 100)
				used += cpu() - start
				bytes = store.Bytes()
			}
			b.ReportMetric(float64(used.Nanoseconds())/1e3/float64(b.N)/float64(n), "µs-cpu/resource")
			b.ReportMetric(float64(bytes)/float64(n), "journal-B/resource")
			b.ReportMetric(40, "bar:µs-cpu/resource")
			b.ReportMetric(2048, "bar:journal-B/resource")
		})
	}
	b.Run("dir/10000", func(b *testing.B) {
		const n = 10_000
		tmpl, _ := parsedLayers(b, n)
		plan := planLayers(b, tmpl, n)
		syncs := 0
		for b.Loop() {
			dir, err := journal.OpenDir(b.TempDir(), &journal.DirOptions{Sync: func(f *os.File) error { syncs++; return f.Sync() }})
			if err != nil {
				b.Fatal(err)
			}
			applyLayers(b, dir, plan, 100)
			if err := dir.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(syncs)/float64(b.N)/n, "fsync/resource")
		b.ReportMetric(0.05, "bar:fsync/resource")
	})
}

// BenchmarkResume folds the journal of a create that stopped half-way.
func BenchmarkResume(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tmpl, _ := parsedLayers(b, n)
			plan := planLayers(b, tmpl, n)
			store := &journal.Memory{}
			applyLayers(b, store, plan, 100)
			e, err := New(instantCloud{}, &Options{Journal: store, Sealer: testSealer(b)})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = e.Shutdown(context.Background()) }()
			b.ResetTimer()
			for b.Loop() {
				if err := e.look(b.Context(), plan.Stack.ID, func(m *machine) { m.Outstanding() }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/resource")
		})
	}
}
