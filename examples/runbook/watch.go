package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/oos"
)

// watcher shows an execution to its end, and answers what it waits for.
type watcher struct {
	engine    *oos.Engine
	execution *oos.Execution
	display   *console.TaskDisplay
	asker     *console.Asker
	yes       bool
}

func newWatcher(engine *oos.Engine, x *oos.Execution, d *console.TaskDisplay, in io.Reader, yes bool) *watcher {
	return &watcher{engine: engine, execution: x, display: d, asker: console.NewAsker(in, d.Text, "-yes approves"), yes: yes}
}

// follow returns when the execution has ended.
func (w *watcher) follow(ctx context.Context) error {
	return w.display.Follow(ctx, w.execution, w.answer)
}

// answer answers one thing that the execution waits for.
func (w *watcher) answer(ctx context.Context, wait *oos.Wait) error {
	switch wait.Kind {
	case oos.WaitApproval:
		return w.approve(ctx, wait)
	case oos.WaitInDoubt:
		return w.settle(ctx, wait)
	}
	return fmt.Errorf("%s waits: %s", wait.TaskName, wait.Reason)
}

func (w *watcher) approve(ctx context.Context, wait *oos.Wait) error {
	w.display.Text(strings.TrimRight(w.printed(ctx, wait), "\n"))
	yes := w.yes
	if !yes {
		var err error
		if yes, err = w.asker.Yes(ctx, "Make an image of this instance?"); err != nil {
			return err
		}
	}
	if !yes { // of the child alone: the runbook itself is to release the instance
		child, err := w.engine.Execution(ctx, wait.ExecutionID)
		if err != nil {
			return err
		}
		return child.Reject(ctx, wait.TaskExecutionID, oos.Decision{Note: "not as it should be"})
	}
	return w.execution.Approve(ctx, wait.TaskExecutionID, oos.Decision{})
}

// printed gives what the commands printed: the message of the approval has it.
func (w *watcher) printed(ctx context.Context, wait *oos.Wait) string {
	info, err := w.engine.GetExecution(ctx, wait.ExecutionID)
	if err != nil {
		return err.Error()
	}
	var parameters struct{ Printed []string }
	if err := json.Unmarshal(info.Parameters, &parameters); err != nil {
		return err.Error()
	}
	return strings.Join(parameters.Printed, "")
}

// settle asks what became of a call that was on its way when the process ended.
func (w *watcher) settle(ctx context.Context, wait *oos.Wait) error {
	w.display.Text(fmt.Sprintf("%s: %s", wait.TaskName, wait.Reason))
	done, err := w.asker.Yes(ctx, "Did it take effect?")
	if err != nil {
		return err
	}
	return w.execution.Settle(ctx, wait.TaskExecutionID, oos.Settlement{TookEffect: done})
}
