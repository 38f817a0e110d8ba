package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/oos"
)

// runbook runs a runbook, or goes on with one that an earlier process began.
func (s *session) runbook(ctx context.Context) error {
	text, err := os.ReadFile(s.set.file)
	if err != nil {
		return err
	}
	tmpl, err := oos.Parse(s.set.file, text)
	if err != nil {
		return err
	}
	x, err := s.begin(ctx, tmpl)
	if err != nil {
		return err
	}
	display := s.out.NewTaskDisplay(tmpl)
	a := &answers{s: s, x: x, display: display}
	if err := display.Follow(ctx, x, a.answer); err != nil {
		return err
	}
	result, err := x.Wait(ctx)
	if err != nil {
		return err
	}
	return s.printResult(result)
}

// fileTag marks an execution with the file that it was started from.
const fileTag = "deploy-file"

// begin finds what runs of this runbook, or starts it.
func (s *session) begin(ctx context.Context, tmpl *oos.Template) (*oos.Execution, error) {
	for line, err := range s.books.ListExecutions(ctx, nil) {
		if err != nil {
			return nil, err
		}
		if line.Tags[fileTag] == s.set.file && !line.Status.Final() {
			s.out.Printf("%s has been running since %s: this goes on with it.\n\n", line.ID, line.Start.Local().Format(time.DateTime))
			return s.books.Execution(ctx, line.ID)
		}
	}
	return s.books.StartExecution(ctx, &oos.Start{Template: tmpl, Parameters: s.set.parameters, Tags: map[string]string{fileTag: s.set.file}})
}

func (s *session) printResult(result *oos.Result) error {
	s.out.Printf("\n%s: Success\n", result.ExecutionID)
	if len(result.Outputs) == 0 {
		return nil
	}
	data, err := json.MarshalIndent(result.Outputs, "", "  ")
	if err == nil {
		s.out.Printf("%s\n", data)
	}
	return err
}

// answers answers what an execution waits for.
type answers struct {
	s       *session
	x       *oos.Execution
	display *console.TaskDisplay
}

func (a *answers) answer(ctx context.Context, wait *oos.Wait) error {
	a.display.Text(fmt.Sprintf("%s: %s", wait.TaskName, wait.Reason))
	switch wait.Kind {
	case oos.WaitApproval:
		ok, err := a.s.agreed(ctx, "Approve?")
		switch {
		case err != nil:
			return err
		case ok:
			return a.x.Approve(ctx, wait.TaskExecutionID, oos.Decision{})
		}
		return a.x.Reject(ctx, wait.TaskExecutionID, oos.Decision{})
	case oos.WaitInDoubt:
		took, err := a.s.asker.Yes(ctx, "Its call was under way when a process ended. Did it take effect?")
		if err != nil {
			return err
		}
		return a.x.Settle(ctx, wait.TaskExecutionID, oos.Settlement{TookEffect: took})
	}
	return errors.New("it waits for something that this program cannot give")
}
