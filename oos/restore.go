package oos

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// restore takes the state from the snapshot's pieces. A reader of the whole
// journal, which knows the state already, passes it over.
func (m *machine) restore() {
	var form snapshotForm
	data := m.snapshot
	if m.snapshot = nil; m.root != nil {
		return
	}
	if err := form.read(data); err != nil || len(form.Execs) == 0 {
		m.broken = fmt.Errorf("the snapshot of the execution cannot be read: %w", err)
		return
	}
	m.head, m.event = form.Head, form.Event
	m.vault.SetOwner(m.head.ID)
	_ = m.vault.Unseal(form.Sealed) // a failure is remembered in the vault
	for i := range form.Programs {
		m.restoreProgram(&form.Programs[i], form.blobs)
	}
	if f := form.Trigger; f != nil { // its unit, if it still waits, comes with its execution
		m.trigger = &trigger{
			scheduled: f.Scheduled, next: f.Next, seq: f.Seq, count: f.Count, firings: f.Firings, last: f.Last, lastGood: f.LastGood,
		}
	}
	for i := range form.Execs {
		m.restoreExecution(&form.Execs[i], form.blobs)
	}
}

// read takes the line and the blobs behind it apart.
func (form *snapshotForm) read(data []byte) error {
	line, rest, _ := bytes.Cut(data, []byte("\n"))
	if err := json.Unmarshal(line, form); err != nil {
		return err
	}
	for _, size := range form.Sizes {
		if size < 0 || size > len(rest) {
			return fmt.Errorf("%d bytes are missing", size-len(rest))
		}
		form.blobs = append(form.blobs, rest[:size:size])
		rest = rest[size:]
	}
	return nil
}

func (m *machine) restoreProgram(f *programForm, b blobs) {
	p := &program{key: f.Key}
	m.programs[f.Key] = p
	if !f.Ready {
		m.loads = append(m.loads, p)
		return
	}
	m.evolveTemplate(&templateLoaded{Key: f.Key, Name: f.Name, Version: f.Version, Err: f.Err, D: b.get(f.Text)})
}

// restoreExecution makes an execution whose parent is there already.
func (m *machine) restoreExecution(f *execForm, b blobs) {
	e := &execution{}
	if m.root == nil {
		m.root = e
		if e.prog = m.programs[""]; e.prog == nil || e.prog.tmpl == nil {
			e.prog = newProgram("", m.head.TemplateName, "", &runbook.Template{})
		}
	} else {
		u := m.unitAt(f.X, f.K, f.I)
		if u == nil {
			return
		}
		e = m.newChild(u)
		u.child = e
	}
	e.began, e.ended, e.status, e.message, e.failed = f.Began, f.Ended, f.Status, f.Message, f.Failed
	e.cursor, e.steps, e.cancel, e.stopped, e.tally = f.Cursor, f.Steps, f.Cancel, f.Stopped, f.Tally
	if f.Hold != waitNothing {
		m.wait(e, f.Hold, f.Since)
	}
	if e.outer != nil {
		e.values = e.outer.values
	} else if m.vault.Broken() == nil {
		var err error
		if e.values, err = runbook.LoadValues(b.get(f.Values), m.vault.Open); err != nil {
			m.broken = fmt.Errorf("the parameters of execution %s cannot be read: %w", m.id(e.path), err)
		}
	}
	e.outputs, _ = m.vault.Parse(b.get(f.Outputs))
	m.execs[e.path] = e
	e.tasks = make([]taskRun, len(e.prog.tmpl.Tasks))
	n := min(len(e.tasks), len(f.Tasks))
	for i := range n {
		m.restoreTask(&e.tasks[i], &f.Tasks[i], b)
	}
	for i := range n { // with the outputs of all at hand
		if l := f.Tasks[i].Loop; l != nil {
			m.restoreLoop(e, i, l, b)
		}
		if u := f.Tasks[i].Unit; u != nil {
			e.tasks[i].unit = m.restoreUnit(e, i, u)
		}
	}
	m.attendTo(e)
}

func (m *machine) restoreTask(r *taskRun, f *taskForm, b blobs) {
	r.status, r.attempt, r.started, r.ended = f.Status, f.Attempt, f.Started, f.Ended
	r.message, r.note, r.gate = f.Message, f.Note, f.Gate
	r.override, _ = m.vault.Parse(b.get(f.Override))
	r.raw, _ = m.vault.Parse(b.get(f.Raw))
	r.outputs = m.listOf(b.get(f.Outputs))
}

func (m *machine) listOf(wire []byte) []value.Value {
	v, err := m.vault.Parse(wire)
	if err != nil || v.Len() == 0 {
		return nil
	}
	out := make([]value.Value, v.Len())
	for i := range out {
		out[i] = v.At(i)
	}
	return out
}

func (m *machine) restoreLoop(e *execution, k int, f *loopForm, b blobs) {
	status := b.get(f.Status)
	r := &e.tasks[k]
	before := *r
	m.loopStarts(e, k, &loopStarted{K: int32(k), T: r.started, N: len(status)})
	l := r.loop
	e.steps-- // it was counted when it began
	*r = before
	r.loop = l
	if len(l.status) != len(status) {
		return
	}
	for i, s := range status {
		switch l.status[i] = itemStatus(s); l.status[i] {
		case itemDone:
			l.done++
		case itemFailed, itemCancelled:
			l.failed++
		}
	}
	l.enter(f.Batch, m.head.Mode == Debug)
	l.tally = f.Tally
	if f.Paused {
		l.paused, l.since = true, f.Since
		m.waiting(e, 1)
	}
	for i := range f.Columns {
		l.columns = append(l.columns, m.listOf(b.get(f.Columns[i])))
	}
	for i := range f.Units {
		u := m.restoreUnit(e, k, &f.Units[i])
		l.ready.Start(int(u.item))
		l.units[u.item] = u
		l.open++
		if u.state == doubtful {
			l.doubts++
		}
	}
}

func (m *machine) restoreUnit(e *execution, k int, f *unitForm) *unit {
	u := &unit{
		exec: e, task: int32(k), item: f.Item, state: f.State, unsure: f.Unsure, seq: f.Seq, attempt: f.Attempt, limited: f.Limited,
		started: f.Started, until: f.Until, next: f.Next, since: f.Since, wait: f.Wait, need: f.Need, given: f.Given, load: f.Load,
	}
	switch u.state {
	case calling, sleeping:
		m.fly(u)
	case awaiting:
		act := actionOf(u.template())
		if act.kind == triggerAction && m.trigger != nil {
			m.trigger.unit = u
		}
		if m.trigger == nil || m.trigger.unit != u || len(m.trigger.firings) == 0 {
			m.waiting(e, 1)
		}
		if act.do != nil && u.seq >= 0 {
			m.fly(u)
		}
	case doubtful:
		if f.Doubt != nil {
			u.doubt = *f.Doubt
		}
		m.doubts++
		m.waiting(e, 1)
	case loading:
		if p := m.programs[u.load]; p != nil {
			p.waiters = append(p.waiters, u)
		}
	case loadDone:
		e.loaded = append(e.loaded, u)
	}
	return u
}
