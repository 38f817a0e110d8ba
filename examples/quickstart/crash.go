package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/bianpai/bianpai/ros"
)

// The parts of child processes.
const (
	partCreate = "create" // apply the plan, and be killed
	partResume = "resume" // go on with what is under way
)

// createAndDie starts a child process that creates the stack and is killed
// while it does.
func (s *story) createAndDie(ctx context.Context) error {
	state, err := s.startChild(ctx, partCreate)
	if err != nil {
		return err
	}
	s.out.Printf("\n")
	s.check(!state.Success() && state.ExitCode() != exitFailed, "the process was killed: %s", state)
	s.kills++
	return s.place.with(func(w *world) error {
		stack, err := w.engine.Stack(ctx, stackName)
		if err != nil {
			return err
		}
		s.check(stack.Status == ros.CreateInProgress, "its journal says %s", stack.Status)
		made := len(w.cloud.Resources())
		s.check(made > 0 && made < len(stack.Resources), "the cloud has %d of %d resources, some half made; nobody is at work", made, len(stack.Resources))
		return nil
	})
}

// resume starts a second child process, which knows nothing but the journal.
func (s *story) resume(ctx context.Context) error {
	state, err := s.startChild(ctx, partResume)
	if err != nil {
		return err
	}
	s.operations++
	s.out.Printf("\n")
	s.check(state.Success(), "the second process has finished what the first had begun")
	return s.place.with(func(w *world) error {
		stack, err := w.engine.Stack(ctx, stackName)
		if err != nil {
			return err
		}
		s.check(stack.Status == ros.CreateComplete, "the stack is %s", stack.Status)
		s.checkSame(w, stack)
		s.printOutputs(stack)
		return nil
	})
}

// startChild runs this program in a process of its own until that ends.
func (s *story) startChild(ctx context.Context, part string) (*os.ProcessState, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = s.place.environment(part)
	cmd.Stdout, cmd.Stderr = s.out.Writer, os.Stderr
	err = cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return nil, err
	}
	return cmd.ProcessState, ctx.Err()
}

// child is what a child process does.
func (s *story) child(ctx context.Context, part string) error {
	return s.place.with(func(w *world) error {
		switch part {
		case partCreate:
			return s.applyAndDie(ctx, w)
		case partResume:
			return s.goOn(ctx, w)
		}
		return fmt.Errorf("no part %q in this story", part)
	})
}

// applyAndDie applies the stored plan, and ends this process in the middle, as
// a power failure would: no deferred call runs.
func (s *story) applyAndDie(ctx context.Context, w *world) error {
	data, err := os.ReadFile(s.place.path("plan.json"))
	if err != nil {
		return err
	}
	var plan ros.Plan
	if err := json.Unmarshal(data, &plan); err != nil {
		return err
	}
	run, err := w.engine.Apply(ctx, &plan)
	if err != nil {
		return err
	}
	s.say("process %d applies the stored plan", os.Getpid())
	s.out.Printf("\n")
	d := s.out.NewStackDisplay(0)
	for ev, err := range run.Events(ctx, 0) {
		if err != nil {
			return err
		}
		d.Show(ev)
		if ev.LogicalID == "Bastion" && ev.Status == ros.CreateComplete {
			d.End()
			return die()
		}
	}
	return errors.New("the stack ended before the process was killed")
}

func die() error {
	me, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := me.Kill(); err != nil {
		return err
	}
	select {} // death may take a moment
}

// goOn resumes what the journal says is under way.
func (s *story) goOn(ctx context.Context, w *world) error {
	var past []ros.Event
	for ev, err := range w.engine.Events(ctx, stackName, 0) {
		if err != nil {
			return err
		}
		past = append(past, ev)
	}
	if len(past) == 0 {
		return errors.New("the journal tells of nothing")
	}
	last := past[len(past)-1].Seq
	s.say("process %d reads in the journal what has happened so far: %d events", os.Getpid(), len(past))
	s.out.Printf("\n")
	d := s.out.NewStackDisplay(0)
	defer d.End()
	for _, ev := range past {
		d.Recall(ev)
	}
	for run, err := range w.engine.Resume(ctx) {
		if err != nil {
			return err
		}
		for ev, err := range run.Events(ctx, last) {
			if err != nil {
				return err
			}
			d.Show(ev)
		}
		if _, err := run.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}
