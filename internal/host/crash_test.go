package host_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/internal/host/sim"
	"github.com/bianpai/bianpai/journal"
)

// latency makes calls of a case take time, so that they overlap.
func latency(c toy.Case, d time.Duration) toy.Case {
	scripts := make(map[string]toy.Script)
	for name, s := range c.Scripts {
		s.Latency = d
		scripts[name] = s
	}
	c.Scripts = scripts
	return c
}

// submit does what a careful caller does: it opens the journal again after a
// crash and submits again. A crash may have taken the request or put its time
// off, so that a refusal means nothing until some time has passed.
func submit(ctx context.Context, p *process, req any) error {
	for try := 0; ; try++ {
		err := p.open(ctx).Submit(ctx, req)
		if _, stopped := errors.AsType[*host.StoppedError](err); stopped {
			p.restart()
		} else if err == nil || p.crashes == 0 {
			return err
		} else if try > 100 {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

// process is a host whose store may crash, and its successors.
type process struct {
	t     *testing.T
	store *sim.Crasher
	def   *host.Definition
	opts  *host.Options
	host  *host.Host

	crashes int
}

func (p *process) open(ctx context.Context) *host.Driver {
	if p.host == nil {
		p.host = host.New(p.store, p.opts)
	}
	d, err := p.host.Open(ctx, "j", p.def)
	if _, crashed := errors.AsType[*sim.CrashError](err); crashed {
		p.restart()
		return p.open(ctx)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

func (p *process) restart() {
	if err := p.host.Shutdown(context.Background()); err != nil {
		p.t.Fatal(err)
	}
	p.host = nil
	p.crashes++
	p.store.Restart()
}

// finish drives until the machine has ended, through all crashes, and then
// looks at it.
func (p *process) finish(ctx context.Context, look func(core.Machine)) {
	for ended := false; !ended; time.Sleep(time.Millisecond) {
		err := p.open(ctx).Inspect(ctx, func(m core.Machine) {
			if ended = toy.Status(m) != ""; ended {
				look(m)
			}
		})
		if err != nil {
			p.restart()
		}
	}
}

// play runs a case in a bubble and gives the number of its appends.
func play(t *testing.T, c *toy.Case, opts *host.Options, n int, lost sim.Lost) (appends int) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		w := c.World()
		p := &process{t: t, store: sim.NewCrasher(new(journal.Memory)), def: c.Definition(w), opts: opts}
		if n > 0 {
			p.store.Crash(n, lost)
		}
		if err := p.open(ctx).Submit(ctx, c.Start); err != nil {
			p.restart()
			if err := p.open(ctx).Submit(ctx, c.Start); err != nil && lost == sim.LostWrite {
				t.Fatal(err)
			}
		}
		for _, l := range c.Later {
			time.Sleep(l.After)
			if err := submit(ctx, p, l.Request); err != nil {
				t.Fatal(err)
			}
		}
		p.finish(ctx, func(m core.Machine) {
			if err := c.Check(m, w); err != nil {
				t.Errorf("crash at append %d (%s): %v", n, lost, err)
			}
		})
		appends = p.store.Appends()
		p.restart()
	})
	return appends
}

// TestCrashEverywhere crashes each case at each of its appends, in both ways.
func TestCrashEverywhere(t *testing.T) {
	for _, base := range toy.Cases() {
		t.Run(base.Name, func(t *testing.T) {
			for _, d := range []time.Duration{0, 4 * time.Millisecond} {
				c := latency(base, d)
				for _, opts := range []*host.Options{nil, {Workers: 1, SnapshotEvery: 4}} {
					appends := play(t, &c, opts, 0, 0)
					for n := 1; n <= appends; n++ {
						play(t, &c, opts, n, sim.LostWrite)
						play(t, &c, opts, n, sim.LostAnswer)
					}
				}
			}
		})
	}
}

// TestAgree checks that the two hosts bring random graphs to the same end.
func TestAgree(t *testing.T) {
	for seed := range uint64(60) {
		c := toy.Random(seed)
		for _, workers := range []int{0, 1, 3} {
			play(t, &c, &host.Options{Workers: workers, SnapshotEvery: 10}, 0, 0)
		}
		w := c.World()
		s := sim.New(seed, new(journal.Memory), c.Definition(w), nil)
		if err := errors.Join(s.Submit(c.Start), s.Run(), c.Check(s.Machine(), w)); err != nil {
			t.Errorf("seed %d: %v\n%s", seed, err, s.Trace())
		}
	}
}
