package provider

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Provider is the driver of a cloud. It never sleeps, never retries and never
// loops: it starts or looks, and says when to look again. Retries, limits and
// time-outs are the caller's. All methods may be called concurrently.
//
// Create, Update and Delete are called with the same Token until they report
// Done or fail for good; a call with a token seen before must go on with the
// same operation, not start a second one.
type Provider interface {
	// Describe tells what is known of a resource type. It returns an error of
	// kind NotFound for a type that this provider cannot handle.
	Describe(ctx context.Context, typ string) (*Type, error)
	Create(ctx context.Context, req *Request) (*Progress, error)
	// Read looks a resource up. It returns an error of kind NotFound when it
	// is gone. For a data source, Desired holds the query and there is no
	// PhysicalID.
	Read(ctx context.Context, req *Request) (*State, error)
	Update(ctx context.Context, req *Request) (*Progress, error)
	// Delete of a resource that is gone reports Done.
	Delete(ctx context.Context, req *Request) (*Progress, error)
}

// Request is one call on one resource.
type Request struct {
	Token      string // same on every try of one operation; at most 64 bytes
	Stack      string // name of the stack, for tags and logs
	Type       string
	LogicalID  string
	PhysicalID string          // empty before the first report of Create
	Desired    json.RawMessage // a JSON object: the properties wanted (Create, Update, Read of a data source)
	Prior      json.RawMessage // a JSON object: the properties last applied (Update, Delete)
	Resume     []byte          // opaque, from the last Progress of this token
	// Repeated says that a call with this token may have been made before and
	// its answer lost.
	Repeated bool
}

// Progress reports how far an operation is.
type Progress struct {
	PhysicalID string          // as soon as it is known
	Attributes json.RawMessage // a JSON object; complete when Done
	Done       bool
	After      time.Duration // not done: call again after this; zero leaves it to the caller
	Resume     []byte        // handed back on the next call; at most 4 KiB
	Note       string        // for people: "RDS instance is being created, 40 %"
}

// State is a resource as the cloud has it.
type State struct {
	PhysicalID string
	Properties json.RawMessage // a JSON object
	Attributes json.RawMessage // a JSON object
	// Ref is the JSON value of Ref where it is not the physical ID as text.
	Ref json.RawMessage
}

// Planner is an optional ability: it says what a change of properties means
// where the type alone does not tell.
type Planner interface {
	PlanUpdate(ctx context.Context, req *Request, changed []string) (Effect, error)
}

// Effect is what a change of properties does to a resource.
type Effect uint8

// The effects of a change.
const (
	EffectUnknown Effect = iota
	EffectNone
	EffectUpdate
	EffectReplace
)

// Finder is an optional ability: it looks a resource up by the token of its
// creation, to settle a call whose answer was lost. The request says how the
// resource was to be made, in Desired or Prior, and has Repeated set if the call
// may have had an effect; without it a name alone proves nothing. Find returns
// an error of kind NotFound when no such call took effect, and InDoubt when it
// cannot tell.
type Finder interface {
	Find(ctx context.Context, req *Request) (*State, error)
}

// Lister is an optional ability: it lists the resources of a type.
type Lister interface {
	List(ctx context.Context, typ string) iter.Seq2[*State, error]
}

// Call is one raw API call.
type Call struct {
	Token      string
	Service    string // "ECS"
	API        string // "DescribeInstances"
	Version    string // empty: the caller's default for the service
	Region     string
	Role       string          // RAM role to make it under, a name or an ARN; empty: the caller's own identity
	Parameters json.RawMessage // a JSON object
	// Of calls that are paths rather than actions (ROA, OSS): what the caller
	// says of the HTTP request. Empty: what the service's table says.
	Method string
	URI    string // "/clusters/c1", "?acl"
	Header map[string]string
	Body   json.RawMessage // a JSON value; a text is sent as it is
}

// Result is the answer of a raw API call.
type Result struct {
	RequestID string
	Body      json.RawMessage
}

// Caller makes raw API calls; runbooks stand on it.
type Caller interface {
	Call(ctx context.Context, req *Call) (*Result, error)
}
