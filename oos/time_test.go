package oos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
)

func TestSleepSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, c := new(journal.Memory), newCloud()
		tmpl := runbookOf(t, "- Name: S\n  Action: ACS::Sleep\n  Properties: {Duration: 3H}\n"+apiTask("A", ""))
		from := time.Now()
		e := engineOn(t, c, &Options{Journal: store, Sealer: testSealer(t)})
		x := start(t, e, &Start{Template: tmpl})
		time.Sleep(time.Hour)
		if err := e.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		e = engineOn(t, c, &Options{Journal: store, Sealer: testSealer(t)})
		n := 0
		for x, err := range e.Resume(t.Context()) {
			if n++; err != nil {
				t.Fatal(err)
			}
			if _, err := x.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if passed := time.Since(from); n != 1 || passed < 3*time.Hour-time.Millisecond || passed > 3*time.Hour {
			t.Errorf("%d executions, after %s", n, passed)
		}
		if _, err := e.GetExecution(t.Context(), x.ID()); err != nil || c.count("DoA") != 1 {
			t.Error(err)
		}
	})
}

const pollTask = `
- Name: W
  Action: ACS::WaitFor
  %s
  Properties:
    Service: ECS
    API: DescribeInstances
    PropertySelector: 'Instances.Instance[].Status'
    DesiredValues: [Running]
    StopRetryValues: [Broken]
  Outputs:
    id: {Type: String, ValueSelector: 'Instances.Instance[].InstanceId'}
`

// polled runs a WaitFor whose instance is ready after a time, and gives the
// times of the polls.
func polled(t *testing.T, schedule string, ready time.Duration, status string) (at []int, err error) {
	c := newCloud()
	from := time.Now()
	c.on("DescribeInstances", func(*provider.Call, map[string]any) (any, error) {
		at = append(at, int(time.Since(from).Round(time.Second)/time.Second))
		if ready > 0 && time.Since(from) >= ready {
			return map[string]any{"Instances": map[string]any{"Instance": []any{map[string]any{"Status": status, "InstanceId": "i-1"}}}}, nil
		}
		if len(at)%2 == 0 {
			return nil, refuse("InvalidInstance.NotFound") // an error body is an input like any other
		}
		return map[string]any{"Instances": map[string]any{"Instance": []any{}}}, nil
	})
	e := engineOn(t, c, nil)
	x := start(t, e, &Start{Template: runbookOf(t, fmt.Sprintf(pollTask, schedule))})
	_, err = x.Wait(t.Context())
	return at, err
}

func TestWaitForSchedule(t *testing.T) {
	for _, test := range []struct {
		schedule string
		polls    []int
	}{
		{"Retries: 10\n    MaxRetryInterval: 300", []int{0, 2, 6, 14, 30, 62, 126, 254, 510, 810, 1110}},
		{"Retries: 3\n    DelayType: Constant\n    Delay: 15", []int{0, 15, 30, 45}},
		{"Retries: 3\n    DelayType: Linear\n    Delay: 5\n    BackOff: 10", []int{0, 15, 40, 75}},
		{"Retries: 0", []int{0}},
	} {
		synctest.Test(t, func(t *testing.T) {
			at, err := polled(t, strings.ReplaceAll(test.schedule, "\n    ", "\n  "), 0, "")
			if _, failed := errors.AsType[*FailedError](err); !failed || !slices.Equal(at, test.polls) {
				t.Errorf("%s: polls at %v, %v; want %v", test.schedule, at, err, test.polls)
			}
		})
	}
}

func TestFortyMinutesOfPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Now()
		if _, err := polled(t, "Retries: 296\n  MaxRetryInterval: 300", 40*time.Minute, "Running"); err != nil {
			t.Error(err)
		}
		if passed := time.Since(from); passed < 40*time.Minute || passed > 46*time.Minute {
			t.Errorf("it took %s", passed)
		}
		_, err := polled(t, "Retries: 296\n  MaxRetryInterval: 300", time.Minute, "Broken")
		if failed, ok := errors.AsType[*FailedError](err); !ok || !strings.Contains(failed.Message, "StopRetry") {
			t.Errorf("%v", err)
		}
	})
}

const daily = `
- Name: T
  Action: ACS::TimerTrigger
  Properties: {Type: cron, Expression: '0 30 9 ? * *', TimeZone: Asia/Shanghai, EndDate: '2000-02-01'}
  Outputs:
    at: {Type: String, ValueSelector: .scheduleTime}
- Name: A
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: DoA, Parameters: {At: '{{ T.at }}'}}
`

// TestMonthOfFirings lets a daily trigger fire for January of 2000, with a
// restart and two days without an engine, whose firings are left out.
func TestMonthOfFirings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, c := new(journal.Memory), newCloud()
		opts := &Options{Journal: store, Sealer: testSealer(t)}
		e := engineOn(t, c, opts)
		x := start(t, e, &Start{Template: runbookOf(t, daily)})
		time.Sleep(10*24*time.Hour + 12*time.Hour)
		info, err := e.GetExecution(t.Context(), x.ID())
		if err != nil || info.Status != Waiting || info.LastTriggerStatus != Success || !info.IsParent || info.NextScheduleTime.Hour() != 1 {
			t.Errorf("%+v, %v", info, err)
		}
		if err := e.TriggerExecution(t.Context(), x.ID(), EventTrigger, nil); err == nil {
			t.Error("a timer took an event")
		}
		if err := e.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * 24 * time.Hour)
		e = engineOn(t, c, opts)
		if x, err = e.Execution(t.Context(), x.ID()); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		calls := c.calls()
		if len(calls) != 29 || calls[0] != `DoA{"At":"2000-01-01T01:30:00Z"}` {
			t.Errorf("%d firings, the first is %s", len(calls), calls[0])
		}
		children := 0
		for line, err := range e.ListExecutions(t.Context(), &ExecutionQuery{ParentExecutionID: x.ID()}) {
			if children++; err != nil || line.Status != Success {
				t.Errorf("%+v, %v", line, err)
			}
		}
		if children != 29 {
			t.Errorf("%d children", children)
		}
	})
}

func TestTimerOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		e := engineOn(t, c, nil)
		tasks := "- Name: T\n  Action: ACS::TimerTrigger\n  Properties: {Type: rate, Expression: 1 hour, EndDate: '2000-01-02'}\n" +
			apiTask("A", "") + "- Name: S\n  Action: ACS::Sleep\n  Properties: {Duration: 90M}\n"
		x := start(t, e, &Start{Template: runbookOf(t, tasks)})
		time.Sleep(65 * time.Minute)
		if info, err := e.GetExecution(t.Context(), x.ID()); err != nil || info.Status != Running {
			t.Errorf("while its child runs: %+v, %v", info, err)
		}
		if err := e.TriggerExecution(t.Context(), x.ID(), TimerTrigger, map[string]any{}); err == nil {
			t.Error("fired while the last firing runs")
		}
		if _, err := x.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if n := c.count("DoA"); n != 12 {
			t.Errorf("%d firings, want 12: every other one finds its predecessor", n)
		}
	})
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		e := engineOn(t, c, nil)
		tasks := "- Name: T\n  Action: ACS::EventTrigger\n  Properties: {Product: ECS, Name: [x], Level: [INFO]}\n" +
			"  Outputs: {id: {Type: String, ValueSelector: .content.resourceId}}\n" +
			"- Name: A\n  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: DoA, Parameters: {Id: '{{ T.id }}'}}\n" +
			"- Name: S\n  Action: ACS::Sleep\n  Properties: {Duration: 1H}\n"
		x := start(t, e, &Start{Template: runbookOf(t, tasks)})
		waitsFor(t, x, WaitEvent)
		for i := range 3 { // events are not lost: each starts a child at once
			event := map[string]any{"content": map[string]any{"resourceId": fmt.Sprint("i-", i)}}
			if err := e.TriggerExecution(t.Context(), x.ID(), EventTrigger, event); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		if got := c.calls(); len(got) != 3 {
			t.Errorf("%v", got)
		}
		if err := x.Cancel(t.Context(), "enough"); err != nil {
			t.Fatal(err)
		}
		_, err := x.Wait(t.Context())
		if _, ok := errors.AsType[*CancelledError](err); !ok {
			t.Error(err)
		}
		for line, err := range e.ListExecutions(context.Background(), &ExecutionQuery{ParentExecutionID: x.ID()}) {
			if err != nil || line.Status != Cancelled {
				t.Errorf("%+v, %v", line, err)
			}
		}
	})
}

func TestCron(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		expression, after, want string
		zone                    *time.Location
	}{
		{"0 0 12 ? * *", "2024-03-01T11:59:59Z", "2024-03-01T12:00:00Z", time.UTC},
		{"0 0 12 ? * *", "2024-03-01T12:00:00Z", "2024-03-02T12:00:00Z", time.UTC},
		{"0 30 9 ? * MON-FRI", "2024-03-01T02:00:00Z", "2024-03-04T01:30:00Z", shanghai},
		{"0 0/20 * * * ?", "2024-03-01T11:41:00Z", "2024-03-01T12:00:00Z", time.UTC},
		{"15,45 * * * * *", "2024-03-01T11:41:20Z", "2024-03-01T11:41:45Z", time.UTC},
		{"0 0 0 29 2 ?", "2024-03-01T00:00:00Z", "2028-02-29T00:00:00Z", time.UTC},
		{"0 0 0 L * ?", "2024-02-10T00:00:00Z", "2024-02-29T00:00:00Z", time.UTC},
		{"0 0 0 ? * 6#2", "2024-03-01T00:00:00Z", "2024-03-08T00:00:00Z", time.UTC},
		{"0 0 0 ? * 6L", "2024-03-01T00:00:00Z", "2024-03-29T00:00:00Z", time.UTC},
		{"0 0 0 ? * 1", "2024-03-01T00:00:00Z", "2024-03-03T00:00:00Z", time.UTC},
		{"0 0 0 1 1 ? 2030", "2024-03-01T00:00:00Z", "2030-01-01T00:00:00Z", time.UTC},
		{"0 0 0 1 1 ? 2020", "2024-03-01T00:00:00Z", "0001-01-01T00:00:00Z", time.UTC},
		{"0 0 22-2 ? * *", "2024-03-01T02:00:00Z", "2024-03-01T22:00:00Z", time.UTC},
		{"0 30 2 ? * *", "2024-03-31T00:00:00Z", "2024-03-31T01:30:00Z", berlin}, // that hour is left out
	} {
		c, err := parseCron(test.expression, test.zone)
		if err != nil {
			t.Errorf("%s: %v", test.expression, err)
			continue
		}
		after, _ := time.Parse(time.RFC3339, test.after)
		if got := c.next(after).Format(time.RFC3339); got != test.want {
			t.Errorf("%s after %s: %s, want %s", test.expression, test.after, got, test.want)
		}
	}
	for _, bad := range []string{"", "0 12 ? * *", "0 0 25 ? * *", "0 0 12 ? * MOO", "0 0 12 32 * ?", "0 0/0 12 ? * *", "0 0 12 ? * 2#9"} {
		if _, err := parseCron(bad, time.UTC); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzCron(f *testing.F) {
	f.Add("0 30 9 ? * MON-FRI", int64(1700000000))
	f.Add("0 0 0 L * ?", int64(0))
	f.Add("*/7 1-59/13 22-2 * JAN,DEC 2#5 2025", int64(1700000000))
	f.Fuzz(func(t *testing.T, expression string, at int64) {
		c, err := parseCron(expression, time.UTC)
		if err != nil || at < 0 || at > 4e9 {
			return
		}
		after := time.Unix(at, 0).UTC()
		next := c.next(after)
		if next.IsZero() {
			return
		}
		if !next.After(after) || c.second&(1<<next.Second()) == 0 || c.minute&(1<<next.Minute()) == 0 || c.hour&(1<<next.Hour()) == 0 || !c.fits(dayOf(next)) {
			t.Errorf("%q after %s gives %s", expression, after, next)
		}
	})
}
