package providertest

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

//go:embed conformance/*.yml
var ownFixtures embed.FS

// conformanceFixture is a resource of a template, to be checked with all that
// it needs.
type conformanceFixture struct {
	typ      string
	subject  string // its logical id
	template *template.Template
}

// conformanceNotes are what a fixture says of the resource besides, under
// Metadata.Conformance.
type conformanceNotes struct {
	// Change are other values of properties, where one that is made up would
	// not be taken.
	Change map[string]any
	// Keep names properties that are not changed.
	Keep []string
	// Lacks names attributes that this resource does not have.
	Lacks []string
	// Stays says that the cloud keeps a record of it for good, which can be read
	// after it was deleted.
	Stays bool
	// Local says that a provider may make it without a call, so that no cloud
	// knows of it.
	Local bool
}

type fixtureSet struct {
	of map[string]*conformanceFixture // by type
}

func (s *fixtureSet) types() []string { return slices.Sorted(maps.Keys(s.of)) }

// readFixtures finds a resource of each type in the templates: one that has
// notes if there is any, else the first.
func readFixtures(files fs.FS) (*fixtureSet, error) {
	if files == nil {
		sub, err := fs.Sub(ownFixtures, "conformance")
		if err != nil {
			return nil, err
		}
		files = sub
	}
	names, err := fs.Glob(files, "*.yml")
	if err != nil {
		return nil, err
	}
	set := &fixtureSet{of: make(map[string]*conformanceFixture)}
	noted := make(map[string]bool)
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		t, err := template.Parse(name, src, nil)
		if err != nil {
			return nil, fmt.Errorf("fixture: %w", err)
		}
		for _, r := range t.Resources {
			has := !r.Metadata.Get("Conformance").IsZero()
			if set.of[r.Type] != nil && (noted[r.Type] || !has) {
				continue
			}
			set.of[r.Type] = &conformanceFixture{typ: r.Type, subject: r.Name, template: t}
			noted[r.Type] = has
		}
	}
	return set, nil
}

// wanted are the resources that are to be made, the subject last.
type wanted struct {
	scope  *template.Scope
	order  []*template.DesiredResource
	states map[string]*provider.State // of those that were made
}

// expand evaluates the template and orders what the subject needs.
func (f *conformanceFixture) expand(region, account string) (*wanted, error) {
	scope, err := f.template.Bind(nil, &template.Pseudo{
		AccountID: account, TenantID: account, Region: region,
		StackID: "5ecd1e10-b0e9-4389-a565-e4c15efc0001", StackName: conformanceStack, Now: sampleTime, World: sampleWorld(),
	})
	if err != nil {
		return nil, err
	}
	desired, err := scope.Expand()
	if err != nil {
		return nil, err
	}
	w := &wanted{scope: scope, states: make(map[string]*provider.State)}
	byName := make(map[string]*template.DesiredResource)
	for _, r := range desired.Resources {
		byName[r.LogicalID] = r
	}
	seen := make(map[string]bool)
	var visit func(name string)
	visit = func(name string) {
		r := byName[name]
		if r == nil || seen[name] {
			return
		}
		seen[name] = true
		for _, u := range r.Uses {
			visit(u.To)
		}
		for _, other := range r.DependsOn {
			visit(other)
		}
		w.order = append(w.order, r)
	}
	if visit(f.subject); len(w.order) == 0 {
		return nil, fmt.Errorf("there is no %s in %s", f.subject, f.template.Name)
	}
	return w, nil
}

// notes reads what the fixture says besides.
func (w *wanted) notes() (*conformanceNotes, error) {
	notes := new(conformanceNotes)
	given, ok := w.order[len(w.order)-1].Metadata.Get("Conformance")
	if !ok {
		return notes, nil
	}
	dec := json.NewDecoder(strings.NewReader(string(given.AppendJSON(nil))))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(notes); err != nil {
		return nil, fmt.Errorf("Metadata.Conformance: %w", err)
	}
	return notes, nil
}

// properties resolves what refers to resources that were made.
func (w *wanted) properties(r *template.DesiredResource) (json.RawMessage, error) {
	v, err := w.scope.Resolve(r.Properties, w)
	if err != nil {
		return nil, err
	}
	if v.HasUnknown() {
		return nil, fmt.Errorf("properties of %s stay unknown", r.LogicalID)
	}
	return v.AppendJSON(nil), nil
}

// Ref gives what a reference to a resource stands for.
func (w *wanted) Ref(id string) (value.Value, bool) {
	s := w.states[id]
	if s == nil {
		return value.Value{}, false
	}
	return value.String(s.PhysicalID), true
}

// Attribute gives an attribute of a resource; null if it has none of the name.
func (w *wanted) Attribute(id, name string) (value.Value, bool) {
	s := w.states[id]
	if s == nil {
		return value.Value{}, false
	}
	v, err := value.ParseJSON(s.Attributes)
	if err != nil {
		return value.Value{}, false
	}
	if a, ok := v.Get(name); ok {
		return a, true
	}
	return value.Null(), true
}
