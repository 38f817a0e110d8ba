package oos

import (
	"encoding/json"
	"time"
)

// Start is what StartExecution is asked for. Template or TemplateName is
// required.
type Start struct {
	Template *Template // what runs; else TemplateName is looked up
	// TemplateName and TemplateVersion name a template of Options.Templates, or
	// a cloud product action that is built in. An empty version is the latest.
	TemplateName, TemplateVersion string
	// Parameters are Go values in the manner of JSON: strings, numbers, booleans,
	// []any and map[string]any.
	Parameters  map[string]any
	Mode        Mode
	LoopMode    LoopMode
	SafetyCheck SafetyCheck // empty: as in Options
	Description string
	Tags        map[string]string
	// ClientToken makes the request one: the same token gives the execution that
	// it started; with another request it is a *TokenError.
	ClientToken string
	// User is who starts it, ACS::ExecuteUser; empty: as in Options.
	User string
}

// Notice is one NotifyExecution.
type Notice struct {
	Type NotifyType
	// TaskName, or TaskExecutionID, says which task is meant where several wait;
	// with ExecuteTask, which task is to run.
	TaskName, TaskExecutionID string
	// TaskExecutionIDs lists the items of a failed loop that RetryTask or
	// SkipTask is about; empty: all that failed.
	TaskExecutionIDs []string
	// Parameters replace properties of the task, with ExecuteTask and RetryTask.
	Parameters map[string]any
	// LoopItem is the item that ExecuteTask runs a loop's task with, alone.
	LoopItem any
	// ExecutionStatus is the end that CompleteExecution gives: Success, Failed or
	// Cancelled.
	ExecutionStatus Status
	Note            string
	User            string // who says so: the approver's name
}

// Decision is a person's answer to what waits for an approval.
type Decision struct {
	User string // the approver's name
	Note string
}

// Settlement says what became of a call in doubt.
type Settlement struct {
	// TookEffect says that the call did what it should: it counts as successful.
	// Otherwise it is made again.
	TookEffect bool
	// Response is the answer that the call would have given, JSON; the task's
	// outputs are selected from it. Only with TookEffect.
	Response json.RawMessage
}

// TriggerType is the kind of a trigger.
type TriggerType string

// The kinds of triggers.
const (
	TimerTrigger TriggerType = "Timer"
	EventTrigger TriggerType = "Event"
	AlarmTrigger TriggerType = "Alarm"
)

// Notification is what an ACS::Notify or an ACS::Approve sends.
type Notification struct {
	ExecutionID     string
	TaskExecutionID string
	TaskName        string
	Action          string // ACS::Notify or ACS::Approve
	Type            string // WebHook or Mail
	// WebHook and Mail are the members of that name, as JSON objects.
	WebHook, Mail       json.RawMessage
	AppendExecutionLink bool
}

// Wait is something that an execution waits for.
type Wait struct {
	Kind            WaitKind
	ExecutionID     string // of the child where it is one that waits
	TaskExecutionID string
	TaskName        string
	TaskAction      string
	Since           time.Time
	Reason          string   // for people
	Approvals       []string // who has approved
	Needed          int      // approvals in all
	Approvers       []string // whose approval counts; empty: anyone's
	NextFiring      time.Time
	Next            []string // the operations that are legal now
}
