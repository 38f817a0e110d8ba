package alicloud

import (
	"context"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// Update implements [provider.Provider]. It makes the calls that the changed
// properties need, each by a request of its own.
func (p *Provider) Update(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	if err := p.fixed(ctx, req); err != nil {
		return nil, err
	}
	if b := p.builtin(req.Type); b != nil {
		return b.update(ctx, p, req)
	}
	o, err := p.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	o.retry, o.gone = o.d.updateRetry, o.d.gone
	changed := changedProperties(o.env.desired, o.env.prior)
	stages, left := o.updateStages(changed)
	if len(left) > 0 {
		return nil, o.d.unchangeable(left[0])
	}
	done, out, err := o.advance(ctx, stages)
	if err != nil {
		return o.afterEffect(err)
	}
	if !done {
		return out, nil
	}
	return o.finish(ctx)
}

// unchangeable says why a property cannot be changed in place.
func (d *descriptor) unchangeable(property string) *provider.Error {
	for _, s := range d.update {
		if why := s.missing(); why != "" && d.covers(s, property) {
			return &provider.Error{Kind: provider.Unsupported, Code: "NotImplemented", Path: property, Message: "this provider cannot change it: " + why}
		}
	}
	return &provider.Error{Kind: provider.NeedsReplacement, Code: "NotChangeable", Path: property, Message: "no call of the service changes it"}
}

// changedProperties names those that differ.
func changedProperties(desired, prior map[string]any) []string {
	var out []string
	for _, name := range sortedKeys(desired) {
		if !same(desired[name], prior[name]) {
			out = append(out, name)
		}
	}
	for _, name := range sortedKeys(prior) {
		if _, ok := desired[name]; !ok && prior[name] != nil {
			out = append(out, name)
		}
	}
	return out
}

// fixed refuses a change that a plan makes by a replacement, though a call of
// the service might take it: what Describe says counts for all.
func (p *Provider) fixed(ctx context.Context, req *provider.Request) error {
	t, err := p.Describe(ctx, req.Type)
	if err != nil {
		return nil // that the type cannot be handled is said below
	}
	desired, err := properties(req.Desired, t)
	if err != nil {
		return err
	}
	prior, err := properties(req.Prior, t)
	if err != nil {
		return err
	}
	for _, name := range changedProperties(desired, prior) {
		if known := t.Properties[name]; known != nil && known.Update == provider.UpdateReplaces {
			return &provider.Error{Kind: provider.NeedsReplacement, Code: "NotChangeable", Path: name, Message: "it is fixed when the resource is made"}
		}
	}
	return nil
}

// updateStages chooses the steps for the changed properties, and tells those
// that no step is for. Where several steps change the same property, the first
// that applies does, unless they say by which changes they are meant.
func (o *operation) updateStages(changed []string) (stages []stage, left []string) {
	t := o.p.types(o.req.Type)
	covered := map[string]bool{}
	for _, s := range o.d.update {
		if s.missing() != "" || !s.when.holds(o.env) && !s.when.needsItem(o.known()) {
			continue
		}
		var fresh []string
		for _, name := range o.d.triggers(s) {
			if slices.Contains(changed, name) && (!covered[name] || s.pairs(name) || s.on != nil) {
				fresh = append(fresh, name)
			}
		}
		if fresh == nil {
			continue
		}
		for _, name := range changed {
			if s.sendsProperty(name) || s.on == nil && slices.Contains(fresh, name) {
				covered[name] = true
			}
		}
		if o.speaks(s, fresh) {
			stages = append(stages, stage{step: s, wait: o.d.ready, sends: sender(s, changed, t)})
		}
	}
	for _, name := range changed {
		if !covered[name] && !slices.Contains(o.d.local, name) {
			left = append(left, name)
		}
	}
	return stages, left
}

// sendsProperty reports whether a mapping of the step is of the property.
func (s *step) sendsProperty(name string) bool {
	return slices.ContainsFunc(s.parameters, func(p parameter) bool {
		root, _, _ := strings.Cut(p.inherit, ".")
		return root == name || p.value == nil && p.mapping != nil && p.mapping.property[0] == name
	})
}

// pairs reports whether the step is one of two that part a change between them:
// what came, and what went.
func (s *step) pairs(property string) bool {
	for _, p := range s.parameters {
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			if e.name == property && (e.kind == exprAdd || e.kind == exprDel || e.kind == exprOld) {
				return true
			}
		}
	}
	return false
}

// speaks reports whether the step would say anything of the changed properties:
// one that was taken away is not sent.
func (o *operation) speaks(s *step, changed []string) bool {
	if s.on != nil || s.when != nil {
		return true
	}
	for _, name := range changed {
		if o.env.desired[name] != nil && !s.pairs(name) {
			return true
		}
	}
	for _, p := range s.parameters {
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			switch e.kind {
			case exprAdd, exprDel:
				if len(o.env.changed(e.kind, e.name)) > 0 {
					return true
				}
			case exprOld:
				return true
			}
		}
	}
	return false
}

// sender says which properties a step sends: those that changed; of a step that
// sets the whole, the others too, but no secrets again.
func sender(s *step, changed []string, t *provider.Type) func(string) bool {
	return func(name string) bool {
		if slices.Contains(changed, name) {
			return true
		}
		secret := t != nil && t.Properties[name] != nil && t.Properties[name].Sensitive
		return !s.partial && !secret
	}
}
