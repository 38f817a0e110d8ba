package oos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host/sim"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/journal/journaltest"
	"github.com/bianpai/bianpai/provider"
)

// A story is a runbook that is crashed at every write. Its calls name their unit
// by parameters: X the execution, K the task's index, I the item's number.
type story struct {
	name, tasks string
	children    map[string]string // tasks of child templates
}

func unitCall(api string, k int, item string) string {
	return "  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: " + api + ", Parameters: {X: '{{ ACS::ExecutionId }}', K: " + strconv.Itoa(k) + ", I: " + item + "}}\n"
}

var stories = []story{
	{name: "loop", tasks: "- Name: L\n" + unitCall("RunOnce", 0, "'{{ ACS::TaskLoopItem }}'") +
		"  Loop: {Items: [1, 2, 3, 4, 5], RateControl: {Concurrency: 2}, Outputs: {all: {AggregateType: 'Fn::ListJoin', AggregateField: got}}}\n" +
		"  Outputs: {got: {Type: Number, ValueSelector: .I}}\n- Name: A\n" + unitCall("RunToken", 1, "0")},
	{name: "batch pause", tasks: "- Name: L\n" + unitCall("RunOnce", 0, "'{{ ACS::TaskLoopItem }}'") +
		"  Loop: {Items: [1, 2, 3, 4], RateControl: {Mode: Batch, Batch: [2], ConcurrencyInBatches: [2], BatchPauseOption: EveryBatchPause}}\n"},
	{name: "approval", tasks: "- Name: A\n" + unitCall("RunOnce", 0, "0") +
		"- Name: P\n  Action: ACS::Approve\n  Properties: {MinRequiredApprovals: 2}\n- Name: B\n" + unitCall("RunToken", 2, "0")},
	{name: "timer", tasks: "- Name: A\n" + unitCall("RunOnce", 0, "0") +
		"- Name: S\n  Action: ACS::Sleep\n  Properties: {Duration: PT3H}\n" +
		"- Name: W\n  Action: ACS::WaitFor\n  Retries: 5\n  DelayType: Constant\n  Delay: 60\n  Properties: {Service: ECS, API: DescribeReady, PropertySelector: .Ready, DesiredValues: [true]}\n" +
		"- Name: B\n" + unitCall("RunOnce", 3, "0")},
	{name: "nesting", tasks: "- Name: N\n  Action: ACS::Template\n  Properties: {TemplateName: child, Parameters: {n: '{{ ACS::TaskLoopItem }}'}}\n" +
		"  Loop: {Items: [1, 2], RateControl: {Concurrency: 2}}\n- Name: A\n" + unitCall("RunOnce", 1, "0"),
		children: map[string]string{"child": "- Name: X\n" + unitCall("RunOnce", 0, "0") + "- Name: Y\n" + unitCall("RunToken", 1, "0")}},
	{name: "failing item", tasks: "- Name: L\n" + unitCall("RunFail", 0, "'{{ ACS::TaskLoopItem }}'") +
		"  OnError: C\n  Loop: {Items: [1, 2, 3, 4], RateControl: {Concurrency: 2, MaxErrors: 1}}\n" +
		"- Name: A\n" + unitCall("RunOnce", 1, "0") + "- Name: C\n" + unitCall("RunOnce", 2, "0")},
}

// world is the cloud of a story. It outlives the crashes.
type world struct {
	mu      sync.Mutex
	store   journal.Store // what survives
	id      string
	effects map[string]int // of calls that must not be made twice
	began   time.Time
	faults  []string
	doubts  int // settled
}

func (w *world) Call(_ context.Context, req *provider.Call) (*provider.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if req.API == "DescribeReady" {
		if w.began.IsZero() {
			w.began = time.Now()
		}
		ready := time.Since(w.began) > 2*time.Minute
		return &provider.Result{Body: json.RawMessage(`{"Ready":` + strconv.FormatBool(ready) + `}`)}, nil
	}
	var p struct {
		X    string
		K, I int32
	}
	if err := json.Unmarshal(req.Parameters, &p); err != nil {
		w.faults = append(w.faults, err.Error())
	}
	_, path := split(p.X)
	key := fmt.Sprintf("%s/%d/%d", path, p.K, p.I)
	if w.recorded(path, p.K, p.I) {
		w.faults = append(w.faults, "the outcome of "+key+" is in the journal, and it is run again")
	}
	if req.API == "RunFail" && p.I%2 == 0 {
		return nil, refuse("Even")
	}
	w.effects[req.API+" "+key]++
	return &provider.Result{Body: req.Parameters}, nil
}

// recorded tells whether the journal has the outcome of a unit.
func (w *world) recorded(path string, k, i int32) bool {
	for rec, err := range w.store.Read(context.Background(), executionPrefix+w.id, 0) {
		if err != nil {
			return false
		}
		ev, _ := codec.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
		switch f := ev.(type) {
		case *unitDone:
			if f.X == path && f.K == k && f.I == i {
				return true
			}
		case *unitFailed:
			if f.X == path && f.K == k && f.I == i {
				return true
			}
		}
	}
	return false
}

func (w *world) effect(d DoubtfulCall) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, path := split(d.TaskExecutionID) // t0010.2.t0020.3
	parts := strings.Split(path, ".")
	item := 0
	if n, err := strconv.Atoi(parts[len(parts)-1]); err == nil {
		item, parts = n, parts[:len(parts)-1]
	}
	task, _ := strconv.Atoi(strings.TrimPrefix(parts[len(parts)-1], "t"))
	w.doubts++
	key := fmt.Sprintf(" %s/%d/%d", strings.Join(parts[:len(parts)-1], "."), task/10-1, item)
	return w.effects["RunOnce"+key]+w.effects["RunFail"+key] > 0
}

func (s *story) engine(t *testing.T, store journal.Store, w *world) *Engine {
	e, err := New(w, &Options{Journal: store, Sealer: testSealer(t),
		Class: func(_, api string) provider.CallClass {
			switch {
			case strings.HasPrefix(api, "Describe"):
				return provider.ReadOnly
			case api == "RunToken":
				return provider.Token
			}
			return provider.Once
		},
		Templates: func(_ context.Context, name, _ string) (*Template, error) {
			tasks, ok := s.children[name]
			if !ok {
				return nil, &TemplateNotFoundError{Name: name}
			}
			return runbookOf(t, tasks, "Parameters: {n: {Type: Number}}"), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func testSealer(t testing.TB) Sealer {
	s, err := NewSealer([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// live is one life of the program: it starts or resumes, answers what waits, and
// returns at the end or when the store has crashed.
func (s *story) live(t *testing.T, store journal.Store, w *world) (end string, crashed bool) {
	e := s.engine(t, store, w)
	defer func() { _ = e.Shutdown(context.Background()) }()
	x, err := e.StartExecution(context.Background(), &Start{Template: runbookOf(t, s.tasks), ClientToken: s.name})
	if err != nil {
		return "", true
	}
	w.mu.Lock()
	w.id = x.ID()
	w.mu.Unlock()
	for range 10_000 {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		_, err := x.Wait(ctx)
		cancel()
		doubt, isDoubt := errors.AsType[*InDoubtError](err)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
		case isDoubt:
			for _, call := range doubt.Calls {
				if err := x.Settle(context.Background(), call.TaskExecutionID, Settlement{TookEffect: w.effect(call), Response: json.RawMessage(`{"I":` + call.TaskExecutionID[len(call.TaskExecutionID)-1:] + `}`)}); err != nil {
					return "", true
				}
			}
			continue
		default:
			if _, stopped := errors.AsType[*StoppedError](err); stopped || errors.Is(err, journaltest.ErrCrashed) {
				return "", true
			}
			return fmt.Sprint(status(err), " ", statuses(t, e, x.ID())), false
		}
		waits, err := x.Waiting(context.Background())
		if err != nil {
			return "", true
		}
		for _, wait := range waits {
			if wait.Kind.approvable() {
				if err := x.Approve(context.Background(), wait.TaskExecutionID, Decision{}); err != nil {
					return "", true
				}
			}
		}
	}
	t.Fatal("no end")
	return "", false
}

func status(err error) Status {
	if err == nil {
		return Success
	}
	if _, ok := errors.AsType[*FailedError](err); ok {
		return Failed
	}
	return Status(err.Error())
}

// TestCrashSweep crashes each story at each of its writes, before and after the
// write, and wants the same end as without a crash, no outcome forgotten, and
// each effect once.
func TestCrashSweep(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			var want string
			synctest.Test(t, func(t *testing.T) {
				w := &world{store: new(journal.Memory), effects: map[string]int{}}
				want, _ = s.live(t, w.store, w)
				w.check(t, "without a crash")
			})
			t.Log(want)
			writes, doubts := 0, 0
			for _, mode := range []journaltest.Mode{journaltest.WriteLost, journaltest.AnswerLost} {
				for n := int64(1); ; n++ {
					done := false
					synctest.Test(t, func(t *testing.T) { done = s.crash(t, n, mode, want, &doubts) })
					if writes++; done || t.Failed() {
						break
					}
				}
			}
			if writes < 10 || doubts == 0 {
				t.Errorf("%d writes were crashed, and %d calls in doubt settled", writes, doubts)
			}
		})
	}
}

func (s *story) crash(t *testing.T, n int64, mode journaltest.Mode, want string, doubts *int) (done bool) {
	memory := new(journal.Memory)
	w := &world{store: memory, effects: map[string]int{}}
	c := journaltest.NewCrasher(memory)
	c.CrashAt(n, mode)
	end, crashed := s.live(t, c, w)
	if !crashed && !c.Crashed() {
		return true
	}
	if crashed {
		end, _ = s.live(t, c.Restart(), w)
	}
	where := fmt.Sprintf("crash at write %d, %s", n, mode)
	if end != want {
		t.Errorf("%s: ended with %s\nwant %s\n%s", where, end, want, dump(memory, w.id))
	}
	w.check(t, where)
	*doubts += w.doubts
	return false
}

func (w *world) check(t *testing.T, where string) {
	t.Helper()
	for _, fault := range w.faults {
		t.Errorf("%s: %s", where, fault)
	}
	for key, n := range w.effects {
		if n > 1 && !strings.HasPrefix(key, "RunToken") {
			t.Errorf("%s: the effect of %s came %d times", where, key, n)
		}
	}
}

// TestSimulated runs the stories on the simulation host: seeded orders, crashes
// at every append, both ways.
func TestSimulated(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			want := ""
			for seed := range uint64(3) {
				for _, lost := range []sim.Lost{sim.LostWrite, sim.LostAnswer} {
					for n := 0; ; n++ {
						appends := 0
						synctest.Test(t, func(t *testing.T) {
							var end string
							if end, appends = s.simulate(t, seed, n, lost); want == "" {
								want = end
							}
							if end != want {
								t.Errorf("seed %d, crash at append %d, %s: %s, want %s", seed, n, lost, end, want)
							}
						})
						if n > appends || t.Failed() {
							break
						}
					}
				}
			}
		})
	}
}

func (s *story) simulate(t *testing.T, seed uint64, crash int, lost sim.Lost) (string, int) {
	memory := new(journal.Memory)
	w := &world{store: memory, effects: map[string]int{}}
	e := s.engine(t, memory, w)
	defer func() { _ = e.Shutdown(context.Background()) }()
	req, err := e.prepare(context.Background(), &Start{Template: runbookOf(t, s.tasks), ClientToken: s.name})
	if err != nil {
		t.Fatal(err)
	}
	w.id = req.head.ID
	run := sim.New(seed, memory, e.def, &sim.Options{ID: executionPrefix + w.id, Bubble: true, SnapshotEvery: 5})
	if crash > 0 {
		run.Crash(crash, lost)
	}
	run.Plan(0, req)
	for range 100 {
		if err := run.Run(); err != nil {
			t.Fatalf("%v\n%s", err, run.Trace())
		}
		m := run.Machine().(*machine)
		if m.root.status.Final() {
			break
		}
		for _, wait := range m.waitsBelow(m.root) {
			switch {
			case wait.Kind.approvable():
				run.Plan(time.Second, &notifyRequest{notice: &Notice{Type: Approve, TaskExecutionID: wait.TaskExecutionID}})
			case wait.Kind == WaitInDoubt:
				run.Plan(time.Second, &settleRequest{task: wait.TaskExecutionID, took: w.effect(DoubtfulCall{TaskExecutionID: wait.TaskExecutionID})})
			}
		}
	}
	w.check(t, fmt.Sprintf("seed %d, crash %d", seed, crash))
	m := run.Machine().(*machine)
	end := string(m.root.status)
	for k := range m.root.tasks {
		end += " " + m.root.prog.tmpl.Tasks[k].Name + "=" + string(m.root.tasks[k].status)
	}
	return end, run.Appends()
}
