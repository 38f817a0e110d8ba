package alicloud

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// stage is a step that was chosen, and what has to hold after it.
type stage struct {
	step  *step
	sends func(property string) bool
	wait  *wait
	first bool // makes the resource
}

// advance works on stages until one call was made, something is not ready, or
// all are done. It reports true then. A progress that is not nil goes out.
func (o *operation) advance(ctx context.Context, stages []stage) (done bool, out *provider.Progress, err error) {
	for o.state.Stage < len(stages) {
		s := stages[o.state.Stage]
		if o.state.Waiting {
			ready, err := o.wait(ctx, s.wait, s.step.until)
			if err != nil {
				return false, nil, err
			}
			if !ready {
				after := o.pause()
				o.state.Polls++
				return false, o.progress(after), nil
			}
			o.state = state{Stage: o.state.Stage + 1, ID: o.state.ID, Created: o.state.Created}
			continue
		}
		if o.moved {
			return false, o.progress(soon), nil
		}
		more, err := o.call(ctx, s)
		if err != nil {
			return false, nil, err
		}
		if more {
			return false, o.progress(soon), nil
		}
		if s.wait != nil && !s.step.idle(o) {
			o.state.Waiting = true
			if o.moved {
				return false, o.progress(o.pause()), nil
			}
			continue
		}
		o.state = state{Stage: o.state.Stage + 1, ID: o.state.ID, Created: o.state.Created}
	}
	return true, nil, nil
}

// idle reports whether the step had nothing to do, so that there is nothing to
// wait for.
func (s *step) idle(o *operation) bool { return o.state.Skip }

// call makes the next call of a stage. It reports whether there are more.
func (o *operation) call(ctx context.Context, s stage) (more bool, err error) {
	if holds, err := o.applies(ctx, s); err != nil || !holds {
		o.state.Skip = true
		return false, err
	}
	env := *o.env
	env.token = token(o.req.Token, o.state.Stage*1000)
	shrinks, err := o.list(ctx, s.step, &env)
	if err != nil {
		return false, err
	}
	if grown, err := o.grown(ctx, s.step, &env); err != nil || grown {
		o.state.Skip = true
		return false, err
	}
	calls, err := s.step.calls(&env, s.sends)
	if err != nil {
		return false, err
	}
	if shrinks {
		return o.callFirst(ctx, calls)
	}
	if o.state.Call >= len(calls) {
		o.state.Skip = o.state.Call == 0
		return false, nil
	}
	req := calls[o.state.Call]
	if o.req.Repeated && !o.repeatable(s) {
		return false, &provider.Error{Kind: provider.InDoubt, Code: "InDoubt", Message: req.API + " takes no client token, and an earlier call may have had its effect"}
	}
	body, err := o.send(ctx, req)
	if e, ok := errors.AsType[*provider.Error](err); ok && o.req.Repeated && !s.first && alreadyThere(e) {
		err = nil
	}
	if err != nil {
		return false, o.refusal(err)
	}
	o.moved = true
	o.state.Call++
	if s.first {
		if err := o.identify(ctx, body); err != nil {
			return false, err
		}
	}
	return o.state.Call < len(calls), nil
}

// grown looks how far a number has come that the step adds to, since a call
// whose answer was lost may have added to it. It reports whether nothing is
// left to add.
func (o *operation) grown(ctx context.Context, s *step, env *scope) (bool, error) {
	at := slices.IndexFunc(s.parameters, func(p parameter) bool {
		return p.mapping != nil && slices.ContainsFunc(p.mapping.codecs, func(c codec) bool { return c.name == "delta" })
	})
	if at < 0 || o.d.read == nil {
		return false, nil
	}
	name := s.parameters[at].mapping.property[0]
	item, err := o.look(ctx, o.d.reader(o.env))
	if err != nil {
		return false, err
	}
	if now, ok := o.properties(item)[name]; ok {
		env.prior = maps.Clone(env.prior)
		env.prior[name] = now
	}
	return same(env.prior[name], env.desired[name]), nil
}

// list looks up what the step goes through besides properties. It reports
// whether each call makes that list shorter.
func (o *operation) list(ctx context.Context, s *step, env *scope) (shrinks bool, err error) {
	for _, p := range s.parameters {
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			if e.kind != exprListed || env.listed[e.name] != nil {
				continue
			}
			found, err := o.look(ctx, o.d.named(e.name))
			if e, ok := errors.AsType[*provider.Error](err); ok && e.Kind == provider.NotFound {
				err = nil
			}
			if err != nil {
				return false, err
			}
			_, isList := found.([]any)
			shrinks = shrinks || isList || found == nil
			if env.listed == nil {
				env.listed = map[string][]any{}
			}
			env.listed[e.name] = itemsOf(found)
		}
	}
	return shrinks, nil
}

// callFirst makes the first of the calls; the next request lists anew. What is
// gone already, or may not go, such as the version in use, is passed over.
func (o *operation) callFirst(ctx context.Context, calls []*Request) (more bool, err error) {
	for o.state.Call < len(calls) {
		_, err := o.send(ctx, calls[o.state.Call])
		if err == nil {
			o.moved = true
			return true, nil
		}
		refused, ok := errors.AsType[*provider.Error](o.refusal(err))
		if !ok || refused.Kind.Retry() || refused.Kind == provider.Denied {
			return false, o.refusal(err)
		}
		o.state.Call++
	}
	return false, nil
}

// applies evaluates a stage's condition, which may look at the resource.
func (o *operation) applies(ctx context.Context, s stage) (bool, error) {
	if why := s.step.missing(); why != "" && s.step.when.holds(o.env) {
		return false, &provider.Error{Kind: provider.Unsupported, Code: "NotImplemented", Message: "this provider cannot make the call: " + why}
	}
	if o.d.read != nil && s.step.when.needsItem(o.known()) && o.env.item == nil && !s.first {
		item, err := o.look(ctx, o.d.reader(o.env))
		if err != nil {
			return false, err
		}
		o.env.item, _ = item.(map[string]any)
	}
	return s.step.when.holds(o.env), nil
}

// known are the names that mean properties in a condition.
func (o *operation) known() map[string]bool {
	names := map[string]bool{}
	if t := o.p.types(o.req.Type); t != nil {
		for name := range t.Properties {
			names[name] = true
		}
	}
	for name := range o.env.desired {
		names[name] = true
	}
	return names
}

// settling verbs are those of calls that end in what their parameters name; a
// repetition is refused, or changes nothing.
var joining = []string{
	"Attach", "Associate", "Add", "Authorize", "Join", "Bind", "Detach", "Disassociate", "Unassociate", "Unbind", "Remove", "Revoke", "Leave",
	"Release", "Put", "Update", "Switch", "Move", "Change", "Cancel", "Abolish", "Dissociate", "Unassign", "Enable", "Disable", "Start", "Stop",
	"Modify", "Set", "Tag", "Untag", "UnTag", "Delete", "Allocate", "Deploy", "Open", "Activate", "Batch",
}

// repeatable reports whether a call may be made again when its answer was lost.
// One that creates what its answer names makes another each time, whatever its
// verb is: AddDomainRecord.
func (o *operation) repeatable(of stage) bool {
	s := of.step
	if s.token != "" || provider.ClassByName(s.product.name, s.action).Repeat() || s.method == "PUT" || s.method == "DELETE" {
		return true
	}
	if _, named := o.d.id.known(o.env); of.first && !named {
		return false
	}
	for _, verb := range joining {
		if strings.HasPrefix(s.action, verb) && !makes(s) {
			return true
		}
	}
	return false
}

// makes reports whether a call makes something anew each time.
func makes(s *step) bool {
	return strings.HasPrefix(s.action, "Allocate") || strings.HasPrefix(s.action, "AddLive")
}
