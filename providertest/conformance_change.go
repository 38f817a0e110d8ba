package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// updates changes each property that can be changed in place, one after the
// other.
func (r *conformanceRun) updates() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	names, err := r.propertiesThat(provider.EffectUpdate)
	if err != nil {
		return "", err
	}
	var done, refused []string
	var problems []error
	for _, name := range names {
		switch err := r.updateOne(name); {
		case errors.As(err, new(*notApplicable)):
			refused = append(refused, name+" ("+err.Error()+")")
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		default:
			done = append(done, name)
		}
	}
	switch {
	case len(problems) > 0:
		return "", errors.Join(problems...)
	case len(done) == 0 && len(refused) == 0:
		return "", &notApplicable{"no property can be changed in place that has a value to vary"}
	case len(done) == 0:
		return "", &notApplicable{"no other value is known of " + strings.Join(refused, ", ")}
	case len(refused) > 0:
		return strings.Join(done, " ") + "; not changed: " + strings.Join(refused, ", "), nil
	}
	return strings.Join(done, " "), nil
}

// updateOne changes one property. The subject keeps the new value.
func (r *conformanceRun) updateOne(name string) error {
	desired, err := told(r.req.Desired, "properties")
	if err != nil {
		return err
	}
	values, given, err := r.otherValues(name, desired[name])
	if err != nil {
		return err
	}
	var last error = &notApplicable{"no other value is known"}
	for _, v := range values {
		desired[name] = v
		req := r.changed(desired)
		p, err := r.drive(r.subject.Provider.Update, req)
		switch refusalKind(err) {
		case provider.Invalid, provider.NotFound, provider.Quota, provider.Unavailable:
			if !given { // a value that was made up
				last = &notApplicable{err.Error()}
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("to %s: %w", encode(v), err)
		}
		r.req.Desired = req.Desired
		return r.followed(p)
	}
	return last
}

// followed checks the subject after a change.
func (r *conformanceRun) followed(p *provider.Progress) error {
	if p.PhysicalID != "" && p.PhysicalID != r.req.PhysicalID {
		return fmt.Errorf("the change made %s of %s", p.PhysicalID, r.req.PhysicalID)
	}
	if err := r.complete(p.Attributes); err != nil {
		return fmt.Errorf("after the change: %w", err)
	}
	state, err := r.read()
	if err != nil {
		return fmt.Errorf("read after the change: %w", err)
	}
	if _, err := r.undrifted(state); err != nil {
		return fmt.Errorf("after the change: %w", err)
	}
	return nil
}

// replaces asks for changes in place that are none.
func (r *conformanceRun) replaces() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	names, err := r.propertiesThat(provider.EffectReplace)
	if err != nil {
		return "", err
	}
	var done []string
	for _, name := range names {
		desired, err := told(r.req.Desired, "properties")
		if err != nil {
			return "", err
		}
		values, _, err := r.otherValues(name, desired[name])
		if err != nil {
			return "", err
		}
		if len(values) == 0 {
			continue
		}
		desired[name] = values[0]
		_, err = r.drive(r.subject.Provider.Update, r.changed(desired))
		if kind := refusalKind(err); kind != provider.NeedsReplacement {
			return "", fmt.Errorf("%s is told to need a replacement; changing it to %s in place: %v, not an error of kind %s", name, encode(values[0]), err, provider.NeedsReplacement)
		}
		done = append(done, name)
	}
	if len(done) == 0 {
		return "", &notApplicable{"no property needs a replacement that has a value to vary"}
	}
	state, err := r.read()
	if err != nil {
		return "", fmt.Errorf("read after what was refused: %w", err)
	}
	if _, err := r.undrifted(state); err != nil {
		return "", fmt.Errorf("after what was refused: %w", err)
	}
	return strings.Join(done, " "), nil
}

// propertiesThat lists the properties of the subject whose change has an
// effect, as the type or the planner has it.
func (r *conformanceRun) propertiesThat(effect provider.Effect) ([]string, error) {
	typ, err := r.subject.Provider.Describe(r.t.Context(), r.fixture.typ)
	if err != nil {
		return nil, err
	}
	props, err := told(r.req.Desired, "properties")
	if err != nil {
		return nil, err
	}
	planner, _ := r.subject.Provider.(provider.Planner)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(props)) {
		p := typ.Properties[name]
		if p == nil || slices.Contains(r.notes.Keep, name) {
			continue
		}
		have := map[provider.Mutability]provider.Effect{provider.UpdateInPlace: provider.EffectUpdate, provider.UpdateReplaces: provider.EffectReplace}[p.Update]
		if have == provider.EffectUnknown && planner != nil {
			if have, err = planner.PlanUpdate(r.t.Context(), r.changed(props), []string{name}); err != nil {
				return nil, fmt.Errorf("PlanUpdate of %s: %w", name, err)
			}
		}
		if have == effect {
			out = append(out, name)
		}
	}
	return out, nil
}

// otherValues gives values to change a property to: what the fixture says, or
// what can be made up.
func (r *conformanceRun) otherValues(name string, v any) (values []any, given bool, err error) {
	if other, ok := r.notes.Change[name]; ok {
		return []any{other}, true, nil
	}
	typ, err := r.subject.Provider.Describe(r.t.Context(), r.fixture.typ)
	if err != nil {
		return nil, false, err
	}
	return varied(r.fixture.typ, name, typ.Properties[name], v, 0), false, nil
}

// varied gives other values for one, best first. Of maps and lists, one member
// is varied.
func varied(typ, name string, p *provider.Property, v any, depth int) []any {
	if p == nil {
		p = &provider.Property{}
	}
	if depth > 4 {
		return nil
	}
	var out []any
	switch v := v.(type) {
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			if member == "Key" {
				continue
			}
			for _, other := range varied(typ, member, p.Properties[member], v[member], depth+1) {
				m := maps.Clone(v)
				m[member] = other
				out = append(out, m)
			}
		}
	case []any:
		for i, item := range v {
			for _, other := range varied(typ, name, p.Items, item, depth+1) {
				list := slices.Clone(v)
				list[i] = other
				out = append(out, list)
			}
		}
	case bool:
		return []any{!v}
	case json.Number:
		if i, err := v.Int64(); err == nil {
			for _, text := range otherNumbers(p, i) {
				out = append(out, json.Number(text))
			}
		}
	case string:
		return variedText(typ, name, p, v)
	}
	return out
}

func variedText(typ, name string, p *provider.Property, text string) []any {
	var out []any
	for _, other := range p.Enum {
		if !strings.EqualFold(other, text) {
			out = append(out, other)
		}
	}
	if len(p.Enum) > 0 {
		return out
	}
	if i, err := strconv.ParseInt(text, 10, 32); err == nil {
		for _, other := range otherNumbers(p, i) {
			out = append(out, other)
		}
		return out
	}
	if other, ok := otherText(typ, name, p, text); ok {
		return []any{other}
	}
	return nil
}
