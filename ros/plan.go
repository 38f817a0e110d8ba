package ros

import (
	"encoding/json"
	"time"
)

// PlanFormat is the version of the JSON form of a Plan.
const PlanFormat = 1

// Plan is all that an operation on a stack will do, as plain data: it can be
// printed, stored, compared and sent. The same stack, template and parameters
// give the same bytes. Apply does what it says and nothing else.
//
// A value in Desired, Scope or a Diff is JSON in which three one-key objects
// have a meaning: {"$expr": …} is a value that is known only when the
// resources it names are done, {"$secret": digest} a secret that is not shown,
// {"$absent": true} a value that is not there. A key of the template's own
// that starts with "$" is written with one more "$".
type Plan struct {
	Format    int       `json:"format"`
	Operation Operation `json:"operation"`
	Stack     StackRef  `json:"stack"`
	// Generation is the state of the stack that the plan was made from. Apply
	// refuses a plan whose stack has moved on (*StalePlanError).
	Generation int64           `json:"generation"`
	Settings   Settings        `json:"settings"`
	Digest     string          `json:"digest,omitempty"` // of template and parameters, keyed when secrets are among them
	Scope      json.RawMessage `json:"scope,omitempty"`  // parameters, conditions, mappings, outputs: what a value known late is evaluated in
	Steps      []Step          `json:"steps"`
	Notes      []Note          `json:"notes,omitempty"`
	// Sealed holds the values of the secrets, readable with the engine's
	// Sealer alone.
	Sealed []byte `json:"sealed,omitempty"`
}

// StackRef names a stack.
type StackRef struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Region  string `json:"region"`
	Account string `json:"account,omitempty"`
}

// Operation is what is done to a stack.
type Operation string

// The operations.
const (
	CreateOperation Operation = "CREATE"
	UpdateOperation Operation = "UPDATE"
	DeleteOperation Operation = "DELETE"
)

// Settings are the options of an operation that the stack keeps.
type Settings struct {
	DisableRollback bool          `json:"disableRollback,omitempty"`
	Timeout         time.Duration `json:"timeout,omitempty"`     // of each phase: the operation, and its rollback; 0: 60 minutes
	Parallelism     int           `json:"parallelism,omitempty"` // steps in flight at once; 0: no limit
	// ContinueOnError lets the independent branches of a delete go on after a
	// failure.
	ContinueOnError bool `json:"continueOnError,omitempty"`
}

// Phase is a part of an operation. A phase starts when the one before it has
// ended; rollback starts instead of cleanup.
type Phase string

// The phases.
const (
	ApplyPhase    Phase = "apply"    // creates, updates, and deletes that must come first
	CleanupPhase  Phase = "cleanup"  // deletes of what is no longer wanted; past it there is no way back
	RollbackPhase Phase = "rollback" // each step undoes one of the apply phase, if that one has done anything
)

// Verb is what a step does.
type Verb string

// The verbs.
const (
	CreateVerb  Verb = "create"
	UpdateVerb  Verb = "update"
	DeleteVerb  Verb = "delete"
	ReleaseVerb Verb = "release" // leaves the resource in the cloud and drops it from the stack
	ReadVerb    Verb = "read"    // queries a data source
)

// Outcome is one way in which a step whose values are known late may end.
type Outcome string

// The outcomes.
const (
	SkipOutcome    Outcome = "skip"    // the values turned out to be the same
	UpdateOutcome  Outcome = "update"  // changed in place
	ReplaceOutcome Outcome = "replace" // a new resource, the old one deleted in the clean-up
)

// Step is one thing to do to one resource. Steps are numbered by their place
// in the plan.
type Step struct {
	Phase     Phase  `json:"phase"`
	Verb      Verb   `json:"verb"`
	LogicalID string `json:"logicalId"`
	Type      string `json:"type"`
	// Instance tells the successive resources under one logical ID apart. A
	// create makes that instance; the other verbs act on it.
	Instance int `json:"instance"`
	// Replaces is the instance that a create takes the place of, or that an
	// update may turn out to replace by Instance+1; 0: none.
	Replaces int `json:"replaces,omitempty"`
	// Undoes is 1 + the step that a rollback step undoes; 0 elsewhere.
	Undoes int `json:"undoes,omitempty"`
	// After lists the steps of the same phase that must be done before.
	After []int `json:"after,omitempty"`
	// Outcomes are the allowed ends of an update that depends on values known
	// late. Anything else stops the operation before the call. Empty: the verb
	// itself is the only one.
	Outcomes []Outcome       `json:"outcomes,omitempty"`
	Desired  json.RawMessage `json:"desired,omitempty"` // properties wanted
	// Needs are the logical IDs that the resource depends on from now on.
	Needs          []string `json:"needs,omitempty"`
	DeletionPolicy string   `json:"deletionPolicy,omitempty"`
	// Metadata is a digest of the resource's metadata.
	Metadata string   `json:"metadata,omitempty"`
	Diffs    []Diff   `json:"diffs,omitempty"`
	Reasons  []Reason `json:"reasons,omitempty"`
	// Waits marks a step that only waits (a wait condition, a sleep): it holds
	// no slot of the parallelism, and is given up when another step fails.
	Waits bool `json:"waits,omitempty"`
}

// Diff is the change of one property.
type Diff struct {
	Path   string          `json:"path"` // SystemDisk.Size
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	// Effect is update, replace, or empty where it is not known whether the
	// property can be changed in place.
	Effect Outcome `json:"effect,omitempty"`
	// Possible says that After is known late and may turn out equal.
	Possible bool `json:"possible,omitempty"`
}

// ReasonCode says why a step is in a plan.
type ReasonCode string

// The reasons.
const (
	Added              ReasonCode = "added"               // the template has it, the stack has not
	Removed            ReasonCode = "removed"             // the stack has it, the template has not
	PropertyChanged    ReasonCode = "property-changed"    // Detail: the property
	TypeChanged        ReasonCode = "type-changed"        // Detail: the type before
	DependencyReplaced ReasonCode = "dependency-replaced" // Detail: the logical ID replaced
	FailedBefore       ReasonCode = "failed-before"       // an earlier operation left it failed
	Replaced           ReasonCode = "replaced"            // another instance takes its place; Detail "possible": or may
	PolicyChanged      ReasonCode = "policy-changed"      // its DeletionPolicy or metadata alone
	StackDeleted       ReasonCode = "stack-deleted"
	Undo               ReasonCode = "undo"
	Retained           ReasonCode = "retained" // DeletionPolicy or RetainResources
	Refreshed          ReasonCode = "refreshed"
)

// Reason is one reason of a step.
type Reason struct {
	Code   ReasonCode `json:"code"`
	Detail string     `json:"detail,omitempty"`
}

// Note is a remark on the whole plan, for people.
type Note struct {
	Code string `json:"code"` // stable: see the Note… constants
	Text string `json:"text"` // English
	// Subjects are the logical IDs that the text names, in its order.
	Subjects []string `json:"subjects,omitempty"`
}
