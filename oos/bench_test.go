//go:build unix

package oos

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
)

// instant answers every call at once.
type instant struct{}

func (instant) Call(_ context.Context, req *provider.Call) (*provider.Result, error) {
	return &provider.Result{Body: json.RawMessage(`{"RequestId":"4C467B38-3910-447D-87BC","Instances":{"Instance":[{"InstanceId":"i-1","Status":"Running"}]}}`)}, nil
}

const benchTask = `
- Name: L
  Action: ACS::ExecuteAPI
  Properties:
    Service: ECS
    API: DescribeInstances
    Parameters: {RegionId: '{{ ACS::RegionId }}', InstanceIds: ['{{ ACS::TaskLoopItem }}'], Name: 'x-{{ ACS::TaskLoopItem }}'}
  Outputs:
    status: {Type: String, ValueSelector: 'Instances.Instance[].Status'}
  Loop:
    Items: '{{ ids }}'
    RateControl: {Concurrency: 100}
    Outputs: {all: {AggregateType: 'Fn::ListJoin', AggregateField: status}}
- Name: Stay
  Action: ACS::Pause
`

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() float64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return float64(s.HeapAlloc)
}

// forgetful is a store that keeps nothing but the tail: to measure what the
// machine keeps.
type forgetful struct {
	*journal.Memory
	tail atomic.Int64
}

func (f *forgetful) Append(_ context.Context, a *journal.Append) error {
	f.tail.Add(int64(len(a.Recs)))
	return nil
}

func (f *forgetful) Head(_ context.Context, id string) (journal.Head, error) {
	return journal.Head{ID: id, Tail: f.tail.Load()}, nil
}

// itemsOf gives n items that are short texts.
func itemsOf(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = fmt.Sprintf("i-%07d", i)
	}
	return all
}

// loopOver runs the loop and waits until its items are done; between is called
// when half of the time has passed, at the end.
func loopOver(b *testing.B, store journal.Store, n int, c provider.Caller, when func()) {
	b.Helper()
	e, err := New(c, &Options{Journal: store})
	if err != nil {
		b.Fatal(err)
	}
	x, err := e.StartExecution(b.Context(), &Start{Template: runbookOf(b, benchTask, loopHead1), Parameters: map[string]any{"ids": itemsOf(n)}})
	if err != nil {
		b.Fatal(err)
	}
	for done := false; !done; {
		time.Sleep(5 * time.Millisecond)
		err := e.look(b.Context(), x.id, func(m *machine) {
			done = m.root.hold != waitNothing || m.root.cursor == 1 && m.root.waits > 0
			if l := m.root.tasks[0].loop; l != nil && l.done == n-1 && len(l.units) == 1 {
				done = true
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	when()
	if err := e.Shutdown(context.Background()); err != nil {
		b.Fatal(err)
	}
}

const loopHead1 = "Parameters:\n  ids: {Type: List}\n"

// holdLast answers every item but the last one, which waits for the end.
type holdLast struct {
	instant
	last string
}

func (h holdLast) Call(ctx context.Context, req *provider.Call) (*provider.Result, error) {
	if strings.Contains(string(req.Parameters), h.last) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return h.instant.Call(ctx, req)
}

// BenchmarkLoop runs a loop of a million items, 100 at a time. The bars are 20
// µs of processor time an item on a journal in memory, and 100 bytes of state an
// item that is done besides its outputs, measured without the store before the
// last item is done. Parameters and the values of the items are the request's.
func BenchmarkLoop(b *testing.B) {
	const n = 1_000_000
	b.Run("cpu", func(b *testing.B) {
		for b.Loop() {
			from := cpu()
			loopOver(b, new(journal.Memory), n, instant{}, func() {})
			b.ReportMetric(float64((cpu()-from).Microseconds())/n, "µs-cpu/item")
			b.ReportMetric(20, "bar:µs-cpu/item")
		}
	})
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			before := heap()
			var kept, outputs float64
			loopOver(b, &forgetful{Memory: new(journal.Memory)}, n, holdLast{last: fmt.Sprintf("i-%07d", n-1)}, func() {
				kept = heap() - before
			})
			outputs = n * 48 // a value
			b.ReportMetric(kept/n, "B/item-with-params-and-outputs")
			b.ReportMetric((kept-outputs)/n, "B/item")
			b.ReportMetric(100, "bar:B/item")
		}
	})
}

// BenchmarkSequential counts the fsyncs of a step of a runbook whose tasks come
// one after another. The bar is 1.5.
func BenchmarkSequential(b *testing.B) {
	const n = 200
	var tasks strings.Builder
	for i := range n {
		tasks.WriteString(apiTask(fmt.Sprintf("T%d", i), ""))
	}
	tmpl := runbookOf(b, tasks.String())
	for b.Loop() {
		var syncs atomic.Int64
		store, err := journal.OpenDir(b.TempDir(), &journal.DirOptions{Sync: func(f *os.File) error {
			syncs.Add(1)
			return f.Sync()
		}})
		if err != nil {
			b.Fatal(err)
		}
		e, err := New(instant{}, &Options{Journal: store})
		if err != nil {
			b.Fatal(err)
		}
		x, err := e.StartExecution(b.Context(), &Start{Template: tmpl})
		if err == nil {
			_, err = x.Wait(b.Context())
		}
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(syncs.Load())/n, "fsync/step")
		b.ReportMetric(1.5, "bar:fsync/step")
		if err := e.Shutdown(context.Background()); err != nil {
			b.Fatal(err)
		}
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
