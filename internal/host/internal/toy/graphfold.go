package toy

import (
	"strconv"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

// Evolve implements core.Machine.
func (g *Graph) Evolve(ev core.Event) {
	switch ev := ev.(type) {
	case Started:
		g.start(&ev)
	case Held:
		g.begin(ev.Step, held).until = ev.Until
	case Intended:
		if s := &g.state[ev.Step]; s.phase == held {
			s.phase, s.until, s.told = making, time.Time{}, offer{}
			g.touch(ev.Step)
		} else {
			g.begin(ev.Step, making)
		}
	case Noted:
		g.answered(ev.Step).id = ev.ID
	case Delayed:
		s := g.answered(ev.Step)
		s.tries, s.until = ev.Tries, ev.Until
	case Made:
		g.made(ev.Step, ev.ID)
	case Failed:
		g.answered(ev.Step)
		g.turn("step " + g.steps[ev.Step].Name + " failed: " + ev.Why)
	case Cancelled:
		g.turn(ev.Why)
	case Undoing:
		s := g.begin(ev.Step, undoing)
		s.tries, s.until = 0, time.Time{}
	case Undone:
		s := g.answered(ev.Step)
		s.phase = undone
		g.ready.Release()
		g.open--
		g.freed(ev.Step)
	case Ended:
		g.status = ev.Status
	case Stepped:
		g.restore(&ev)
	}
}

func (g *Graph) start(ev *Started) {
	g.steps, g.deadline, g.started = ev.Steps, ev.Deadline, ev.At
	g.state = make([]stepState, len(ev.Steps))
	g.users = make([][]int32, len(ev.Steps))
	g.ready = core.Ready{Slots: ev.Slots}
	g.open = len(ev.Steps)
	for i, s := range ev.Steps {
		g.state[i].needs = len(s.Needs)
		for _, n := range s.Needs {
			g.users[n] = append(g.users[n], int32(i))
		}
		if len(s.Needs) == 0 {
			g.ready.Add(i)
		}
	}
}

func (g *Graph) begin(i int, p phase) *stepState {
	g.ready.Start(i)
	g.state[i].phase = p
	g.touch(i)
	return &g.state[i]
}

// answered books that the command of a step is not in flight any more.
func (g *Graph) answered(i int) *stepState {
	s := &g.state[i]
	s.told, s.until = offer{}, time.Time{}
	g.touch(i)
	return s
}

func (g *Graph) made(i int, id string) {
	s := g.answered(i)
	s.phase, s.id = made, id
	g.ready.Release()
	g.open--
	for _, u := range g.users[i] {
		if g.state[u].needs--; g.state[u].needs == 0 {
			g.ready.Add(int(u))
		}
	}
}

// turn makes the run go back: what was begun is undone, users first.
func (g *Graph) turn(why string) {
	g.reason = why
	g.ready = core.Ready{Slots: g.ready.Slots}
	g.open = 0
	for i := range g.state {
		s := &g.state[i]
		g.touch(i)
		switch s.phase {
		case blocked, held:
			s.phase = skipped
		default:
			if s.phase = failed; s.id != "" {
				s.phase = made
			}
			g.open++
		}
	}
	g.rewind()
}

// rewind counts, for each step that is to be undone, the users that come first.
func (g *Graph) rewind() {
	for i := range g.state {
		s := &g.state[i]
		if s.phase == skipped || s.phase == undone {
			continue
		}
		s.users = 0
		for _, u := range g.users[i] {
			if p := g.state[u].phase; p != skipped && p != undone {
				s.users++
			}
		}
		if s.users == 0 && s.phase != undoing {
			g.ready.Add(i)
		}
	}
}

func (g *Graph) freed(i int) {
	for _, n := range g.steps[i].Needs {
		if g.state[n].users--; g.state[n].users == 0 {
			g.ready.Add(n)
		}
	}
}

func (g *Graph) touch(i int) { g.touched = append(g.touched, int32(i)) }

// want is what should be in flight for a step.
func (s *stepState) want() offer {
	if s.phase == held || s.phase == making || s.phase == undoing {
		return offer{s.phase, s.until}
	}
	return offer{}
}

func (g *Graph) command(i int) core.Command {
	s := &g.state[i]
	cmd := core.Command{ID: strconv.Itoa(i), NotBefore: s.until}
	name := g.steps[i].Name
	switch s.phase {
	case making:
		cmd.Work, cmd.Limit = Work{Verb: "make", Name: name, Token: name + "#1"}, "make"
	case undoing:
		cmd.Work, cmd.Limit = Work{Verb: "undo", Name: name, Token: name + "#1"}, "undo"
	}
	return cmd
}

// Changes implements core.Machine.
func (g *Graph) Changes() []core.Command {
	var cmds []core.Command
	for _, i := range g.touched {
		s := &g.state[i]
		want := s.want()
		if want == s.told {
			continue
		}
		if s.told != (offer{}) {
			cmds = append(cmds, core.Command{ID: strconv.Itoa(int(i)), Cancel: true})
		}
		if s.told = want; want != (offer{}) {
			cmds = append(cmds, g.command(int(i)))
		}
	}
	g.touched = g.touched[:0]
	if want := g.wantClock(); want != g.clock {
		if g.clock = want; want != (offer{}) {
			cmds = append(cmds, core.Command{ID: deadlineID, NotBefore: want.until})
		} else {
			cmds = append(cmds, core.Command{ID: deadlineID, Cancel: true})
		}
	}
	return cmds
}

func (g *Graph) wantClock() offer {
	if g.turned() {
		return offer{}
	}
	return offer{until: g.deadline}
}

// Outstanding implements core.Machine.
func (g *Graph) Outstanding() []core.Command {
	var cmds []core.Command
	for i := range g.state {
		s := &g.state[i]
		if s.told = s.want(); s.told != (offer{}) {
			cmds = append(cmds, g.command(i))
		}
	}
	g.touched = g.touched[:0]
	if g.clock = g.wantClock(); g.clock != (offer{}) {
		cmds = append(cmds, core.Command{ID: deadlineID, NotBefore: g.clock.until})
	}
	return cmds
}

// Snapshot implements core.Machine.
func (g *Graph) Snapshot() []core.Event {
	if g.steps == nil {
		return nil
	}
	evs := []core.Event{Started{At: g.started, Steps: g.steps, Slots: g.ready.Slots, Deadline: g.deadline}}
	if g.reason != "" {
		evs = append(evs, Cancelled{Why: g.reason})
	}
	for i := range g.state {
		s := &g.state[i]
		evs = append(evs, Stepped{Step: i, Tries: s.tries, Phase: s.phase, Until: s.until, ID: s.id})
	}
	if g.status != "" {
		evs = append(evs, Ended{Status: g.status})
	}
	return evs
}

// restore takes the state of a step from a snapshot; the last one settles what
// follows from all of them.
func (g *Graph) restore(ev *Stepped) {
	s := &g.state[ev.Step]
	s.phase, s.tries, s.until, s.id = ev.Phase, ev.Tries, ev.Until, ev.ID
	g.touch(ev.Step)
	if ev.Step < len(g.state)-1 {
		return
	}
	g.ready, g.open = core.Ready{Slots: g.ready.Slots}, 0
	for i := range g.state {
		s := &g.state[i]
		s.needs = 0
		for _, n := range g.steps[i].Needs {
			if g.state[n].phase != made {
				s.needs++
			}
		}
		switch {
		case s.phase == held || s.phase == making || s.phase == undoing:
			g.ready.Start(i)
		case !g.turned() && s.phase == blocked && s.needs == 0:
			g.ready.Add(i)
		}
		if s.phase != skipped && s.phase != undone && (g.turned() || s.phase != made) {
			g.open++
		}
	}
	if g.turned() {
		g.rewind()
	}
}
