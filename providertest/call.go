package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// Call implements provider.Caller, on the same state as the resources. ECS
// calls, and a few beside them, behave; every other call that the services are
// known to have is answered by the shape of its response, and counted by
// ShapeAnswered. OnCall scripts a call.
func (c *Cloud) Call(ctx context.Context, req *provider.Call) (*provider.Result, error) {
	n, fate := c.enterCall(req)
	if err := fate.before(ctx); err != nil {
		return nil, c.leave(n, "", false, err)
	}
	body, err := c.perform(ctx, n, req)
	if err == nil {
		err = fate.after
	}
	if err := c.leave(n, "", true, err); err != nil {
		return nil, err
	}
	return &provider.Result{RequestID: requestID(n), Body: body}, nil
}

// enterCall notes that a raw call came in and settles its fate.
func (c *Cloud) enterCall(req *provider.Call) (int, fate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.forgotten + len(c.calls)
	c.calls = append(c.calls, Op{
		Verb: callVerb, Type: req.Service + "." + req.API, Token: req.Token, Parameters: Masked(req.Parameters),
		Outcome: OutcomeRunning, Start: time.Now(), RequestID: requestID(n),
	})
	return n, c.decide(&subject{verb: callVerb, service: req.Service, api: req.API, token: req.Token})
}

// callVerb is the verb of a raw call in the list of calls.
const callVerb = "Call"

// frame is one raw call while it is answered. The mutex is held.
type frame struct {
	c      *Cloud
	req    *provider.Call
	api    *calls.API
	args   arguments
	region string
	seed   seed
	number int   // of the call
	shaped bool  // answered by the shape of the response
	list   []any // the answer, where it is no object
}

// perform answers a call: by a script, by behaviour, or by the shape of the
// answer.
func (c *Cloud) perform(ctx context.Context, n int, req *provider.Call) (json.RawMessage, error) {
	if do := c.scripted(req); do != nil {
		body, err := do(ctx, req)
		if err != nil {
			return nil, err
		}
		return withRequestID(body, requestID(n)), nil
	}
	c.mu.Lock()
	c.reap()
	f, refusal := c.frame(n, req)
	if refusal != nil {
		c.mu.Unlock()
		return nil, refusal
	}
	body, err := f.run()
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if f.shaped {
		return c.propose(req, body), nil
	}
	return body, nil
}

// frame looks the call up and reads its parameters.
func (c *Cloud) frame(n int, req *provider.Call) (*frame, *provider.Error) {
	api, ok := c.index.API(req.Service, req.API)
	if !ok {
		return nil, &provider.Error{
			Kind: provider.Unsupported, Code: "InvalidAction.NotFound",
			Message: fmt.Sprintf("The service %s has no API %s that this cloud knows. Script it with OnCall.", req.Service, req.API),
		}
	}
	args, refusal := readArguments(api, req)
	if refusal != nil {
		return nil, refusal
	}
	f := &frame{c: c, req: req, api: api, args: args, region: req.Region, number: n}
	if f.region == "" {
		f.region = args.text("RegionId")
	}
	if f.region == "" {
		f.region = c.region
	}
	f.seed = newSeed(callVerb, api.Service, api.Name, f.token())
	if f.token() == "" {
		c.order++
		f.seed = f.seed.at(int(c.order))
	}
	return f, nil
}

// token gives the client token of the call, as far as its API takes one.
func (f *frame) token() string {
	switch {
	case f.api.Token:
	case f.api.Service == "R-KVSTORE" && strings.HasPrefix(f.api.Name, "Create"):
		return orText(f.req.Token, f.args.text("Token")) // which has a name of its own there
	default:
		return ""
	}
	if f.req.Token != "" {
		return f.req.Token
	}
	return f.args.text("ClientToken")
}

// answered is the answer of a call that had a client token.
type answered struct {
	Key    string          `json:"key"`
	Digest seed            `json:"digest"`
	Body   json.RawMessage `json:"body"`
	Shaped bool            `json:"shaped,omitempty"`
}

// run does what the call asks for, once a token.
func (f *frame) run() (json.RawMessage, error) {
	c := f.c
	token := f.token()
	key := f.api.Service + " " + f.api.Name + " " + token
	digest := newSeed(string(encode(f.args.given)))
	if had := c.answered[key]; had != nil && token != "" {
		if had.Digest != digest {
			return nil, &provider.Error{
				Kind: provider.Invalid, Code: "IdempotentParameterMismatch",
				Message: "The request uses the same client token as a previous, but non-identical request.",
			}
		}
		f.shaped = had.Shaped
		return withRequestID(had.Body, requestID(f.number)), nil
	}
	behave := behaviours[f.api.Service+" "+f.api.Name]
	if behave == nil {
		behave = behaving(f)
	}
	if behave == nil {
		behave = byShape
	}
	out, refusal := behave(f)
	if refusal != nil {
		return nil, refusal
	}
	var done *answered
	body := f.body(out)
	if token != "" && f.class() != provider.ReadOnly {
		done = &answered{Key: key, Digest: digest, Body: body, Shaped: f.shaped}
		c.answered[key] = done
	}
	if err := c.saveCall(done); err != nil {
		return nil, err
	}
	return body, nil
}

// body gives the answer as it is sent.
func (f *frame) body(out map[string]any) json.RawMessage {
	if f.list != nil {
		return encode(f.list)
	}
	if f.api.Service != "OSS" { // whose answers are documents
		out["RequestId"] = requestID(f.number)
	}
	return encode(out)
}

func (f *frame) class() provider.CallClass { return provider.ClassByName(f.api.Service, f.api.Name) }

// note counts a call that is answered by shape.
func (f *frame) note() {
	if i := f.number - f.c.forgotten; i >= 0 {
		f.c.calls[i].Shaped = true
	}
	f.c.shaped[f.api.Service+"."+f.api.Name]++
	f.shaped = true
}

// withRequestID puts the request id into an answer that is an object.
func withRequestID(body json.RawMessage, id string) json.RawMessage {
	var members map[string]json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(&members); err != nil || members == nil {
		return body
	}
	members["RequestId"] = encode(id)
	return encode(members)
}

// secretWords mark the names of parameters that must not be seen.
var secretWords = [...]string{"password", "passwd", "secret", "privatekey", "credential", "oidctoken", "assertion"}

// Masked gives a call's parameters, a JSON object, without what is secret by its
// name; nil for what is no JSON.
func Masked(parameters json.RawMessage) json.RawMessage {
	var v any
	dec := json.NewDecoder(bytes.NewReader(parameters))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil
	}
	return encode(mask(v, 0))
}

func mask(v any, depth int) any {
	if depth > 100 {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = mask(member, depth+1)
			for _, word := range secretWords {
				if strings.Contains(strings.ToLower(name), word) {
					v[name] = "******"
				}
			}
		}
	case []any:
		for i := range v {
			v[i] = mask(v[i], depth+1)
		}
	}
	return v
}
