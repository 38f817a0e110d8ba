package ros_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
)

// mishap is one thing that goes wrong with calls of one verb on one resource.
type mishap struct {
	name  string
	fault providertest.Fault
	once  bool
	kind  provider.Kind
}

// mishaps are all that a Cloud knows: each kind of error, before and after the
// effect, once and for ever; throttled, slow, hanging.
func mishaps() []mishap {
	var list []mishap
	for kind := provider.Unknown; kind <= provider.InDoubt; kind++ {
		err := &provider.Error{Kind: kind, Code: "Made.Up", Message: "as the sweep wants it"}
		for _, once := range []bool{true, false} {
			when := map[bool]string{true: "once", false: "always"}[once]
			list = append(list,
				mishap{fmt.Sprintf("%s before the effect, %s", kind, when), providertest.Fail(err), once, kind},
				mishap{fmt.Sprintf("%s after the effect, %s", kind, when), providertest.FailAfterEffect(err), once, kind})
		}
	}
	return append(list,
		mishap{"throttled once", providertest.Throttle(), true, provider.Throttled},
		mishap{"slow", providertest.Slow(10 * time.Minute), false, provider.Unknown},
		mishap{"hangs once", providertest.Hang(), true, provider.Unknown},
		mishap{"hangs always", providertest.Hang(), false, provider.Unknown})
}

// story is a stack's life in three operations, the last a delete.
func story(t *testing.T) []ros.Change {
	tmpl := load(t, "testdata/sweep/bakery.yaml")
	return []ros.Change{
		{Stack: "web", Template: tmpl},
		{Stack: "web", Template: tmpl, Parameters: map[string]any{"Storage": 80, "Place": "cn-hangzhou-i", "Extra": true}},
		{Stack: "web", Template: tmpl, Parameters: map[string]any{"Storage": 60, "Place": "cn-hangzhou-i", "KioskType": "ecs.g7.xlarge"}},
		{Stack: "web", Delete: true},
	}
}

// target is where a mishap hits.
type target struct {
	step            int
	verb, logicalID string
}

// targets are all calls that the story makes, and those that its rollbacks
// would.
func targets(t *testing.T, story []ros.Change) (list []target) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t)
		for i := range story {
			l.cloud.ForgetCalls()
			if status := l.operate(&story[i]); !strings.HasSuffix(string(status), "_COMPLETE") {
				t.Fatalf("operation %d ended in %s", i, status)
			}
			for _, op := range l.cloud.Calls() {
				if at := (target{i, op.Verb, op.LogicalID}); !slices.Contains(list, at) {
					list = append(list, at)
				}
			}
		}
	})
	return list
}

// TestFailureSweep lets every call of the story go wrong in every way. Whatever
// happens, the operation ends in a legal status that the last event tells, the
// cloud holds what the stack has on record, the next operation comes to its
// end, and nothing is left after a delete.
func TestFailureSweep(t *testing.T) {
	story := story(t)
	runs := 0
	ends := map[ros.Status]int{}
	for i, at := range targets(t, story) {
		for j, m := range mishaps() {
			if !long() && (i+j)%4 != 0 {
				continue
			}
			if at.verb == "Delete" && m.kind == provider.NotFound {
				continue // a cloud that lies: what it says is gone is not
			}
			t.Run(fmt.Sprintf("%s of %s in operation %d, %s", at.verb, at.logicalID, at.step, m.name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ends[newLife(t).live(story, at, m)]++
					runs++
				})
			})
		}
	}
	t.Logf("%d runs, the operation hit ended in %v", runs, ends)
}

// life is a cloud and an engine in a bubble.
type life struct {
	t     *testing.T
	cloud *providertest.Cloud
	e     *ros.Engine
	id    string
	hit   bool // a fault is injected now
}

func newLife(t *testing.T) *life {
	cloud := providertest.New(t, nil)
	e, err := ros.New(cloud, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &life{t: t, cloud: cloud, e: e}
}

// live lives through the story with one mishap and gives the status of the
// operation that it hit.
func (l *life) live(story []ros.Change, at target, m mishap) (end ros.Status) {
	for i := range story {
		if i == at.step {
			match := providertest.On(at.verb, at.logicalID)
			if m.once {
				match = match.Nth(1)
			}
			l.cloud.Inject(match, m.fault)
			l.hit = true
		}
		status := l.operate(&story[i])
		if i == at.step {
			end = status
		}
		l.check(status)
		l.cloud.Heal()
		l.hit = false
		if i == at.step && !strings.HasSuffix(string(status), "_COMPLETE") || status == ros.CreateRollbackComplete {
			break
		}
	}
	s, err := l.e.Stack(l.t.Context(), l.id)
	if err != nil {
		l.t.Fatal(err)
	}
	if s.Status.Updatable() {
		if status := l.operate(&story[1]); status != ros.UpdateComplete {
			l.t.Errorf("the next update of a stack in %s ended in %s", s.Status, status)
		}
		l.check(ros.UpdateComplete)
	}
	if s.Status != ros.DeleteComplete {
		if status := l.operate(&ros.Change{Stack: "web", Delete: true}); status != ros.DeleteComplete {
			l.t.Errorf("the delete of a stack in %s ended in %s", s.Status, status)
		}
	}
	l.cloud.AssertEmpty(l.t)
	return end
}

// operate carries a change out, and settles what is in doubt with what the
// cloud has.
func (l *life) operate(c *ros.Change) ros.Status {
	l.t.Helper()
	ctx := l.t.Context()
	plan, err := l.e.Plan(ctx, c)
	if err != nil {
		l.t.Fatal(err)
	}
	run, err := l.e.Apply(ctx, plan)
	if _, same := errors.AsType[*ros.NoChangeError](err); same {
		return ros.UpdateComplete
	}
	if err != nil {
		l.t.Fatal(err)
	}
	l.id = run.StackID()
	for {
		res, err := run.Wait(ctx)
		if failed, ok := errors.AsType[*ros.FailedError](err); ok {
			return failed.Status
		}
		if doubt, ok := errors.AsType[*ros.InDoubtError](err); ok {
			l.cloud.Heal() // or it would say so for ever
			l.settle(run, doubt)
			continue
		}
		if err != nil {
			l.t.Fatal(err)
		}
		return res.Status
	}
}

func (l *life) settle(run *ros.Run, doubt *ros.InDoubtError) {
	for _, step := range doubt.Steps {
		id := ""
		s, err := l.e.Stack(l.t.Context(), l.id)
		if err != nil {
			l.t.Fatal(err)
		}
		known := fmt.Sprint(s.Resources)
		for _, item := range l.cloud.Resources() {
			if item.LogicalID == step.LogicalID && !strings.Contains(known, item.PhysicalID) {
				id = item.PhysicalID
			}
		}
		if err := run.Settle(l.t.Context(), step.LogicalID, id); err != nil {
			l.t.Fatal(err)
		}
	}
}

// legal are the ends of an operation that begins with that word.
var legal = map[string][]ros.Status{
	"CREATE":   {ros.CreateComplete},
	"UPDATE":   {ros.UpdateComplete},
	"DELETE":   {ros.DeleteComplete, ros.DeleteFailed},
	"ROLLBACK": {ros.RollbackComplete, ros.RollbackFailed},
}

// check compares the stack's record with the cloud, and with the events.
func (l *life) check(status ros.Status) {
	l.t.Helper()
	ctx := l.t.Context()
	s, err := l.e.Stack(ctx, l.id)
	if err != nil {
		l.t.Fatal(err)
	}
	word, _, _ := strings.Cut(string(status), "_")
	if !slices.Contains(append(legal[word], ros.CreateRollbackComplete, ros.CreateRollbackFailed), status) || s.Status != status {
		l.t.Errorf("it ended in %s, the stack says %s", status, s.Status)
	}
	var last ros.Event
	for ev, err := range l.e.Events(ctx, l.id, 0) {
		if err != nil {
			l.t.Fatal(err)
		}
		last = ev
	}
	if last.Kind != ros.StackEvent || last.Status != status {
		l.t.Errorf("the last event is %+v", last)
	}
	there := map[string]string{}
	for _, item := range l.cloud.Resources() {
		there[item.PhysicalID] = item.LogicalID
	}
	for _, res := range s.Resources {
		if strings.HasSuffix(string(res.Status), "IN_PROGRESS") {
			l.t.Errorf("%s is still in %s", res.LogicalID, res.Status)
		}
		for _, id := range append(res.Deposed, res.PhysicalID) {
			if id != "" && there[id] == "" && !strings.HasSuffix(string(res.Status), "_FAILED") && len(res.Deposed) == 0 {
				l.t.Errorf("%s (%s) is %s, which the cloud has not", res.LogicalID, res.Status, id)
			}
			delete(there, id)
		}
	}
	for id, logicalID := range there {
		if mayHaveMade(s, logicalID) {
			continue
		}
		l.t.Errorf("the cloud has %s as %s, the stack in %s has not", logicalID, id, status)
	}
}

// mayHaveMade reports whether the stack has on record that the call that
// creates a resource failed without saying whether it did so.
func mayHaveMade(s *ros.Stack, logicalID string) bool {
	return slices.ContainsFunc(s.Resources, func(r ros.StackResource) bool {
		return r.LogicalID == logicalID && r.Status == ros.CreateFailed && r.PhysicalID == ""
	})
}
