package oos

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/bianpai/bianpai/internal/runbook"
)

// TaskExecution is one run of a task, or of an item of its loop, as the service
// tells it. Secrets in it are asterisks.
type TaskExecution struct {
	TaskExecutionID       string            `json:"TaskExecutionId"`
	ExecutionID           string            `json:"ExecutionId"`
	TaskName              string            `json:"TaskName"`
	TaskAction            string            `json:"TaskAction"`
	Status                Status            `json:"Status"`
	StatusMessage         string            `json:"StatusMessage,omitempty"`
	Properties            json.RawMessage   `json:"Properties,omitempty"` // a JSON object
	Outputs               json.RawMessage   `json:"Outputs,omitempty"`    // a JSON object
	Loop                  *LoopInfo         `json:"Loop,omitempty"`       // of a loop as a whole
	LoopItem              json.RawMessage   `json:"LoopItem,omitempty"`   // of one item
	LoopBatchNumber       int               `json:"LoopBatchNumber,omitempty"`
	ParentTaskExecutionID string            `json:"ParentTaskExecutionId,omitempty"`
	ChildExecutionID      string            `json:"ChildExecutionId,omitempty"`
	ExtraData             map[string]string `json:"ExtraData,omitempty"` // NotifyNote
	StartDate             time.Time         `json:"StartDate"`
	EndDate               time.Time         `json:"EndDate,omitzero"`
}

// LoopInfo is how a loop stands.
type LoopInfo struct {
	Items, Success, Failed, Running int
	Batches, Batch                  int // Batch is the one under way, from 1
	Concurrency, MaxErrors          int
}

// TaskQuery selects task executions; the zero value selects the tasks without
// the items of their loops.
type TaskQuery struct {
	IncludeChildTaskExecution bool // the items of loops too
	ParentTaskExecutionID     string
	TaskExecutionID           string
	TaskName, TaskAction      string
	Status                    Status
}

// ListTaskExecutions lists the task executions of an execution, or of a child by
// its ID, in the order of the template. It reads the whole journal: only that
// remembers what has ended.
func (e *Engine) ListTaskExecutions(ctx context.Context, id string, q *TaskQuery) iter.Seq2[*TaskExecution, error] {
	if q == nil {
		q = &TaskQuery{}
	}
	return func(yield func(*TaskExecution, error) bool) {
		root, path := split(id)
		m, err := e.history(ctx, root)
		if err != nil {
			yield(nil, err)
			return
		}
		x := m.execs[path]
		if x == nil {
			yield(nil, &NotFoundError{Execution: id})
			return
		}
		for k := range x.tasks {
			for t := range m.taskRecords(x, k, q) {
				if q.matches(t) && !yield(t, nil) {
					return
				}
			}
		}
	}
}

func (q *TaskQuery) matches(t *TaskExecution) bool {
	switch {
	case q.Status != "" && t.Status != q.Status,
		q.TaskName != "" && t.TaskName != q.TaskName,
		q.TaskAction != "" && t.TaskAction != q.TaskAction,
		q.TaskExecutionID != "" && t.TaskExecutionID != q.TaskExecutionID,
		q.ParentTaskExecutionID != "" && t.ParentTaskExecutionID != q.ParentTaskExecutionID:
		return false
	}
	return true
}

// taskRecords gives the record of a task and, if they are asked for, those of
// its items.
func (m *machine) taskRecords(x *execution, k int, q *TaskQuery) iter.Seq[*TaskExecution] {
	return func(yield func(*TaskExecution) bool) {
		r := &x.tasks[k]
		if r.status == "" {
			return
		}
		t := m.taskRecord(x, k)
		if !yield(t) || r.loop == nil {
			return
		}
		if !q.IncludeChildTaskExecution && q.ParentTaskExecutionID != t.TaskExecutionID && q.TaskExecutionID == "" {
			return
		}
		for i := range r.loop.status {
			if !yield(m.itemRecord(x, k, int32(i))) {
				return
			}
		}
	}
}

func (m *machine) taskRecord(x *execution, k int) *TaskExecution {
	r, t := &x.tasks[k], x.prog.tmpl.Tasks[k]
	rec := &TaskExecution{
		TaskExecutionID: m.id(taskPath(x.path, k)), ExecutionID: m.id(x.path), TaskName: t.Name, TaskAction: t.Action,
		Status: r.status, StatusMessage: r.message, StartDate: r.started.time(), EndDate: r.ended.time(),
		Properties: redacted(r.props), Outputs: r.record(t),
	}
	if u := r.unit; u != nil {
		if u.state == awaiting || u.state == doubtful {
			rec.Status = Waiting
		}
		if u.child != nil && u.child.shown() == Waiting {
			rec.Status = Waiting
		}
	}
	if x.hold == WaitRisk && x.cursor == k {
		rec.Status = Waiting
	}
	if actionOf(t).kind == childAction && !loops(t) && r.status != Skipped {
		rec.ChildExecutionID = m.id(taskPath(x.path, k) + ".0")
	}
	if r.note != "" {
		rec.ExtraData = map[string]string{"NotifyNote": r.note}
	}
	if l := r.loop; l != nil {
		b := l.rate.Batch(l.batch)
		rec.Loop = &LoopInfo{
			Items: l.items.Len(), Success: l.done, Failed: l.failed, Running: len(l.units), Batches: l.rate.Batches(),
			Batch: l.batch + 1, Concurrency: b.Concurrency, MaxErrors: l.rate.MaxErrors,
		}
		if l.paused {
			rec.Status = Waiting
		}
	}
	return rec
}

// record gives the outputs of a task by name.
func (r *taskRun) record(t *runbook.Task) json.RawMessage {
	if len(r.outputs) == 0 {
		return nil
	}
	var names []string
	if t.Loop != nil && len(r.outputs) > len(t.Outputs) {
		for _, o := range t.Loop.Outputs {
			names = append(names, o.Name)
		}
	} else {
		names = outputNames(t)
	}
	return redacted(outputsOf(names, r.outputs))
}

func outputNames(t *runbook.Task) []string {
	names := make([]string, len(t.Outputs))
	for i, o := range t.Outputs {
		names[i] = o.Name
	}
	return names
}

func (m *machine) itemRecord(x *execution, k int, i int32) *TaskExecution {
	l, t := x.tasks[k].loop, x.prog.tmpl.Tasks[k]
	u := &unit{exec: x, task: int32(k), item: i}
	rec := &TaskExecution{
		TaskExecutionID: m.id(u.path()), ExecutionID: m.id(x.path), TaskName: t.Name, TaskAction: t.Action,
		Status: itemStatuses[l.status[i]], LoopItem: redacted(l.item(i)), LoopBatchNumber: l.rate.BatchOf(int(i)) + 1,
		ParentTaskExecutionID: m.id(taskPath(x.path, k)),
	}
	if actionOf(t).kind == childAction && rec.Status != Pending {
		rec.ChildExecutionID = m.id(u.childPath())
	}
	if p := l.past[i]; p != nil {
		rec.StartDate, rec.EndDate, rec.StatusMessage = p.started.time(), p.ended.time(), p.message
		rec.Properties = redacted(p.props)
		if len(p.outputs) > 0 {
			rec.Outputs = redacted(outputsOf(outputNames(t), p.outputs))
		}
	} else if live := l.units[i]; live != nil {
		rec.StartDate = live.started.time()
		if props, err := m.render(live); err == nil {
			rec.Properties = redacted(props)
		}
		if live.state == awaiting || live.state == doubtful {
			rec.Status = Waiting
		}
	}
	return rec
}
