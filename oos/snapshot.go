package oos

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
)

// A snapshot is a line of JSON, followed by the blobs that it refers to: what
// may be large is copied but once.

// blob refers to data behind the line, by its number from 1; 0: none.
type blob int

// blobs are the data behind the line.
type blobs [][]byte

func (b *blobs) add(data []byte) blob {
	if len(data) == 0 {
		return 0
	}
	*b = append(*b, data)
	return blob(len(*b))
}

func (b blobs) get(n blob) []byte {
	if n < 1 || int(n) > len(b) {
		return nil
	}
	return b[n-1]
}

// snapshotForm is the JSON of a machine.
type snapshotForm struct {
	Head     header        `json:"head"`
	Event    []byte        `json:"event,omitempty"`
	Programs []programForm `json:"programs"`
	Execs    []execForm    `json:"execs"` // parents before children
	Trigger  *triggerForm  `json:"trigger,omitempty"`
	Sealed   []byte        `json:"sealed,omitempty"`
	Sizes    []int         `json:"sizes,omitempty"` // of the blobs

	blobs blobs
}

type programForm struct {
	Key     string     `json:"key,omitempty"`
	Name    string     `json:"name"`
	Version string     `json:"version,omitempty"`
	Text    blob       `json:"text,omitempty"`
	Err     *TaskError `json:"err,omitempty"`
	Ready   bool       `json:"ready,omitempty"`
}

type execForm struct {
	X       string       `json:"x,omitempty"` // of the parent, with K and I its unit
	K       int32        `json:"k,omitempty"`
	I       int32        `json:"i,omitempty"`
	Began   stamp        `json:"began"`
	Ended   stamp        `json:"ended,omitempty"`
	Status  Status       `json:"status"`
	Message string       `json:"message,omitempty"`
	Failed  bool         `json:"failed,omitempty"`
	Cursor  int          `json:"cursor"`
	Steps   int          `json:"steps"`
	Hold    WaitKind     `json:"hold,omitempty"`
	Since   stamp        `json:"since,omitempty"`
	Cancel  string       `json:"cancel,omitempty"`
	Stopped bool         `json:"stopped,omitempty"`
	Values  blob         `json:"values,omitempty"`
	Tally   []FailedTask `json:"tally,omitempty"`
	Outputs blob         `json:"outputs,omitempty"`
	Tasks   []taskForm   `json:"tasks,omitempty"`
}

type taskForm struct {
	Status   Status    `json:"s,omitempty"`
	Attempt  int       `json:"a,omitempty"`
	Started  stamp     `json:"b,omitempty"`
	Ended    stamp     `json:"e,omitempty"`
	Message  string    `json:"m,omitempty"`
	Note     string    `json:"n,omitempty"`
	Gate     gate      `json:"g,omitempty"`
	Override blob      `json:"v,omitempty"`
	Outputs  blob      `json:"o,omitempty"`
	Raw      blob      `json:"r,omitempty"`
	Unit     *unitForm `json:"u,omitempty"`
	Loop     *loopForm `json:"l,omitempty"`
}

type unitForm struct {
	Item    int32      `json:"i,omitempty"`
	State   unitState  `json:"s"`
	Unsure  bool       `json:"x,omitempty"`
	Seq     int32      `json:"q,omitempty"`
	Attempt int        `json:"a,omitempty"`
	Limited int        `json:"l,omitempty"`
	Started stamp      `json:"b"`
	Until   stamp      `json:"u,omitempty"`
	Next    stamp      `json:"n,omitempty"`
	Since   stamp      `json:"w,omitempty"`
	Wait    WaitKind   `json:"k,omitempty"`
	Need    int        `json:"m,omitempty"`
	Given   []string   `json:"g,omitempty"`
	Load    string     `json:"t,omitempty"`
	Doubt   *TaskError `json:"d,omitempty"`
}

type loopForm struct {
	Batch   int          `json:"batch,omitempty"`
	Status  blob         `json:"status"` // an itemStatus for each item
	Paused  bool         `json:"paused,omitempty"`
	Since   stamp        `json:"since,omitempty"`
	Columns []blob       `json:"columns,omitempty"`
	Tally   []FailedTask `json:"tally,omitempty"`
	Units   []unitForm   `json:"units,omitempty"`
}

type triggerForm struct {
	Scheduled bool      `json:"scheduled,omitempty"`
	Next      stamp     `json:"next,omitempty"`
	Seq       int       `json:"seq,omitempty"`
	Count     int       `json:"count,omitempty"`
	Firings   []*firing `json:"firings,omitempty"`
	Last      *firing   `json:"last,omitempty"`
	LastGood  stamp     `json:"lastGood,omitempty"`
}

// Snapshot gives facts that bring a fresh machine to this state.
func (m *machine) Snapshot() []core.Event {
	if m.root == nil || m.fault() != nil {
		return nil // without the key the secrets stay where they are
	}
	form := snapshotForm{Head: m.head, Event: m.event, Trigger: m.trigger.form()}
	for _, key := range slices.Sorted(maps.Keys(m.programs)) {
		p := m.programs[key]
		form.Programs = append(form.Programs, programForm{p.key, p.name, p.version, form.blobs.add(p.text), p.err, p.ready})
	}
	m.saveExecution(&form, m.root)
	var err error
	if form.Sealed, err = m.vault.All(); err != nil {
		return nil
	}
	for _, data := range form.blobs {
		form.Sizes = append(form.Sizes, len(data))
	}
	data, err := json.Marshal(form)
	if err != nil {
		return nil
	}
	data = append(data, '\n')
	for _, b := range form.blobs {
		data = append(data, b...)
	}
	var evs []core.Event
	for part := range slices.Chunk(data, pieceSize) {
		evs = append(evs, &snapshotPiece{core.Piece{Bytes: part}})
	}
	return append(evs, &snapshotTaken{})
}

// wireBlob writes a value behind the line.
func (m *machine) wireBlob(form *snapshotForm, v value.Value) blob {
	if v.IsAbsent() {
		return 0
	}
	return form.blobs.add(v.AppendWire(nil, m.vault.Wire()))
}

func (m *machine) saveExecution(form *snapshotForm, e *execution) {
	f := execForm{
		Began: e.began, Ended: e.ended, Status: e.status, Message: e.message, Failed: e.failed, Cursor: e.cursor, Steps: e.steps,
		Hold: e.hold, Since: e.since, Cancel: e.cancel, Stopped: e.stopped, Tally: e.tally, Outputs: m.wireBlob(form, e.outputs),
	}
	if u := e.parent; u != nil {
		f.X, f.K, f.I = u.exec.path, u.task, u.number()
	}
	if e.outer == nil {
		f.Values = form.blobs.add(e.values.AppendWire(nil, m.vault.Wire()))
	}
	var children []*execution
	f.Tasks = make([]taskForm, len(e.tasks))
	for i := range e.tasks {
		f.Tasks[i] = m.saveTask(form, &e.tasks[i], &children)
	}
	form.Execs = append(form.Execs, f)
	for _, child := range children {
		m.saveExecution(form, child)
	}
}

func (m *machine) saveTask(form *snapshotForm, r *taskRun, children *[]*execution) taskForm {
	f := taskForm{
		Status: r.status, Attempt: r.attempt, Started: r.started, Ended: r.ended, Message: r.message, Note: r.note,
		Gate: r.gate, Override: m.wireBlob(form, r.override), Raw: m.wireBlob(form, r.raw),
	}
	if len(r.outputs) > 0 {
		f.Outputs = m.wireBlob(form, value.List(r.outputs))
	}
	if r.unit != nil {
		f.Unit = r.unit.form(children)
	}
	if l := r.loop; l != nil {
		f.Loop = &loopForm{Batch: l.batch, Paused: l.paused, Since: l.since, Tally: l.tally}
		status := make([]byte, len(l.status))
		for i, s := range l.status {
			status[i] = byte(s)
		}
		f.Loop.Status = form.blobs.add(status)
		for i := range l.columns {
			f.Loop.Columns = append(f.Loop.Columns, m.wireBlob(form, value.List(l.column(i))))
		}
		for _, i := range slices.Sorted(maps.Keys(l.units)) {
			f.Loop.Units = append(f.Loop.Units, *l.units[i].form(children))
		}
	}
	return f
}

func (u *unit) form(children *[]*execution) *unitForm {
	f := &unitForm{
		Item: u.item, State: u.state, Unsure: u.unsure, Seq: u.seq, Attempt: u.attempt, Limited: u.limited, Started: u.started,
		Until: u.until, Next: u.next, Since: u.since, Wait: u.wait, Need: u.need, Given: u.given, Load: u.load,
	}
	if u.state == doubtful {
		f.Doubt = &u.doubt
	}
	if u.child != nil {
		*children = append(*children, u.child)
	}
	return f
}

func (t *trigger) form() *triggerForm {
	if t == nil {
		return nil
	}
	return &triggerForm{Scheduled: t.scheduled, Next: t.next, Seq: t.seq, Count: t.count, Firings: t.firings, Last: t.last, LastGood: t.lastGood}
}
