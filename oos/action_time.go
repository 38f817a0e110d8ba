package oos

import (
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// sleep waits for a time, which is a fact: a restart does not make it longer.
var sleep = action{kind: timerAction, begin: func(u *unit, props value.Value, ev *unitStarted) error {
	until, err := runbook.SleepUntil(props, u.started.time())
	if err != nil {
		return err
	}
	ev.Until = stampOf(until)
	return nil
}}
