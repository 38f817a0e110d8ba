package alicloud

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// Caller makes raw API calls, RPC and ROA, by the names that package calls
// knows: the product and version of a service, the way and place of each
// parameter. Make one with [NewCaller]. All methods may be called concurrently.
type Caller struct {
	transport Transport
	opts      CallerOptions
	index     *calls.Index
	plans     sync.Map // service and API as the table spells them -> *callPlan
}

var _ provider.Caller = (*Caller)(nil)

// CallerOptions are what a caller needs to know. Services are named by their
// codes, "ECS", in upper case.
type CallerOptions struct {
	Region string // of calls that say none; required
	// Versions of services, instead of the table's. A service that the table
	// lacks can be called with one, and of a service whose version is given
	// here every API, listed or not.
	Versions map[string]string
	// Endpoints of services, hosts or URLs without path, instead of the
	// transport's.
	Endpoints map[string]string
	// Role gives the transport for calls under a RAM role, a name or an ARN:
	// what a runbook's RamRole says. Without it, a call that names a role is
	// refused rather than made under another identity; a program that wants
	// that returns its own transport.
	Role func(ctx context.Context, role string) (Transport, error)
	// Others make the calls of some services: of OSS, for example, which does
	// not take calls as the gateway does.
	Others map[string]provider.Caller
}

// NewCaller makes a caller that calls by way of a transport.
func NewCaller(t Transport, opts *CallerOptions) (*Caller, error) {
	switch {
	case t == nil:
		return nil, errNoTransport
	case opts == nil || opts.Region == "":
		return nil, errors.New("alicloud: CallerOptions.Region is empty")
	}
	return &Caller{transport: t, opts: *opts, index: calls.Default()}, nil
}

// Call implements [provider.Caller]. Parameters that the table lacks are sent as
// they are, lists by their elements and maps as JSON text: it is older than the
// services. An API that it lacks is sent too where the call gives a version, or
// method and path; else it is of kind Unsupported. A client token is sent where
// the API takes one and changes something.
func (c *Caller) Call(ctx context.Context, req *provider.Call) (*provider.Result, error) {
	if other := c.opts.Others[strings.ToUpper(req.Service)]; other != nil {
		return other.Call(ctx, req)
	}
	r, err := c.request(req)
	if err != nil {
		return nil, err
	}
	t := c.transport
	if req.Role != "" {
		if t, err = c.assume(ctx, req.Role); err != nil {
			return nil, err
		}
	}
	resp, err := exchange(ctx, t, r)
	if err != nil {
		return nil, err
	}
	fields, refused := readAnswer(r, resp)
	if refused != nil {
		return nil, refused
	}
	return &provider.Result{RequestID: requestID(fields, resp), Body: bodyOf(resp.Body)}, nil
}

// assume finds the transport for a role.
func (c *Caller) assume(ctx context.Context, role string) (Transport, error) {
	if c.opts.Role == nil {
		return nil, &provider.Error{
			Kind: provider.Denied, Code: "NoRole",
			Message: "the call is to be made under the role " + short(role) + ", and this caller assumes none: set CallerOptions.Role",
		}
	}
	t, err := c.opts.Role(ctx, role)
	if err == nil && t == nil {
		err = errNoTransport
	}
	if _, ok := errors.AsType[*provider.Error](err); err != nil && !ok && ctx.Err() == nil {
		err = &provider.Error{Kind: provider.Denied, Code: "NoRole", Message: "role " + short(role) + ": " + err.Error(), Err: err}
	}
	return t, err
}

// exchange makes a request. Errors are of type *provider.Error, or the
// context's.
func exchange(ctx context.Context, t Transport, req *Request) (*Response, error) {
	resp, err := t.Do(ctx, req)
	if err != nil {
		if _, ok := errors.AsType[*provider.Error](err); ok || ctx.Err() != nil {
			return nil, err
		}
		return nil, &provider.Error{Kind: provider.Transient, Code: "Transport", Err: err}
	}
	if resp == nil {
		return nil, &provider.Error{Kind: provider.Transient, Code: "Transport", Message: "no answer"}
	}
	return resp, nil
}

// bodyOf gives an answer as JSON; what is none becomes a text.
func bodyOf(body []byte) json.RawMessage {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || json.Valid(body) {
		return body
	}
	text, err := json.Marshal(string(body))
	if err != nil {
		return nil
	}
	return text
}

// short gives the beginning of a name, for messages.
func short(name string) string {
	const most = 80
	if len(name) > most {
		name = name[:most] + "..."
	}
	return strings.ToValidUTF8(name, "?")
}

// request builds the request of a call.
func (c *Caller) request(req *provider.Call) (*Request, error) {
	p, err := c.plan(req)
	if err != nil {
		return nil, err
	}
	a, err := newArguments(p, req)
	if err != nil {
		return nil, err
	}
	if err := a.addAll(req.Parameters); err != nil {
		return nil, err
	}
	if p.token != "" && req.Token != "" && a.query[p.token] == "" && a.form[p.token] == "" {
		if err := a.put(p.tokenPlace, p.token, req.Token); err != nil {
			return nil, err
		}
	}
	r := &Request{
		Product: p.service.Product, Version: p.service.Version, API: p.name, Region: cmp.Or(req.Region, a.region, c.opts.Region),
		Method: cmp.Or(strings.ToUpper(req.Method), p.method), Query: a.query,
		Endpoint: c.opts.Endpoints[p.service.Code],
	}
	if p.roa {
		r.Style = ROA
		if r.Path, err = a.pathOf(req.URI); err != nil {
			return nil, err
		}
		if r.Body, err = a.bodyOf(req.Body); err != nil {
			return nil, err
		}
	}
	r.Headers = a.headers
	return r, nil
}
