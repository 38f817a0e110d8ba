package oos

import "slices"

// Status is where an execution or a task execution stands, in the words of the
// service.
type Status string

// The statuses. Pending and Skipped are those of task executions only.
const (
	Started   Status = "Started"
	Queued    Status = "Queued"
	Running   Status = "Running"
	Waiting   Status = "Waiting" // for something outside; see WaitKind
	Success   Status = "Success"
	Failed    Status = "Failed"
	Cancelled Status = "Cancelled"
	Pending   Status = "Pending"
	Skipped   Status = "Skipped"
)

// Final reports whether the status never changes any more.
func (s Status) Final() bool {
	return s == Success || s == Failed || s == Cancelled || s == Skipped
}

// Mode says how an execution goes from task to task.
type Mode string

// The modes.
const (
	Automatic    Mode = "Automatic"    // one task after another; the default
	FailurePause Mode = "FailurePause" // waits for RetryTask or SkipTask when a task fails
	Debug        Mode = "Debug"        // waits for ExecuteTask before each task
)

// LoopMode says when loops in batches pause, where the template leaves it open.
type LoopMode string

// The loop modes.
const (
	LoopAutomatic   LoopMode = "Automatic" // never; the default
	FirstBatchPause LoopMode = "FirstBatchPause"
	EveryBatchPause LoopMode = "EveryBatchPause"
)

// SafetyCheck says whether calls that cannot be undone need a confirmation.
type SafetyCheck string

// The safety checks.
const (
	SkipCheck                SafetyCheck = "Skip"
	ConfirmEveryHighRiskTask SafetyCheck = "ConfirmEveryHighRiskAction"
)

// WaitKind says what a waiting execution waits for; the service shows it as
// WaitingStatus. Kinds are added to.
type WaitKind string

// The kinds of waiting.
const (
	WaitTimer    WaitKind = "WaitingForTimer"
	WaitEvent    WaitKind = "WaitingForEvent"
	WaitAlarm    WaitKind = "WaitingForAlarm"
	WaitApproval WaitKind = "WaitingForApproval"
	WaitPause    WaitKind = "WaitingForPause"
	WaitRisk     WaitKind = "WaitingForRiskConfirm"
	WaitDebug    WaitKind = "WaitingForDebug"
	WaitFailure  WaitKind = "WaitingForFailureDecision"
	WaitBatch    WaitKind = "WaitingForBatch"
	WaitInDoubt  WaitKind = "WaitingForSettlement" // a call's effect is not known
	waitNothing  WaitKind = ""
)

// NotifyType is what NotifyExecution does.
type NotifyType string

// The types of NotifyExecution.
const (
	Approve           NotifyType = "Approve"
	Reject            NotifyType = "Reject"
	ExecuteTask       NotifyType = "ExecuteTask"
	CancelTask        NotifyType = "CancelTask"
	CompleteExecution NotifyType = "CompleteExecution"
	RetryTask         NotifyType = "RetryTask"
	SkipTask          NotifyType = "SkipTask"
)

// settleOperation and triggerOperation are the other answers to a wait.
const (
	settleOperation  = "Settle"
	triggerOperation = "TriggerExecution"
	cancelOperation  = "CancelExecution"
)

// Next lists the operations that are legal for what waits.
func (k WaitKind) Next() []string {
	switch k {
	case WaitTimer, WaitEvent, WaitAlarm:
		return []string{triggerOperation, cancelOperation}
	case WaitApproval, WaitPause, WaitRisk, WaitBatch:
		return []string{string(Approve), string(Reject), cancelOperation}
	case WaitDebug:
		return []string{string(ExecuteTask), string(CompleteExecution), cancelOperation}
	case WaitFailure:
		return []string{string(RetryTask), string(SkipTask), cancelOperation}
	case WaitInDoubt:
		return []string{settleOperation, cancelOperation}
	}
	return nil
}

// approvable reports whether Approve and Reject answer it.
func (k WaitKind) approvable() bool { return slices.Contains(k.Next(), string(Approve)) }
