package overhttp_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/template"
)

// publicTemplates parses the public stack templates that need no transform.
func publicTemplates(t *testing.T) []*template.Template {
	t.Helper()
	var out []*template.Template
	corpus.Walk(t, "ros", func(name string, src []byte) {
		if template.Detect(src) != template.Stack {
			return
		}
		if tmpl, err := template.Parse(name, src, nil); err == nil && !tmpl.NeedsTransform() && len(tmpl.Resources) > 0 {
			out = append(out, tmpl)
		}
	})
	return out
}

// driven are the types as the real provider has them, so that both plans are
// made from the same facts.
type driven struct{ types map[string]*provider.Type }

func newDriven(t *testing.T) *driven {
	p, _ := dial(t, providertest.New(t, nil))
	d := &driven{types: map[string]*provider.Type{}}
	for name := range schema.Default().Names() {
		d.types[name] = schema.Default().Type(name)
		if typ, err := p.Describe(t.Context(), name); err == nil {
			d.types[name] = typ
		}
	}
	return d
}

func (d *driven) Type(name string) *provider.Type { return d.types[name] }

// leastPassing is the share of the templates with proven types only that passes,
// in percent. It only goes up.
const leastPassing = 88

// TestCorpusOverHTTP takes every public template whose types are all proven
// through the life of a stack, over HTTP, and compares its plans with those in
// memory.
func TestCorpusOverHTTP(t *testing.T) {
	templates := publicTemplates(t)
	_, listed := provenTypes(t)
	proven := map[string]bool{}
	for _, typ := range listed {
		proven[typ] = true
	}
	types := newDriven(t)
	blockers, alone := map[string]int{}, map[string]int{}
	able, passed := 0, 0
	for _, tmpl := range templates {
		lacks := map[string]bool{}
		for _, r := range tmpl.Resources {
			if !proven[r.Type] {
				lacks[r.Type] = true
			}
		}
		for typ := range lacks {
			blockers[typ]++
			if len(lacks) == 1 {
				alone[typ]++
			}
		}
		if len(lacks) > 0 {
			continue
		}
		able++
		t.Run(strings.ReplaceAll(tmpl.Name, "/", "|"), func(t *testing.T) {
			if lifeOverHTTP(t, tmpl, types) {
				passed++
			}
		})
	}
	t.Logf("%d of %d templates have proven types only, %d of them pass over HTTP", able, len(templates), passed)
	if passed*100 < able*leastPassing {
		t.Errorf("less than %d %% pass", leastPassing)
	}
	names := slices.SortedFunc(maps.Keys(blockers), func(a, b string) int {
		return cmp.Or(cmp.Compare(blockers[b], blockers[a]), strings.Compare(a, b))
	})
	for _, name := range names[:min(len(names), 40)] {
		t.Logf("%s blocks %d templates, %d of them alone", name, blockers[name], alone[name])
	}
}

// lifeOverHTTP simulates a template in memory and over HTTP. A template that
// fails in memory shows nothing.
func lifeOverHTTP(t *testing.T, tmpl *template.Template, types *driven) bool {
	inMemory := providertest.Simulate(t.Context(), tmpl, &providertest.SimulateOptions{Types: types})
	if inMemory.Verdict != providertest.Passed {
		t.Logf("in memory: %s %v%s", inMemory.Verdict, inMemory.Err(), inMemory.Reason)
		return false
	}
	var over *providertest.Simulation
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		over = providertest.Simulate(ctx, tmpl, &providertest.SimulateOptions{
			Types: types, Limit: 48 * time.Hour,
			Connect: func(cloud *providertest.Cloud) (provider.Provider, error) {
				p, _ := dial(t, cloud)
				return p, nil
			},
		})
	})
	if over.Verdict != providertest.Passed {
		t.Log("over HTTP: ", over.Err())
		return false
	}
	for i, step := range inMemory.Steps {
		if i >= len(over.Steps) || step.Detail == over.Steps[i].Detail {
			continue
		}
		// Which of the changes that could be made the cloud takes is not the
		// plan's: the calls are checked otherwise than the resources.
		if strings.Contains(step.Detail+over.Steps[i].Detail, "refused by the cloud") {
			t.Logf("%s: in memory %q, over HTTP %q", step.Name, step.Detail, over.Steps[i].Detail)
			break
		}
		t.Logf("the plans differ: %s: in memory %q, over HTTP %q", step.Name, step.Detail, over.Steps[i].Detail)
		return false
	}
	return true
}
