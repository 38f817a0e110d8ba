package ros

// Status is a stack's or a resource's status, in the service's words.
type Status string

// The statuses of a stack.
const (
	CreateInProgress         Status = "CREATE_IN_PROGRESS"
	CreateComplete           Status = "CREATE_COMPLETE"
	CreateFailed             Status = "CREATE_FAILED"
	UpdateInProgress         Status = "UPDATE_IN_PROGRESS"
	UpdateComplete           Status = "UPDATE_COMPLETE"
	UpdateFailed             Status = "UPDATE_FAILED"
	DeleteInProgress         Status = "DELETE_IN_PROGRESS"
	DeleteComplete           Status = "DELETE_COMPLETE"
	DeleteFailed             Status = "DELETE_FAILED"
	CreateRollbackInProgress Status = "CREATE_ROLLBACK_IN_PROGRESS"
	CreateRollbackComplete   Status = "CREATE_ROLLBACK_COMPLETE"
	CreateRollbackFailed     Status = "CREATE_ROLLBACK_FAILED"
	RollbackInProgress       Status = "ROLLBACK_IN_PROGRESS"
	RollbackComplete         Status = "ROLLBACK_COMPLETE"
	RollbackFailed           Status = "ROLLBACK_FAILED"
)

// InitComplete is the status of a resource that is planned and not started.
const InitComplete Status = "INIT_COMPLETE"

// InProgress reports whether an operation is running.
func (s Status) InProgress() bool {
	switch s {
	case CreateInProgress, UpdateInProgress, DeleteInProgress, CreateRollbackInProgress, RollbackInProgress:
		return true
	}
	return false
}

// Updatable reports whether UpdateStack takes a stack in that status.
func (s Status) Updatable() bool {
	switch s {
	case CreateComplete, UpdateComplete, UpdateFailed, RollbackComplete, RollbackFailed:
		return true
	}
	return false
}

// Next lists the operations that are legal in that status, in the service's
// names. There is no status without one but DELETE_COMPLETE.
func (s Status) Next() []string {
	switch {
	case s == DeleteComplete:
		return nil
	case s == DeleteInProgress:
		return []string{"CancelStackOperation", "GetStack", "ListStackEvents"}
	case s.InProgress():
		return []string{"CancelStackOperation", "CancelUpdateStack", "GetStack", "ListStackEvents", "SignalResource"}
	case s.Updatable():
		return []string{"DeleteStack", "GetStack", "ListStackEvents", "UpdateStack"}
	}
	return []string{"DeleteStack", "GetStack", "ListStackEvents"}
}
