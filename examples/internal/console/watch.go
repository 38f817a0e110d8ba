package console

import (
	"context"
	"time"

	"github.com/bianpai/bianpai/oos"
)

// redrawEvery is how often what goes on moves.
const redrawEvery = 200 * time.Millisecond

// Follow shows an execution until it has ended, and calls answer once for each
// thing that it waits for.
func (d *TaskDisplay) Follow(ctx context.Context, x *oos.Execution, answer func(context.Context, *oos.Wait) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type news struct {
		event oos.Event
		err   error
	}
	events := make(chan news)
	go func() {
		defer close(events)
		for ev, err := range x.Events(ctx, 0) {
			select {
			case events <- news{ev, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	asked := map[string]bool{} // by task execution
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	defer d.Redraw()
	for {
		select {
		case n, more := <-events:
			if !more || n.err != nil {
				return n.err
			}
			d.Show(&n.event)
			if n.event.Waiting != "" {
				if err := answerAll(ctx, x, asked, answer); err != nil {
					return err
				}
			}
		case <-tick.C:
			d.Redraw()
		}
	}
}

// answerAll answers what the execution waits for now. An event may tell of a
// wait that is over, when the execution was begun by an earlier process.
func answerAll(ctx context.Context, x *oos.Execution, asked map[string]bool, answer func(context.Context, *oos.Wait) error) error {
	waits, err := x.Waiting(ctx)
	if err != nil {
		return err
	}
	for i := range waits {
		wait := &waits[i]
		if asked[wait.TaskExecutionID] {
			continue
		}
		asked[wait.TaskExecutionID] = true
		if err := answer(ctx, wait); err != nil {
			return err
		}
	}
	return nil
}
