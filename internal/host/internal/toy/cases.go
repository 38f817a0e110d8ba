package toy

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
)

// Case is a run of one of the machines with its end.
type Case struct {
	Name    string
	New     func() core.Machine
	Start   any
	Later   []Later // requests while it runs
	Scripts map[string]Script
	Status  string
	Undone  bool // nothing may be left in the world
	Living  int  // how many things are left; -1 where the order decides
}

// Later is a request after some time.
type Later struct {
	After   time.Duration
	Request any
}

// World makes the world of the case.
func (c *Case) World() *World { return NewWorld(c.Scripts) }

// Definition is the case's machine in a world.
func (c *Case) Definition(w *World) *host.Definition {
	return &host.Definition{New: c.New, Codec: Codec{}, Effector: w}
}

// Status is empty until a machine of this package has ended.
func Status(m core.Machine) string {
	return m.(interface{ Status() string }).Status()
}

// Cases are runs that together go through all that the machines do.
func Cases() []Case {
	diamond := []Step{{Name: "net"}, {Name: "left", Needs: []int{0}}, {Name: "right", Needs: []int{0}, Delay: 5 * time.Millisecond}, {Name: "top", Needs: []int{1, 2}}}
	scripts := map[string]Script{"net": {Pending: 3}, "left": {Transient: 2}, "right": {Throttles: 2, Pending: 1}}
	failing := map[string]Script{"net": {Pending: 2}, "left": {Transient: 1, Pending: 2}, "top": {Final: true}}
	slow := map[string]Script{"left": {Pending: 1_000_000}}
	return []Case{
		{Name: "diamond", New: NewGraph, Start: Start{Steps: diamond}, Scripts: scripts, Status: "made", Living: 4},
		{Name: "one slot", New: NewGraph, Start: Start{Steps: diamond, Slots: 1}, Scripts: scripts, Status: "made", Living: 4},
		{Name: "failing", New: NewGraph, Start: Start{Steps: diamond}, Scripts: failing, Status: "undone: step top failed: never", Undone: true},
		{Name: "cancelled", New: NewGraph, Start: Start{Steps: diamond}, Scripts: slow, Later: []Later{{50 * time.Millisecond, Cancel{}}}, Status: "undone: asked", Undone: true},
		{Name: "deadline", New: NewGraph, Start: Start{Steps: diamond, Deadline: 70 * time.Millisecond}, Scripts: slow, Status: "undone: deadline", Undone: true},
		{Name: "loop", New: NewLoop, Start: StartLoop{Items: 12, Window: core.Share{N: 25, Percent: true}}, Scripts: map[string]Script{"3": {Transient: 2}, "5": {Throttles: 1}}, Status: "done", Living: 12},
		{Name: "loop fails", New: NewLoop, Start: StartLoop{Items: 9, Window: core.Share{N: 2}, Errors: core.Share{N: 1}}, Scripts: map[string]Script{"3": {Final: true}, "4": {Final: true}}, Status: "failed", Living: -1},
		{Name: "loop approved", New: NewLoop, Start: StartLoop{Items: 5, Window: core.Share{N: 3}, Approve: true}, Later: []Later{{time.Second, Approve{}}}, Status: "done", Living: 5},
		{Name: "loop stopped", New: NewLoop, Start: StartLoop{Items: 5, Window: core.Share{N: 2}, Approve: true}, Later: []Later{{time.Second, StopNow{}}}, Status: "stopped", Living: 1},
	}
}

// Random is a graph with scripts that a seed decides.
func Random(seed uint64) Case {
	rng := rand.New(rand.NewPCG(seed, 1))
	c := Case{Name: fmt.Sprintf("random %d", seed), New: NewGraph, Scripts: make(map[string]Script), Status: "made"}
	start := Start{Slots: rng.IntN(4)}
	for i := range 2 + rng.IntN(12) {
		s := Step{Name: fmt.Sprintf("s%d", i)}
		for n := range i {
			if rng.IntN(4) == 0 {
				s.Needs = append(s.Needs, n)
			}
		}
		if rng.IntN(5) == 0 {
			s.Delay = time.Duration(1+rng.IntN(20)) * time.Millisecond
		}
		c.Scripts[s.Name] = Script{
			Transient: rng.IntN(3) * rng.IntN(2),
			Throttles: rng.IntN(3) * rng.IntN(2),
			Pending:   rng.IntN(4) * rng.IntN(2),
		}
		start.Steps = append(start.Steps, s)
	}
	c.Living = len(start.Steps)
	if rng.IntN(3) == 0 {
		last := start.Steps[len(start.Steps)-1].Name
		c.Scripts[last] = Script{Final: true, Transient: rng.IntN(2)}
		c.Status, c.Undone, c.Living = "undone: step "+last+" failed: never", true, 0
	}
	c.Start = start
	return c
}

// Check compares the end of a run with what it must be.
func (c *Case) Check(m core.Machine, w *World) error {
	if got := Status(m); got != c.Status {
		return fmt.Errorf("it ended as %q, not as %q", got, c.Status)
	}
	if err := w.Check(c.Undone); err != nil {
		return err
	}
	if n := w.Living(); c.Living >= 0 && n != c.Living {
		return fmt.Errorf("%d things live, not %d", n, c.Living)
	}
	return nil
}
