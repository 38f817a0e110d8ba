package oos

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// maxSteps bounds the tasks that one execution enters: a template may jump back,
// and must not do so for ever.
const maxSteps = 10_000

// Advance gives the next facts that follow from the state alone. It looks only
// at executions of which something has changed.
func (m *machine) Advance(at time.Time) []core.Event {
	if m.root == nil || m.fault() != nil {
		return nil
	}
	for len(m.agenda) > 0 {
		last := len(m.agenda) - 1
		e := m.agenda[last]
		if !e.status.Final() {
			if evs := m.attend(e, stampOf(at)); len(evs) > 0 {
				return evs
			}
		}
		// There is nothing to decide until a fact puts it there again.
		e.queued = false
		m.agenda = m.agenda[:last]
	}
	return nil
}

func (m *machine) attend(e *execution, at stamp) []core.Event {
	if e.stopped {
		return m.unwind(e, at)
	}
	if len(e.loaded) > 0 {
		return m.beginChild(e.loaded[0], at)
	}
	if e.hold != waitNothing {
		return nil
	}
	if e.cursor < len(e.tasks) {
		r := &e.tasks[e.cursor]
		if r.loop != nil && r.status == Running {
			return m.advanceLoop(e, e.cursor, at)
		}
		if r.unit != nil {
			return m.advanceTrigger(r.unit, at)
		}
	}
	return m.enter(e, at)
}

// enter begins the task that control stands at, or ends the execution.
func (m *machine) enter(e *execution, at stamp) []core.Event {
	k, t := e.cursor, e.task()
	switch {
	case t == nil && e.failed:
		return m.finish(e, Failed, e.message, at)
	case t == nil:
		return m.finish(e, Success, "", at)
	case e.steps >= maxSteps:
		return m.finish(e, Failed, fmt.Sprintf("stopped after %d tasks: the template jumps back without end", maxSteps), at)
	}
	r := &e.tasks[k]
	if m.event != nil && e.parent == nil && runbook.IsTrigger(t.Action) {
		return m.fired(e, k, at)
	}
	if r.gate != chosen {
		run, err := m.at(e, at, e.item).Condition(t.When)
		if err != nil {
			return m.taskFault(e, k, at, err)
		}
		if !run {
			return []core.Event{&taskSkipped{X: e.path, K: int32(k), T: at}}
		}
	}
	if r.gate != confirmed && m.risky(e, k, at) {
		return []core.Event{&held{X: e.path, K: int32(k), T: at, Wait: WaitRisk}}
	}
	if t.Action == runbook.ChoiceAction {
		return m.chooses(e, k, at)
	}
	if loops(t) {
		l, err := m.makeLoop(e, k, at)
		if err != nil {
			return m.taskFault(e, k, at, err)
		}
		return []core.Event{&loopStarted{X: e.path, K: int32(k), T: at, N: l.items.Len(), begun: l}}
	}
	return m.start(e, k, -1, at)
}

// taskFault fails a task that could not begin.
func (m *machine) taskFault(e *execution, k int, at stamp, err error) []core.Event {
	return []core.Event{&unitFailed{X: e.path, K: int32(k), T: at, Err: m.clean(err)}}
}

// clean makes an error one of a task, without secrets.
func (m *machine) clean(err error) TaskError {
	e := *taskErrorOf(err)
	e.Message = m.vault.Scrub(e.Message)
	return e
}

// chooses decides an ACS::Choice.
func (m *machine) chooses(e *execution, k int, at stamp) []core.Event {
	t := e.prog.tmpl.Tasks[k]
	scope := m.at(e, at, e.item)
	target := t.DefaultTask
	for _, c := range t.Choices {
		is, err := scope.Condition(c.When)
		if err != nil {
			return m.taskFault(e, k, at, err)
		}
		if is {
			target = c.NextTask
			break
		}
	}
	return []core.Event{&choiceMade{X: e.path, K: int32(k), T: at, Next: target}}
}

// start begins a unit: its properties are rendered now, once.
func (m *machine) start(e *execution, k int, item int32, at stamp) []core.Event {
	u := &unit{exec: e, task: int32(k), item: item, started: at}
	ev := &unitStarted{X: e.path, K: u.task, I: u.number(), T: at}
	props, err := m.render(u)
	if err == nil {
		ev.props = &props
		if begin := actionOf(u.template()).begin; begin != nil {
			err = begin(u, props, ev)
		}
	}
	if err != nil {
		return []core.Event{&unitFailed{X: e.path, K: u.task, I: u.number(), T: at, Err: m.clean(err)}}
	}
	return []core.Event{ev}
}

// beginChild begins the child of a unit whose template has come.
func (m *machine) beginChild(u *unit, at stamp) []core.Event {
	t := u.template()
	ev := &executionBegan{X: u.exec.path, K: u.task, I: u.number(), T: at}
	if t.Action == runbook.LoopAction {
		return []core.Event{ev}
	}
	tmpl := t.Inner
	if tmpl == nil {
		p := m.programs[u.load]
		if p.err != nil {
			return m.fails(u, p.err, value.Value{}, at)
		}
		tmpl = p.tmpl
	}
	props, err := m.render(u)
	if err == nil {
		ev.values, err = m.bindChild(tmpl, u, props, at)
	}
	if err != nil {
		why := m.clean(err)
		why.Code = "InvalidParameter"
		return m.fails(u, &why, value.Value{}, at)
	}
	data := ev.values.AppendWire(nil, m.vault.Wire())
	if ev.Sealed, err = m.vault.Seal(); err != nil {
		m.vault.Forget()
		return m.fails(u, &TaskError{Code: "SecretFailed", Message: err.Error()}, value.Value{}, at)
	}
	inline, evs := spread(data)
	ev.D = inline
	return append(evs, ev)
}

// bindChild gives the parameters of a child their values. What a parent passes
// on is a value: a text in it that looks like a reference is none.
func (m *machine) bindChild(tmpl *Template, u *unit, props value.Value, at stamp) (*runbook.Values, error) {
	given := childParameters(u.template(), props)
	params := make(map[string]any, given.Len())
	for key, v := range given.Entries() {
		params[key] = v
	}
	values, err := tmpl.Bind(params, &runbook.World{
		AccountID: m.head.Account, Region: m.head.Region, ExecutionID: m.id(u.childPath()),
		ExecuteUser: m.head.User, UtilVersion: m.head.UtilVersion, Now: at.time(),
	})
	if err != nil {
		return nil, err
	}
	plain := map[string]value.Value{}
	for key, v := range given.Entries() {
		p := tmpl.Parameter(key)
		if p == nil || v.HasUnknown() {
			continue
		}
		if bound, _ := values.Get(p.Name); bound.HasUnknown() {
			plain[p.Name] = v
		}
	}
	return values.With(plain), nil
}

// finish ends an execution, and with a child the unit that it is of.
func (m *machine) finish(e *execution, status Status, message string, at stamp) []core.Event {
	outputs := m.outputsAtEnd(e, at)
	ev := &executionEnded{X: e.path, T: at, Status: status, Message: message, outputs: &outputs}
	var evs []core.Event
	if outputs.Len() > 0 {
		data := outputs.AppendWire(nil, m.vault.Wire())
		sealed, err := m.vault.Seal()
		if err != nil {
			m.vault.Forget()
			outputs = value.Map(nil)
			ev.Status, ev.Message = Failed, err.Error()
		} else {
			ev.Sealed = sealed
			ev.D, evs = spread(data)
		}
	}
	evs = append(evs, ev)
	if e.parent != nil {
		evs = append(evs, m.childEnded(e.parent, e, ev.Status, cmpMessage(ev.Message, e.message), outputs, at)...)
	}
	return evs
}

func cmpMessage(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// outputsAtEnd renders the outputs of an execution; what cannot be is null.
func (m *machine) outputsAtEnd(e *execution, at stamp) value.Value {
	scope := m.at(e, at, e.item)
	var entries []value.Entry
	for _, o := range e.prog.tmpl.Outputs {
		v, err := scope.Render(o.Value)
		if err != nil || v.IsAbsent() {
			v = value.Null()
		}
		entries = append(entries, value.Entry{Key: o.Name, Value: v})
	}
	return value.Map(entries)
}

// childEnded gives the facts that end a unit whose child has ended. Its raw
// result are the child's outputs, also if the child failed.
func (m *machine) childEnded(u *unit, child *execution, status Status, message string, raw value.Value, at stamp) []core.Event {
	scope := m.at(u.exec, at, u.itemOf())
	if child.outer != nil {
		// The outputs of an ACS::Loop refer to the tasks inside.
		inner := *m.at(child, at, child.item)
		inner.Template = u.exec.prog.tmpl
		scope = &inner
	}
	if status == Success {
		outputs, err := m.selectOutputs(u, raw, scope, false)
		if err == nil {
			return m.endsWith(u, outputs, raw, at)
		}
		status, message = Failed, err.Error()
	}
	if message == "" {
		message = "it was cancelled"
	}
	ev := &unitFailed{X: u.exec.path, K: u.task, I: u.number(), T: at,
		Cancelled: status == Cancelled && u.exec.stopped,
		Err:       TaskError{Code: "ChildExecution" + string(status), Message: m.id(child.path) + ": " + m.vault.Scrub(message)}}
	outputs, err := m.selectOutputs(u, raw, scope, true)
	return m.failsWith(ev, outputs, err)
}

// unwind stops an execution: its children first, then itself.
func (m *machine) unwind(e *execution, at stamp) []core.Event {
	why := TaskError{Code: "Cancelled", Message: e.cancel}
	var evs []core.Event
	under := false
	visit := func(u *unit) {
		switch {
		case u.child != nil:
			if under = true; !u.child.stopped {
				evs = append(evs, &cancelAsked{X: u.child.path, T: at, Reason: e.cancel})
			}
		case m.trigger != nil && m.trigger.unit == u && len(m.trigger.firings) > 0:
			under = true // they are told to stop, and waited for
		case u.state == calling && u.next == 0 && m.awaited(u):
			under = true // its effect is waited for
		default:
			evs = append(evs, &unitFailed{X: e.path, K: u.task, I: u.number(), T: at, Err: why, Cancelled: true})
		}
	}
	k := e.cursor
	if k < len(e.tasks) {
		r := &e.tasks[k]
		if r.unit != nil {
			visit(r.unit)
		}
		if r.loop != nil {
			for _, i := range slices.Sorted(maps.Keys(r.loop.units)) {
				visit(r.loop.units[i])
			}
		}
		switch {
		case len(evs) > 0 || under:
			return evs
		case r.loop != nil && r.status == Running:
			return []core.Event{&loopEnded{X: e.path, K: int32(k), T: at, Status: Cancelled, Message: e.cancel}}
		}
	}
	return m.finish(e, Cancelled, e.cancel, at)
}

func (m *machine) awaited(u *unit) bool {
	act := actionOf(u.template())
	if act.awaited == nil {
		return false
	}
	props, err := m.render(u)
	return err == nil && act.awaited(m, props)
}

// giveUp ends the units of a task at once, children included.
func (m *machine) giveUp(e *execution, k int, at stamp, message string) []core.Event {
	var evs []core.Event
	visit := func(u *unit) {
		why := TaskError{Code: "Cancelled", Message: message}
		if u.child != nil {
			if u.child.cursor < len(u.child.tasks) {
				evs = append(evs, m.giveUp(u.child, u.child.cursor, at, message)...)
			}
			evs = append(evs, &executionEnded{X: u.child.path, T: at, Status: Cancelled, Message: message})
		}
		evs = append(evs, &unitFailed{X: e.path, K: u.task, I: u.number(), T: at, Err: why, Cancelled: true})
	}
	r := &e.tasks[k]
	if r.unit != nil {
		visit(r.unit)
	}
	if r.loop != nil {
		for _, i := range slices.Sorted(maps.Keys(r.loop.units)) {
			visit(r.loop.units[i])
		}
	}
	return evs
}
