package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/ros"
)

const (
	stackName = "shop"
	password  = "correct-Horse-7"
)

// story is the state that its chapters share.
type story struct {
	out    *console.Terminal
	place  place
	broken []string // checks that did not hold
	checks int
	totals
}

// totals is what the summary counts.
type totals struct {
	operations int
	events     int // of all processes, from the journal
	kills      int
}

type chapter struct {
	title string
	tell  func(context.Context) error
}

func (s *story) tell(ctx context.Context) (err error) {
	if err := s.place.create(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.place.dir)) }()
	began := time.Now()
	for i, c := range []chapter{
		{"Read and check the template", s.read},
		{"Check one with faults", s.readFaulty},
		{"Plan: what would be done", s.plan},
		{"Create it, and be killed on the way", s.createAndDie},
		{"Go on from the journal in a new process", s.resume},
		{"Change it by difference", s.change},
		{"A change fails: roll back", s.fail},
		{"Delete it", s.delete},
	} {
		s.out.Printf("\n%s\n\n", s.out.Style(console.Bold, fmt.Sprintf("%d. %s", i+1, c.title)))
		if err := c.tell(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.title, err)
		}
		if len(s.broken) > 0 {
			return fmt.Errorf("not as it should be: %s", strings.Join(s.broken, "; "))
		}
	}
	s.summary(time.Since(began))
	return nil
}

// check prints a claim and remembers it if it does not hold.
func (s *story) check(holds bool, format string, args ...any) {
	claim := fmt.Sprintf(format, args...)
	s.checks++
	if !holds {
		s.broken = append(s.broken, claim)
		s.out.Printf("  %s %s\n", s.out.Style(console.Red, "✗"), claim)
		return
	}
	s.out.Printf("  %s %s\n", s.out.Style(console.Green, "✓"), claim)
}

func (s *story) say(format string, args ...any) { s.out.Printf("  "+format+"\n", args...) }

// follow shows an operation until its end.
func (s *story) follow(ctx context.Context, run *ros.Run) (*ros.Result, error) {
	s.operations++
	d := s.out.NewStackDisplay(0)
	defer d.End()
	for ev, err := range run.Events(ctx, 0) {
		if err != nil {
			return nil, err
		}
		d.Show(ev)
	}
	return run.Wait(ctx)
}

func (s *story) summary(took time.Duration) {
	s.out.Printf("\n%s\n\n", s.out.Style(console.Bold, "All as it should be"))
	s.say("%d operations on one stack, %d process killed and none of its work lost or done twice,", s.operations, s.kills)
	s.say("%d events in one journal, %d checks, %.1f seconds.", s.events, s.checks, took.Seconds())
	s.out.Printf("\n")
	s.say("Next: go run ./examples/lint -snippet YOUR-TEMPLATES")
	s.say("      go run ./examples/simulate YOUR-TEMPLATES")
	s.say("      README.md, the part on testing a template")
}
