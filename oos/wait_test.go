package oos

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

const approveTask = `
- Name: Ask
  Action: ACS::Approve
  Properties:
    NotifyType: WebHook
    WebHook: {URI: 'https://example.com/hook', Content: {text: 'may I, {{ ACS::ExecuteUser }}?'}}
    Approvers: ['li@corp', wang]
    MinRequiredApprovals: 2
- Name: Act
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: DoAct}
`

func TestApprove(t *testing.T) {
	var asked atomic.Value
	c := newCloud()
	e := engineOn(t, c, &Options{User: "zhang", Notify: func(_ context.Context, n *Notification) error {
		asked.Store(string(n.WebHook))
		return errors.New("the hook is down")
	}})
	x := start(t, e, &Start{Template: runbookOf(t, approveTask)})
	w := waitsFor(t, x, WaitApproval)
	for ev, err := range x.Events(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == NoticeEvent && strings.Contains(ev.Message, "the hook is down") {
			break
		}
	}
	if w.Needed != 2 || len(w.Approvers) != 2 || w.TaskName != "Ask" {
		t.Errorf("%+v", w)
	}
	for _, step := range []struct {
		user string
		ok   bool
	}{{"chen", false}, {"li", true}, {"li@corp", false}, {"wang", true}} {
		if err := x.Approve(t.Context(), "Ask", Decision{User: step.user}); (err == nil) != step.ok {
			t.Errorf("approval of %s: %v", step.user, err)
		}
	}
	if _, err := x.Wait(t.Context()); err != nil || c.count("DoAct") != 1 {
		t.Errorf("%v, %v", err, c.calls())
	}
	if got, _ := asked.Load().(string); !strings.Contains(got, "may I, zhang?") {
		t.Errorf("the message is %s", got)
	}
}

func TestReject(t *testing.T) {
	c := newCloud()
	e := engineOn(t, c, nil)
	x := start(t, e, &Start{Template: runbookOf(t, approveTask)})
	waitsFor(t, x, WaitApproval)
	if err := x.Reject(t.Context(), "", Decision{User: "li", Note: "not today"}); err != nil {
		t.Fatal(err)
	}
	_, err := x.Wait(t.Context())
	if cancelled, ok := errors.AsType[*CancelledError](err); !ok || !strings.Contains(cancelled.Reason, "not today") {
		t.Errorf("%v", err)
	}
	if got := statuses(t, e, x.ID()); got != "Ask=Cancelled" {
		t.Error(got)
	}
	err = x.Approve(t.Context(), "", Decision{})
	if state, ok := errors.AsType[*StateError](err); !ok || state.Status != Cancelled {
		t.Errorf("%v", err)
	}
}

func TestSafetyCheck(t *testing.T) {
	task := func(api, risk string) string {
		return "- Name: D\n  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: " + api + risk + "}\n"
	}
	for _, test := range []struct {
		tasks string
		check SafetyCheck
		asks  bool
	}{
		{task("DeleteImage", ""), "", false}, {task("DeleteImage", ""), ConfirmEveryHighRiskTask, true},
		{task("DeleteImage", ", Risk: Normal"), ConfirmEveryHighRiskTask, false},
		{task("DoImage", ", Risk: High"), ConfirmEveryHighRiskTask, true},
		{task("DescribeImages", ""), ConfirmEveryHighRiskTask, false},
	} {
		c := newCloud()
		e := engineOn(t, c, nil)
		x := start(t, e, &Start{Template: runbookOf(t, test.tasks), SafetyCheck: test.check})
		if test.asks {
			waitsFor(t, x, WaitRisk)
			if len(c.calls()) > 0 {
				t.Error("called before it was confirmed")
			}
			if err := x.Approve(t.Context(), "D", Decision{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := x.Wait(t.Context()); err != nil || len(c.calls()) != 1 {
			t.Errorf("%s: %v, %v", test.tasks, err, c.calls())
		}
	}
}

func TestFailurePause(t *testing.T) {
	tasks := apiTask("A", "  OnError: C\n") + apiTask("B", "") + apiTask("C", "")
	for _, test := range []struct {
		answer NotifyType
		status string
	}{{RetryTask, "A=Success B=Success C=Success"}, {SkipTask, "A=Skipped B=Success C=Success"}} {
		c := newCloud()
		c.on("DoA", func(_ *provider.Call, params map[string]any) (any, error) {
			if params["Fixed"] != true {
				return nil, refuse("No")
			}
			return nil, nil
		})
		e := engineOn(t, c, nil)
		x := start(t, e, &Start{Template: runbookOf(t, tasks), Mode: FailurePause})
		waitsFor(t, x, WaitFailure)
		n := &Notice{Type: test.answer}
		if test.answer == RetryTask {
			n.Parameters = map[string]any{"Parameters": map[string]any{"Fixed": true}}
		}
		if err := x.Notify(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if got := statuses(t, e, x.ID()); got != test.status {
			t.Errorf("%s: %s", test.answer, got)
		}
	}
}

func TestRetryItems(t *testing.T) {
	c := newCloud()
	var broken atomic.Bool
	broken.Store(true)
	echo(c, func(id string) bool { return broken.Load() && (id == "i1" || id == "i2") })
	e := engineOn(t, c, nil)
	x := start(t, e, &Start{Template: runbookOf(t, loopTask, loopHead), Mode: FailurePause,
		Parameters: map[string]any{"ids": ids(4), "rate": map[string]any{"Concurrency": 1, "MaxErrors": 1}}})
	waitsFor(t, x, WaitFailure)
	broken.Store(false)
	if err := x.Notify(t.Context(), &Notice{Type: RetryTask, TaskExecutionIDs: []string{x.ID() + ".t0010.4"}}); err == nil {
		t.Error("an item that did not fail is tried again")
	}
	if err := x.Notify(t.Context(), &Notice{Type: RetryTask, TaskExecutionIDs: []string{x.ID() + ".t0010.3"}}); err != nil {
		t.Fatal(err)
	}
	res, err := x.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := json.Marshal(res.Outputs["all"]); string(got) != `["out-i0",null,"out-i2","out-i3"]` {
		t.Errorf("%s", got)
	}
}

func TestDebug(t *testing.T) {
	c := newCloud()
	e := engineOn(t, c, nil)
	tasks := apiTask("A", "") + apiTask("B", "") + apiTask("C", "")
	x := start(t, e, &Start{Template: runbookOf(t, tasks), Mode: Debug})
	step := func(n *Notice) {
		t.Helper()
		waitsFor(t, x, WaitDebug)
		if err := x.Notify(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	step(&Notice{Type: ExecuteTask, TaskName: "B", Parameters: map[string]any{"Parameters": map[string]any{"N": 7}}})
	step(&Notice{Type: ExecuteTask})
	step(&Notice{Type: ExecuteTask, TaskName: "A"})
	step(&Notice{Type: CompleteExecution, ExecutionStatus: Success})
	if _, err := x.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if got := strings.Join(c.calls(), " "); got != `DoB{"N":7} DoC{} DoA{}` {
		t.Error(got)
	}
	if err := x.Notify(t.Context(), &Notice{Type: ExecuteTask}); err == nil {
		t.Error("an execution that has ended goes on")
	}
}

func TestPauseAndCancel(t *testing.T) {
	c := newCloud()
	e := engineOn(t, c, nil)
	tmpl := runbookOf(t, "- {Name: P, Action: 'ACS::Pause'}\n"+apiTask("A", ""))
	x := start(t, e, &Start{Template: tmpl})
	waitsFor(t, x, WaitPause)
	info, err := e.GetExecution(t.Context(), x.ID())
	if err != nil || info.Status != Waiting || info.WaitingStatus != WaitPause || len(info.CurrentTasks) != 1 {
		t.Errorf("%+v, %v", info, err)
	}
	if err := x.Approve(t.Context(), "", Decision{}); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	y := start(t, e, &Start{Template: tmpl})
	waitsFor(t, y, WaitPause)
	if err := y.Cancel(t.Context(), "enough"); err != nil {
		t.Fatal(err)
	}
	_, err = y.Wait(t.Context())
	if cancelled, ok := errors.AsType[*CancelledError](err); !ok || cancelled.Reason != "enough" {
		t.Error(err)
	}
}
