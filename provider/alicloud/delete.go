package alicloud

import (
	"context"
	"errors"
	"slices"

	"github.com/bianpai/bianpai/provider"
)

// Delete implements [provider.Provider]. It looks first: what is gone is done.
func (p *Provider) Delete(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	if b := p.builtin(req.Type); b != nil {
		return b.remove(ctx, p, req)
	}
	o, err := p.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	if o.env.id == "" {
		return &provider.Progress{Done: true}, nil
	}
	o.retry, o.gone = o.d.removeRetry, slices.Concat(o.d.gone, o.d.removeGone)
	o.env.desired = o.env.prior // what it was made of says how to remove it
	if gone, err := o.lookBefore(ctx); err != nil || gone {
		return &provider.Progress{PhysicalID: o.env.id, Done: true}, err
	}
	stages := make([]stage, 0, len(o.d.remove))
	for _, s := range o.d.remove {
		if s.missing() != "" && !s.when.holds(o.env) {
			continue
		}
		stages = append(stages, stage{step: s})
	}
	for o.state.Stage < len(stages) {
		if o.moved {
			return o.progress(soon), nil
		}
		more, err := o.call(ctx, stages[o.state.Stage])
		if e, ok := errors.AsType[*provider.Error](err); ok && (e.Kind == provider.NotFound || nothingThere(e)) {
			err, more = nil, false // gone, or the part that was to be removed
		}
		if err != nil && o.busy(ctx, err) {
			after := o.pause()
			o.state.Polls++
			p := o.progress(after)
			p.Note = err.Error()
			return p, nil
		}
		if err != nil {
			return o.afterEffect(err)
		}
		if more {
			return o.progress(soon), nil
		}
		o.state = state{Stage: o.state.Stage + 1, ID: o.state.ID}
	}
	return o.waitGone(ctx)
}

// restless is for how many looks in a row a resource may be at something that
// keeps it from being deleted, such as its own creation; half an hour or so.
const restless = 150

// busy reports whether a delete call was refused since the resource is still at
// something that ends by itself: its creation, a change, or a deletion that an
// earlier call has begun.
func (o *operation) busy(ctx context.Context, refusal error) bool {
	e, ok := errors.AsType[*provider.Error](refusal)
	w := o.d.ready
	if !ok || e.Kind != provider.Conflict || w == nil || w.field == nil || o.d.read == nil || o.state.Polls >= restless {
		return false
	}
	item, err := o.look(ctx, o.d.reader(o.env))
	if err != nil {
		return false
	}
	is := textOf(w.field.find(item, o.env))
	return oneOf(w.busy, is, o.env) || o.d.removed != nil && oneOf(o.d.removed.busy, is, o.env)
}

// nothingThere reports whether a delete call was refused because there is
// nothing to delete.
func nothingThere(e *provider.Error) bool {
	return kindOf(&Request{}, 0, e.Code) == provider.NotFound
}

// lookBefore reads the resource and its attributes, which steps may need. Only
// the first request of a deletion does, and those that a condition makes.
func (o *operation) lookBefore(ctx context.Context) (gone bool, err error) {
	if o.d.read == nil || o.state.Stage > 0 || o.state.Call > 0 {
		return false, nil
	}
	attributes, _, err := o.attributes(ctx)
	o.env.attributes = attributes
	if e, ok := errors.AsType[*provider.Error](err); ok {
		switch {
		case e.Kind == provider.NotFound:
			return true, nil
		case e.Kind == provider.Throttled, e.Kind == provider.Transient, e.Kind == provider.Denied:
			return false, err
		}
		return false, nil // what cannot be looked at may still be deleted
	}
	return false, err
}

// waitGone looks until the resource is gone, where that takes time.
func (o *operation) waitGone(ctx context.Context) (*provider.Progress, error) {
	done := &provider.Progress{PhysicalID: o.env.id, Done: true}
	w := o.d.removed
	stays := !slices.ContainsFunc(o.d.remove, func(s *step) bool { return s.when == nil })
	if o.d.read == nil || w == nil && (o.d.ready == nil || stays) || len(o.d.remove) == 0 {
		return done, nil
	}
	if o.moved {
		return o.progress(o.pause()), nil
	}
	item, err := o.look(ctx, o.d.reader(o.env))
	if e, ok := errors.AsType[*provider.Error](err); ok && e.Kind == provider.NotFound {
		return done, nil
	}
	if err != nil {
		return nil, err
	}
	if w != nil && w.field != nil && len(w.ok) > 0 && oneOf(w.ok, textOf(w.field.find(item, o.env)), o.env) {
		return done, nil
	}
	after := o.pause()
	o.state.Polls++
	return o.progress(after), nil
}
