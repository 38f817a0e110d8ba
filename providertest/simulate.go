package providertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

// SimulateOptions are the settings of Simulate; the zero value is the default.
type SimulateOptions struct {
	// Types are the resource types on offer. Nil stands for the embedded
	// catalogue.
	Types Types
	// Parameters are values to use instead of made-up ones. Those that are
	// not named are made up.
	Parameters map[string]any
	// Changes is how many different changes are made in the steps "update in
	// place" and "replace", each on the stack as it was before. 0: one.
	Changes int
	// Limit ends a simulation that hangs. 0: 30 seconds.
	Limit time.Duration
	// Connect, if set, gives another provider than the cloud itself: one that
	// makes the resources by calls, which the cloud answers. Such a simulation
	// belongs into a testing/synctest bubble, with a Limit of hours: providers
	// wait as long as the services take. What calls have made does not say which
	// resource of the stack it is, so less is compared; in the end the cloud
	// must be empty.
	Connect func(*Cloud) (provider.Provider, error)
}

// Simulation tells how a template fared in Simulate.
type Simulation struct {
	Template  string           `json:"template"`
	Verdict   Verdict          `json:"verdict"`
	Failure   *Failure         `json:"failure,omitempty"` // of a Failed
	Reason    string           `json:"reason,omitempty"`  // of a Skipped
	Resources int              `json:"resources"`         // of the stack as created, data sources too
	Steps     []SimulationStep `json:"steps,omitempty"`

	// Of runbooks; see SimulateRunbook.
	Runbook  bool     `json:"runbook,omitempty"`
	Tasks    int      `json:"tasks,omitempty"`           // that succeeded
	Shaped   []string `json:"answeredByShape,omitempty"` // calls, as Cloud.ShapeAnswered lists them
	Fitted   []string `json:"fitted,omitempty"`          // APIs of those whose answers were changed to what was waited for
	StandIns []string `json:"standIns,omitempty"`        // runbooks that nobody has

	Took time.Duration `json:"took"` // nanoseconds
}

// Err is the failure of a simulation that failed, as a *Failure, else nil.
func (s *Simulation) Err() error {
	if s.Failure == nil {
		return nil
	}
	return s.Failure
}

// Verdict is the outcome of a simulation.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "pass"
	Failed  Verdict = "fail"
	Skipped Verdict = "skip" // not a template that can be simulated
)

// SimulationStep is one step of a simulation, in the order in which they ran.
type SimulationStep struct {
	Name   string        `json:"name"` // one of the names in Simulate's comment
	Status StepStatus    `json:"status"`
	Detail string        `json:"detail,omitempty"` // what was done, why not, or what went wrong
	Took   time.Duration `json:"took"`             // nanoseconds
}

// StepStatus is how a step went.
type StepStatus string

// The statuses of a step.
const (
	StepDone          StepStatus = "done"
	StepNotApplicable StepStatus = "n/a" // the template does not allow it
	StepFailed        StepStatus = "failed"
)

// Failure says why a simulation failed. Find it with errors.AsType[*Failure].
type Failure struct {
	Step string `json:"step"`
	// Code sorts failures: the code of a diagnostic, the service's code of a
	// refusal, or one of Inconsistent, TimeLimit and EngineError.
	Code string `json:"code"`
	Text string `json:"text"`
}

// Codes of failures that are neither the template's nor the cloud's.
const (
	Inconsistent = "inconsistent" // stack and cloud disagree, or a plan is not what it must be
	TimeLimit    = "time-limit"
	EngineError  = "engine-error"
)

func (f *Failure) Error() string { return f.Step + ": " + f.Text }

const defaultSimulationLimit = 30 * time.Second

// Simulate takes a template through the life of a stack in a cloud of its own,
// in real time but with no waits worth the name. The steps are "validate",
// "parameters", "plan", "create", "no change" (an update that must plan nothing), "update in
// place", "replace", "remove" (of a resource that nothing else needs), "bring
// back" and "delete". The changes are made up: literals, parameters and
// properties that the types allow to change. After each operation stack and
// cloud must agree on the resources, the outputs must be there, and a plan for
// the same template must be empty; at the end the cloud must be empty but for
// what a DeletionPolicy retains. A step that the template does not allow is
// reported as n/a with the reason.
//
// In a testing/synctest bubble the waits cost no time, and Limit counts the
// bubble's. The same template gives the same steps. Simulate never panics on a template
// that template.Parse returned, with errors or without; it may be called
// concurrently.
func Simulate(ctx context.Context, t *template.Template, opts *SimulateOptions) *Simulation {
	if opts == nil {
		opts = &SimulateOptions{}
	}
	s := &simulation{report: &Simulation{Template: t.Name}, opts: *opts, limit: opts.Limit}
	s.opts.Changes = max(s.opts.Changes, 1)
	if s.limit <= 0 {
		s.limit = defaultSimulationLimit
	}
	if s.types = opts.Types; s.types == nil {
		s.types = schema.Default()
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	if reason := notSimulated(t); reason != "" {
		s.report.Verdict, s.report.Reason = Skipped, reason
	} else {
		s.run(ctx, t)
	}
	s.report.Took = time.Since(start)
	return s.report
}

// notSimulated says why a template is none that makes resources by itself.
func notSimulated(t *template.Template) string {
	switch {
	case t.Kind() == template.Terraform:
		return "Terraform"
	case t.Kind() == template.Runbook:
		return "an OOS template"
	case t.Kind() == template.NotTemplate:
		return "not a template"
	case t.NeedsTransform():
		return "needs the transform " + strings.Join(t.Transforms, ", ")
	}
	return ""
}

// simulation is one run of Simulate.
type simulation struct {
	opts   SimulateOptions
	limit  time.Duration
	types  Types
	report *Simulation
	cloud  *Cloud
	driver provider.Provider // the cloud itself unless Connect says otherwise
	engine *ros.Engine

	stackID string   // empty until the first plan
	now     *variant // what the stack was last made from
}

// simulatedStack is the name of the one stack in a simulation's cloud.
const simulatedStack = "simulated"

func (s *simulation) run(ctx context.Context, t *template.Template) {
	cloud, err := NewCloud(&Options{Types: s.types})
	if err == nil {
		s.cloud = cloud
		err = s.connect()
	}
	if err != nil {
		s.fail("plan", err)
		return
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := s.engine.Shutdown(end); err != nil && s.report.Verdict != Failed {
			s.fail("delete", err)
		}
	}()
	steps := []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"validate", func(context.Context) (string, error) { return s.validate(t) }},
		{"parameters", func(context.Context) (string, error) { return s.parameters(t) }},
		{"plan", s.plan},
		{"create", s.create},
		{"no change", s.noChange},
		{"update in place", s.updateInPlace},
		{"replace", s.replace},
		{"remove", nil}, // with "bring back"
		{"delete", s.remove},
	}
	for _, step := range steps {
		ok := false
		if step.do == nil {
			ok = s.removeAndBringBack(ctx)
		} else {
			ok = s.step(ctx, step.name, step.do)
		}
		if !ok {
			return
		}
	}
	s.report.Verdict = Passed
}

// connect makes the engine over the cloud.
func (s *simulation) connect() error {
	retry := ros.Retry{Min: time.Millisecond, Max: 4 * time.Millisecond, Attempts: 6}
	s.driver = s.cloud
	if s.opts.Connect != nil {
		driver, err := s.opts.Connect(s.cloud)
		if err != nil {
			return err
		}
		s.driver, retry = driver, ros.Retry{}
	}
	engine, err := ros.New(s.driver, &ros.Options{Region: s.cloud.region, Account: s.cloud.account, World: engineWorld(), Retry: retry})
	s.engine = engine
	return err
}

// notApplicable is the error of a step that a template does not allow.
type notApplicable struct{ why string }

func (e *notApplicable) Error() string { return e.why }

// step runs one step and reports whether the next one may run.
func (s *simulation) step(ctx context.Context, name string, do func(context.Context) (string, error)) bool {
	start := time.Now()
	detail, err := do(ctx)
	step := SimulationStep{Name: name, Status: StepDone, Detail: detail, Took: time.Since(start)}
	na, inapplicable := errors.AsType[*notApplicable](err)
	switch {
	case inapplicable:
		step.Status, step.Detail = StepNotApplicable, na.why
	case ctx.Err() != nil:
		err = fmt.Errorf("%w%s", ctx.Err(), s.standing())
		fallthrough
	case err != nil:
		s.fail(name, err)
		step.Status, step.Detail = StepFailed, s.report.Failure.Text
	}
	s.report.Steps = append(s.report.Steps, step)
	return step.Status != StepFailed
}
