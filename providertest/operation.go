package providertest

import (
	"context"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// operation is what one token stands for.
type operation struct {
	Token   string    `json:"token"`
	Verb    string    `json:"verb"`
	Key     key       `json:"key"`
	Digest  seed      `json:"digest"` // of the request
	Left    int       `json:"left,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Due     time.Time `json:"due,omitzero"` // with a Latency
	Done    bool      `json:"done,omitempty"`
	Failure *failure  `json:"failure,omitempty"` // it ended so
	polls   int
}

// failure is the end of an operation that the cloud had accepted.
type failure struct {
	Kind    provider.Kind `json:"kind"`
	Code    string        `json:"code"`
	Message string        `json:"message"`
}

// starter begins an operation: it checks the request, changes the cloud and
// says what was begun. It is called with the mutex held.
type starter func(req *provider.Request) (*operation, *provider.Error)

// operate is one call of Create, Update or Delete.
func (c *Cloud) operate(ctx context.Context, verb string, req *provider.Request, start starter) (*provider.Progress, error) {
	call, fate := c.enter(verb, req)
	if err := fate.before(ctx); err != nil {
		return nil, c.leave(call, "", false, err)
	}
	c.mu.Lock()
	progress, err := c.step(verb, req, start)
	c.mu.Unlock()
	if err == nil && fate.after != nil {
		return nil, c.leave(call, progress.PhysicalID, progress.Done, fate.after)
	}
	if err != nil {
		return nil, c.leave(call, req.PhysicalID, false, err)
	}
	if err := c.leave(call, progress.PhysicalID, progress.Done, nil); err != nil {
		return nil, err
	}
	return progress, nil
}

// step begins the operation, or goes on with the one that the token stands for.
func (c *Cloud) step(verb string, req *provider.Request, start starter) (*provider.Progress, error) {
	digest := digestOf(verb, req)
	op := c.ops[req.Token]
	if op == nil || req.Token == "" {
		begun, refusal := start(req)
		if refusal != nil {
			return nil, refusal
		}
		op = begun
		op.Token, op.Verb, op.Digest = req.Token, verb, digest
		if !op.Done {
			c.schedule(op)
		}
		if req.Token != "" {
			c.ops[req.Token] = op
		}
		if err := c.save(op); err != nil {
			return nil, err
		}
	} else if op.Verb != verb || op.Digest != digest {
		return nil, &provider.Error{
			Kind: provider.Invalid, Code: "IdempotentParameterMismatch",
			Message: "The request uses the same client token as a previous, but non-identical request.",
		}
	}
	return c.advance(op)
}

func digestOf(verb string, req *provider.Request) seed {
	if verb == "Delete" {
		return newSeed(verb, req.Type, req.PhysicalID)
	}
	return newSeed(verb, req.Type, req.LogicalID, string(req.Desired))
}

// schedule says how long the operation will take.
func (c *Cloud) schedule(op *operation) {
	op.Started = time.Now()
	if c.latency != nil {
		op.Due = op.Started.Add(c.latency(op.Verb, op.Key.Type) + c.sleep(op))
		return
	}
	op.Left = unfinished(op.Key.Type)
	if op.Verb != "Create" {
		op.Left = min(op.Left, 1)
	}
}

// sleep gives how long an ALIYUN::ROS::Sleep asks to wait.
func (c *Cloud) sleep(op *operation) time.Duration {
	o := c.objects[op.Key]
	if o == nil || o.Type != "ALIYUN::ROS::Sleep" || op.Verb == "Update" {
		return 0
	}
	props, err := decodeObject(o.Properties)
	if err != nil {
		return 0
	}
	return time.Duration(max(numberOf(props[op.Verb+"Duration"]), 0)) * time.Second
}

// briefly is how soon to ask again where no Latency says.
const briefly = time.Millisecond

// advance looks how far an operation is, and ends it when its time has come.
func (c *Cloud) advance(op *operation) (*provider.Progress, error) {
	if op.Failure == nil && !op.Done {
		if after, note := c.waiting(op); after > 0 {
			return &provider.Progress{
				PhysicalID: op.Key.ID,
				After:      after,
				Resume:     fmt.Appendf(nil, "%s/%d", op.Verb, op.polls),
				Note:       note,
			}, nil
		}
		if op.Failure == nil {
			c.finish(op)
		}
		if err := c.save(op); err != nil {
			return nil, err
		}
	}
	if f := op.Failure; f != nil {
		return nil, &provider.Error{Kind: f.Kind, Code: f.Code, Message: f.Message}
	}
	p := &provider.Progress{PhysicalID: op.Key.ID, Done: true}
	if o := c.objects[op.Key]; o != nil && op.Verb != "Delete" {
		p.Attributes = o.Attributes
	}
	return p, nil
}

// waiting gives how long to wait before the next look; 0: it is time.
func (c *Cloud) waiting(op *operation) (time.Duration, string) {
	op.polls++
	if op.Key.Type == waitConditionType && op.Verb != "Delete" {
		return c.waitForSignals(op)
	}
	note := lastPart(op.Key.Type) + " " + op.Key.ID + ": " + op.Verb + " in progress"
	if !op.Due.IsZero() {
		left := time.Until(op.Due)
		if left <= 0 {
			return 0, ""
		}
		// A look half way makes callers poll, and costs no time.
		if whole := op.Due.Sub(op.Started); left > whole/2 && whole > time.Second {
			return left - whole/2, note
		}
		return left, note
	}
	if op.Left > 0 {
		op.Left--
		return briefly, note
	}
	return 0, ""
}

func (c *Cloud) finish(op *operation) {
	op.Done = true
	if op.Verb != "Delete" {
		return
	}
	if o := c.objects[op.Key]; o != nil {
		c.remove(o)
	}
}
