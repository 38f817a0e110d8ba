package alicloud

import (
	"context"
	"errors"

	"github.com/bianpai/bianpai/provider"
)

// attributes collects what Fn::GetAtt may ask for, and the item that the lookup
// found. What could be told is there even when err is not nil.
func (o *operation) attributes(ctx context.Context) (map[string]any, any, error) {
	out := map[string]any{}
	var item any
	var failed error
	if o.d.read != nil {
		item, failed = o.look(ctx, o.d.reader(o.env))
	}
	o.env.item, _ = item.(map[string]any)
	o.env.attributes = out
	further := map[any]any{} // answers of other lookups
	for _, a := range o.d.attributes {
		for _, s := range a.sources {
			v, err := o.source(ctx, &s, item, further)
			if e, ok := errors.AsType[*provider.Error](err); err != nil && (!ok || e.Kind.Retry()) {
				failed = err
			}
			if v != nil && textOf(v) != "" {
				out[a.name] = v
				break
			}
		}
	}
	return out, item, failed
}

func (o *operation) source(ctx context.Context, s *source, item any, further map[any]any) (any, error) {
	switch s.kind {
	case fromItem:
		return s.path.find(item, o.env), nil
	case fromCreate:
		return o.env.created[s.path.text], nil
	case fromProperty:
		return o.env.property(s.path.steps[0].name, nil), nil
	case fromRegion:
		return nonEmpty(o.env.region), nil
	case fromText:
		v, _ := s.text.value(o.env)
		return v, nil
	case fromRead:
		body, err := o.further(ctx, o.d.named(s.read), further)
		return s.path.find(body, o.env), err
	case fromCall:
		body, err := o.further(ctx, s.call, further)
		return s.path.find(body, o.env), err
	}
	return nil, nil
}

// further makes a lookup besides the main one, once for each operation.
func (o *operation) further(ctx context.Context, s *step, seen map[any]any) (any, error) {
	if v, ok := seen[s]; ok {
		return v, nil
	}
	if s.missing() != "" || o.unasked(s) || o.moved && o.env.id == "" {
		return nil, nil
	}
	v, err := o.look(ctx, s)
	if err != nil {
		v = nil
	}
	seen[s] = v
	return v, err
}
