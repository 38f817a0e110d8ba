package oos

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/provider"
)

const loopTask = `
- Name: L
  Action: ACS::ExecuteAPI
  Properties:
    Service: ECS
    API: DoItem
    Parameters: {Id: '{{ ACS::TaskLoopItem }}'}
  Outputs:
    got: {Type: String, ValueSelector: '.Id'}
  Loop:
    Items: '{{ ids }}'
    RateControl: '{{ rate }}'
    Outputs:
      all: {AggregateType: 'Fn::ListJoin', AggregateField: got}
`

const loopHead = `
Parameters:
  ids: {Type: List}
  rate: {Type: Json}
Outputs:
  all: {Type: List, Value: '{{ L.all }}'}`

// echo answers DoItem with its Id, and fails for some.
func echo(c *cloud, fails func(id string) bool) {
	c.on("DoItem", func(_ *provider.Call, params map[string]any) (any, error) {
		id, _ := params["Id"].(string)
		if fails(id) {
			return nil, refuse("Item")
		}
		return map[string]any{"Id": "out-" + id}, nil
	})
}

func ids(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = fmt.Sprintf("i%d", i)
	}
	return all
}

// TestLoopFailures is the matrix of error limits, modes and positions of the
// items that fail.
func TestLoopFailures(t *testing.T) {
	const n = 8
	for _, mode := range []string{"Concurrency", "Batch"} {
		for _, limit := range []struct {
			given  any
			errors int
		}{{0, 0}, {1, 1}, {2, 2}, {"0%", 0}, {"12%", 0}, {"13%", 1}, {"25%", 2}, {"100%", n}} {
			for _, width := range []int{1, 3} {
				for first := range n {
					for _, second := range []int{-1, n - 1} {
						rate := map[string]any{"Mode": mode, "MaxErrors": limit.given, "Concurrency": width}
						if mode == "Batch" {
							rate["Batch"], rate["ConcurrencyInBatches"] = []any{3}, []any{width}
						}
						failing := map[string]bool{fmt.Sprintf("i%d", first): true}
						if second >= 0 {
							failing[fmt.Sprintf("i%d", second)] = true
						}
						name := fmt.Sprintf("%s/%v/%d/%d+%d", mode, limit.given, width, first, second)
						loopFails(t, name, n, limit.errors, width, failing, rate)
					}
				}
			}
		}
	}
}

func loopFails(t *testing.T, name string, n, limit, width int, failing map[string]bool, rate map[string]any) {
	c := newCloud()
	echo(c, func(id string) bool { return failing[id] })
	e := engineOn(t, c, nil)
	x := start(t, e, &Start{Template: runbookOf(t, loopTask, loopHead), Parameters: map[string]any{"ids": ids(n), "rate": rate}})
	res, err := x.Wait(t.Context())
	failed, isFailed := errors.AsType[*FailedError](err)
	if err != nil && !isFailed {
		t.Fatalf("%s: %v", name, err)
	}
	// What fails and is under way when the limit is passed depends on the order
	// in which items end; serially it does not.
	errs, started := 0, 0
	for i := range n {
		if width > 1 || errs <= limit {
			started++
			if failing[fmt.Sprintf("i%d", i)] {
				errs++
			}
		}
	}
	if want := errs > limit; isFailed != want {
		t.Errorf("%s: ended with %v, want failed: %v", name, err, want)
	}
	if calls := c.count("DoItem"); width == 1 && calls != started {
		t.Errorf("%s: %d items began, want %d", name, calls, started)
	}
	if !isFailed {
		failed = &FailedError{Outputs: res.Outputs}
	}
	all, _ := failed.Outputs["all"].([]any)
	if len(all) != n {
		t.Fatalf("%s: aggregate is %v", name, failed.Outputs)
	}
	for i, v := range all {
		id := fmt.Sprintf("i%d", i)
		if want := "out-" + id; v != nil && v != want || v == nil && !isFailed && !failing[id] {
			t.Errorf("%s: aggregate of item %d is %v", name, i, v)
		}
	}
}

func TestLoopWidth(t *testing.T) {
	for _, test := range []struct {
		rate string
		most int64
	}{
		{`{"Mode":"Concurrency","Concurrency":4}`, 4},
		{`{"Mode":"Concurrency","Concurrency":"25%"}`, 5},
		{`{}`, 1},
		{`{"Mode":"Batch","Batch":[3,"50%"],"ConcurrencyInBatches":[2]}`, 2},
	} {
		var now, most atomic.Int64
		c := newCloud()
		c.on("DoItem", func(*provider.Call, map[string]any) (any, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Millisecond)
			now.Add(-1)
			return map[string]any{}, nil
		})
		var rate map[string]any
		if err := json.Unmarshal([]byte(test.rate), &rate); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			e := engineOn(t, c, nil)
			x := start(t, e, &Start{Template: runbookOf(t, loopTask, loopHead), Parameters: map[string]any{"ids": ids(20), "rate": rate}})
			if _, err := x.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
		if most.Load() > test.most || c.count("DoItem") != 20 {
			t.Errorf("%s: %d items at a time, want %d; %d items", test.rate, most.Load(), test.most, c.count("DoItem"))
		}
	}
}

func TestLoopPauses(t *testing.T) {
	legacy := `
- Name: L
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: DoItem, Parameters: {Id: '{{ ACS::TaskLoopItem }}'}}
  Loop:
    Items: [i0, i1, i2]
    Concurrency: [1, 1]
    BatchPauseOption: FirstBatchPause
`
	modern := `
- Name: L
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: DoItem, Parameters: {Id: '{{ ACS::TaskLoopItem }}'}}
  Loop:
    Items: [i0, i1, i2]
    RateControl: {Mode: Batch, Batch: [1]}
`
	for _, test := range []struct {
		name, tasks string
		mode        LoopMode
		pauses      int
	}{
		{"template", legacy, "", 1}, {"the template wins", legacy, EveryBatchPause, 1},
		{"never", modern, "", 0}, {"first", modern, FirstBatchPause, 1}, {"every", modern, EveryBatchPause, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCloud()
			e := engineOn(t, c, nil)
			x := start(t, e, &Start{Template: runbookOf(t, test.tasks), LoopMode: test.mode})
			for i := range test.pauses {
				w := waitsFor(t, x, WaitBatch)
				if n := c.count("DoItem"); n != i+1 {
					t.Errorf("%d items before pause %d", n, i+1)
				}
				if err := x.Approve(t.Context(), w.TaskExecutionID, Decision{User: "zhang"}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := x.Wait(t.Context()); err != nil || c.count("DoItem") != 3 {
				t.Errorf("%v, %d items", err, c.count("DoItem"))
			}
		})
	}
}

func TestLoopEdges(t *testing.T) {
	sum := `
- Name: L
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: DoItem, Parameters: {Id: '{{ ACS::TaskLoopItem }}'}}
  Outputs: {n: {Type: Number, ValueSelector: .N}}
  Loop:
    Items: '{{ ids }}'
    RateControl: {Concurrency: 10, MaxErrors: 10}
    Outputs: {all: {AggregateType: 'Fn::Sum', AggregateField: n}}
`
	c := newCloud()
	c.on("DoItem", func(_ *provider.Call, params map[string]any) (any, error) {
		if params["Id"] == "i1" {
			return nil, refuse("No")
		}
		return map[string]any{"N": 2}, nil
	})
	e := engineOn(t, c, nil)
	for n, want := range map[int]float64{0: 0, 1: 2, 4: 6} {
		x := start(t, e, &Start{Template: runbookOf(t, sum, loopHead), Parameters: map[string]any{"ids": ids(n), "rate": map[string]any{}}})
		res, err := x.Wait(t.Context())
		if err != nil || res.Outputs["all"] != want {
			t.Errorf("%d items: %v, %v", n, res, err)
		}
	}
	x := start(t, e, &Start{Template: runbookOf(t, loopTask, loopHead), Parameters: map[string]any{"ids": ids(1), "rate": map[string]any{"Concurrency": "many"}}})
	if _, err := x.Wait(t.Context()); err == nil {
		t.Error("a rate that is no number passed")
	}
}
