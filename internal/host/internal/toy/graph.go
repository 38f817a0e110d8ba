package toy

import (
	"fmt"
	"strconv"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

// Step is a thing to make.
type Step struct {
	Name  string
	Needs []int         `json:",omitempty"` // steps that come before, by index
	Delay time.Duration `json:",omitempty"` // to wait between ready and the call
}

// Requests of a Graph.
type (
	Start struct {
		Steps    []Step
		Slots    int           // steps under way at a time; 0 for no limit
		Deadline time.Duration // cancels the run; 0 for none
	}
	Cancel struct{}
)

// Events of a Graph.
type (
	Started struct {
		At       time.Time
		Steps    []Step
		Slots    int
		Deadline time.Time
	}
	Held struct { // the step waits for its delay
		Step  int
		Until time.Time
	}
	Intended struct{ Step int }
	Noted    struct { // the thing is known, but not ready
		Step int
		ID   string
	}
	Delayed struct { // the call failed and is tried again
		Step  int
		Tries int
		Until time.Time
	}
	Made struct {
		Step int
		ID   string
	}
	Failed struct { // the thing cannot be made: all is undone
		Step int
		Why  string
	}
	Cancelled struct{ Why string }
	Undoing   struct{ Step int }
	Undone    struct{ Step int }
	Ended     struct{ Status string }
	// Stepped is the state of a step in a snapshot.
	Stepped struct {
		Step, Tries int
		Phase       phase
		Until       time.Time
		ID          string `json:",omitempty"`
	}
)

// Work of a Graph's commands.
type Work struct {
	Verb  string // "make", "undo"
	Name  string
	Token string
}

// Results of a Graph's commands.
type (
	Ready   struct{ ID string } // made and ready
	Pending struct{ ID string } // made, not ready
	Gone    struct{}            // undone
	Refused struct {
		Why   string
		Class core.Class
		After time.Duration
	}
)

type phase uint8

const (
	blocked phase = iota // needs others, or has no slot
	held
	making
	made
	failed
	undoing
	undone
	skipped // never begun when the run turned
)

// Graph makes things in the order of their needs.
type Graph struct {
	steps    []Step
	state    []stepState
	users    [][]int32
	ready    core.Ready
	reason   string // why all is undone
	status   string // set at the end
	deadline time.Time
	started  time.Time
	open     int // steps neither made nor ended otherwise
	touched  []int32
	clock    offer // the deadline, as the host knows it
}

type stepState struct {
	phase phase
	needs int // not made yet
	users int // begun and not undone yet, counted when the run turns
	tries int
	until time.Time
	id    string
	told  offer
}

// offer is the command of a step as the host knows it.
type offer struct {
	phase phase
	until time.Time
}

// retry is quick: the tests wait in real time too.
var retry = core.Retry{Min: time.Millisecond, Max: 8 * time.Millisecond, Attempts: 4}

const deadlineID = "deadline"

// NewGraph makes an empty machine.
func NewGraph() core.Machine { return new(Graph) }

// Status is empty until the run has ended.
func (g *Graph) Status() string { return g.status }

// Decide implements core.Machine.
func (g *Graph) Decide(in core.Input) ([]core.Event, error) {
	switch req := in.Request.(type) {
	case Start:
		if g.steps != nil {
			return nil, fmt.Errorf("the run was started before")
		}
		return []core.Event{Started{At: in.At, Steps: req.Steps, Slots: req.Slots, Deadline: core.Deadline(in.At, req.Deadline)}}, nil
	case Cancel:
		if g.steps == nil || g.turned() {
			return nil, fmt.Errorf("there is nothing to cancel")
		}
		return []core.Event{Cancelled{Why: "asked"}}, nil
	case nil:
	default:
		return nil, fmt.Errorf("unknown request %T", req)
	}
	if in.Command == deadlineID {
		if g.turned() {
			return nil, nil
		}
		return []core.Event{Cancelled{Why: "deadline"}}, nil
	}
	i, err := strconv.Atoi(in.Command)
	if err != nil || i >= len(g.steps) {
		return nil, fmt.Errorf("unknown command %q", in.Command)
	}
	return g.answer(i, &in), nil
}

func (g *Graph) answer(i int, in *core.Input) []core.Event {
	s := &g.state[i]
	if in.Timer {
		if s.phase == held {
			return []core.Event{Intended{Step: i}}
		}
		return nil
	}
	switch res := in.Result.(type) {
	case Pending:
		if s.phase == making && s.id == "" {
			return []core.Event{Noted{Step: i, ID: res.ID}}
		}
	case Ready:
		if s.phase == making {
			return []core.Event{Made{Step: i, ID: res.ID}}
		}
	case Gone:
		if s.phase == undoing {
			return []core.Event{Undone{Step: i}}
		}
	case Refused:
		if s.phase != making && s.phase != undoing {
			return nil
		}
		wait, again := retry.Next(in.Command, res.Class, s.tries+1, res.After)
		if again || s.phase == undoing {
			return []core.Event{Delayed{Step: i, Tries: s.tries + 1, Until: in.At.Add(wait)}}
		}
		return []core.Event{Failed{Step: i, Why: res.Why}}
	}
	return nil
}

// turned reports that the run goes back, or is over.
func (g *Graph) turned() bool { return g.reason != "" || g.status != "" }

// Advance implements core.Machine.
func (g *Graph) Advance(at time.Time) []core.Event {
	if g.steps == nil || g.status != "" {
		return nil
	}
	if g.open == 0 {
		switch {
		case !g.turned():
			return []core.Event{Ended{Status: "made"}}
		default:
			return []core.Event{Ended{Status: "undone: " + g.reason}}
		}
	}
	var evs []core.Event
	for i := range g.ready.Next() {
		switch {
		case g.turned():
			evs = append(evs, Undoing{Step: i})
		case g.steps[i].Delay > 0:
			evs = append(evs, Held{Step: i, Until: at.Add(g.steps[i].Delay)})
		default:
			evs = append(evs, Intended{Step: i})
		}
	}
	return evs
}

// Summary implements core.Machine.
func (g *Graph) Summary() []byte {
	if g.status != "" {
		return []byte(g.status)
	}
	return fmt.Appendf(nil, "%d open", g.open)
}
