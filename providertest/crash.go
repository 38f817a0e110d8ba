package providertest

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/bianpai/bianpai/journal/journaltest"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/ros"
)

// CrashConfig is a scenario for CrashEverywhere: operations on one stack, one
// after the other, each as it would be asked for without any crash.
type CrashConfig struct {
	Steps []CrashStep
	// Stack is the name of the stack. Empty: "crash".
	Stack string
	// Cloud says how the clouds behave; each run gets a new one. Options.File
	// is not used: it is the engine that dies, not the cloud.
	Cloud *Options
	// Setup, if set, readies the cloud of each run: signals, scripted
	// attributes.
	Setup func(*Cloud)
	// Connect, if set, gives the provider of each run, as in SimulateOptions: one
	// that makes the resources by calls, which the cloud answers. It lives as
	// long as the cloud; what has to be closed is closed by t.Cleanup. What calls
	// have made does not say which resource of the stack it is: it is known by
	// its type and physical ID.
	Connect func(*testing.T, *Cloud) provider.Provider
	// Engine are the options of the engines. The journal is the sweep's own,
	// and so is the Sealer unless one is given.
	Engine ros.Options
	// Kept names resources that the scenario leaves in the cloud on purpose:
	// those with DeletionPolicy Retain, or RetainResources.
	Kept []string
	// Limit bounds the writes that are crashed at; they are spread evenly. 0:
	// every write.
	Limit int
	// Again crashes once more while the engine goes on after the first crash,
	// a few writes later.
	Again bool
}

// CrashStep is one operation of a scenario.
type CrashStep struct {
	// Change is what is asked for; its Stack is filled in. It makes the stack
	// if there is none, else it updates or deletes it.
	Change ros.Change
	// Faults, if set, is called before the operation. What it injects is taken
	// back after it, so that the next one meets a healthy cloud.
	Faults func(*Cloud)
	// Status is how the operation must end. Empty: as it ends without a crash.
	Status ros.Status
}

// CrashReport tells how much CrashEverywhere has done.
type CrashReport struct {
	Writes  int // of the scenario when nothing crashes
	Runs    int // of the scenario, with a crash each
	Crashes int
	// Settled are the calls in doubt that a person would have had to look up:
	// the sweep told what became of them.
	Settled int
}

func (r CrashReport) String() string {
	return fmt.Sprintf("%d crashes in %d runs of a scenario with %d writes, %d calls settled by hand", r.Crashes, r.Runs, r.Writes, r.Settled)
}

// CrashEverywhere plays a scenario once to the end. Then it plays it again for
// each write to the journal, with an engine that dies at that write: once
// before the write was kept, once after it, with the answer lost. Another
// engine takes over the journal and the cloud, goes on with what was under way
// (Engine.Resume), asks again for an operation whose start was lost, and plays
// the rest.
//
// The test fails when a run does not come to the same end as the one without a
// crash: each operation with the same status, the stack with the same resources
// and outputs, the cloud with the same resources in the same shape (ids that a
// rollback has changed count as equal). After each operation the cloud must
// hold what the stack has on record and nothing else, and an operation that
// ends well must have made each resource as often as it does without a crash.
//
// Each run has a testing/synctest bubble of its own, so that waiting costs no
// time; CrashEverywhere must not be called in one. Templates and what the
// config's functions reach are shared by all runs.
func CrashEverywhere(t *testing.T, cfg *CrashConfig) CrashReport {
	t.Helper()
	s := &crashSweep{cfg: cfg, sealer: cfg.Engine.Sealer}
	if s.sealer == nil {
		var err error
		if s.sealer, err = ros.NewSealer([]byte("the key of all sweeps, 32 bytes.")); err != nil {
			t.Fatal(err)
		}
	}
	s.want = s.run(t, nil)
	s.report.Writes = int(s.writes)
	for i := 0; ; i++ {
		n, more := s.next(i)
		if !more {
			return s.report
		}
		before := s.report.Crashes
		for _, mode := range []journaltest.Mode{journaltest.WriteLost, journaltest.AnswerLost} {
			points := []crashPoint{{int64(n), mode}}
			if cfg.Again {
				points = append(points, crashPoint{int64(1 + i%9), mode ^ journaltest.Mode(i/9%2)})
			}
			s.run(t, points)
			s.report.Runs++
		}
		if s.report.Crashes == before {
			return s.report // past the last write
		}
	}
}

// crashPoint is a write at which an engine dies, counted from its birth.
type crashPoint struct {
	write int64
	mode  journaltest.Mode
}

func (p crashPoint) String() string { return fmt.Sprintf("write %d, %s", p.write, p.mode) }

// crashSweep is what the runs of one scenario share.
type crashSweep struct {
	cfg    *CrashConfig
	sealer ros.Sealer
	want   []crashEnd // after each step, without a crash
	writes int64      // of the last run
	report CrashReport
}

// next is the i-th write to crash at. How many writes there are depends a
// little on which answers come at the same time; without a limit the sweep
// goes on until nothing crashes any more.
func (s *crashSweep) next(i int) (write int, more bool) {
	limit, all := s.cfg.Limit, s.report.Writes
	if limit <= 0 || limit >= all {
		return i + 1, true
	}
	return 1 + i*all/limit, i < limit
}

// run plays the scenario with some crashes, and fails the test if it does not
// end as it should.
func (s *crashSweep) run(t *testing.T, points []crashPoint) (ends []crashEnd) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := s.begin(t, points)
		defer p.stop()
		for i := range s.cfg.Steps {
			end, err := p.step(i)
			if err == nil && s.want != nil {
				err = s.want[i].compare(&end)
			}
			if err != nil {
				t.Fatalf("step %d (%s), crashed at %v: %v", i+1, s.cfg.Steps[i].title(), points, err)
			}
			ends = append(ends, end)
		}
		s.writes = p.store.Writes()
		s.report.Crashes += p.crashes
		s.report.Settled += p.settled
	})
	return ends
}

func (c *CrashStep) title() string {
	if c.Change.Delete {
		return "delete"
	}
	if c.Change.Template == nil {
		return "no template"
	}
	return c.Change.Template.Name
}
