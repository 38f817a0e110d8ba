package oos

import (
	"slices"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
)

// unitAt finds a unit that is under way.
func (m *machine) unitAt(x string, k, number int32) *unit {
	e := m.execs[x]
	if e == nil || k < 0 || int(k) >= len(e.tasks) {
		return nil
	}
	r := &e.tasks[k]
	if number == 0 {
		return r.unit
	}
	if r.loop == nil {
		return nil
	}
	return r.loop.units[number-1]
}

// fly puts a unit's command in flight.
func (m *machine) fly(u *unit) {
	id := u.command()
	m.flights[id] = u
	m.due(id)
}

// land takes a unit's command out of flight; one that was not answered is
// withdrawn.
func (m *machine) land(u *unit, answered bool) {
	id := u.command()
	if m.flights[id] != u {
		return
	}
	delete(m.flights, id)
	if !answered {
		m.withdraw(id)
	}
}

func (m *machine) unitStarts(e *execution, f *unitStarted) {
	u := &unit{exec: e, task: f.K, item: f.I - 1, started: f.T, until: f.Until, wait: f.Wait, need: f.Need}
	r := &e.tasks[f.K]
	if f.I < 0 {
		return
	}
	if f.I == 0 {
		if r.unit != nil {
			return
		}
		m.beginRun(e, int(f.K), f.T)
		r.unit = u
	} else {
		l := r.loop
		if l == nil || int(u.item) >= len(l.status) || l.status[u.item] != itemPending {
			return
		}
		l.begin(u)
	}
	if f.props != nil {
		u.props, u.rendered = *f.props, true
	}
	if m.keep {
		if v, err := m.render(u); err == nil && u.item < 0 {
			r.props = secret.Redact(v)
		}
	}
	t := u.template()
	switch act := actionOf(t); {
	case act.kind == childAction && t.Inner != nil:
		u.state = loading
		m.loaded(u)
	case act.kind == childAction:
		m.load(u, f.Load)
	case act.kind == triggerAction:
		u.state, u.since = awaiting, f.T
		m.waiting(e, 1)
		m.triggerStarts(u)
	case act.kind == personAction:
		u.state, u.since = awaiting, f.T
		m.waiting(e, 1)
		if act.do != nil {
			m.fly(u)
		}
	case act.kind == timerAction:
		u.state = sleeping
		m.fly(u)
	default:
		m.fly(u)
	}
}

// leave takes a unit out of all that knows of it.
func (m *machine) leave(u *unit) {
	m.land(u, u.state == calling || u.state == sleeping)
	switch u.state {
	case awaiting:
		if m.trigger != nil && m.trigger.unit == u {
			m.triggerStops()
		} else {
			m.waiting(u.exec, -1)
		}
	case doubtful:
		m.doubts--
		if l := u.run().loop; l != nil {
			l.doubts--
		}
		m.waiting(u.exec, -1)
	case loading:
		if p := m.programs[u.load]; p != nil {
			p.waiters = slices.DeleteFunc(p.waiters, func(other *unit) bool { return other == u })
		}
	case loadDone:
		u.exec.dropLoaded(u)
	}
}

// unitEnds is the end of a unit, good or, with failed, bad. One that never
// began ends too: its properties could not be rendered.
func (m *machine) unitEnds(e *execution, k, number int32, at stamp, outputs []value.Value, failed *unitFailed, sealed []byte) {
	_ = m.vault.Unseal(sealed) // a failure is remembered in the vault
	if number < 0 {
		return
	}
	u := m.unitAt(e.path, k, number)
	if u == nil {
		u = &unit{exec: e, task: k, item: number - 1, started: at}
		if number == 0 {
			m.beginRun(e, int(k), at)
		}
	} else {
		if failed != nil && failed.Cancelled {
			m.land(u, false)
		}
		m.leave(u)
	}
	if number == 0 {
		m.taskUnitEnds(u, at, outputs, failed)
		return
	}
	l := e.tasks[k].loop
	if l == nil || int(u.item) >= len(l.status) {
		return
	}
	message := ""
	switch {
	case failed == nil:
		l.end(u.item, itemDone)
		l.keep(u.item, outputs)
	case failed.Cancelled:
		message = failed.Err.Error()
		l.end(u.item, itemCancelled)
	default:
		message = failed.Err.Error()
		l.end(u.item, itemFailed)
		if len(l.tally) < maxTally {
			l.tally = append(l.tally, FailedTask{TaskExecutionID: m.id(u.path()), TaskName: u.template().Name, TaskAction: u.template().Action, Message: message})
		}
	}
	if m.keep {
		l.remember(u, at, message, outputs)
	}
	m.attendTo(e)
}

// taskUnitEnds is the end of a task without a loop.
func (m *machine) taskUnitEnds(u *unit, at stamp, outputs []value.Value, failed *unitFailed) {
	r, own := u.run(), len(u.template().Outputs)
	r.outputs, r.raw = outputs, value.Value{}
	if len(outputs) > own {
		r.outputs, r.raw = outputs[:own], outputs[own]
	}
	switch {
	case failed == nil:
		m.taskEnds(u.exec, int(u.task), Success, "", at)
	case failed.Cancelled:
		m.taskEnds(u.exec, int(u.task), Cancelled, failed.Err.Error(), at)
	default:
		m.taskEnds(u.exec, int(u.task), Failed, failed.Err.Error(), at)
	}
}

// evolveUnit folds a fact about a unit that goes on.
func (m *machine) evolveUnit(e *execution, ev core.Event) {
	switch f := ev.(type) {
	case *unitRetried:
		if u := m.unitAt(f.X, f.K, f.I); u != nil {
			m.land(u, true)
			if u.next = f.Next; f.Err.limited() {
				u.limited = f.Attempt
			} else {
				u.attempt = f.Attempt
			}
			u.seq++
			m.fly(u)
		}
	case *unitDoubted:
		if u := m.unitAt(f.X, f.K, f.I); u != nil && u.state == calling {
			m.land(u, true)
			u.state, u.doubt, u.since = doubtful, f.Err, f.T
			m.doubts++
			if l := u.run().loop; l != nil {
				l.doubts++
			}
			m.waiting(e, 1)
			m.attendTo(e)
		}
	case *unitSettled:
		if u := m.unitAt(f.X, f.K, f.I); u != nil && u.state == doubtful {
			m.leave(u)
			u.state, u.next = calling, 0
			u.seq++
			m.fly(u)
			m.attendTo(e)
		}
	case *unitApproved:
		if u := m.unitAt(f.X, f.K, 0); u != nil {
			u.given = append(u.given, f.By)
			u.run().note = f.Note
		}
	case *noticeSent:
		if u := m.unitAt(f.X, f.K, 0); u != nil {
			m.land(u, true)
			u.seq = -1 // nothing is in flight any more
		}
	}
}
