package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

func (r *conformanceRun) describes() (string, error) {
	typ, err := r.subject.Provider.Describe(r.t.Context(), r.fixture.typ)
	if err != nil {
		return "", err
	}
	if typ.Name != r.fixture.typ {
		return "", fmt.Errorf("asked for %s, it describes %s", r.fixture.typ, typ.Name)
	}
	_, err = r.subject.Provider.Describe(r.t.Context(), "ALIYUN::Nobody::HasThis")
	if refusalKind(err) != provider.NotFound {
		return "", fmt.Errorf("asked for a type that nobody has, it says %v, not an error of kind %s", err, provider.NotFound)
	}
	return "", nil
}

func (r *conformanceRun) creates() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	if r.made.PhysicalID == "" {
		return "", errors.New("it is done, and has no physical ID")
	}
	if n := r.subject.Count(); n < r.before {
		return "", fmt.Errorf("there were %d resources in the cloud before it, and are %d now", r.before, n)
	}
	return r.made.PhysicalID, nil
}

func (r *conformanceRun) completes() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	return "", r.complete(r.made.Attributes)
}

// complete checks attributes against the type.
func (r *conformanceRun) complete(data json.RawMessage) error {
	typ, err := r.subject.Provider.Describe(r.t.Context(), r.fixture.typ)
	if err != nil {
		return err
	}
	have, err := told(data, "attributes")
	if err != nil {
		return err
	}
	var missing, odd []string
	for _, name := range slices.Sorted(maps.Keys(typ.Attributes)) {
		v, ok := have[name]
		switch {
		case (!ok || v == nil) && !slices.Contains(r.notes.Lacks, name):
			missing = append(missing, name)
		case ok && v != nil && !shapedAs(v, typ.Attributes[name].Type):
			odd = append(odd, fmt.Sprintf("%s is %s", name, encode(v)))
		}
	}
	for name := range have {
		if _, ok := typ.Attributes[name]; !ok && len(typ.DynamicAttributes) == 0 && typ.Coverage != provider.CoverageNone {
			odd = append(odd, name+" is no attribute of the type")
		}
	}
	switch {
	case len(odd) > 0:
		slices.Sort(odd)
		return errors.New("attributes are not as the type says: " + strings.Join(odd, "; "))
	case len(missing) > 0:
		return errors.New("attributes are missing: " + strings.Join(missing, " "))
	}
	return nil
}

// shapedAs reports whether a value may stand for an attribute of a type. Numbers
// and booleans may come as text, as the services write them.
func shapedAs(v any, typ provider.ValueType) bool {
	switch v.(type) {
	case []any:
		return typ == provider.TypeAny || typ == provider.TypeList
	case map[string]any:
		return typ == provider.TypeAny || typ == provider.TypeMap
	}
	return typ != provider.TypeList && typ != provider.TypeMap
}

func (r *conformanceRun) reads() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	state, err := r.read()
	if err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	if state.PhysicalID != r.req.PhysicalID {
		return "", fmt.Errorf("%q was asked for, %q is told", r.req.PhysicalID, state.PhysicalID)
	}
	if err := r.sameAttributes(state); err != nil {
		return "", err
	}
	return r.undrifted(state)
}

// sameAttributes compares the attributes that Create told with those that Read
// tells, as far as both do.
func (r *conformanceRun) sameAttributes(state *provider.State) error {
	first, err := told(r.made.Attributes, "attributes")
	if err != nil {
		return err
	}
	now, err := told(state.Attributes, "attributes")
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(first)) {
		if v, ok := now[name]; ok && !agree(first[name], v) {
			return fmt.Errorf("attribute %s was %s when it was made, and is read as %s", name, encode(first[name]), encode(v))
		}
	}
	return nil
}

// undrifted checks that what is read of the properties is what was asked for.
// It says which of them are not told, secrets aside.
func (r *conformanceRun) undrifted(state *provider.State) (string, error) {
	want, err := told(r.req.Desired, "properties")
	if err != nil {
		return "", err
	}
	have, err := told(state.Properties, "properties")
	if err != nil {
		return "", err
	}
	typ, err := r.subject.Provider.Describe(r.t.Context(), r.fixture.typ)
	if err != nil {
		return "", err
	}
	var silent []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		v, ok := have[name]
		if !ok {
			if !holdsSecret(typ.Properties[name]) {
				silent = append(silent, name)
			}
			continue
		}
		if p := typ.Properties[name]; p != nil && p.Sensitive {
			return "", fmt.Errorf("the secret %s is told", name)
		}
		if !agree(want[name], v) {
			return "", fmt.Errorf("property %s is %s, and is read as %s", name, encode(want[name]), encode(v))
		}
	}
	if len(silent) > 0 {
		return "not read back: " + strings.Join(silent, " "), nil
	}
	return "", nil
}

// agree reports whether a value is as it was asked for: members that were not
// asked for do not count, nor does the order of lists.
func agree(want, have any) bool {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok {
			return false
		}
		for name, v := range w {
			if other, told := h[name]; told && !agree(v, other) {
				return false
			}
		}
		return true
	case []any:
		h, ok := have.([]any)
		if !ok || len(h) != len(w) {
			return false
		}
		free := slices.Clone(h)
		for _, v := range w {
			i := slices.IndexFunc(free, func(other any) bool { return agree(v, other) })
			if i < 0 {
				return false
			}
			free = slices.Delete(free, i, i+1)
		}
		return true
	}
	return same(want, have)
}

func (r *conformanceRun) deletes() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	if _, err := r.drive(r.subject.Provider.Delete, r.removal()); err != nil {
		return "", fmt.Errorf("delete: %w", err)
	}
	if err := r.gone(); err != nil {
		return "", err
	}
	if _, err := r.drive(r.subject.Provider.Delete, r.removal()); err != nil {
		return "", fmt.Errorf("delete of what is gone: %w", err)
	}
	return "", r.gone()
}

// gone checks that nothing is left of the subject.
func (r *conformanceRun) gone() error {
	if n := r.subject.Count(); n != r.before {
		return fmt.Errorf("it is deleted; there were %d resources in the cloud without it, and are %d now", r.before, n)
	}
	_, err := r.read()
	if refusalKind(err) == provider.NotFound || err == nil && (r.notes.Local || r.notes.Stays) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("it is deleted, and reading it says %w, not an error of kind %s", err, provider.NotFound)
	}
	return errors.New("it is deleted, and still can be read")
}
