package alicloud

import (
	"context"
	_ "embed" // for the list of proven types
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// proven.txt lists the types that pass the conformance suite over HTTP, one a
// line. That suite's test keeps it true.
//
//go:embed proven.txt
var provenLines string

func proven(typ string) bool {
	for line := range strings.Lines(provenLines) {
		if strings.TrimSpace(line) == typ {
			return true
		}
	}
	return false
}

// mutability says of each property whether it can be changed in place.
func (d *descriptor) mutability(base *provider.Type) map[string]*provider.Property {
	out := map[string]*provider.Property{}
	set := func(name string, u provider.Mutability) {
		if base != nil && base.Properties[name] != nil {
			out[name] = &provider.Property{Update: u}
		}
	}
	for _, s := range d.update {
		if s.missing() != "" {
			continue
		}
		for _, name := range d.triggers(s) {
			// What the service's own documentation has as fixed stays so.
			if !slices.Contains(d.listedFixed, name) {
				set(name, provider.UpdateInPlace)
			}
		}
	}
	for _, name := range d.local {
		set(name, provider.UpdateInPlace)
	}
	if base != nil && slices.Contains(d.replace, "all") {
		for name := range base.Properties {
			if out[name] == nil {
				set(name, provider.UpdateReplaces)
			}
		}
	}
	for _, name := range d.replace {
		set(name, provider.UpdateReplaces)
	}
	return out
}

// honest takes back what the catalogue says can be changed in place where no
// step does: a plan then asks PlanUpdate.
func (d *descriptor) honest(t *provider.Type) *provider.Type {
	var out *provider.Type
	for name, p := range t.Properties {
		if p.Update != provider.UpdateInPlace {
			continue
		}
		if e, err := d.effect(name); err == nil && e == provider.EffectUpdate {
			continue
		}
		if out == nil {
			copied := *t
			copied.Properties = maps.Clone(t.Properties)
			out = &copied
		}
		unknown := *p
		unknown.Update = provider.UpdateUnknown
		out.Properties[name] = &unknown
	}
	if out == nil {
		return t
	}
	return out
}

// PlanUpdate implements [provider.Planner]. A property that the service can
// change and this provider cannot is refused here, so that a plan does not
// replace what it should not.
func (p *Provider) PlanUpdate(_ context.Context, req *provider.Request, changed []string) (provider.Effect, error) {
	if p.builtin(req.Type) != nil {
		return provider.EffectUnknown, nil // what the catalogue says of the type stands
	}
	d, err := p.usable(req.Type)
	if err != nil {
		return provider.EffectUnknown, err
	}
	effect := provider.EffectNone
	for _, name := range changed {
		if end := strings.IndexAny(name, ".["); end >= 0 {
			name = name[:end]
		}
		e, err := d.effect(name)
		if err != nil {
			return provider.EffectUnknown, err
		}
		effect = stronger(effect, e)
	}
	return effect, nil
}

// stronger is the effect of two changes together.
func stronger(a, b provider.Effect) provider.Effect {
	if a == provider.EffectReplace || b == provider.EffectReplace {
		return provider.EffectReplace
	}
	if a == provider.EffectUnknown || b == provider.EffectUnknown {
		return provider.EffectUnknown
	}
	return max(a, b)
}

func (d *descriptor) effect(name string) (provider.Effect, error) {
	if slices.Contains(d.replace, name) {
		return provider.EffectReplace, nil
	}
	hindered := false
	for _, s := range d.update {
		if !d.covers(s, name) {
			continue
		}
		if s.missing() == "" {
			return provider.EffectUpdate, nil
		}
		hindered = true
	}
	switch {
	case hindered:
		e := d.unchangeable(name)
		e.Kind = provider.Invalid // Unsupported would mean: cannot tell
		return provider.EffectUnknown, e
	case slices.Contains(d.local, name):
		return provider.EffectUpdate, nil
	case slices.Contains(d.replace, "all"):
		return provider.EffectReplace, nil
	}
	return provider.EffectUnknown, nil
}
