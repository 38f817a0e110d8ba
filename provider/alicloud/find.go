package alicloud

import (
	"context"
	"errors"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// Find implements [provider.Finder]: it looks a resource up whose create call
// may or may not have been answered. One whose ID is made of its properties is
// read. Any other is found by its client token: the call is made again with it,
// and the service answers what it has made, or makes it now, once and for the
// caller to delete. Names are no proof: what has the same name may belong to
// somebody else. Find is in doubt where the call takes no token, where making it
// now would be paid in advance, and where the request does not say that the call
// may have had an effect.
func (p *Provider) Find(ctx context.Context, req *provider.Request) (*provider.State, error) {
	if p.builtin(req.Type) != nil {
		return nil, notFound(req.LogicalID)
	}
	o, err := p.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	if len(req.Desired) == 0 {
		o.env.desired = o.env.prior
	}
	if o.env.id != "" {
		return o.current(ctx)
	}
	if !req.Repeated {
		return nil, undetermined(req.Type + " is not known to have been asked for")
	}
	first := o.creating()
	if first == nil || first.token == "" {
		return o.findByName(ctx)
	}
	if o.prepaid() {
		return nil, undetermined(req.Type + " is paid in advance: it is not asked for again to see whether it is there")
	}
	return o.findByToken(ctx, stage{step: first, first: true})
}

func undetermined(why string) *provider.Error {
	return &provider.Error{Kind: provider.InDoubt, Code: "InDoubt", Message: why}
}

// creating is the first call that creates; nil if there is none.
func (o *operation) creating() *step {
	for _, s := range o.d.create {
		if s.when.holds(o.env) {
			return s
		}
	}
	return nil
}

// findByName reads a resource whose properties are its ID.
func (o *operation) findByName(ctx context.Context) (*provider.State, error) {
	id, complete := o.d.id.known(o.env)
	if !complete || o.d.read == nil {
		return nil, undetermined(o.req.Type + " cannot be looked up: its create call takes no client token, and its properties do not name it")
	}
	o.env.id = id
	return o.current(ctx)
}

// findByToken makes the create call again.
func (o *operation) findByToken(ctx context.Context, s stage) (*provider.State, error) {
	o.retry = o.d.createRetry
	_, err := o.call(ctx, s)
	if e, ok := errors.AsType[*provider.Error](err); ok {
		switch e.Kind {
		case provider.Invalid, provider.Quota, provider.Unavailable, provider.NotFound:
			if tokenMismatch(e) {
				return nil, undetermined("a call with the same client token and other parameters was made: " + e.Error())
			}
			return nil, notFound(o.req.LogicalID) // no call with this token has made anything
		}
	}
	if err != nil {
		return nil, err
	}
	if state, err := o.current(ctx); err == nil {
		return state, nil
	}
	return &provider.State{PhysicalID: o.env.id}, nil // too new to be read
}

// tokenMismatch reports whether a refusal says that the token is another call's.
func tokenMismatch(e *provider.Error) bool {
	return strings.HasPrefix(e.Code, "Idempotent") || strings.HasPrefix(e.Code, "Idempotence")
}

// prepaid reports whether the resource is paid in advance.
func (o *operation) prepaid() bool {
	for _, name := range [...]string{"InstanceChargeType", "ChargeType", "PayType", "PaymentType"} {
		charge := strings.ToLower(textOf(o.env.desired[name]))
		if strings.HasPrefix(charge, "pre") || strings.HasPrefix(charge, "subscription") {
			return true
		}
	}
	return false
}
