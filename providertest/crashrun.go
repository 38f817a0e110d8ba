package providertest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/journal/journaltest"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/ros"
)

// crashRun is one run of a scenario: a cloud and a journal that live through
// it, and engines that do not.
type crashRun struct {
	t      *testing.T
	sweep  *crashSweep
	name   string
	cloud  *Cloud
	driver provider.Provider // the cloud itself unless Connect says otherwise
	points []crashPoint      // still to come
	store  *journaltest.Crasher
	engine *ros.Engine
	id     string // of the stack, "" while there is none
	seen   int64  // the last event of the steps before
	named  map[key]string

	crashes, settled int
}

func (s *crashSweep) begin(t *testing.T, points []crashPoint) *crashRun {
	r := &crashRun{
		t: t, sweep: s, name: s.cfg.Stack, cloud: New(t, s.cfg.Cloud), points: points, named: map[key]string{},
		store: journaltest.NewCrasher(new(journal.Memory)),
	}
	if r.name == "" {
		r.name = "crash"
	}
	if s.cfg.Setup != nil {
		s.cfg.Setup(r.cloud)
	}
	r.driver = r.cloud
	if s.cfg.Connect != nil {
		r.driver = s.cfg.Connect(t, r.cloud)
	}
	r.start()
	return r
}

// start makes an engine on the journal as it is.
func (r *crashRun) start() {
	if len(r.points) > 0 {
		r.store.CrashAt(r.points[0].write, r.points[0].mode)
		r.points = r.points[1:]
	}
	opts := r.sweep.cfg.Engine
	opts.Journal, opts.Sealer = r.store, r.sweep.sealer
	engine, err := ros.New(r.driver, &opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.engine = engine
}

func (r *crashRun) stop() {
	if err := r.engine.Shutdown(context.Background()); err != nil {
		r.t.Error(err)
	}
}

// step plays one operation to its end, through all crashes.
func (r *crashRun) step(i int) (crashEnd, error) {
	step := &r.sweep.cfg.Steps[i]
	r.cloud.ForgetCalls()
	if step.Faults != nil {
		step.Faults(r.cloud)
		defer r.cloud.Heal()
	}
	status, err := r.operate(step)
	for r.store.Crashed() {
		r.stop()
		r.store = r.store.Restart()
		r.crashes++
		r.start()
		status, err = r.operate(step)
	}
	if err != nil {
		return crashEnd{}, err
	}
	if step.Status != "" && status != step.Status {
		return crashEnd{}, fmt.Errorf("it ended in %s, want %s", status, step.Status)
	}
	return r.look(step, status)
}

// operate goes on with the operation of a step, or starts it.
func (r *crashRun) operate(step *CrashStep) (ros.Status, error) {
	ctx := r.t.Context()
	for _, err := range r.engine.Resume(ctx) {
		if err != nil {
			return "", err
		}
	}
	run, err := r.underWay(ctx)
	if run == nil && err == nil {
		run, err = r.ask(ctx, step)
	}
	if noChange, ok := errors.AsType[*ros.NoChangeError](err); ok {
		s, err := r.engine.Stack(ctx, noChange.Stack)
		if err != nil {
			return "", err
		}
		return s.Status, nil
	}
	if err != nil {
		return "", err
	}
	r.id = run.StackID()
	res, err := run.Wait(ctx)
	for doubt, ok := errors.AsType[*ros.InDoubtError](err); ok; doubt, ok = errors.AsType[*ros.InDoubtError](err) {
		if err := r.settle(ctx, run, doubt); err != nil {
			return "", err
		}
		res, err = run.Wait(ctx)
	}
	if failed, ok := errors.AsType[*ros.FailedError](err); ok {
		return failed.Status, nil
	}
	if err != nil {
		return "", err
	}
	return res.Status, nil
}

// underWay finds the operation of this step, if its start was kept: nil if it
// was not.
func (r *crashRun) underWay(ctx context.Context) (*ros.Run, error) {
	name := r.name
	if r.id != "" {
		name = r.id
	}
	for ev, err := range r.engine.Events(ctx, name, r.seen) {
		if _, missing := errors.AsType[*ros.NotFoundError](err); missing {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if ev.Kind == ros.StackEvent {
			return r.engine.Run(ctx, name)
		}
	}
	return nil, nil
}

func (r *crashRun) ask(ctx context.Context, step *CrashStep) (*ros.Run, error) {
	change := step.Change
	change.Stack = r.name
	plan, err := r.engine.Plan(ctx, &change)
	if err != nil {
		return nil, err
	}
	return r.engine.Apply(ctx, plan)
}

// settle does what a person would: it looks in the cloud for what the calls in
// doubt may have made, and tells the engine.
func (r *crashRun) settle(ctx context.Context, run *ros.Run, doubt *ros.InDoubtError) error {
	s, err := r.engine.Stack(ctx, run.StackID())
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, res := range s.Resources {
		known[res.PhysicalID] = true
		for _, id := range res.Deposed {
			known[id] = true
		}
	}
	for _, step := range doubt.Steps {
		found := ""
		for _, item := range r.cloud.Resources() {
			switch {
			case item.Type != step.Type || known[item.PhysicalID]:
			case found != "":
				return fmt.Errorf("%s is in doubt, and may be %s or %s: %s", step.LogicalID, found, item.PhysicalID, step.Err.Error())
			default:
				found = item.PhysicalID
			}
		}
		known[found] = found != ""
		if err := run.Settle(ctx, step.LogicalID, found); err != nil {
			return err
		}
		r.settled++
	}
	return nil
}
