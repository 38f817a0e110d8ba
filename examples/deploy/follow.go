package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/bianpai/bianpai/ros"
)

// follow shows an operation to its end. total is how many steps it has, 0 if
// that is not known.
func (s *session) follow(ctx context.Context, run *ros.Run, total int) error {
	var seen int64
	for {
		var err error
		if seen, err = s.watch(ctx, run, total, seen); err != nil {
			return err
		}
		result, err := run.Wait(ctx)
		doubt, ok := errors.AsType[*ros.InDoubtError](err)
		if err == nil {
			s.printOutputs(result.Stack)
		}
		if !ok {
			return err
		}
		if err := s.settle(ctx, run, doubt); err != nil {
			return err
		}
	}
}

// watch shows events until the operation ends or stands still.
func (s *session) watch(ctx context.Context, run *ros.Run, total int, after int64) (int64, error) {
	d := s.out.NewStackDisplay(total)
	defer d.End()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	still := make(chan struct{})
	go func() { // Events goes on while calls are in doubt, Wait does not
		defer close(still)
		_, err := run.Wait(ctx)
		if _, ok := errors.AsType[*ros.InDoubtError](err); ok {
			cancel()
		}
	}()
	defer func() { cancel(); <-still }()
	for ev, err := range run.Events(ctx, after) {
		if err != nil {
			if ctx.Err() != nil {
				return after, nil // interrupted, or in doubt: Wait tells
			}
			return after, err
		}
		d.Show(ev)
		after = ev.Seq
	}
	return after, nil
}

// settle asks what became of calls whose answer was lost.
func (s *session) settle(ctx context.Context, run *ros.Run, doubt *ros.InDoubtError) error {
	s.out.Printf("\nSome calls were under way when a process ended, and cannot be looked up:\n")
	for _, step := range doubt.Steps {
		s.out.Printf("  %s %s: %s\n", step.LogicalID, step.Type, step.Err)
		made, err := s.asker.Yes(ctx, fmt.Sprintf("Is there something new for %s in the console?", step.LogicalID))
		if err != nil {
			return err
		}
		id := ""
		if made {
			if id, err = s.asker.Line(ctx, "Its ID:"); err != nil {
				return err
			}
		}
		if err := run.Settle(ctx, step.LogicalID, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) outputs(ctx context.Context) error {
	stack, err := s.stacks.Stack(ctx, s.set.stack)
	if err != nil {
		return err
	}
	s.printOutputs(stack)
	return nil
}

func (s *session) printOutputs(stack *ros.Stack) {
	if len(stack.Outputs) == 0 {
		return
	}
	s.out.Printf("\nOutputs\n")
	for _, o := range stack.Outputs {
		s.out.Printf("  %-20s %s\n", o.Key, o.Value)
	}
}
