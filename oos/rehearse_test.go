package oos

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
)

func rehearse(t *testing.T, c provider.Caller, s *Start, opts *RehearseOptions) (*Engine, *Rehearsal) {
	t.Helper()
	e := engineOn(t, c, nil)
	r, err := e.Rehearse(t.Context(), s, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e, r
}

// TestRehearse: hours go by in no time, and what waits for a person is answered.
func TestRehearse(t *testing.T) {
	c := newCloud()
	n := 0
	c.on("DescribeThing", func(*provider.Call, map[string]any) (any, error) {
		n++
		return map[string]any{"Status": map[bool]string{true: "Ready", false: "Busy"}[n > 5]}, nil
	})
	var polls []string
	begun := time.Now()
	e, r := rehearse(t, c, &Start{Template: runbookOf(t, `
- {Name: Long, Action: 'ACS::Sleep', Properties: {Duration: PT3H}}
- Name: Ask
  Action: ACS::Approve
  Properties: {NotifyType: WebHook, WebHook: {URI: 'https://example.com', Content: {text: hi}}}
- Name: Poll
  Action: ACS::WaitFor
  Properties: {Service: ECS, API: DescribeThing, PropertySelector: Status, DesiredValues: [Ready]}
  Outputs: {status: {Type: String, ValueSelector: Status}}
`, "Outputs: {s: {Type: String, Value: '{{ Poll.status }}'}}")}, &RehearseOptions{
		Answer: func(w *Wait) *Notice { return &Notice{Type: Approve} },
		Poll: func(p *Poll) {
			if p != nil {
				polls = append(polls, p.Selector+" "+p.Desired[0].(string))
				if p.Met([]byte(`{"Status":"Busy"}`)) || !p.Met([]byte(`{"Status":"Ready"}`)) || p.Met([]byte(`{`)) {
					t.Errorf("%+v", p)
				}
			}
		},
	})
	res, err := r.Result()
	if err != nil || res.Outputs["s"] != "Ready" || len(polls) != 6 || polls[0] != "Status Ready" {
		t.Errorf("%v %v %v", res, err, polls)
	}
	if passed := r.Now().Sub(begun); passed < 3*time.Hour+time.Minute || passed > 4*time.Hour {
		t.Errorf("%v passed", passed)
	}
	if got := statuses(t, e, r.Execution().ID()); got != "Long=Success Ask=Success Poll=Success" {
		t.Error(got)
	}
}

// TestRehearseTrigger: a trigger is left alone until it is fired, and what it
// fires is rehearsed.
func TestRehearseTrigger(t *testing.T) {
	for _, asks := range []bool{false, true} {
		c := newCloud()
		tasks := `
- Name: Daily
  Action: ACS::TimerTrigger
  Properties: {Type: rate, Expression: 1 minute, EndDate: '2099-01-01T00:00:00Z'}
`
		if asks {
			tasks += "- {Name: Ask, Action: 'ACS::Pause'}\n"
		}
		_, r := rehearse(t, c, &Start{Template: runbookOf(t, tasks+apiTask("A", ""))}, nil)
		if waits := r.Waiting(); len(waits) != 1 || waits[0].Kind != WaitTimer || len(c.calls()) != 0 {
			t.Fatalf("%+v", waits)
		}
		if res, err := r.Result(); res != nil || err != nil {
			t.Errorf("it waits, and ended: %v, %v", res, err)
		}
		if err := r.Trigger(TimerTrigger, map[string]any{}); err != nil {
			t.Fatal(err)
		}
		if err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := r.engine.GetExecution(t.Context(), r.id)
		if err != nil {
			t.Fatal(err)
		}
		want, calls := Success, "DoA{}"
		if asks {
			want, calls = Cancelled, ""
		}
		if info.LastTriggerStatus != want || strings.Join(c.calls(), " ") != calls {
			t.Errorf("%+v, %v", info, c.calls())
		}
		if err := r.Cancel("enough"); err != nil {
			t.Fatal(err)
		}
		if err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Result(); err == nil || !strings.Contains(err.Error(), "enough") {
			t.Error(err)
		}
	}
}

func TestRehearseRefusals(t *testing.T) {
	e := engineOn(t, newCloud(), nil)
	if _, err := e.Rehearse(t.Context(), nil, nil); err == nil {
		t.Error("nothing is rehearsed")
	}
	if _, err := e.Rehearse(t.Context(), &Start{TemplateName: "absent"}, nil); err == nil {
		t.Error("a template that is not there is rehearsed")
	}
	tmpl := runbookOf(t, "- {Name: P, Action: 'ACS::Pause'}\n")
	r, err := e.Rehearse(t.Context(), &Start{Template: tmpl}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Trigger(TimerTrigger, nil); err == nil {
		t.Error("a trigger fires that is not there")
	}
	if _, ok := errors.AsType[*ParameterError](r.Trigger(EventTrigger, func() {})); !ok {
		t.Error("a content that is no JSON is taken")
	}
}
