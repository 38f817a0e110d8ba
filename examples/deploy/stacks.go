package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

// change reads the template and makes the plan.
func (s *session) change(ctx context.Context) (*ros.Plan, error) {
	text, err := os.ReadFile(s.set.file)
	if err != nil {
		return nil, err
	}
	tmpl, err := template.Parse(s.set.file, text, nil)
	if err != nil {
		return nil, err
	}
	return s.stacks.Plan(ctx, &ros.Change{Stack: s.set.stack, Template: tmpl, Parameters: s.set.parameters})
}

func (s *session) print(p *ros.Plan) error {
	return p.Print(s.out, &ros.PrintOptions{Color: s.out.Color})
}

// plan tells what apply would do.
func (s *session) plan(ctx context.Context) error {
	p, err := s.change(ctx)
	if err != nil {
		return err
	}
	return s.print(p)
}

// apply makes the stack what the template says.
func (s *session) apply(ctx context.Context) error {
	went, err := s.goOn(ctx)
	if went || err != nil {
		return err
	}
	p, err := s.change(ctx)
	if err != nil {
		return err
	}
	return s.execute(ctx, p, "Do this?")
}

// destroy deletes the stack and what is in it.
func (s *session) destroy(ctx context.Context) error {
	went, err := s.goOn(ctx)
	if went || err != nil {
		return err
	}
	p, err := s.stacks.Plan(ctx, &ros.Change{Stack: s.set.stack, Delete: true})
	if err != nil {
		return err
	}
	return s.execute(ctx, p, fmt.Sprintf("Delete the stack %s with all of this?", s.set.stack))
}

// execute shows a plan, asks, and applies it.
func (s *session) execute(ctx context.Context, p *ros.Plan, question string) error {
	if err := s.print(p); err != nil {
		return err
	}
	if p.Empty() && p.Operation == ros.UpdateOperation {
		return s.outputs(ctx)
	}
	if ok, err := s.agreed(ctx, question); !ok {
		return err
	}
	run, err := s.stacks.Apply(ctx, p)
	if _, same := errors.AsType[*ros.NoChangeError](err); same {
		return s.outputs(ctx)
	}
	if err != nil {
		return err
	}
	forward := 0
	for i := range p.Steps {
		if p.Steps[i].Phase != ros.RollbackPhase {
			forward++
		}
	}
	return s.follow(ctx, run, forward)
}

// agreed asks unless -yes has answered.
func (s *session) agreed(ctx context.Context, question string) (bool, error) {
	if s.set.yes {
		return true, nil
	}
	ok, err := s.asker.Yes(ctx, question)
	if err == nil && !ok {
		s.out.Printf("Nothing was done.\n")
	}
	return ok, err
}

// goOn takes up an operation that an earlier process began.
func (s *session) goOn(ctx context.Context) (bool, error) {
	stack, err := s.stacks.Stack(ctx, s.set.stack)
	if _, missing := errors.AsType[*ros.NotFoundError](err); missing {
		return false, nil
	}
	if err != nil || !stack.Status.InProgress() {
		return false, err
	}
	s.out.Printf("The stack %s is %s: this goes on with it. What you asked for has to be asked again when it is over.\n\n", stack.Name, stack.Status)
	run, err := s.stacks.Run(ctx, stack.ID)
	if err != nil {
		return true, err
	}
	return true, s.follow(ctx, run, 0)
}

// show lists the stacks, or tells of one.
func (s *session) show(ctx context.Context) error {
	if s.set.stack == "" {
		return s.list(ctx)
	}
	stack, err := s.stacks.Stack(ctx, s.set.stack)
	if err != nil {
		return err
	}
	s.out.Printf("%s  %s  %s\n", stack.Name, stack.Status, stack.StatusReason)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, r := range stack.Resources {
		if r.Status != ros.DeleteComplete {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", r.LogicalID, r.Type, r.Status, r.PhysicalID, r.StatusReason)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	s.printOutputs(stack)
	return nil
}

func (s *session) list(ctx context.Context) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for line, err := range s.stacks.Stacks(ctx) {
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", line.Name, line.Region, line.Status, line.ID)
	}
	return w.Flush()
}
