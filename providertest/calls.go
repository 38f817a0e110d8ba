package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// Op is one call that the cloud was asked.
type Op struct {
	Verb       string // "Create", "Read", "Update", "Delete", "Find", "Call"
	Stack      string
	Type       string // of a raw call: service and API, "ECS.RunInstances"
	LogicalID  string
	PhysicalID string
	Token      string
	RequestID  string
	Outcome    Outcome
	Code       string // of the error, if it is a service's
	Err        string // the error's words
	Start, End time.Time
	// Of a raw call.
	Parameters json.RawMessage // as they were given, secrets masked
	Shaped     bool            // answered by the shape of the response
}

// Outcome is how a call ended.
type Outcome string

// The outcomes.
const (
	OutcomeRunning Outcome = "running" // no answer yet
	OutcomePending Outcome = "pending" // accepted, not done
	OutcomeDone    Outcome = "done"
	OutcomeFailed  Outcome = "failed"
)

// String gives the call in a line: "Create Web ALIYUN::ECS::Instance i-… done".
func (o Op) String() string {
	s := strings.Join(slices.DeleteFunc([]string{o.Verb, o.LogicalID, o.Type, o.PhysicalID, string(o.Outcome)}, func(s string) bool { return s == "" }), " ")
	if o.Code != "" {
		s += " " + o.Code
	}
	return s
}

// Calls returns all calls in the order in which they came in.
func (c *Cloud) Calls() []Op {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// ForgetCalls empties the list of calls.
func (c *Cloud) ForgetCalls() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgotten += len(c.calls)
	c.calls = nil
}

// enter notes that a call came in and settles its fate. It returns the call's
// number.
func (c *Cloud) enter(verb string, req *provider.Request) (int, fate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.forgotten + len(c.calls)
	c.calls = append(c.calls, Op{
		Verb: verb, Stack: req.Stack, Type: req.Type, LogicalID: req.LogicalID, PhysicalID: req.PhysicalID, Token: req.Token,
		Outcome: OutcomeRunning, Start: time.Now(),
	})
	return n, c.decide(&subject{verb: verb, logicalID: req.LogicalID, typ: req.Type, token: req.Token})
}

// leave notes how a call ended and returns the error as the caller gets it.
func (c *Cloud) leave(n int, physicalID string, done bool, err error) error {
	if err != nil {
		err = numbered(err, requestID(n))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i := n - c.forgotten
	if i < 0 {
		return err
	}
	op := &c.calls[i]
	op.End = time.Now()
	if physicalID != "" {
		op.PhysicalID = physicalID
	}
	switch {
	case err != nil:
		op.Outcome, op.Err, op.RequestID = OutcomeFailed, err.Error(), requestID(n)
		if refusal, ok := errors.AsType[*provider.Error](err); ok {
			op.Code, op.RequestID = refusal.Code, refusal.RequestID
		}
	case done:
		op.Outcome = OutcomeDone
	default:
		op.Outcome = OutcomePending
	}
	return err
}

func requestID(n int) string {
	return strings.ToUpper(newSeed("request", fmt.Sprint(n)).uuid())
}
