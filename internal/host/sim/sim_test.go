package sim_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/internal/host/sim"
	"github.com/bianpai/bianpai/journal"
)

// run plays a case, with a crash at the n-th append if n is not 0, and gives
// the simulation for its counts.
func run(t *testing.T, c *toy.Case, seed uint64, opts sim.Options, n int, lost sim.Lost) *sim.Sim {
	t.Helper()
	w := c.World()
	s := sim.New(seed, new(journal.Memory), c.Definition(w), &opts)
	if n > 0 {
		s.Crash(n, lost)
	}
	err := s.Submit(c.Start)
	if _, crashed := errors.AsType[*sim.CrashError](err); crashed {
		if err = s.Submit(c.Start); lost == sim.LostAnswer && err != nil {
			err = nil // it was kept, and so is refused
		}
	}
	for _, l := range c.Later {
		s.Plan(l.After, l.Request)
	}
	if err == nil {
		err = s.Run()
	}
	if err == nil {
		err = c.Check(s.Machine(), w)
	}
	if err != nil {
		t.Fatalf("seed %d, crash at append %d (%s): %v\n%s", seed, n, lost, err, s.Trace())
	}
	return s
}

// TestCrashEverywhere crashes each case at each of its appends, in both ways.
func TestCrashEverywhere(t *testing.T) {
	crashes := 0
	for _, c := range toy.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			for seed := range uint64(4) {
				for _, every := range []int64{-1, 5} {
					opts := sim.Options{Audit: true, SnapshotEvery: every}
					for n := 1; n <= run(t, &c, seed, opts, 0, 0).Appends(); n++ {
						for _, lost := range []sim.Lost{sim.LostWrite, sim.LostAnswer} {
							crashes += run(t, &c, seed, opts, n, lost).Crashes()
						}
					}
				}
			}
		})
	}
	t.Logf("%d crashes", crashes)
	if crashes < 1000 {
		t.Errorf("only %d crashes", crashes)
	}
}

// TestRandom plays random graphs and crashes each at a few appends.
func TestRandom(t *testing.T) {
	for seed := range uint64(150) {
		c := toy.Random(seed)
		opts := sim.Options{Audit: true, SnapshotEvery: 10}
		appends := run(t, &c, seed, opts, 0, 0).Appends()
		for n := 1 + int(seed)%5; n <= appends; n += 5 {
			run(t, &c, seed, opts, n, sim.Lost(n%2))
		}
	}
}

// TestSeed checks that a seed gives the same run again, and that seeds differ.
func TestSeed(t *testing.T) {
	c := toy.Cases()[5]
	traces := make(map[string]bool)
	for seed := range uint64(20) {
		a := run(t, &c, seed, sim.Options{}, 9, sim.LostWrite).Trace()
		if b := run(t, &c, seed, sim.Options{}, 9, sim.LostWrite).Trace(); a != b {
			t.Fatalf("seed %d gave two runs:\n%s\n%s", seed, a, b)
		}
		traces[a] = true
	}
	if len(traces) < 10 {
		t.Errorf("20 seeds gave %d runs", len(traces))
	}
}

func TestRunFor(t *testing.T) {
	c := toy.Cases()[0]
	start := c.Start.(toy.Start)
	start.Deadline = 0
	start.Steps = []toy.Step{{Name: "late", Delay: 3600e9}}
	w := c.World()
	s := sim.New(1, new(journal.Memory), c.Definition(w), nil)
	from := s.Now()
	if err := errors.Join(s.Submit(start), s.RunFor(1800e9)); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Now().Sub(from), w.Living()); got != "30m0s 0" {
		t.Errorf("after half of the delay: %s", got)
	}
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Now().Sub(from), w.Living()); got != "1h0m0s 1" {
		t.Errorf("at the end: %s", got)
	}
}

// TestEndless checks that a machine which never comes to rest is reported.
func TestEndless(t *testing.T) {
	c := toy.Cases()[0]
	c.Scripts = map[string]toy.Script{"net": {Pending: 1_000_000_000}}
	s := sim.New(1, new(journal.Memory), c.Definition(c.World()), &sim.Options{MaxSteps: 500})
	if err := s.Submit(c.Start); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(); err == nil {
		t.Error("no error")
	}
}

// TestBubble simulates calls that take virtual time, one of which hangs until
// the deadline of the run.
func TestBubble(t *testing.T) {
	for _, c := range toy.Cases() {
		if len(c.Later) > 0 {
			continue
		}
		scripts := map[string]toy.Script{}
		for name, s := range c.Scripts {
			s.Latency = 2 * time.Millisecond
			s.Hang = s.Pending > 1000
			scripts[name] = s
		}
		c.Scripts = scripts
		synctest.Test(t, func(t *testing.T) {
			for seed := range uint64(5) {
				run(t, &c, seed, sim.Options{Bubble: true, Patience: time.Second, Audit: true}, int(seed)*2, sim.LostAnswer)
			}
		})
	}
}

// FuzzCrash lets the fuzzer choose graph, order and crash.
func FuzzCrash(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint8(3), true)
	f.Fuzz(func(t *testing.T, graph, seed uint64, n uint8, answer bool) {
		lost := sim.LostWrite
		if answer {
			lost = sim.LostAnswer
		}
		c := toy.Random(graph)
		run(t, &c, seed, sim.Options{Audit: true, SnapshotEvery: int64(graph % 20)}, int(n), lost)
	})
}
