package oos

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
)

// missedAfter is how late a firing may be: one that was due earlier, while
// nothing drove the execution, is left out.
const missedAfter = time.Minute

// The actions that are triggers. Their units end with the schedule, or never.
var (
	timerTrigger = action{kind: triggerAction, begin: func(u *unit, props value.Value, ev *unitStarted) error {
		ev.Wait = WaitTimer
		s, err := readSchedule(props, u.started.time())
		if err != nil {
			return err
		}
		ev.Until = stampOf(s.end)
		return nil
	}}
	eventTrigger = action{kind: triggerAction, begin: triggerOn(WaitEvent)}
	alarmTrigger = action{kind: triggerAction, begin: triggerOn(WaitAlarm)}
)

func triggerOn(kind WaitKind) func(*unit, value.Value, *unitStarted) error {
	return func(_ *unit, _ value.Value, ev *unitStarted) error {
		ev.Wait = kind
		return nil
	}
}

// trigger is the trigger of a root execution while it waits.
type trigger struct {
	unit      *unit
	scheduled bool  // next is set
	next      stamp // 0: never again
	seq       int
	count     int // firings so far
	firings   []*firing
	last      *firing // that ended last
	lastGood  stamp
}

// firing is a child of a trigger, which has a journal of its own.
type firing struct {
	Number  int    `json:"n"`
	At      stamp  `json:"t"`
	Event   []byte `json:"ev,omitempty"`
	Seq     int    `json:"q,omitempty"`
	Cancel  bool   `json:"c,omitempty"`
	Status  Status `json:"s,omitempty"`
	Message string `json:"m,omitempty"`
	Outputs []byte `json:"o,omitempty"`
}

// firingWork starts a firing, or stops it, and tells when it has ended.
type firingWork struct {
	id     string
	head   header
	text   []byte
	tmpl   *Template
	values *runbook.Values
	event  []byte
	cancel bool
	reason string
	since  time.Time
}

// firingResult is the end of a firing.
type firingResult struct {
	status  Status
	message string
	outputs []byte
}

const (
	timerPrefix  = "timer#"
	firingPrefix = "firing#"
)

func (t *trigger) timerID() string { return timerPrefix + strconv.Itoa(t.seq) }

func (f *firing) id() string {
	return firingPrefix + strconv.Itoa(f.Number) + "." + strconv.Itoa(f.Seq)
}

// commands lists what the trigger has in flight.
func (t *trigger) commands() []string {
	if t == nil {
		return nil
	}
	var ids []string
	if t.scheduled && t.next != 0 {
		ids = append(ids, t.timerID())
	}
	for _, f := range t.firings {
		ids = append(ids, f.id())
	}
	return ids
}

// command gives a command of the trigger by its ID.
func (t *trigger) command(m *machine, id string) (core.Command, bool) {
	if t == nil {
		return core.Command{}, false
	}
	if t.scheduled && t.next != 0 && id == t.timerID() {
		return core.Command{ID: id, NotBefore: t.next.time()}, true
	}
	f := t.firing(id)
	if f == nil {
		return core.Command{}, false
	}
	head := m.head
	head.ID, head.Parent, head.Digest = m.firingID(f.Number), m.head.ID, ""
	root := m.programs[""]
	return core.Command{ID: id, Work: &firingWork{
		id: head.ID, head: head, text: root.text, tmpl: root.tmpl, values: m.root.values, event: f.Event,
		cancel: f.Cancel, reason: m.root.cancel, since: f.At.time(),
	}}, true
}

func (t *trigger) firing(id string) *firing {
	for _, f := range t.firings {
		if f.id() == id {
			return f
		}
	}
	return nil
}

// firingID is the ID of the execution that a firing starts.
func (m *machine) firingID(n int) string {
	sum := sha256.Sum256([]byte(m.head.ID + "\x00firing\x00" + strconv.Itoa(n)))
	return "exec-" + hex.EncodeToString(sum[:10])
}

func (m *machine) triggerStarts(u *unit) { m.trigger = &trigger{unit: u}; m.attendTo(u.exec) }

// triggerStops takes back what the trigger waits for.
func (m *machine) triggerStops() {
	t := m.trigger
	for _, id := range t.commands() {
		m.withdraw(id)
	}
	if len(t.firings) == 0 {
		m.waiting(t.unit.exec, -1)
	}
	t.unit, t.scheduled, t.next, t.firings = nil, false, 0, nil
}

// advanceTrigger sets the next firing of a timer, and ends the trigger when
// there is none.
func (m *machine) advanceTrigger(u *unit, at stamp) []core.Event {
	t := m.trigger
	if t == nil || t.unit != u || u.wait != WaitTimer {
		return nil
	}
	if !t.scheduled {
		return []core.Event{m.schedule(at)}
	}
	if t.next == 0 && len(t.firings) == 0 {
		return m.ends(u, value.Map(nil), at)
	}
	return nil
}

// schedule gives the first firing after a time.
func (m *machine) schedule(after stamp) *triggerScheduled {
	u := m.trigger.unit
	ev := &triggerScheduled{T: after}
	props, err := m.render(u)
	if err != nil {
		return ev
	}
	s, err := readSchedule(props, u.started.time())
	if err != nil {
		return ev
	}
	ev.Next = stampOf(s.next(after.time()))
	return ev
}

// decideTrigger takes in the timer of a trigger and the ends of its firings.
func (m *machine) decideTrigger(in core.Input, at stamp) []core.Event {
	t := m.trigger
	if t == nil || t.unit == nil {
		return nil
	}
	if in.Timer {
		if !t.scheduled || t.next == 0 || in.Command != t.timerID() {
			return nil
		}
		next := m.schedule(max(at, t.next))
		if len(t.firings) > 0 || in.At.Sub(t.next.time()) > missedAfter {
			return []core.Event{next}
		}
		event := fmt.Sprintf(`{"scheduleTime":%q}`, t.next.time().Format("2006-01-02T15:04:05Z"))
		return []core.Event{&triggerFired{T: at, N: t.count + 1, D: []byte(event)}, next}
	}
	f, res := t.firing(in.Command), (*firingResult)(nil)
	if res, _ = in.Result.(*firingResult); f == nil || res == nil {
		return nil
	}
	inline, evs := spread(res.outputs)
	return append(evs, &firingEnded{T: at, N: f.Number, Status: res.status, Message: m.vault.Scrub(res.message), D: inline})
}

// decideFire fires a trigger by hand, or for an event.
func (m *machine) decideFire(r *fireRequest, at stamp) ([]core.Event, error) {
	t := m.trigger
	kinds := map[TriggerType]WaitKind{TimerTrigger: WaitTimer, EventTrigger: WaitEvent, AlarmTrigger: WaitAlarm}
	kind, ok := kinds[r.kind]
	if !ok {
		return nil, &ParameterError{"Type", fmt.Sprintf("is %q, it must be Timer, Event or Alarm", r.kind)}
	}
	if t == nil || t.unit == nil || t.unit.wait != kind || m.root.stopped {
		return nil, m.illegal(m.root, triggerOperation, "no trigger of that type waits")
	}
	if kind == WaitTimer && len(t.firings) > 0 {
		return nil, m.illegal(m.root, triggerOperation, "the last firing has not ended")
	}
	inline, evs := spread(m.conceal(r.content, nil).AppendJSON(nil))
	return append(evs, &triggerFired{T: at, N: t.count + 1, D: inline, Manual: true}), nil
}

func (m *machine) evolveTrigger(ev core.Event) {
	t := m.trigger
	if f, ok := ev.(*triggerFired); ok {
		event := slices.Clone(m.gather(f.D))
		if t == nil || t.unit == nil {
			return
		}
		if len(t.firings) == 0 {
			m.waiting(t.unit.exec, -1)
		}
		t.count = f.N
		g := &firing{Number: f.N, At: f.T, Event: event}
		t.firings = append(t.firings, g)
		m.due(g.id())
		return
	}
	if f, ok := ev.(*firingEnded); ok {
		outputs := slices.Clone(m.gather(f.D))
		if t == nil || t.unit == nil {
			return
		}
		i := slices.IndexFunc(t.firings, func(g *firing) bool { return g.Number == f.N })
		if i < 0 {
			return
		}
		t.last = t.firings[i]
		t.last.Status, t.last.Message, t.last.Outputs, t.last.Event = f.Status, f.Message, outputs, nil
		if f.Status == Success {
			t.lastGood = t.last.At
		}
		if t.firings = slices.Delete(t.firings, i, i+1); len(t.firings) == 0 {
			m.waiting(t.unit.exec, 1)
		}
		m.attendTo(t.unit.exec)
		return
	}
	if f, ok := ev.(*triggerScheduled); ok && t != nil && t.unit != nil {
		t.scheduled, t.next = true, f.Next
		t.seq++
		if f.Next != 0 {
			m.due(t.timerID())
		}
		m.attendTo(t.unit.exec)
	}
}

// stopFirings tells the children of a trigger to stop.
func (m *machine) stopFirings() {
	t := m.trigger
	if t == nil || t.unit == nil {
		return
	}
	if t.scheduled && t.next != 0 {
		m.withdraw(t.timerID())
		t.next = 0
	}
	for _, f := range t.firings {
		m.withdraw(f.id())
		f.Seq++
		f.Cancel = true
		m.due(f.id())
	}
}

// fired is the trigger's task in a child that it has started: its result is
// what fired it.
func (m *machine) fired(e *execution, k int, at stamp) []core.Event {
	raw, err := value.ParseJSON(m.event)
	if err != nil {
		raw = value.String(string(m.event))
	}
	return m.ends(&unit{exec: e, task: int32(k), item: -1, started: at}, raw, at)
}

// redacted gives a value as JSON for people.
func redacted(v value.Value) []byte {
	if v.IsAbsent() {
		return nil
	}
	return secret.Redact(v).AppendJSON(nil)
}

// zoneOf finds a time zone by its name; UTC for none.
func zoneOf(name string) (*time.Location, error) {
	if name = strings.TrimSpace(name); name == "" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("TimeZone %q is not known", name)
	}
	return zone, nil
}
