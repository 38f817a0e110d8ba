package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/journal"
)

// Options are the settings of a Sim; the zero value is the default.
type Options struct {
	ID    string    // the journal; "" means "sim"
	Start time.Time // of the virtual clock; zero means the first second of 2000
	// Bubble takes time from package time, which must be virtual: the Sim is
	// then used in a testing/synctest bubble, and the effector may sleep.
	Bubble bool
	// Patience is when a call counts as hanging, in a bubble; 0 means a day.
	// A hanging call never answers.
	Patience time.Duration
	// MaxSteps bounds a Run; 0 means 1,000,000.
	MaxSteps int
	// Audit folds the journal anew after each batch and compares what the
	// fresh machine wants in flight with what is in flight. It takes time in
	// the square of the length of the run.
	Audit bool
	// SnapshotEvery is as in host.Options.
	SnapshotEvery int64
}

// Sim drives one machine. It belongs to one goroutine.
type Sim struct {
	opts  Options
	store *Crasher
	def   *host.Definition
	rng   *rand.Rand

	now     time.Time
	replica *host.Replica
	flights []*flight // in the order in which they were started
	limits  map[string]time.Time
	planned []planned
	crashes int
	trace   trace
}

// flight is a command that should be in flight.
type flight struct {
	cmd  core.Command
	due  time.Time
	done bool // called, and the answer is under way
	hung bool
	ans  core.Answer
}

type planned struct {
	at  time.Time
	req any
}

// New makes a simulation of one machine on a journal of a store.
func New(seed uint64, store journal.Store, def *host.Definition, opts *Options) *Sim {
	s := &Sim{store: NewCrasher(store), def: def, rng: rand.New(rand.NewPCG(seed, 0)), limits: make(map[string]time.Time)}
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.ID == "" {
		s.opts.ID = "sim"
	}
	if s.opts.MaxSteps == 0 {
		s.opts.MaxSteps = 1_000_000
	}
	if s.opts.Patience == 0 {
		s.opts.Patience = 24 * time.Hour
	}
	s.now = s.opts.Start
	if s.now.IsZero() {
		s.now = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return s
}

// Now is the time of the simulation.
func (s *Sim) Now() time.Time {
	if s.opts.Bubble {
		return time.Now().UTC().Round(0)
	}
	return s.now
}

// Crash plans a crash at the n-th append of the simulation.
func (s *Sim) Crash(n int, lost Lost) { s.store.Crash(n, lost) }

// Appends counts the appends so far.
func (s *Sim) Appends() int { return s.store.Appends() }

// Crashes counts the crashes so far.
func (s *Sim) Crashes() int { return s.crashes }

// Trace tells what has happened last, a line each, for the message of a
// failing test.
func (s *Sim) Trace() string { return s.trace.String() }

// Machine is the machine; nil before the first use. After a crash it is
// another one.
func (s *Sim) Machine() core.Machine {
	if s.replica == nil {
		return nil
	}
	return s.replica.Machine()
}

// Submit hands a request to the machine now. It returns the machine's refusal,
// or *CrashError when the simulation crashed meanwhile; like any caller of a
// crashed process, this one cannot know whether the request was kept.
func (s *Sim) Submit(req any) error {
	if err := s.wake(); err != nil {
		return err
	}
	s.trace.add(s.Now(), "submit", fmt.Sprintf("%T", req))
	refused, err := s.replica.Take(core.Input{At: s.Now(), Request: req})
	if err == nil {
		err = s.settle()
	}
	if crash, ok := errors.AsType[*CrashError](err); ok {
		s.restart()
		return crash
	}
	return errors.Join(refused, err)
}

// Plan submits a request when a time has passed, and again if a crash may have
// taken it away. A refusal is dropped.
func (s *Sim) Plan(after time.Duration, req any) {
	s.planned = append(s.planned, planned{s.Now().Add(after), req})
}

// Run goes on until nothing is in flight and nothing is planned.
func (s *Sim) Run() error { return s.run(time.Time{}) }

// RunFor goes on as Run does, but not past a time.
func (s *Sim) RunFor(d time.Duration) error { return s.run(s.Now().Add(d)) }

func (s *Sim) run(until time.Time) error {
	for range s.opts.MaxSteps {
		more, err := s.step(until)
		if _, ok := errors.AsType[*CrashError](err); ok {
			s.restart()
			continue
		}
		if err != nil || !more {
			return err
		}
	}
	return fmt.Errorf("not at rest after %d steps; %d commands in flight, the first is %q",
		s.opts.MaxSteps, len(s.flights), s.flights[0].cmd.ID)
}

// step lets one thing happen. It reports false when nothing is left.
func (s *Sim) step(until time.Time) (bool, error) {
	if err := s.wake(); err != nil {
		return false, err
	}
	now := s.Now()
	var calls, inputs []*flight
	for _, f := range s.flights {
		switch {
		case f.hung:
		case f.done, f.cmd.Work == nil && !f.due.After(now):
			inputs = append(inputs, f)
		case f.cmd.Work != nil && !s.due(f).After(now):
			calls = append(calls, f)
		}
	}
	if p := s.duePlan(now); p >= 0 {
		return true, s.submitPlanned(p)
	}
	switch n := len(calls) + len(inputs); {
	case n == 0:
		return s.pass(until)
	case s.rng.IntN(n) < len(calls):
		s.call(calls[s.rng.IntN(len(calls))])
		return true, nil
	}
	s.rng.Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
	return true, s.deliver(inputs[:1+s.rng.IntN(len(inputs))])
}

// due is when a call can be made, its limit considered.
func (s *Sim) due(f *flight) time.Time {
	if t := s.limits[f.cmd.Limit]; f.cmd.Limit != "" && t.After(f.due) {
		return t
	}
	return f.due
}

// pass lets time go by until something is due.
func (s *Sim) pass(until time.Time) (bool, error) {
	var next time.Time
	for _, f := range s.flights {
		if !f.hung {
			next = core.Earliest(next, s.due(f))
		}
	}
	for _, p := range s.planned {
		next = core.Earliest(next, p.at)
	}
	end := next.IsZero() || !until.IsZero() && next.After(until)
	if end {
		next = until
	}
	if now := s.Now(); next.After(now) {
		if s.now = next; s.opts.Bubble {
			time.Sleep(next.Sub(now))
		}
		s.trace.add(s.Now(), "time passes", "")
	}
	return !end, nil
}

func (s *Sim) call(f *flight) {
	s.trace.add(s.Now(), "call", f.cmd.ID)
	ctx, cancel := context.Background(), func() {}
	if s.opts.Bubble {
		ctx, cancel = context.WithTimeout(ctx, s.opts.Patience)
	}
	defer cancel()
	ans := s.def.Effector.Do(ctx, f.cmd)
	now := s.Now()
	if ans.Throttle > 0 && f.cmd.Limit != "" {
		s.limits[f.cmd.Limit] = now.Add(ans.Throttle)
	}
	switch {
	case ctx.Err() != nil:
		f.hung = true
		s.trace.add(now, "hangs", f.cmd.ID)
	case ans.Result != nil:
		f.done, f.ans = true, ans
	case ans.Again > 0:
		f.due = now.Add(ans.Again)
	default:
		f.due = now.Add(max(ans.Throttle, time.Millisecond))
	}
}

// deliver gives the machine some answers and timers in one batch.
func (s *Sim) deliver(batch []*flight) error {
	s.flights = slices.DeleteFunc(s.flights, func(f *flight) bool { return slices.Contains(batch, f) })
	for _, f := range batch {
		in := core.Input{At: s.Now(), Command: f.cmd.ID}
		if f.cmd.Work == nil {
			in.Timer = true
			s.trace.add(in.At, "timer", f.cmd.ID)
		} else {
			in.Result = f.ans.Result
			s.trace.add(in.At, "answer", f.cmd.ID)
		}
		if _, err := s.replica.Take(in); err != nil {
			return err
		}
	}
	return s.settle()
}

// settle ends a batch as a host does.
func (s *Sim) settle() error {
	for more := true; more; {
		var err error
		if more, err = s.advance(); err != nil {
			return err
		}
		for _, cmd := range s.replica.Machine().Changes() {
			s.change(cmd)
		}
	}
	if err := s.replica.Snapshot(context.Background(), s.Now()); err != nil {
		return err
	}
	if s.opts.Audit {
		return s.audit()
	}
	return nil
}

// advance takes a random share of what the state alone gives rise to, and
// writes it.
func (s *Sim) advance() (more bool, err error) {
	if more, err = s.replica.Advance(s.Now(), 1+s.rng.IntN(64)); err != nil {
		return false, err
	}
	before := s.replica.Tail()
	if err := s.replica.Flush(context.Background()); err != nil {
		return false, err
	}
	if n := s.replica.Tail() - before; n > 0 {
		s.trace.add(s.Now(), "append", fmt.Sprintf("%d, %d records", s.Appends(), n))
	}
	return more, nil
}

func (s *Sim) change(cmd core.Command) {
	i := slices.IndexFunc(s.flights, func(f *flight) bool { return f.cmd.ID == cmd.ID })
	switch {
	case cmd.Cancel && i >= 0:
		s.trace.add(s.Now(), "withdraw", cmd.ID)
		s.flights = slices.Delete(s.flights, i, i+1)
	case cmd.Cancel:
	case i >= 0 && !s.flights[i].done:
		s.flights[i] = &flight{cmd: cmd, due: cmd.NotBefore}
	case i < 0:
		s.flights = append(s.flights, &flight{cmd: cmd, due: cmd.NotBefore})
	}
}
