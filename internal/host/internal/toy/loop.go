package toy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

// Requests of a Loop.
type (
	StartLoop struct {
		Items   int
		Window  core.Share // items at a time
		Errors  core.Share // items that may fail
		Approve bool       // pause after the first item until Approve
	}
	Approve struct{}
	StopNow struct{}
)

// Events of a Loop.
type (
	Looped struct {
		StartLoop
	}
	Approved struct{}
	Stopped  struct{} // running items are withdrawn
	Item     struct {
		Index int32
		Phase itemPhase
		Tries uint8
		Until int64 // nanoseconds
	}
	// Counted is the part of a snapshot that no item shows.
	Counted struct {
		Done, Failed, Next int
		Ended              string
	}
)

type itemPhase uint8

const (
	itemBegun itemPhase = iota + 1
	itemDelayed
	itemDone
	itemFailed
)

// ItemWork is the work of a Loop's commands.
type ItemWork struct {
	Index int32
	Token string
}

// Loop goes over items, some at a time, until all have ended or too many have
// failed. It keeps nothing of an item that has ended but its count.
type Loop struct {
	spec                StartLoop
	window, next        int
	done, failed        int
	approved, withdrawn bool
	ended               string
	running             map[int32]attempt
	changes             []change
}

type attempt struct {
	tries uint8
	until int64
}

type change struct {
	index  int32
	cancel bool
}

// NewLoop makes an empty machine.
func NewLoop() core.Machine { return &Loop{running: make(map[int32]attempt)} }

// Status is empty until the loop has ended.
func (l *Loop) Status() string { return l.ended }

// Decide implements core.Machine.
func (l *Loop) Decide(in core.Input) ([]core.Event, error) {
	switch req := in.Request.(type) {
	case StartLoop:
		if l.window > 0 {
			return nil, fmt.Errorf("the loop was started before")
		}
		return []core.Event{Looped{req}}, nil
	case Approve:
		if !l.paused() {
			return nil, fmt.Errorf("nothing waits for an approval")
		}
		return []core.Event{Approved{}}, nil
	case StopNow:
		if l.window == 0 || l.ended != "" {
			return nil, fmt.Errorf("the loop does not run")
		}
		return []core.Event{Stopped{}}, nil
	}
	index, err := strconv.Atoi(in.Command)
	if err != nil {
		return nil, err
	}
	a, ok := l.running[int32(index)]
	if !ok {
		return nil, nil
	}
	ev := Item{Index: int32(index), Phase: itemDone}
	if res, ok := in.Result.(Refused); ok {
		ev.Phase = itemFailed
		if wait, again := retry.Next(in.Command, res.Class, int(a.tries)+1, res.After); again {
			ev.Phase, ev.Tries, ev.Until = itemDelayed, a.tries+1, in.At.Add(wait).UnixNano()
		}
	}
	return []core.Event{ev}, nil
}

// paused reports that the loop waits for an approval.
func (l *Loop) paused() bool {
	return l.spec.Approve && !l.approved && !l.withdrawn && l.next == 1 && len(l.running) == 0 && l.ended == ""
}

// Advance implements core.Machine.
func (l *Loop) Advance(time.Time) []core.Event {
	if l.window == 0 || l.ended != "" {
		return nil
	}
	spent := core.Budget{Errors: l.spec.Errors, Total: l.spec.Items}.Spent(l.failed)
	last := l.spec.Items
	if l.spec.Approve && !l.approved {
		last = min(last, 1)
	}
	var evs []core.Event
	for i := l.next; !spent && !l.withdrawn && i < last && len(l.running)+len(evs) < l.window; i++ {
		evs = append(evs, Item{Index: int32(i), Phase: itemBegun})
	}
	if len(evs) > 0 || len(l.running) > 0 || l.paused() && !spent && l.next < l.spec.Items {
		return evs
	}
	switch {
	case spent:
		return []core.Event{Ended{Status: "failed"}}
	case l.withdrawn:
		return []core.Event{Ended{Status: "stopped"}}
	}
	return []core.Event{Ended{Status: "done"}}
}

// Evolve implements core.Machine.
func (l *Loop) Evolve(ev core.Event) {
	switch ev := ev.(type) {
	case Looped:
		l.spec, l.window = ev.StartLoop, ev.Window.AtLeast(ev.Items)
	case Approved:
		l.approved = true
	case Stopped:
		l.withdrawn = true
		for _, i := range slices.Sorted(maps.Keys(l.running)) {
			l.changes = append(l.changes, change{i, true})
		}
		clear(l.running)
	case Item:
		l.item(&ev)
	case Ended:
		l.ended = ev.Status
	case Counted:
		l.done, l.failed, l.next, l.ended = ev.Done, ev.Failed, ev.Next, ev.Ended
	}
}

func (l *Loop) item(ev *Item) {
	switch ev.Phase {
	case itemBegun:
		l.running[ev.Index] = attempt{}
		l.next = max(l.next, int(ev.Index)+1)
	case itemDelayed:
		l.running[ev.Index] = attempt{ev.Tries, ev.Until}
		l.next = max(l.next, int(ev.Index)+1)
	case itemDone:
		l.done++
		delete(l.running, ev.Index)
		return
	case itemFailed:
		l.failed++
		delete(l.running, ev.Index)
		return
	}
	l.changes = append(l.changes, change{ev.Index, false})
}

func (l *Loop) command(index int32, a attempt) core.Command {
	id := strconv.Itoa(int(index))
	cmd := core.Command{ID: id, Limit: "item", Work: ItemWork{Index: index, Token: id}}
	if a.until != 0 {
		cmd.NotBefore = time.Unix(0, a.until).UTC()
	}
	return cmd
}

// Changes implements core.Machine.
func (l *Loop) Changes() []core.Command {
	var cmds []core.Command
	for _, c := range l.changes {
		if c.cancel {
			cmds = append(cmds, core.Command{ID: strconv.Itoa(int(c.index)), Cancel: true})
		} else if a, ok := l.running[c.index]; ok {
			cmds = append(cmds, l.command(c.index, a))
		}
	}
	l.changes = l.changes[:0]
	return cmds
}

// Outstanding implements core.Machine.
func (l *Loop) Outstanding() []core.Command {
	l.changes = l.changes[:0]
	var cmds []core.Command
	for _, i := range slices.Sorted(maps.Keys(l.running)) {
		cmds = append(cmds, l.command(i, l.running[i]))
	}
	return cmds
}

// Snapshot implements core.Machine.
func (l *Loop) Snapshot() []core.Event {
	if l.window == 0 {
		return nil
	}
	evs := []core.Event{Looped{l.spec}}
	if l.approved {
		evs = append(evs, Approved{})
	}
	if l.withdrawn {
		evs = append(evs, Stopped{})
	}
	for _, i := range slices.Sorted(maps.Keys(l.running)) {
		ev := Item{Index: i, Phase: itemBegun}
		if a := l.running[i]; a.tries > 0 {
			ev = Item{Index: i, Phase: itemDelayed, Tries: a.tries, Until: a.until}
		}
		evs = append(evs, ev)
	}
	return append(evs, Counted{Done: l.done, Failed: l.failed, Next: l.next, Ended: l.ended})
}

// Summary implements core.Machine.
func (l *Loop) Summary() []byte {
	if l.ended == "" {
		return []byte("running")
	}
	return fmt.Appendf(nil, "%s: %d done, %d failed", l.ended, l.done, l.failed)
}
