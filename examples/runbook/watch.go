package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bianpai/bianpai/oos"
)

// watcher shows an execution to its end, and answers what it waits for.
type watcher struct {
	engine    *oos.Engine
	execution *oos.Execution
	display   *display
	in        *bufio.Reader
	yes       bool
	asked     map[string]bool // by task execution
}

func newWatcher(engine *oos.Engine, x *oos.Execution, d *display, in io.Reader, yes bool) *watcher {
	return &watcher{engine: engine, execution: x, display: d, in: bufio.NewReader(in), yes: yes, asked: make(map[string]bool)}
}

type news struct {
	event oos.Event
	err   error
}

// follow returns when the execution has ended.
func (w *watcher) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events := make(chan news)
	go func() {
		defer close(events)
		for ev, err := range w.execution.Events(ctx, 0) {
			select {
			case events <- news{ev, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	defer w.display.redraw()
	for {
		select {
		case n, more := <-events:
			if !more || n.err != nil {
				return n.err
			}
			w.display.show(&n.event)
			if n.event.Waiting != "" {
				if err := w.answer(ctx); err != nil {
					return err
				}
			}
		case <-tick.C:
			w.display.redraw()
		}
	}
}

// answer answers what the execution waits for now. An event may tell of a wait
// that is over, when the execution was begun by an earlier process.
func (w *watcher) answer(ctx context.Context) error {
	waits, err := w.execution.Waiting(ctx)
	if err != nil {
		return err
	}
	for i := range waits {
		wait := &waits[i]
		if w.asked[wait.TaskExecutionID] {
			continue
		}
		w.asked[wait.TaskExecutionID] = true
		switch wait.Kind {
		case oos.WaitApproval:
			err = w.approve(ctx, wait)
		case oos.WaitInDoubt:
			err = w.settle(ctx, wait)
		default:
			err = fmt.Errorf("%s waits: %s", wait.TaskName, wait.Reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *watcher) approve(ctx context.Context, wait *oos.Wait) error {
	w.display.text(strings.TrimRight(w.printed(ctx, wait), "\n"))
	yes := w.yes
	if !yes {
		var err error
		if yes, err = w.ask(ctx, "Make an image of this instance?"); err != nil {
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
	w.display.text(fmt.Sprintf("%s: %s", wait.TaskName, wait.Reason))
	done, err := w.ask(ctx, "Did it take effect?")
	if err != nil {
		return err
	}
	return w.execution.Settle(ctx, wait.TaskExecutionID, oos.Settlement{TookEffect: done})
}

// ask asks a question until it is answered. The end of the input leaves it open.
func (w *watcher) ask(ctx context.Context, question string) (bool, error) {
	type line struct {
		text string
		err  error
	}
	for {
		w.display.text(question + " [y/n]")
		lines := make(chan line, 1)
		go func() { // a terminal cannot be told to stop reading
			text, err := w.in.ReadString('\n')
			lines <- line{text, err}
		}()
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case l := <-lines:
			switch strings.ToLower(strings.TrimSpace(l.text)) {
			case "y", "yes":
				return true, nil
			case "n", "no":
				return false, nil
			}
			if l.err != nil {
				return false, fmt.Errorf("no answer to %q: %w; -yes approves", question, l.err)
			}
		}
	}
}
