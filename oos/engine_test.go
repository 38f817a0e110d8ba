package oos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
)

func TestClientToken(t *testing.T) {
	c := newCloud()
	e := engineOn(t, c, nil)
	req := &Start{Template: runbookOf(t, apiTask("A", ""), "Parameters: {n: {Type: Number}}"), Parameters: map[string]any{"n": 1}, ClientToken: "once"}
	x, y := start(t, e, req), start(t, e, req)
	if x.ID() != y.ID() {
		t.Errorf("%s and %s", x.ID(), y.ID())
	}
	other := *req
	other.Parameters = map[string]any{"n": 2}
	_, err := e.StartExecution(t.Context(), &other)
	if _, ok := errors.AsType[*TokenError](err); !ok {
		t.Error(err)
	}
	if _, err := x.Wait(t.Context()); err != nil || c.count("DoA") != 1 {
		t.Error(err)
	}
}

func TestFaultsAtTheStart(t *testing.T) {
	e := engineOn(t, newCloud(), nil)
	bad, err := Parse("bad.yml", []byte("FormatVersion: OOS-2019-06-01\nTasks:\n- {Name: A, Action: 'ACS::Sleep'}\n- {Name: A, Action: 'ACS::Sleepy'}\n"))
	if err == nil {
		t.Fatal("a template with faults has none")
	}
	good := runbookOf(t, apiTask("A", ""), "Parameters: {n: {Type: Number}, m: {Type: String}}")
	for name, s := range map[string]*Start{
		"nil": nil, "nothing": {}, "faults": {Template: bad}, "unknown": {TemplateName: "x"}, "parameters": {Template: good},
		"mode": {Template: good, Mode: "Quick"}, "loop mode": {Template: good, LoopMode: "x"}, "safety": {Template: good, SafetyCheck: "x"},
	} {
		if _, err := e.StartExecution(t.Context(), s); err == nil {
			t.Errorf("%s: started", name)
		}
	}
	_, err = e.StartExecution(t.Context(), &Start{Template: good, Parameters: map[string]any{"n": "many"}})
	if list, ok := errors.AsType[*diag.ListError](err); !ok || len(list.List) != 2 {
		t.Errorf("all faults at once, please: %v", err)
	}
	for _, err := range []error{
		e.CancelExecution(t.Context(), "exec-0", ""), e.NotifyExecution(t.Context(), "exec-0", &Notice{Type: Approve}),
		e.TriggerExecution(t.Context(), "exec-0", EventTrigger, nil),
	} {
		if _, ok := errors.AsType[*NotFoundError](err); !ok {
			t.Error(err)
		}
	}
	n := 0
	for range e.ListExecutions(t.Context(), nil) {
		n++
	}
	if n != 0 {
		t.Errorf("%d executions were left behind", n)
	}
}

// TestRetries: throttled calls wait, transient ones are made again where that is
// allowed, and all with one token.
func TestRetries(t *testing.T) {
	for _, test := range []struct {
		class provider.CallClass
		kind  provider.Kind
		fails int
		calls int
		err   string
	}{
		{provider.ReadOnly, provider.Throttled, 30, 31, ""}, {provider.Once, provider.Throttled, 3, 4, ""},
		{provider.Token, provider.Transient, 3, 4, ""}, {provider.Token, provider.Transient, 30, 5, "failed"},
		{provider.Once, provider.Transient, 1, 1, "stands still"}, {provider.Once, provider.InDoubt, 1, 1, "stands still"},
		{provider.Token, provider.Invalid, 1, 1, "failed"}, {provider.Token, provider.Conflict, 1, 1, "failed"},
		{provider.Idempotent, provider.Transient, 2, 3, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCloud()
			n := 0
			tokens := map[string]bool{}
			c.on("DoA", func(req *provider.Call, _ map[string]any) (any, error) {
				tokens[req.Token] = true
				if n++; n <= test.fails {
					return nil, &provider.Error{Kind: test.kind, Code: "C", Message: "m", RequestID: "r-1"}
				}
				return nil, nil
			})
			e := engineOn(t, c, &Options{Class: func(string, string) provider.CallClass { return test.class }})
			x := start(t, e, &Start{Template: runbookOf(t, apiTask("A", "  OnError: ACS::END\n"))})
			_, err := x.Wait(t.Context())
			if n != test.calls || len(tokens) != 1 || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("%v %v: %d calls, %v", test.class, test.kind, n, err)
			}
			if doubt, ok := errors.AsType[*InDoubtError](err); ok {
				if err := x.Settle(t.Context(), "nothing", Settlement{}); err == nil {
					t.Error("something was settled that is not in doubt")
				}
				if err := x.Settle(t.Context(), doubt.Calls[0].TaskName, Settlement{TookEffect: true}); err != nil {
					t.Error(err)
				}
				if _, err := x.Wait(t.Context()); err != nil || n != test.calls {
					t.Errorf("%d calls, %v", n, err)
				}
			}
		})
	}
}

// TestLargeValues keeps more than fits into a record.
func TestLargeValues(t *testing.T) {
	c := newCloud()
	c.on("DoA", func(_ *provider.Call, p map[string]any) (any, error) {
		return map[string]any{"Text": strings.Repeat("长", 50_000), "Got": p["Text"]}, nil
	})
	store := new(journal.Memory)
	e := engineOn(t, c, &Options{Journal: store, Sealer: testSealer(t)})
	tasks := "- Name: A\n  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: DoA, Parameters: {Text: '{{ text }}'}}\n  Outputs: {text: {Type: String, ValueSelector: .Text}, got: {Type: String, ValueSelector: .Got}}\n"
	x := start(t, e, &Start{Template: runbookOf(t, tasks, "Parameters: {text: {Type: String}}\nOutputs: {a: {Type: String, Value: '{{ A.text }}{{ A.got }}'}}"),
		Parameters: map[string]any{"text": strings.Repeat("x", 100_000)}})
	if _, err := x.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	e = engineOn(t, c, &Options{Journal: store, Sealer: testSealer(t)})
	info, err := e.GetExecution(t.Context(), x.ID())
	if err != nil || len(info.Outputs) < 250_000 || len(info.Parameters) < 100_000 {
		t.Errorf("%d bytes, %v", len(info.Outputs), err)
	}
	for rec := range store.Read(t.Context(), executionPrefix+x.ID(), 0) {
		if len(rec.Data) > journal.MaxRecord {
			t.Errorf("a record of kind %s has %d bytes", rec.Kind, len(rec.Data))
		}
	}
}

// TestFoldEqualsLife takes the journal of each story, and of some more, and
// compares at every record: a machine that is folded, one that comes from a
// snapshot, and what each has in flight.
func TestFoldEqualsLife(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{store: new(journal.Memory), effects: map[string]int{}}
				s.live(t, w.store, w)
				e := s.engine(t, w.store, w)
				m := newMachine(e.set)
				for rec, err := range w.store.Read(t.Context(), executionPrefix+w.id, 0) {
					if err != nil {
						t.Fatal(err)
					}
					ev, err := codec.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
					if err != nil {
						t.Fatal(err)
					}
					m.Evolve(ev)
					compareSnapshot(t, e, m, fmt.Sprintf("record %d %s", rec.Seq, rec.Kind))
				}
				if err := e.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// compareSnapshot compares a machine with one made from its snapshot.
func compareSnapshot(t *testing.T, e *Engine, m *machine, where string) {
	t.Helper()
	evs := m.Snapshot()
	if len(evs) == 0 {
		return
	}
	fresh := newMachine(e.set)
	for _, ev := range evs {
		rec, err := codec.Encode(ev)
		if err != nil {
			t.Fatal(err)
		}
		if ev, err = codec.Decode(rec); err != nil {
			t.Fatal(err)
		}
		fresh.Evolve(ev)
	}
	a, b := flying(m), flying(fresh)
	if a != b {
		t.Errorf("%s: in flight are %s, after a snapshot %s", where, a, b)
	}
	x, _ := json.Marshal(m.view(m.root))
	y, _ := json.Marshal(fresh.view(fresh.root))
	if string(x) != string(y) {
		t.Errorf("%s: %s\nafter a snapshot %s", where, x, y)
	}
	again := fresh.Snapshot()
	if len(again) != len(evs) {
		t.Errorf("%s: the snapshot of the snapshot has %d pieces, not %d", where, len(again), len(evs))
	}
	for i := range min(len(evs), len(again)) {
		p, ok := evs[i].(*snapshotPiece)
		if q, also := again[i].(*snapshotPiece); ok && also && string(p.Bytes) != string(q.Bytes) {
			t.Errorf("%s: the snapshot of the snapshot differs\n%s\n%s", where, p.Bytes, q.Bytes)
		}
	}
}

func flying(m *machine) string {
	var out []string
	for _, cmd := range m.Outstanding() {
		out = append(out, cmd.ID+"@"+cmd.NotBefore.Format(time.RFC3339))
	}
	return strings.Join(out, " ")
}

// TestChangesAreOutstanding drives machines by hand and compares, after each
// batch, what Changes has listed with what should be outstanding.
func TestChangesAreOutstanding(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			w := &world{store: new(journal.Memory), effects: map[string]int{}, began: time.Now()}
			e := s.engine(t, w.store, w)
			defer func() { _ = e.Shutdown(context.Background()) }()
			req, err := e.prepare(t.Context(), &Start{Template: runbookOf(t, s.tasks)})
			if err != nil {
				t.Fatal(err)
			}
			handDrive(t, e, req)
		})
	}
}

func handDrive(t *testing.T, e *Engine, req any) {
	store, now := new(journal.Memory), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	r, err := host.Fold(t.Context(), store, "x", e.def)
	if err != nil {
		t.Fatal(err)
	}
	flight := map[string]core.Command{}
	turn := func(in core.Input) {
		t.Helper()
		now = now.Add(time.Second)
		in.At = now
		if refused, err := r.Take(in); refused != nil || err != nil {
			t.Fatal(refused, err)
		}
		for more := true; more; {
			if more, err = r.Advance(now, 7); err != nil {
				t.Fatal(err)
			}
			if err := r.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, cmd := range r.Machine().Changes() {
				if delete(flight, cmd.ID); !cmd.Cancel {
					flight[cmd.ID] = cmd
				}
			}
		}
		fresh, err := host.Fold(t.Context(), store, "x", e.def)
		if err != nil {
			t.Fatal(err)
		}
		want := fresh.Machine().Outstanding()
		if len(want) != len(flight) {
			t.Fatalf("%d commands are in flight, a fold wants %d", len(flight), len(want))
		}
		for _, cmd := range want {
			got, ok := flight[cmd.ID]
			if !ok || !got.NotBefore.Equal(cmd.NotBefore) {
				t.Fatalf("a fold wants %s at %s, in flight is %+v", cmd.ID, cmd.NotBefore, got)
			}
			gw, isWork := got.Work.(*work)
			if cw, also := cmd.Work.(*work); isWork != also || also && (gw.token != cw.token || gw.props.String() != cw.props.String()) {
				t.Fatalf("a fold wants %+v, in flight is %+v", cmd.Work, got.Work)
			}
		}
	}
	turn(core.Input{Request: req})
	for range 200 {
		m := r.Machine().(*machine)
		if m.root.status.Final() {
			if len(flight) > 0 {
				t.Errorf("it has ended, and in flight are %v", flight)
			}
			return
		}
		in := core.Input{}
		if waits := m.waitsBelow(m.root); len(flight) == 0 && len(waits) > 0 {
			in.Request = &notifyRequest{notice: &Notice{Type: Approve, TaskExecutionID: waits[0].TaskExecutionID}}
		}
		for id, cmd := range flight {
			delete(flight, id)
			in.Command, in.Timer = id, cmd.Work == nil
			if cmd.Work != nil {
				in.Result = e.def.Effector.Do(t.Context(), cmd).Result
			}
			break
		}
		if in.Command != "" && in.Result == nil && !in.Timer {
			in.Result = &result{}
		}
		turn(in)
	}
	t.Error("no end")
}
