package oos

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/journal"
)

// TestCancelTask stops what runs in mode Debug: a task, a child, a loop of
// children that wait.
func TestCancelTask(t *testing.T) {
	asks := "Tasks:\n- {Name: P, Action: 'ACS::Pause'}\n" + apiTask("A", "")
	for _, test := range []struct{ task, status string }{
		{"- Name: T\n  Action: ACS::Sleep\n  Properties: {Duration: 1H}\n", "T=Cancelled"},
		{"- Name: T\n  Action: ACS::Template\n  Properties: {TemplateName: asks}\n", "T=Failed"}, // a child that is cancelled is a failure
		{"- Name: T\n  Action: ACS::Template\n  Properties: {TemplateName: asks, Parameters: {n: '{{ ACS::TaskLoopItem }}'}}\n  Loop: {Items: [1, 2], RateControl: {Concurrency: 2}}\n", "T=Cancelled T.1=Cancelled T.2=Pending"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCloud()
			e := engineOn(t, c, &Options{Templates: library(t, map[string]string{"asks": asks})})
			x := start(t, e, &Start{Template: runbookOf(t, test.task+apiTask("B", "")), Mode: Debug})
			waitsFor(t, x, WaitDebug)
			if err := x.Notify(t.Context(), &Notice{Type: CancelTask}); err == nil {
				t.Error("a task was cancelled while none runs")
			}
			for _, n := range []*Notice{{Type: ExecuteTask}, {Type: CancelTask}, {Type: CompleteExecution, ExecutionStatus: Failed, Note: "enough"}} {
				time.Sleep(time.Minute)
				if err := x.Notify(t.Context(), n); err != nil {
					t.Fatalf("%s: %v", n.Type, err)
				}
			}
			if _, err := x.Wait(t.Context()); err == nil || len(c.calls()) > 0 {
				t.Errorf("%v, %v", err, c.calls())
			}
			if got := statuses(t, e, x.ID()); got != test.status {
				t.Errorf("%s, want %s\n%s", got, test.status, dump(e.store, x.ID()))
			}
			err := e.look(t.Context(), x.id, func(m *machine) {
				if len(m.flights) > 0 || len(m.execs) > 1 {
					t.Errorf("left behind: %v, %v", m.flights, m.execs)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestExecuteOneItem(t *testing.T) {
	c := newCloud()
	e := engineOn(t, c, nil)
	x := start(t, e, &Start{Template: runbookOf(t, loopTask, loopHead), Mode: Debug, Parameters: map[string]any{"ids": ids(5), "rate": map[string]any{}}})
	waitsFor(t, x, WaitDebug)
	if err := x.Notify(t.Context(), &Notice{Type: ExecuteTask, LoopItem: "only"}); err != nil {
		t.Fatal(err)
	}
	waitsFor(t, x, WaitDebug)
	if got := strings.Join(c.calls(), " "); got != `DoItem{"Id":"only"}` {
		t.Error(got)
	}
}

func TestLogs(t *testing.T) {
	c := newCloud()
	e := engineOn(t, c, nil)
	x := start(t, e, &Start{Template: runbookOf(t, apiTask("A", "")), Description: "d", Tags: map[string]string{"k": "v"}})
	if _, err := x.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for entry, err := range e.ListExecutionLogs(t.Context(), x.ID(), nil) {
		if err != nil || entry.LogType != "System" || entry.Timestamp.IsZero() {
			t.Errorf("%+v, %v", entry, err)
		}
		lines = append(lines, strings.TrimPrefix(entry.TaskExecutionID, x.ID())+" "+entry.Message)
	}
	want := []string{" execution started: test.yml", ".t0010 task A started", ".t0010 task A completed", " execution ended: Success"}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", lines)
	}
	n := 0
	for _, err := range e.ListExecutionLogs(t.Context(), x.ID(), &LogQuery{TaskExecutionID: x.ID() + ".t0010"}) {
		if n++; err != nil {
			t.Error(err)
		}
	}
	if n != 2 {
		t.Errorf("%d entries of the task", n)
	}
	for q, want := range map[*ExecutionQuery]int{
		nil: 1, {Status: Success}: 1, {Status: Failed}: 0, {TemplateName: "test"}: 1, {TemplateName: "toast"}: 0,
		{Tags: map[string]string{"k": "v"}}: 1, {Tags: map[string]string{"k": "w"}}: 0, {StartAfter: time.Now().Add(time.Hour)}: 0,
	} {
		n := 0
		for line, err := range e.ListExecutions(t.Context(), q) {
			if n++; err != nil || line.ID != x.ID() {
				t.Errorf("%+v, %v", line, err)
			}
		}
		if n != want {
			t.Errorf("%+v: %d executions, want %d", q, n, want)
		}
	}
}

func TestSchedules(t *testing.T) {
	begun := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct{ props, want string }{
		{`{"Type":"at","Expression":"2024-03-02T00:00:00Z"}`, "2024-03-02T00:00:00Z"},
		{`{"Type":"at","Expression":"2024-03-02T00:00:00","TimeZone":"Asia/Shanghai"}`, "2024-03-01T16:00:00Z"},
		{`{"Type":"at","Expression":"2024-03-01T00:00:00Z"}`, "0001-01-01T00:00:00Z"},
		{`{"Type":"rate","Expression":"30 minutes"}`, "2024-03-01T12:30:00Z"},
		{`{"Type":"rate","Expression":"1 day","StartDate":"2024-04-01"}`, "2024-04-02T00:00:00Z"},
		{`{"Type":"rate","Expression":"1 hour","EndDate":"2024-03-01T12:30:00Z"}`, "0001-01-01T00:00:00Z"},
		{`{"Type":"cron","Expression":"0 0 12 ? * *","StartDate":"2024-04-01T12:00:00Z"}`, "2024-04-01T12:00:00Z"},
		{`{"Type":"cron","Expression":"0 0 12 ? * *"}`, "2024-03-02T12:00:00Z"},
		{`{"Type":"sometimes","Expression":"x"}`, "Type"}, {`{"Type":"at","Expression":"x"}`, "Expression"},
		{`{"Type":"rate","Expression":"0 days"}`, "Expression"}, {`{"Type":"rate","Expression":"9 lives"}`, "Expression"},
		{`{"Type":"cron","Expression":"x"}`, "cron"}, {`{"Type":"rate","Expression":"1 day","EndDate":"x"}`, "EndDate"},
		{`{"Type":"rate","Expression":"1 day","StartDate":"x"}`, "StartDate"}, {`{"Type":"rate","Expression":"1 day","TimeZone":"Moon"}`, "TimeZone"},
	} {
		props, err := value.ParseJSON([]byte(test.props))
		if err != nil {
			t.Fatal(err)
		}
		s, err := readSchedule(props, begun)
		if err != nil {
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v", test.props, err)
			}
			continue
		}
		if got := s.next(begun).Format(time.RFC3339); got != test.want {
			t.Errorf("%s: %s, want %s", test.props, got, test.want)
		}
	}
}

// TestSnapshotsOfATrigger compares machine and snapshot at each record of a
// trigger's journal.
func TestSnapshotsOfATrigger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(journal.Memory)
		e := engineOn(t, newCloud(), &Options{Journal: store, Sealer: testSealer(t)})
		tasks := "- Name: T\n  Action: ACS::TimerTrigger\n  Properties: {Type: rate, Expression: 1 hour, EndDate: '2000-01-01T03:30:00Z'}\n" +
			"- Name: S\n  Action: ACS::Sleep\n  Properties: {Duration: 10M}\n"
		x := start(t, e, &Start{Template: runbookOf(t, tasks)})
		if _, err := x.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		m := newMachine(e.set)
		for rec, err := range store.Read(t.Context(), executionPrefix+x.ID(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			ev, err := codec.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
			if err != nil {
				t.Fatal(err)
			}
			if m.Evolve(ev); m.root != nil && !m.root.status.Final() {
				compareSnapshot(t, e, m, rec.Kind)
			}
		}
	})
}
