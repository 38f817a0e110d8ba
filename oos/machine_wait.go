package oos

import (
	"maps"
	"slices"

	"github.com/bianpai/bianpai/internal/value"
)

// waiter is what waits, and for what.
type waiter struct {
	Wait
	exec *execution
	task int
	unit *unit // nil: the execution or its loop itself
}

// unitsBelow lists the units under way in an execution and its children, in
// order.
func (m *machine) unitsBelow(e *execution) []*unit {
	var all []*unit
	add := func(u *unit) {
		if u == nil {
			return
		}
		all = append(all, u)
		if u.child != nil {
			all = append(all, m.unitsBelow(u.child)...)
		}
	}
	if e.cursor >= len(e.tasks) {
		return nil
	}
	r := &e.tasks[e.cursor]
	add(r.unit)
	if r.loop != nil {
		for _, i := range slices.Sorted(maps.Keys(r.loop.units)) {
			add(r.loop.units[i])
		}
	}
	return all
}

// waitsBelow lists what an execution and its children wait for.
func (m *machine) waitsBelow(e *execution) []waiter {
	var all []waiter
	if e.status.Final() || e.waits == 0 {
		return nil
	}
	if e.hold != waitNothing {
		all = append(all, m.waiter(e, e.cursor, nil, e.hold, e.since))
	}
	if e.cursor >= len(e.tasks) {
		return all
	}
	r := &e.tasks[e.cursor]
	if r.loop != nil && r.loop.paused {
		all = append(all, m.waiter(e, e.cursor, nil, WaitBatch, r.loop.since))
	}
	visit := func(u *unit) {
		switch {
		case u.state == doubtful:
			all = append(all, m.waiter(e, e.cursor, u, WaitInDoubt, u.since))
		case u.state == awaiting && (m.trigger == nil || m.trigger.unit != u || len(m.trigger.firings) == 0):
			all = append(all, m.waiter(e, e.cursor, u, u.wait, u.since))
		case u.child != nil:
			all = append(all, m.waitsBelow(u.child)...)
		}
	}
	if r.unit != nil {
		visit(r.unit)
	}
	if r.loop != nil {
		for _, i := range slices.Sorted(maps.Keys(r.loop.units)) {
			visit(r.loop.units[i])
		}
	}
	return all
}

func (m *machine) waiter(e *execution, task int, u *unit, kind WaitKind, since stamp) waiter {
	w := waiter{exec: e, task: task, unit: u}
	w.Wait = Wait{Kind: kind, ExecutionID: m.id(e.path), Since: since.time(), Next: kind.Next()}
	if task < len(e.tasks) {
		t := e.prog.tmpl.Tasks[task]
		w.TaskExecutionID, w.TaskName, w.TaskAction = m.id(taskPath(e.path, task)), t.Name, t.Action
		w.Reason = e.tasks[task].message
	}
	if u == nil {
		return w
	}
	w.TaskExecutionID = m.id(u.path())
	w.Approvals, w.Needed = slices.Clone(u.given), u.need
	switch kind {
	case WaitApproval:
		if props, err := m.render(u); err == nil {
			w.Approvers = approvers(props)
		}
	case WaitInDoubt:
		w.Reason = u.doubt.Error()
	case WaitTimer:
		w.NextFiring = m.trigger.next.time()
	}
	return w
}

// waitOf finds the one thing that an answer is for.
func (m *machine) waitOf(e *execution, operation NotifyType, taskName, taskID string, fits func(WaitKind) bool) (waiter, error) {
	var found []waiter
	for _, w := range m.waitsBelow(e) {
		named := taskName == "" || w.TaskName == taskName
		if fits(w.Kind) && named && (taskID == "" || w.TaskExecutionID == taskID) {
			found = append(found, w)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return waiter{}, m.illegal(e, string(operation), "nothing waits for it")
	}
	return waiter{}, &ParameterError{"TaskExecutionId", "is needed: several tasks wait"}
}

// outputsOf gives the outputs of a task by name, for people and parents.
func outputsOf(names []string, values []value.Value) value.Value {
	var entries []value.Entry
	for i, name := range names {
		if i < len(values) {
			entries = append(entries, value.Entry{Key: name, Value: values[i]})
		}
	}
	return value.Map(entries)
}
