package oos

import (
	"slices"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
)

// evolveTask folds a fact about a task.
func (m *machine) evolveTask(e *execution, k int, ev core.Event) {
	r := &e.tasks[k]
	switch f := ev.(type) {
	case *unitStarted:
		m.unitStarts(e, f)
	case *unitDone:
		m.unitEnds(e, f.K, f.I, f.T, m.readOutputs(f.outputs, f.D), nil, f.Sealed)
	case *unitFailed:
		m.unitEnds(e, f.K, f.I, f.T, m.readOutputs(f.outputs, f.D), f, f.Sealed)
	case *taskSkipped:
		m.taskSkips(e, k, f)
	case *choiceMade:
		m.beginRun(e, k, f.T)
		r.status, r.ended = Success, f.T
		m.follow(e, e.prog.tmpl.Jump(k, f.Next), f.T)
	case *loopStarted:
		m.loopStarts(e, k, f)
	case *loopPaused, *batchEntered, *loopEnded:
		if r.loop != nil {
			m.evolveLoop(e, k, ev)
		}
	case *held:
		m.wait(e, f.Wait, f.T)
	case *released:
		r.gate, r.note = confirmed, f.Note
		m.resume(e)
		m.attendTo(e)
	case *taskChosen:
		m.taskGoes(e, k, f)
	default:
		m.evolveUnit(e, ev)
	}
}

// beginRun is the start of a task.
func (m *machine) beginRun(e *execution, k int, at stamp) {
	r := &e.tasks[k]
	*r = taskRun{status: Running, attempt: r.attempt + 1, started: at, note: r.note, override: r.override}
	e.steps++
}

// follow moves control to a task; in mode Debug a person says when it runs.
func (m *machine) follow(e *execution, to int, at stamp) {
	e.cursor = to
	if m.head.Mode == Debug && e.parent == nil && m.event == nil && !e.stopped {
		m.wait(e, WaitDebug, at)
	}
	m.attendTo(e)
}

// taskEnds is the end of a task that was begun.
func (m *machine) taskEnds(e *execution, k int, status Status, message string, at stamp) {
	r, t := &e.tasks[k], e.prog.tmpl.Tasks[k]
	r.status, r.ended, r.message, r.unit, r.override = status, at, message, nil, value.Value{}
	switch {
	case status == Success && runbook.IsTrigger(t.Action) && m.event == nil:
		m.follow(e, len(e.tasks), at)
	case status == Success:
		m.follow(e, e.prog.tmpl.Jump(k, t.OnSuccess), at)
	case status == Cancelled:
		m.follow(e, k, at)
	default:
		m.taskFails(e, k, message, at)
	}
}

func (m *machine) taskFails(e *execution, k int, message string, at stamp) {
	t := e.prog.tmpl.Tasks[k]
	e.tally = append(e.tally, FailedTask{TaskExecutionID: m.id(taskPath(e.path, k)), TaskName: t.Name, TaskAction: t.Action, Message: message})
	if e.message == "" {
		e.message = "task " + t.Name + " failed: " + message
		m.summary = nil
	}
	if m.head.Mode == FailurePause && !e.stopped {
		m.wait(e, WaitFailure, at)
		return
	}
	m.failureCounts(e, k)
	target := t.OnError
	if target == "" {
		target = runbook.End
	}
	m.follow(e, e.prog.tmpl.Jump(k, target), at)
}

// failureCounts makes a failure count for the end of the execution, unless the
// template says otherwise.
func (m *machine) failureCounts(e *execution, k int) {
	t := e.prog.tmpl.Tasks[k]
	handled := m.head.Handled && t.OnError != "" && t.OnError != runbook.End
	if t.IsCritical && !handled {
		e.failed = true
	}
}

func (m *machine) taskSkips(e *execution, k int, f *taskSkipped) {
	r, t := &e.tasks[k], e.prog.tmpl.Tasks[k]
	failed := r.status == Failed
	*r = taskRun{status: Skipped, attempt: r.attempt, started: f.T, ended: f.T, note: f.Note}
	m.resume(e)
	if !failed {
		e.steps++
		m.follow(e, k+1, f.T)
		return
	}
	// A person skips a task that failed: as after success, without outputs.
	m.forgive(e, k)
	m.follow(e, e.prog.tmpl.Jump(k, t.OnSuccess), f.T)
}

// forgive takes back that a task failed.
func (m *machine) forgive(e *execution, k int) {
	name := e.prog.tmpl.Tasks[k].Name
	e.tally = slices.DeleteFunc(e.tally, func(f FailedTask) bool { return f.TaskName == name })
	if e.message = ""; len(e.tally) > 0 {
		e.message = "task " + e.tally[0].TaskName + " failed: " + e.tally[0].Message
	}
	m.summary = nil
}

// taskGoes is a person's word that a task runs: next, or again.
func (m *machine) taskGoes(e *execution, k int, f *taskChosen) {
	r := &e.tasks[k]
	data := m.gather(f.D)
	_ = m.vault.Unseal(f.Sealed)
	r.override, _ = m.vault.Parse(data)
	r.gate, r.note = chosen, f.Note
	m.resume(e)
	e.cursor = k
	again := f.Again && r.status == Failed
	if again {
		m.forgive(e, k)
	}
	if l := r.loop; again && l != nil {
		r.status, r.ended, r.message = Running, 0, ""
		r.attempt++
		l.again(f.Items, m.head.Mode == Debug)
	} else {
		r.status, r.loop = "", nil
	}
	m.attendTo(e)
}

func (m *machine) loopStarts(e *execution, k int, f *loopStarted) {
	m.beginRun(e, k, f.T)
	l := f.begun
	if l == nil && m.fault() == nil {
		var err error
		if l, err = m.makeLoop(e, k, f.T); err != nil || l.items.Len() != f.N {
			m.broken = &StateError{Execution: m.id(e.path), Operation: "resuming", Status: e.status, Reason: "this release reads the items of task " + e.prog.tmpl.Tasks[k].Name + " in another way: " + reason(err)}
		}
	}
	if l == nil { // to be looked at only
		n := min(max(f.N, 0), mostUnread)
		l = newLoop(value.List(make([]value.Value, n)), runbook.Rate{Mode: runbook.ModeConcurrency, Items: n, Concurrency: 1, MaxErrors: n}, true)
	}
	if e.tasks[k].loop = l; m.keep {
		l.past = map[int32]*pastItem{}
	}
	m.attendTo(e)
}

// mostUnread bounds the items of a loop that cannot be read.
const mostUnread = 1 << 24

func reason(err error) string {
	if err == nil {
		return "their number is another"
	}
	return err.Error()
}

func (m *machine) evolveLoop(e *execution, k int, ev core.Event) {
	r := &e.tasks[k]
	l := r.loop
	switch f := ev.(type) {
	case *loopPaused:
		l.paused, l.since = true, f.T
		m.waiting(e, 1)
	case *batchEntered:
		if f.Batch < 0 || f.Batch >= max(l.rate.Batches(), 1) {
			return
		}
		if l.paused {
			m.waiting(e, -1)
		}
		l.paused, l.since = false, 0
		if f.Note != "" {
			r.note = f.Note
		}
		l.enter(f.Batch, m.head.Mode == Debug)
		m.attendTo(e)
	case *loopEnded:
		if l.paused {
			l.paused, l.since = false, 0
			m.waiting(e, -1)
		}
		r.outputs, _ = l.aggregates(e.prog.tmpl.Tasks[k])
		if !m.keep && (f.Status != Failed || m.head.Mode != FailurePause) {
			r.loop = nil
		}
		m.taskEnds(e, k, f.Status, f.Message, f.T)
	}
}

// remember keeps what a reader of the journal tells of an item that has ended.
func (l *loop) remember(u *unit, at stamp, message string, outputs []value.Value) {
	l.past[u.item] = &pastItem{started: u.started, ended: at, message: message, outputs: outputs, props: secret.Redact(u.props)}
}
