package oos

import (
	"fmt"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// Evolve folds one fact. It takes every fact ever written; what does not fit
// the state (a record of a release that is newer) is passed over.
func (m *machine) Evolve(ev core.Event) {
	switch f := ev.(type) {
	case *piece:
		m.pieces = append(m.pieces, f.Bytes...)
	case *snapshotPiece:
		m.snapshot = append(m.snapshot, f.Bytes...)
	case *snapshotTaken:
		m.restore()
	case *templateLoaded:
		m.evolveTemplate(f)
	case *executionBegan:
		m.evolveBegan(f)
	case *triggerScheduled, *triggerFired, *firingEnded:
		m.evolveTrigger(ev)
	default:
		if x, k, ok := placeOf(ev); ok {
			if e := m.execs[x]; e != nil && !e.status.Final() && k >= 0 && int(k) < len(e.tasks) {
				m.evolveTask(e, int(k), ev)
			}
			return
		}
		m.evolveExecution(ev)
	}
}

// placeOf gives the execution and task that a fact is about.
func placeOf(ev core.Event) (x string, k int32, ok bool) {
	switch f := ev.(type) {
	case *unitStarted:
		return f.X, f.K, true
	case *unitDone:
		return f.X, f.K, true
	case *unitFailed:
		return f.X, f.K, true
	case *unitRetried:
		return f.X, f.K, true
	case *unitDoubted:
		return f.X, f.K, true
	case *unitSettled:
		return f.X, f.K, true
	case *unitApproved:
		return f.X, f.K, true
	case *noticeSent:
		return f.X, f.K, true
	case *taskSkipped:
		return f.X, f.K, true
	case *choiceMade:
		return f.X, f.K, true
	case *loopStarted:
		return f.X, f.K, true
	case *loopPaused:
		return f.X, f.K, true
	case *batchEntered:
		return f.X, f.K, true
	case *loopEnded:
		return f.X, f.K, true
	case *held:
		return f.X, f.K, true
	case *released:
		return f.X, f.K, true
	case *taskChosen:
		return f.X, f.K, true
	}
	return "", 0, false
}

func (m *machine) evolveExecution(ev core.Event) {
	switch f := ev.(type) {
	case *cancelAsked:
		if e := m.execs[f.X]; e != nil && !e.status.Final() {
			e.stopped, e.cancel = true, f.Reason
			m.resume(e)
			if e == m.root {
				m.stopFirings()
			}
			m.attendTo(e)
		}
	case *executionEnded:
		if e := m.execs[f.X]; e != nil && !e.status.Final() {
			m.evolveEnded(e, f)
		}
	}
}

func (m *machine) evolveTemplate(f *templateLoaded) {
	text := m.gather(f.D)
	p := m.programs[f.Key]
	if p == nil {
		p = &program{key: f.Key}
		m.programs[f.Key] = p
	}
	if p.ready {
		return
	}
	p.name, p.version, p.err, p.ready = f.Name, f.Version, f.Err, true
	if p.err == nil {
		p.text, p.hash = text, hashOf(text)
		p.tmpl = f.tmpl
	}
	if p.err == nil && p.tmpl == nil {
		var err error
		if p.tmpl, err = m.set.templates.parse(f.Name, text, f.Key != ""); err != nil {
			p.err = &TaskError{Code: "InvalidTemplate", Message: err.Error()}
			if f.Key == "" {
				m.broken = fmt.Errorf("the execution's template cannot be read by this release: %w", err)
			}
		}
	}
	if p.tmpl != nil {
		p.raws = rawResults(p.tmpl)
	}
	for i, other := range m.loads {
		if other == p {
			m.loads = append(m.loads[:i:i], m.loads[i+1:]...)
			break
		}
	}
	for _, u := range p.waiters {
		m.loaded(u)
	}
	p.waiters = nil
}

// loaded lets a unit go whose template has come.
func (m *machine) loaded(u *unit) {
	if u.state == loading {
		u.state = loadDone
		u.exec.loaded = append(u.exec.loaded, u)
		m.attendTo(u.exec)
	}
}

// load makes a unit wait for its template.
func (m *machine) load(u *unit, key string) {
	u.state, u.load = loading, key
	p := m.programs[key]
	if p == nil {
		p = &program{key: key}
		m.programs[key] = p
		m.loads = append(m.loads, p)
		m.due(loadPrefix + key)
	}
	if p.ready {
		m.loaded(u)
		return
	}
	p.waiters = append(p.waiters, u)
}

func (m *machine) evolveBegan(f *executionBegan) {
	data := m.gather(f.D)
	_ = m.vault.Unseal(f.Sealed) // a failure is remembered in the vault
	var e *execution
	if f.Root != nil {
		p := m.programs[""]
		if m.root != nil || p == nil {
			return
		}
		m.head, m.event = *f.Root, f.Event
		m.vault.SetOwner(m.head.ID)
		_ = m.vault.Unseal(f.Sealed)
		if p.tmpl == nil {
			p.tmpl = &runbook.Template{}
		}
		e = &execution{prog: p}
		m.root = e
	} else {
		u := m.unitAt(f.X, f.K, f.I)
		if u == nil || u.child != nil {
			return
		}
		e = m.newChild(u)
		u.child, u.state = e, parental
		u.exec.dropLoaded(u)
	}
	e.began, e.status = f.T, Running
	e.tasks = make([]taskRun, len(e.prog.tmpl.Tasks))
	if e.outer != nil {
		e.values = e.outer.values
	} else if e.values = f.values; e.values == nil && m.vault.Broken() == nil {
		var err error
		if e.values, err = runbook.LoadValues(data, m.vault.Open); err != nil {
			m.broken = fmt.Errorf("the parameters of execution %s cannot be read: %w", m.id(e.path), err)
		}
	}
	m.execs[e.path] = e
	if m.head.Mode == Debug && e.parent == nil && m.event == nil {
		m.wait(e, WaitDebug, f.T)
	}
	m.summary = nil
	m.attendTo(e)
}

// newChild makes the execution that a unit is the parent of.
func (m *machine) newChild(u *unit) *execution {
	t := u.template()
	e := &execution{path: u.childPath(), parent: u, depth: u.exec.depth + 1}
	if e.prog = m.programs[u.load]; t.Inner != nil {
		e.prog = newProgram("", t.Name, "", t.Inner)
	}
	if e.prog == nil || e.prog.tmpl == nil {
		e.prog = newProgram("", t.Name, "", &runbook.Template{})
	}
	if t.Action == runbook.LoopAction {
		e.outer, e.item = u.exec, u.itemOf()
	}
	return e
}

func (e *execution) dropLoaded(u *unit) {
	for i, other := range e.loaded {
		if other == u {
			e.loaded = append(e.loaded[:i], e.loaded[i+1:]...)
			return
		}
	}
}

func (m *machine) evolveEnded(e *execution, f *executionEnded) {
	data := m.gather(f.D)
	_ = m.vault.Unseal(f.Sealed)
	m.resume(e)
	e.status, e.ended = f.Status, f.T
	if f.Message != "" && e.message == "" {
		e.message = f.Message
	}
	if f.outputs != nil {
		e.outputs = *f.outputs
	} else {
		e.outputs, _ = m.vault.Parse(data)
	}
	m.summary = nil
	if e.parent != nil && !m.keep {
		delete(m.execs, e.path)
	}
}

// readOutputs gives the outputs of a unit: as decided, or from the record.
func (m *machine) readOutputs(decided []value.Value, inline []byte) []value.Value {
	data := m.gather(inline)
	if decided != nil || len(data) == 0 {
		return decided
	}
	v, err := m.vault.Parse(data)
	if err != nil {
		return nil
	}
	out := make([]value.Value, v.Len())
	for i := range out {
		out[i] = v.At(i)
	}
	return out
}
