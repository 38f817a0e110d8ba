package oos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/journal/journaltest"
	"github.com/bianpai/bianpai/provider"
)

// slowly answers each call after a minute, whatever becomes of its context.
type slowly struct{ *cloud }

func (s slowly) Call(ctx context.Context, req *provider.Call) (*provider.Result, error) {
	time.Sleep(time.Minute)
	return s.cloud.Call(context.WithoutCancel(ctx), req)
}

// TestCancelAwaitsCalls: a call that may have an effect is waited for, and its
// outcome kept; what only reads, polls or sleeps stops at once.
func TestCancelAwaitsCalls(t *testing.T) {
	for _, test := range []struct {
		task   string
		status string
		after  time.Duration
	}{
		{apiTask("A", ""), "A=Success", time.Minute},
		{"- Name: A\n  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: DescribeRegions}\n", "A=Cancelled", 30 * time.Second},
		{"- Name: A\n  Action: ACS::Sleep\n  Properties: {Duration: 1H}\n", "A=Cancelled", 30 * time.Second},
		{"- Name: A\n  Action: ACS::WaitFor\n  Properties: {Service: ECS, API: DescribeX, PropertySelector: .X, DesiredValues: [1]}\n", "A=Cancelled", 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := engineOn(t, slowly{newCloud()}, nil)
			from := time.Now()
			x := start(t, e, &Start{Template: runbookOf(t, test.task+apiTask("B", ""))})
			time.Sleep(30 * time.Second)
			if err := x.Cancel(t.Context(), "enough"); err != nil {
				t.Fatal(err)
			}
			if err := x.Cancel(t.Context(), "again"); err != nil {
				if _, ended := errors.AsType[*StateError](err); !ended {
					t.Error(err)
				}
			}
			_, err := x.Wait(t.Context())
			if _, ok := errors.AsType[*CancelledError](err); !ok || time.Since(from) != test.after {
				t.Errorf("%v after %s", err, time.Since(from))
			}
			if got := statuses(t, e, x.ID()); got != test.status {
				t.Errorf("%s, want %s", got, test.status)
			}
		})
	}
}

// byToken answers calls and counts them by their token.
type byToken struct {
	mu     sync.Mutex
	tokens map[string]int
}

func (b *byToken) Call(_ context.Context, req *provider.Call) (*provider.Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens[req.Token]++
	return &provider.Result{Body: json.RawMessage(`{}`)}, nil
}

// TestTriggerCrashes crashes a trigger that fires three times, at each write to
// its journal and to those of its children.
func TestTriggerCrashes(t *testing.T) {
	tasks := "- Name: T\n  Action: ACS::TimerTrigger\n  Properties: {Type: rate, Expression: 1 hour, EndDate: '2000-01-01T03:30:00Z'}\n" +
		apiTask("A", "") + "- Name: S\n  Action: ACS::Sleep\n  Properties: {Duration: 10M}\n"
	live := func(t *testing.T, store journal.Store, c provider.Caller) (crashed bool) {
		e, err := New(c, &Options{Journal: store, Sealer: testSealer(t), Class: func(string, string) provider.CallClass { return provider.Token }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = e.Shutdown(context.Background()) }()
		for _, err := range e.Resume(t.Context()) { // children too
			if err != nil {
				return true
			}
		}
		x, err := e.StartExecution(t.Context(), &Start{Template: runbookOf(t, tasks), ClientToken: "t"})
		if err != nil {
			return true
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Hour)
		defer cancel()
		_, err = x.Wait(ctx)
		return err != nil
	}
	for _, mode := range []journaltest.Mode{journaltest.WriteLost, journaltest.AnswerLost} {
		for n, done := int64(1), false; !done && !t.Failed(); n++ {
			synctest.Test(t, func(t *testing.T) {
				store, cloud := new(journal.Memory), &byToken{tokens: map[string]int{}}
				c := journaltest.NewCrasher(store)
				c.CrashAt(n, mode)
				crashed := live(t, c, cloud)
				if done = !c.Crashed(); crashed && live(t, c.Restart(), cloud) {
					t.Errorf("crash at write %d, %s: it did not end well", n, mode)
				}
				if len(cloud.tokens) != 3 {
					t.Errorf("crash at write %d, %s: %d firings", n, mode, len(cloud.tokens))
				}
				states := map[Status]int{}
				e := engineOn(t, cloud, &Options{Journal: store})
				for line, err := range e.ListExecutions(t.Context(), nil) {
					if states[line.Status]++; err != nil {
						t.Error(err)
					}
				}
				if fmt.Sprint(states) != "map[Success:4]" {
					t.Errorf("crash at write %d, %s: %v", n, mode, states)
				}
			})
		}
	}
}
