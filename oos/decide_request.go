package oos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// The requests that an execution's machine takes. path is that of the execution
// that is addressed: the root or a child.
type (
	beginRequest struct {
		head   *header
		text   []byte
		tmpl   *Template
		values *runbook.Values
		event  []byte
	}
	cancelRequest struct{ path, reason string }
	notifyRequest struct {
		path   string
		notice *Notice
		params value.Value // Notice.Parameters
		item   value.Value // Notice.LoopItem
	}
	settleRequest struct {
		path, task string
		took       bool
		response   value.Value
	}
	fireRequest struct {
		kind    TriggerType
		content value.Value
	}
)

func (m *machine) decideRequest(req any, at stamp) ([]core.Event, error) {
	if begin, ok := req.(*beginRequest); ok {
		return m.decideBegin(begin, at)
	}
	if m.root == nil {
		return nil, &NotFoundError{}
	}
	switch r := req.(type) {
	case *cancelRequest:
		e, err := m.addressed(r.path, "CancelExecution")
		if err != nil || e.stopped {
			return nil, err
		}
		return []core.Event{&cancelAsked{X: e.path, T: at, Reason: r.reason}}, nil
	case *notifyRequest:
		return m.decideNotify(r, at)
	case *settleRequest:
		return m.decideSettle(r, at)
	case *fireRequest:
		return m.decideFire(r, at)
	}
	return nil, fmt.Errorf("oos: request %T", req)
}

// addressed finds the execution that a request is about, which must not have
// ended.
func (m *machine) addressed(path, operation string) (*execution, error) {
	e := m.execs[path]
	if e == nil {
		return nil, &NotFoundError{Execution: m.id(path)}
	}
	if e.status.Final() {
		return nil, m.illegal(e, operation, e.message)
	}
	return e, nil
}

// illegal refuses an operation, and says which are legal.
func (m *machine) illegal(e *execution, operation, reason string) error {
	err := &StateError{Execution: m.id(e.path), Operation: operation, Status: e.shown(), Reason: reason}
	if e.status.Final() {
		return err
	}
	for _, w := range m.waitsBelow(e) {
		for _, next := range w.Next {
			if !slices.Contains(err.Next, next) {
				err.Next = append(err.Next, next)
			}
		}
	}
	if !slices.Contains(err.Next, cancelOperation) {
		err.Next = append(err.Next, cancelOperation)
	}
	return err
}

func (m *machine) decideBegin(r *beginRequest, at stamp) ([]core.Event, error) {
	if m.root != nil {
		return nil, nil // begun before: whoever asks looks whether it is the same
	}
	m.vault.SetOwner(r.head.ID)
	text, evs := spread(r.text)
	evs = append(evs, &templateLoaded{Name: r.head.TemplateName, Version: r.head.TemplateVersion, D: text, tmpl: r.tmpl})
	data := r.values.AppendWire(nil, m.vault.Wire())
	sealed, err := m.vault.Seal()
	if err != nil {
		m.vault.Forget()
		return nil, err
	}
	inline, pieces := spread(data)
	evs = append(evs, pieces...)
	return append(evs, &executionBegan{T: at, Root: r.head, Event: r.event, D: inline, Sealed: sealed, values: r.values}), nil
}

func (m *machine) decideNotify(r *notifyRequest, at stamp) ([]core.Event, error) {
	n := r.notice
	e, err := m.addressed(r.path, string(n.Type))
	if err != nil {
		return nil, err
	}
	switch n.Type {
	case Approve, Reject:
		return m.decideAnswer(e, n, at)
	case ExecuteTask, CancelTask, CompleteExecution:
		if m.head.Mode != Debug || e.parent != nil {
			return nil, m.illegal(e, string(n.Type), "its mode is "+string(m.head.Mode))
		}
		return m.decideDebug(e, r, at)
	case RetryTask, SkipTask:
		return m.decideFailed(e, r, at)
	}
	return nil, &ParameterError{"NotifyType", fmt.Sprintf("is %q, which is none", n.Type)}
}

// decideAnswer takes in a person's word on what waits for one.
func (m *machine) decideAnswer(e *execution, n *Notice, at stamp) ([]core.Event, error) {
	w, err := m.waitOf(e, n.Type, n.TaskName, n.TaskExecutionID, WaitKind.approvable)
	if err != nil {
		return nil, err
	}
	if n.Type == Reject {
		reason := "task " + w.Wait.TaskName + " was rejected"
		if n.User != "" {
			reason += " by " + n.User
		}
		if n.Note != "" {
			reason += ": " + n.Note
		}
		return []core.Event{&cancelAsked{X: e.path, T: at, Reason: m.vault.Scrub(reason)}}, nil
	}
	k := int32(w.task)
	note := m.vault.Scrub(n.Note)
	switch w.Wait.Kind {
	case WaitRisk:
		return []core.Event{&released{X: w.exec.path, K: k, T: at, By: n.User, Note: note}}, nil
	case WaitBatch:
		return []core.Event{&batchEntered{X: w.exec.path, K: k, Batch: w.exec.tasks[k].loop.batch + 1, Note: note}}, nil
	}
	by := userName(n.User)
	if len(w.Wait.Approvers) > 0 && !slices.Contains(w.Wait.Approvers, by) {
		return nil, &ParameterError{"User", fmt.Sprintf("is %q, whose approval does not count; approvers are %s", n.User, strings.Join(w.Wait.Approvers, ", "))}
	}
	if by != "" && slices.Contains(w.unit.given, by) {
		return nil, &ParameterError{"User", fmt.Sprintf("is %q, who has approved already", n.User)}
	}
	evs := []core.Event{&unitApproved{X: w.exec.path, K: k, T: at, By: by, Note: note}}
	if len(w.unit.given)+1 >= w.unit.need {
		evs = append(evs, m.ends(w.unit, value.Value{}, at)...)
	}
	return evs, nil
}

// decideDebug takes in a step of mode Debug.
func (m *machine) decideDebug(e *execution, r *notifyRequest, at stamp) ([]core.Event, error) {
	n := r.notice
	switch n.Type {
	case CancelTask:
		return m.decideCancelTask(e, n, at)
	case CompleteExecution:
		if e.hold != WaitDebug {
			return nil, m.illegal(e, string(n.Type), "a task is running")
		}
		if n.ExecutionStatus != Success && n.ExecutionStatus != Failed && n.ExecutionStatus != Cancelled {
			return nil, &ParameterError{"ExecutionStatus", "must be Success, Failed or Cancelled"}
		}
		return m.finish(e, n.ExecutionStatus, n.Note, at), nil
	}
	if e.hold != WaitDebug {
		return nil, m.illegal(e, string(n.Type), "a task is running")
	}
	k := e.cursor
	if n.TaskName != "" {
		t := e.prog.tmpl.Task(n.TaskName)
		if t == nil {
			return nil, &ParameterError{"TaskName", fmt.Sprintf("is %q, which is no task of the template", n.TaskName)}
		}
		k = t.Index
	}
	if k >= len(e.tasks) {
		return nil, m.illegal(e, string(n.Type), "all tasks have run; name one, or complete the execution")
	}
	return m.choose(e, &taskChosen{X: e.path, K: int32(k), T: at, Note: n.Note}, r)
}

// choose puts what a person sets into the fact that lets a task run.
func (m *machine) choose(e *execution, ev *taskChosen, r *notifyRequest) ([]core.Event, error) {
	var set []value.Entry
	if !r.params.IsAbsent() {
		set = append(set, value.Entry{Key: "properties", Value: r.params})
	}
	if !r.item.IsAbsent() && loops(e.prog.tmpl.Tasks[ev.K]) {
		set = append(set, value.Entry{Key: "item", Value: r.item})
	}
	ev.Note = m.vault.Scrub(ev.Note)
	if len(set) == 0 {
		return []core.Event{ev}, nil
	}
	data := value.Map(set).AppendWire(nil, m.vault.Wire())
	sealed, err := m.vault.Seal()
	if err != nil {
		m.vault.Forget()
		return nil, err
	}
	inline, evs := spread(data)
	ev.D, ev.Sealed = inline, sealed
	return append(evs, ev), nil
}

func (m *machine) decideCancelTask(e *execution, n *Notice, at stamp) ([]core.Event, error) {
	if e.hold != waitNothing || e.cursor >= len(e.tasks) {
		return nil, m.illegal(e, string(n.Type), "no task is running")
	}
	r := &e.tasks[e.cursor]
	why := TaskError{Code: "Cancelled", Message: "the task was cancelled"}
	switch {
	case r.unit != nil && r.unit.child != nil:
		return []core.Event{&cancelAsked{X: r.unit.child.path, T: at, Reason: why.Message}}, nil
	case r.unit != nil:
		return []core.Event{&unitFailed{X: e.path, K: int32(e.cursor), T: at, Err: why, Cancelled: true}}, nil
	case r.loop == nil:
		return nil, m.illegal(e, string(n.Type), "no task is running")
	}
	return append(m.giveUp(e, e.cursor, at, why.Message), &loopEnded{X: e.path, K: int32(e.cursor), T: at, Status: Cancelled, Message: why.Message}), nil
}

// decideFailed takes in what becomes of a task that failed.
func (m *machine) decideFailed(e *execution, r *notifyRequest, at stamp) ([]core.Event, error) {
	n := r.notice
	w, err := m.waitOf(e, n.Type, n.TaskName, n.TaskExecutionID, func(k WaitKind) bool { return k == WaitFailure })
	if err != nil {
		return nil, err
	}
	k := int32(w.task)
	if n.Type == SkipTask {
		return []core.Event{&taskSkipped{X: w.exec.path, K: k, T: at, Note: m.vault.Scrub(n.Note)}}, nil
	}
	ev := &taskChosen{X: w.exec.path, K: k, T: at, Again: true, Note: n.Note}
	l := w.exec.tasks[k].loop
	prefix := m.id(taskPath(w.exec.path, w.task)) + "."
	for _, id := range n.TaskExecutionIDs {
		number, ok := strings.CutPrefix(id, prefix)
		i := 0
		if _, err := fmt.Sscanf(number, "%d", &i); !ok || err != nil || l == nil || i < 1 || i > len(l.status) || l.status[i-1] != itemFailed {
			return nil, &ParameterError{"TaskExecutionIds", fmt.Sprintf("names %s, which is no item of the loop that failed", id)}
		}
		ev.Items = append(ev.Items, int32(i))
	}
	return m.choose(w.exec, ev, r)
}

// decideSettle takes in what became of calls in doubt: of one unit, of a task's,
// or of all.
func (m *machine) decideSettle(r *settleRequest, at stamp) ([]core.Event, error) {
	e, err := m.addressed(r.path, settleOperation)
	if err != nil {
		return nil, err
	}
	var evs []core.Event
	for _, u := range m.unitsBelow(e) {
		id, task := m.id(u.path()), m.id(taskPath(u.exec.path, int(u.task)))
		if u.state != doubtful || r.task != "" && r.task != id && r.task != task && !strings.EqualFold(r.task, u.template().Name) {
			continue
		}
		if r.took {
			raw := r.response
			if raw.IsAbsent() {
				raw = value.Map(nil)
			}
			evs = append(evs, m.ends(u, raw, at)...)
			continue
		}
		evs = append(evs, &unitSettled{X: u.exec.path, K: u.task, I: u.number()})
	}
	if len(evs) == 0 {
		return nil, m.illegal(e, settleOperation, "no call of it is in doubt under that name")
	}
	return evs, nil
}
