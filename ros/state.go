package ros

import (
	"encoding/json"
	"time"
)

// stackState is what the journal of a stack folds to: the machine's memory,
// and what a plan is made from.
type stackState struct {
	Ref        StackRef
	Status     Status
	Reason     string
	RootReason string // why the phase before a failed rollback failed
	Generation int64  // rises with each run that started and each that ended
	Runs       int64
	Created    time.Time
	Updated    time.Time
	Settings   Settings
	Digest     string
	Scope      json.RawMessage // of the last complete operation
	// Resources keeps the order in which logical IDs were first planned.
	Resources []*resource
	index     map[string]*resource
}

// resource is one logical ID of a stack.
type resource struct {
	LogicalID string
	Active    *instance   // nil: planned or deleted
	Deposed   []*instance // replaced, and waiting to be deleted
	Status    Status
	Reason    string
	Updated   time.Time
}

// instance is one resource in the cloud, or on its way there.
type instance struct {
	Number         int
	Type           string
	PhysicalID     string
	Token          string          // of its create call
	Applied        json.RawMessage // wire: the properties last applied
	Attributes     json.RawMessage // wire
	Ref            json.RawMessage // wire: the value of Ref, where it is not PhysicalID
	Needs          []string
	DeletionPolicy string
	Metadata       string
	Failed         bool // its last operation did not end well
}

// resource finds a logical ID; nil if the stack has never had it.
func (s *stackState) resource(logicalID string) *resource { return s.index[logicalID] }
