package oos

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/journal"
)

// ExecutionInfo is an execution as the service tells it. Secrets in it are
// asterisks.
type ExecutionInfo struct {
	ExecutionID       string            `json:"ExecutionId"`
	TemplateName      string            `json:"TemplateName"`
	TemplateVersion   string            `json:"TemplateVersion,omitempty"`
	Mode              Mode              `json:"Mode"`
	LoopMode          LoopMode          `json:"LoopMode,omitempty"`
	SafetyCheck       SafetyCheck       `json:"SafetyCheck,omitempty"`
	Parameters        json.RawMessage   `json:"Parameters,omitempty"` // a JSON object
	Outputs           json.RawMessage   `json:"Outputs,omitempty"`    // a JSON object
	Status            Status            `json:"Status"`
	StatusMessage     string            `json:"StatusMessage,omitempty"`
	WaitingStatus     WaitKind          `json:"WaitingStatus,omitempty"` // of the first thing it waits for
	Counters          map[string]int    `json:"Counters,omitempty"`      // tasks by status, and Total
	CurrentTasks      []CurrentTask     `json:"CurrentTasks,omitempty"`
	ParentExecutionID string            `json:"ParentExecutionId,omitempty"`
	IsParent          bool              `json:"IsParent"` // a trigger's execution, whose firings are others
	RAMRole           string            `json:"RamRole,omitempty"`
	ExecutedBy        string            `json:"ExecutedBy,omitempty"`
	Description       string            `json:"Description,omitempty"`
	Tags              map[string]string `json:"Tags,omitempty"`
	Category          string            `json:"Category"` // Other, TimerTrigger, EventTrigger, AlarmTrigger
	StartDate         time.Time         `json:"StartDate"`
	EndDate           time.Time         `json:"EndDate,omitzero"`

	// Of executions that wait for a trigger.
	LastTriggerTime           time.Time       `json:"LastTriggerTime,omitzero"`
	LastTriggerStatus         Status          `json:"LastTriggerStatus,omitempty"`
	LastTriggerStatusMessage  string          `json:"LastTriggerStatusMessage,omitempty"`
	LastTriggerOutputs        json.RawMessage `json:"LastTriggerOutputs,omitempty"`
	LastSuccessfulTriggerTime time.Time       `json:"LastSuccessfulTriggerTime,omitzero"`
	NextScheduleTime          time.Time       `json:"NextScheduleTime,omitzero"`

	Next []string `json:"-"` // the operations that are legal now
}

// CurrentTask is a task that is under way.
type CurrentTask struct {
	TaskExecutionID string `json:"TaskExecutionId"`
	TaskName        string `json:"TaskName"`
	TaskAction      string `json:"TaskAction"`
}

// ExecutionLine is an execution in a list of them.
type ExecutionLine struct {
	ID              string            `json:"id"`
	TemplateName    string            `json:"template"`
	TemplateVersion string            `json:"version,omitempty"`
	Status          Status            `json:"status"`
	StatusMessage   string            `json:"message,omitempty"`
	Mode            Mode              `json:"mode"`
	ExecutedBy      string            `json:"by,omitempty"`
	Parent          string            `json:"parent,omitempty"` // the execution whose trigger or task started it
	Tags            map[string]string `json:"tags,omitempty"`
	Start           time.Time         `json:"start"`
	End             time.Time         `json:"end,omitzero"`
}

// ExecutionQuery selects executions; the zero value selects all roots.
type ExecutionQuery struct {
	Status       Status
	TemplateName string // contained in the name
	ExecutedBy   string
	Tags         map[string]string // all of them
	StartAfter   time.Time
	StartBefore  time.Time
	// ParentExecutionID selects the children of an execution: those of its tasks
	// and those that its trigger fired.
	ParentExecutionID string
}

// GetExecution tells the state of an execution, by its ID or that of a child.
func (e *Engine) GetExecution(ctx context.Context, id string) (*ExecutionInfo, error) {
	root, path := split(id)
	var info *ExecutionInfo
	err := e.look(ctx, root, func(m *machine) {
		if x := m.execs[path]; x != nil {
			info = m.view(x)
		}
	})
	if err != nil || info != nil {
		return info, err
	}
	m, err := e.history(ctx, root)
	if err != nil {
		return nil, err
	}
	if x := m.execs[path]; x != nil {
		return m.view(x), nil
	}
	return nil, &NotFoundError{Execution: id}
}

// ListExecutions lists executions by rising ID. It reads a summary of each
// journal; only the children of an execution's tasks need that journal read.
func (e *Engine) ListExecutions(ctx context.Context, q *ExecutionQuery) iter.Seq2[ExecutionLine, error] {
	if q == nil {
		q = &ExecutionQuery{}
	}
	return func(yield func(ExecutionLine, error) bool) {
		if q.ParentExecutionID != "" && !e.children(ctx, q, yield) {
			return
		}
		for head, err := range e.store.List(ctx, &journal.Query{Prefix: executionPrefix}) {
			var line ExecutionLine
			if err == nil {
				line, err = lineOf(head)
			}
			if err == nil && !q.matches(&line) {
				continue
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// children yields the children of an execution's tasks.
func (e *Engine) children(ctx context.Context, q *ExecutionQuery, yield func(ExecutionLine, error) bool) bool {
	root, path := split(q.ParentExecutionID)
	m, err := e.history(ctx, root)
	if err != nil {
		yield(ExecutionLine{}, err)
		return false
	}
	for _, x := range m.sortedExecutions() {
		if x.parent == nil || x.parent.exec.path != path {
			continue
		}
		line := m.lineOf(x)
		if q.matches(&line) && !yield(line, nil) {
			return false
		}
	}
	return true
}

// sortedExecutions lists the root and its children by path.
func (m *machine) sortedExecutions() []*execution {
	all := make([]*execution, 0, len(m.execs))
	for _, x := range m.execs {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *execution) int {
		if a.began != b.began {
			return int(a.began - b.began)
		}
		return strings.Compare(a.path, b.path)
	})
	return all
}

func (q *ExecutionQuery) matches(l *ExecutionLine) bool {
	switch {
	case q.Status != "" && l.Status != q.Status,
		!strings.Contains(l.TemplateName, q.TemplateName),
		q.ExecutedBy != "" && l.ExecutedBy != q.ExecutedBy,
		l.Parent != q.ParentExecutionID && q.ParentExecutionID != "",
		!q.StartAfter.IsZero() && l.Start.Before(q.StartAfter),
		!q.StartBefore.IsZero() && l.Start.After(q.StartBefore):
		return false
	}
	for key, v := range q.Tags {
		if l.Tags[key] != v {
			return false
		}
	}
	return true
}

func lineOf(head journal.Head) (ExecutionLine, error) {
	var line ExecutionLine
	if err := json.Unmarshal(head.Summary, &line); err != nil {
		return line, fmt.Errorf("journal %q has no readable summary: %w", head.ID, err)
	}
	return line, nil
}

func (m *machine) line() ExecutionLine { return m.lineOf(m.root) }

func (m *machine) lineOf(x *execution) ExecutionLine {
	line := ExecutionLine{
		ID: m.id(x.path), TemplateName: m.head.TemplateName, TemplateVersion: m.head.TemplateVersion, Status: x.shown(),
		StatusMessage: clip(x.message), Mode: m.head.Mode, ExecutedBy: m.head.User, Parent: m.head.Parent, Tags: m.head.Tags,
		Start: x.began.time(), End: x.ended.time(),
	}
	if u := x.parent; u != nil {
		line.TemplateName, line.TemplateVersion, line.Parent = x.prog.name, x.prog.version, m.id(u.exec.path)
	}
	return line
}

// clip bounds a message where many of them are read at once.
func clip(s string) string {
	if len(s) > 512 {
		return strings.ToValidUTF8(s[:512], "") + "…"
	}
	return s
}

func (m *machine) view(x *execution) *ExecutionInfo {
	line := m.lineOf(x)
	info := &ExecutionInfo{
		ExecutionID: line.ID, TemplateName: line.TemplateName, TemplateVersion: line.TemplateVersion, Mode: line.Mode,
		LoopMode: m.head.LoopMode, SafetyCheck: m.head.SafetyCheck, Status: line.Status, StatusMessage: x.message,
		ParentExecutionID: line.Parent, ExecutedBy: line.ExecutedBy, Description: m.head.Description, Tags: line.Tags,
		StartDate: line.Start, EndDate: line.End, Counters: map[string]int{}, Category: "Other",
	}
	if x.values != nil {
		info.Parameters = redacted(x.values.Map())
	}
	if x.status.Final() {
		info.Outputs = redacted(x.outputs)
	} else {
		info.Next = []string{cancelOperation}
	}
	for _, w := range m.waitsBelow(x) {
		if info.WaitingStatus == "" {
			info.WaitingStatus = w.Kind
		}
		for _, next := range w.Next {
			if !slices.Contains(info.Next, next) {
				info.Next = append(info.Next, next)
			}
		}
	}
	for k := range x.tasks {
		if s := x.tasks[k].status; s != "" {
			info.Counters[string(s)]++
			info.Counters["Total"]++
			if t := x.prog.tmpl.Tasks[k]; s == Running {
				info.CurrentTasks = append(info.CurrentTasks, CurrentTask{m.id(taskPath(x.path, k)), t.Name, t.Action})
			}
		}
	}
	if role, err := m.at(x, x.began, x.item).Render(x.prog.tmpl.RamRole); err == nil && role.Kind() == value.KindString {
		info.RAMRole = secret.Redact(role).Text()
	}
	if len(x.prog.tmpl.Tasks) > 0 && runbook.IsTrigger(x.prog.tmpl.Tasks[0].Action) {
		info.Category = strings.TrimPrefix(x.prog.tmpl.Tasks[0].Action, "ACS::")
		info.IsParent = m.event == nil
	}
	if t := m.trigger; t != nil && x == m.root {
		info.NextScheduleTime, info.LastSuccessfulTriggerTime = t.next.time(), t.lastGood.time()
		if f := t.last; f != nil {
			info.LastTriggerTime, info.LastTriggerStatus = f.At.time(), f.Status
			info.LastTriggerStatusMessage, info.LastTriggerOutputs = f.Message, slices.Clone(f.Outputs)
		}
	}
	return info
}
