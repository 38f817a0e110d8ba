package main

import (
	"context"
	"errors"
	"maps"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
)

// change updates the stack to the next template. The plan is the difference.
func (s *story) change(ctx context.Context) error {
	t, err := load("templates/shop-next.yaml")
	if err != nil {
		return err
	}
	return s.place.with(func(w *world) error {
		before := w.ids()
		plan, err := w.engine.Plan(ctx, &ros.Change{
			Stack:                 stackName,
			Template:              t,
			Parameters:            map[string]any{"DatabaseStorage": 100},
			UsePreviousParameters: true,
		})
		if err != nil {
			return err
		}
		if err := plan.Print(s.out, &ros.PrintOptions{Color: s.out.Color}); err != nil {
			return err
		}
		s.out.Printf("\n")
		run, err := w.engine.Apply(ctx, plan)
		if err != nil {
			return err
		}
		result, err := s.follow(ctx, run)
		if err != nil {
			return err
		}
		s.out.Printf("\n")
		after := w.ids()
		s.check(after["Database"] == before["Database"] && w.property("Database", "DBInstanceStorage") == 100.0, "Database was changed in place: it is still %s", after["Database"])
		s.check(after["WebB"] != before["WebB"], "WebB was replaced: %s by %s", before["WebB"], after["WebB"])
		s.check(after["Cache"] != "" && after["Bastion"] == "", "Cache was added, Bastion is gone")
		s.checkSame(w, result.Stack)
		return nil
	})
}

// fail asks for a change that the cloud will refuse half way: the web servers
// are sold out.
func (s *story) fail(ctx context.Context) error {
	t, err := load("templates/shop-next.yaml")
	if err != nil {
		return err
	}
	return s.place.with(func(w *world) error {
		before := w.contents()
		s.say("wanted: larger web servers and more storage; but the cloud will say that WebB is sold out")
		s.out.Printf("\n")
		w.cloud.Inject(providertest.On("Create", "WebB"), providertest.Fail(&provider.Error{
			Kind: provider.Quota, Code: "OperationDenied.NoStock", Message: "The instance type is sold out in this zone.",
		}))
		run, err := w.engine.UpdateStack(ctx, &ros.Change{
			Stack:                 stackName,
			Template:              t,
			Parameters:            map[string]any{"WebType": "ecs.g7.2xlarge", "DatabaseStorage": 200},
			UsePreviousParameters: true,
		})
		if err != nil {
			return err
		}
		_, err = s.follow(ctx, run)
		failed, ok := errors.AsType[*ros.FailedError](err)
		if !ok {
			return errors.Join(errors.New("the update should have failed"), err)
		}
		s.out.Printf("\n")
		s.check(failed.Status == ros.RollbackComplete, "the stack is %s", failed.Status)
		s.check(failed.Steps[0].LogicalID == "WebB", "the cause is kept: %s %s: %s", failed.Steps[0].Verb, failed.Steps[0].LogicalID, failed.Steps[0].Err.Error())
		s.check(maps.Equal(before, w.contents()), "the cloud is as it was before, property by property")
		return nil
	})
}

func (s *story) delete(ctx context.Context) error {
	return s.place.with(func(w *world) error {
		run, err := w.engine.DeleteStack(ctx, stackName, nil)
		if err != nil {
			return err
		}
		result, err := s.follow(ctx, run)
		if err != nil {
			return err
		}
		s.out.Printf("\n")
		s.check(result.Status == ros.DeleteComplete, "the stack is %s", result.Status)
		s.check(len(w.cloud.Resources()) == 0, "the cloud is empty")
		for _, err := range w.engine.Events(ctx, run.StackID(), 0) {
			if err != nil {
				return err
			}
			s.events++
		}
		found, err := s.place.mentions(password)
		if err != nil {
			return err
		}
		s.check(len(found) == 0, "the password stands in no file of the journal, the plan or the cloud")
		return nil
	})
}
