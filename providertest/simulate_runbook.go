package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider"
)

// RunbookOptions are the settings of SimulateRunbook; the zero value is the
// default.
type RunbookOptions struct {
	// Parameters are values to use instead of made-up ones.
	Parameters map[string]any
	// Templates finds the runbooks that tasks name, before the product actions
	// that are built in. An error of type *oos.TemplateNotFoundError, or nil
	// without an error, says that there is none. What nobody has is stood in for,
	// and listed in Simulation.StandIns.
	Templates func(ctx context.Context, name, version string) (*oos.Template, error)
	// Prepare may script the cloud before the runbook runs.
	Prepare func(*Cloud)
	// Limit ends a simulation that hangs. 0: 30 seconds.
	Limit time.Duration
}

// SimulateRunbook runs a runbook in a cloud of its own and in virtual time:
// sleeps and polls cost nothing. The steps are "validate", "parameters", "run"
// and, where it begins with a trigger, "fire", which fires it once by hand.
// Approvals and pauses are approved.
//
// Where a call of an ACS::WaitFor or ACS::CheckFor is answered by the shape of
// its response, the answer is changed so that what is waited for is there, if
// a change can be found. The report lists the calls that were answered by shape,
// those of them whose answers were so changed, and what was stood in for.
//
// The same runbook gives the same steps. It never panics on a template that
// oos.Parse returned, with errors or without, and may be called concurrently.
func SimulateRunbook(ctx context.Context, t *oos.Template, opts *RunbookOptions) *Simulation {
	if opts == nil {
		opts = &RunbookOptions{}
	}
	s := &runbookSimulation{opts: *opts, t: t, report: &Simulation{Template: t.Name, Runbook: true}, standIns: newStandIns(t), limit: opts.Limit}
	if s.limit <= 0 {
		s.limit = defaultSimulationLimit
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	if t.Diagnostics().Err() == nil && len(t.Tasks) == 0 {
		s.report.Verdict, s.report.Reason = Skipped, "a template without tasks"
	} else {
		s.run(ctx)
	}
	s.report.Took = time.Since(start)
	return s.report
}

// runbookSimulation is one run of SimulateRunbook.
type runbookSimulation struct {
	opts     RunbookOptions
	t        *oos.Template
	report   *Simulation
	limit    time.Duration
	standIns *standIns

	cloud     *Cloud
	engine    *oos.Engine
	params    map[string]any
	rehearsal *oos.Rehearsal
	trigger   *oos.Wait // that the runbook waits for

	poll     *oos.Poll // the call that is being made, if it polls
	hopeless map[string]bool
	fitted   map[string]bool
}

func (s *runbookSimulation) run(ctx context.Context) {
	s.hopeless, s.fitted = make(map[string]bool), make(map[string]bool)
	steps := []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"validate", s.validate},
		{"parameters", s.parameters},
		{"run", s.rehearse},
		{"fire", s.fire},
	}
	for _, step := range steps {
		if step.name == "fire" && s.trigger == nil {
			continue
		}
		if !s.step(ctx, step.name, step.do) {
			break
		}
	}
	if s.report.Failure == nil {
		s.report.Verdict = Passed
	}
	if s.cloud != nil {
		s.report.Shaped = s.cloud.ShapeAnswered()
	}
	s.report.Fitted = slices.Sorted(maps.Keys(s.fitted))
	s.report.StandIns = s.standIns.used()
	if s.engine != nil {
		_ = s.engine.Shutdown(context.WithoutCancel(ctx)) // a rehearsal drives nothing
	}
}

func (s *runbookSimulation) step(ctx context.Context, name string, do func(context.Context) (string, error)) bool {
	start := time.Now()
	detail, err := do(ctx)
	step := SimulationStep{Name: name, Status: StepDone, Detail: detail, Took: time.Since(start)}
	if err != nil {
		s.report.Verdict, s.report.Failure = Failed, s.failure(name, err)
		step.Status, step.Detail = StepFailed, s.report.Failure.Text
	}
	s.report.Steps = append(s.report.Steps, step)
	return err == nil
}

// failure says what an error means, with the code that sorts it.
func (s *runbookSimulation) failure(step string, err error) *Failure {
	f := (&simulation{limit: s.limit}).failure(step, err)
	if failed, ok := errors.AsType[*oos.FailedError](err); ok {
		f.Code, f.Text = "task-failed", failed.Message
		if task := s.firstFailed(failed.Execution); task != nil {
			f.Code, f.Text = task.code, task.text
		}
	}
	if failed, ok := errors.AsType[*taskFailure](err); ok {
		f.Code, f.Text = failed.code, failed.text
	}
	return f
}

func (s *runbookSimulation) validate(context.Context) (string, error) {
	return fmt.Sprintf("%d tasks", len(s.t.Tasks)), s.t.Validate(nil).Err()
}

func (s *runbookSimulation) parameters(context.Context) (string, error) {
	params, err := SampleRunbookParameters(s.t)
	if len(s.opts.Parameters) > 0 {
		maps.Copy(params, s.opts.Parameters)
		err = nil
	}
	s.params = params
	return fmt.Sprintf("%d of %d given", len(params), len(s.t.Parameters)), err
}

// rehearse runs the runbook to its end, or to its trigger.
func (s *runbookSimulation) rehearse(ctx context.Context) (string, error) {
	var err error
	if s.cloud, err = NewCloud(nil); err != nil {
		return "", err
	}
	if s.opts.Prepare != nil {
		s.opts.Prepare(s.cloud)
	}
	s.cloud.Answers(s.answer)
	s.engine, err = oos.New(s.cloud, &oos.Options{
		Region: s.cloud.region, Account: s.cloud.account, User: "sample", UtilVersion: "1.0.0", Templates: s.template,
		Notify: func(context.Context, *oos.Notification) error { return nil },
		Store: func(_ context.Context, name string, secret bool) (any, bool, error) {
			if secret {
				return passwords[0], true, nil
			}
			return "echo " + name, true, nil
		},
	})
	if err != nil {
		return "", err
	}
	s.rehearsal, err = s.engine.Rehearse(ctx, &oos.Start{Template: s.t, Parameters: s.params, ClientToken: "simulated"}, &oos.RehearseOptions{
		Answer: approve,
		Poll:   func(p *oos.Poll) { s.poll = p },
	})
	if err != nil {
		return "", err
	}
	return s.goOn(ctx)
}

// approve answers what waits for a person.
func approve(w *oos.Wait) *oos.Notice {
	if !slices.Contains(w.Next, string(oos.Approve)) {
		return nil
	}
	n := &oos.Notice{Type: oos.Approve, TaskExecutionID: w.TaskExecutionID, User: "sample"}
	for _, user := range w.Approvers {
		if !slices.Contains(w.Approvals, user) {
			n.User = user
			break
		}
	}
	return n
}

// goOn runs until the end, or until a trigger is to be fired.
func (s *runbookSimulation) goOn(ctx context.Context) (string, error) {
	if err := s.rehearsal.Run(ctx); err != nil {
		return "", err
	}
	if _, err := s.rehearsal.Result(); err != nil {
		return "", err
	}
	for _, w := range s.rehearsal.Waiting() {
		switch {
		case (w.Kind == oos.WaitTimer || w.Kind == oos.WaitEvent || w.Kind == oos.WaitAlarm) && s.trigger == nil:
			s.trigger = &w
		case s.trigger == nil:
			return "", inconsistent("it waits for %s at %s, which nothing brings", w.Kind, w.TaskName)
		}
	}
	return s.counts(ctx)
}

// counts tells how many tasks ran, by status.
func (s *runbookSimulation) counts(ctx context.Context) (string, error) {
	n, err := s.statuses(ctx, s.rehearsal.Execution().ID())
	if err != nil {
		return "", err
	}
	s.report.Tasks += n[oos.Success]
	text := fmt.Sprintf("%d of %d tasks succeeded", n[oos.Success], len(s.t.Tasks))
	if n[oos.Skipped] > 0 {
		text += fmt.Sprintf(", %d skipped", n[oos.Skipped])
	}
	return text, nil
}

// statuses counts the tasks of an execution by status.
func (s *runbookSimulation) statuses(ctx context.Context, id string) (map[oos.Status]int, error) {
	n := make(map[oos.Status]int)
	for record, err := range s.engine.ListTaskExecutions(ctx, id, nil) {
		if err != nil {
			return nil, err
		}
		n[record.Status]++
	}
	return n, nil
}

// template finds what a task names.
func (s *runbookSimulation) template(ctx context.Context, name, version string) (*oos.Template, error) {
	if s.opts.Templates != nil {
		t, err := s.opts.Templates(ctx, name, version)
		if _, missing := errors.AsType[*oos.TemplateNotFoundError](err); t != nil && err == nil {
			s.standIns.learn(t)
			return t, nil
		} else if err != nil && !missing {
			return nil, err
		}
	}
	return s.standIns.find(name)
}

// answer has the last word on an answer by shape.
func (s *runbookSimulation) answer(req *provider.Call, body json.RawMessage) (json.RawMessage, bool) {
	p := s.poll
	if p == nil {
		return nil, false
	}
	key := req.Service + " " + req.API + " " + p.Selector + fmt.Sprint(p.Desired, p.NotDesired)
	if s.hopeless[key] {
		return nil, false
	}
	out, ok := fit(p, body)
	switch {
	case ok:
		s.fitted[req.Service+"."+req.API] = true
	case !p.Met(body):
		s.hopeless[key] = true
	}
	return out, ok
}

// taskFailure is the failure of a task.
type taskFailure struct{ code, text string }

func (e *taskFailure) Error() string { return e.text }

// firstFailed finds the task of an execution that failed, the innermost one.
func (s *runbookSimulation) firstFailed(id string) *taskFailure {
	var found *taskFailure
	for record, err := range s.engine.ListTaskExecutions(context.Background(), id, &oos.TaskQuery{IncludeChildTaskExecution: true}) {
		if err != nil || record.Status != oos.Failed {
			continue
		}
		found = &taskFailure{code: codeOf(record.StatusMessage), text: record.TaskName + " (" + record.TaskAction + "): " + withoutRequest.ReplaceAllString(record.StatusMessage, "")}
		if record.ChildExecutionID != "" {
			if inner := s.firstFailed(record.ChildExecutionID); inner != nil {
				found = inner
			}
		}
	}
	return found
}

var (
	withoutRequest = regexp.MustCompile(` \(request id [^)]*\)`) // which depends on the order of the calls
	codeWord       = regexp.MustCompile(`(?:^|: )([A-Za-z][A-Za-z0-9.-]*[A-Za-z0-9]): `)
)

// codeOf finds the code in a task's message, after the call that failed.
func codeOf(message string) string {
	if found := codeWord.FindStringSubmatch(message); found != nil {
		return found[1]
	}
	return "task-failed"
}
