package oos

import (
	"context"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// waitFor polls until a value is as desired. A poll that decided nothing is no
// fact. The schedule survives a restart: what was polled before is reckoned
// from the time that has passed since the task was started.
var waitFor = action{kind: callAction, begin: needCall, do: poll}

// checkFor is waitFor without retries, unless the task says so.
var checkFor = action{kind: callAction, begin: needCall, do: poll}

// poll makes one poll.
func poll(ctx context.Context, ef *effector, w *work) core.Answer {
	if w.polls == 0 && w.repeated {
		w.polls = pollsBefore(&w.task.Polling, time.Since(w.started))
	}
	req, class, res := ef.prepare(ctx, w)
	if res != nil {
		return answer(res)
	}
	res = ef.call(ctx, req, class, w)
	if res.err != nil && res.err.limited() {
		return core.Answer{Throttle: max(res.after, time.Second)}
	}
	if ctx.Err() != nil {
		return core.Answer{}
	}
	raw := res.raw
	if res.err != nil {
		raw = errorBody(res.err)
	}
	found, err := w.scope.Property(raw, w.props)
	if err != nil {
		found = value.Null() // the answer has not the shape that the selector expects
	}
	done := &result{raw: raw, secrets: res.secrets}
	switch runbook.Judge(found, w.props) {
	case runbook.Met:
		return answer(done)
	case runbook.Stopped:
		done.err = pollError(req, "StopRetry", fmt.Sprintf("%s is %s, which will not become what is desired", text(w.props, "PropertySelector"), shown(found)))
	default:
		wait, again := w.task.Wait(w.polls + 1)
		if again {
			w.polls++
			return core.Answer{Again: wait}
		}
		code, words := "CheckFailed", "%s is %s, which is not as desired"
		if w.task.Action == runbook.WaitFor {
			code, words = "Timeout", "%s is %s, and still not as desired after all retries"
		}
		done.err = pollError(req, code, fmt.Sprintf(words, text(w.props, "PropertySelector"), shown(found)))
	}
	if res.err != nil {
		done.err.Message += " (the call failed: " + res.err.Error() + ")"
	}
	return answer(done)
}

// pollsBefore tells how many retries a schedule had come to after a time.
func pollsBefore(p *runbook.Polling, passed time.Duration) int {
	n := 0
	for {
		wait, ok := p.Wait(n + 1)
		if !ok || passed < wait {
			return n
		}
		passed -= wait
		n++
	}
}

func pollError(req *provider.Call, code, message string) *TaskError {
	return &TaskError{Code: code, Message: message, Service: req.Service, API: req.API}
}

// errorBody is what a failed call gives to a selector.
func errorBody(err *TaskError) value.Value {
	return value.Map([]value.Entry{
		{Key: "Code", Value: value.String(err.Code)},
		{Key: "Message", Value: value.String(err.Message)},
		{Key: "RequestId", Value: value.String(err.RequestID)},
		{Key: "HostId", Value: value.String("")},
		{Key: "Recommend", Value: value.String("")},
	})
}

// shown gives a value for a message, short and without secrets.
func shown(v value.Value) string {
	s := v.String()
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return s
}
