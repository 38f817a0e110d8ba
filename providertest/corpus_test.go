package providertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/template"
)

// publicTemplates gives the public stack templates, without those that wrap
// Terraform.
func publicTemplates(t *testing.T) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	corpus.Walk(t, "ros", func(name string, src []byte) {
		if template.Detect(src) == template.Stack {
			files[name] = src
		}
	})
	return files
}

func TestSampleParametersOfCorpus(t *testing.T) {
	files := publicTemplates(t)
	bound := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		src := files[name]
		tmpl, err := template.Parse(name, src, nil)
		if tmpl == nil {
			t.Logf("%s: not parsed: %v", name, err)
			continue
		}
		if _, err := providertest.SampleParameters(tmpl); err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		bound++
	}
	t.Logf("%d of %d templates bind with sample parameters", bound, len(files))
	if bound*100 < len(files)*95 {
		t.Errorf("only %d of %d templates bind", bound, len(files))
	}
}

// TestCorpusInCloud makes the resources of each template one by one, as a
// plain program would, and deletes them again.
func TestCorpusInCloud(t *testing.T) {
	files := publicTemplates(t)
	passed := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		src := files[name]
		tmpl, err := template.Parse(name, src, nil)
		if err != nil || tmpl == nil {
			continue
		}
		params, err := providertest.SampleParameters(tmpl)
		if err != nil {
			continue
		}
		if err := runThrough(t, tmpl, params); err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		passed++
	}
	t.Logf("%d of %d templates went through", passed, len(files))
	if passed*100 < len(files)*85 {
		t.Errorf("only %d of %d templates went through", passed, len(files))
	}
}

// walker holds the state of the resources of one stack.
type walker struct {
	cloud  *providertest.Cloud
	states map[string]*provider.State
	open   map[string]bool // attributes are the template's
}

func (w *walker) Ref(id string) (value.Value, bool) {
	s := w.states[id]
	if s == nil {
		return value.Value{}, false
	}
	if len(s.Ref) > 0 {
		v, err := value.ParseJSON(s.Ref)
		return v, err == nil
	}
	return value.String(s.PhysicalID), true
}

func (w *walker) Attribute(id, name string) (value.Value, bool) {
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
	if w.open[id] {
		return value.String("stand-in"), true
	}
	return value.Null(), true
}

func runThrough(t *testing.T, tmpl *template.Template, params map[string]any) error {
	scope, err := tmpl.Bind(params, &template.Pseudo{AccountID: "1234567890123456", TenantID: "1234567890123456", Region: "cn-hangzhou", StackName: "sample", StackID: "5ecd1e10-b0e9-4389-a565-e4c15efc0001"})
	if err != nil {
		return err
	}
	want, err := scope.Expand()
	if err != nil {
		return fmt.Errorf("expand: %w", err)
	}
	w := &walker{cloud: providertest.New(t, nil), states: make(map[string]*provider.State), open: make(map[string]bool)}
	var made []*provider.Request
	for todo := want.Resources; len(todo) > 0; {
		var later []*template.DesiredResource
		for _, r := range todo {
			if !w.ready(r, want) {
				later = append(later, r)
				continue
			}
			req, err := w.make(t.Context(), scope, r)
			if err != nil {
				return fmt.Errorf("%s %s: %w", r.LogicalID, r.Type, err)
			}
			if req != nil {
				made = append(made, req)
			}
		}
		if len(later) == len(todo) {
			return fmt.Errorf("%s waits for ever", later[0].LogicalID)
		}
		todo = later
	}
	for _, req := range slices.Backward(made) {
		req.Token = "d" + req.Token
		if _, err := drive(t.Context(), w.cloud.Delete, req); err != nil {
			return fmt.Errorf("delete %s %s: %w", req.LogicalID, req.Type, err)
		}
	}
	w.cloud.AssertEmpty(t)
	return nil
}

func (w *walker) ready(r *template.DesiredResource, want *template.Desired) bool {
	needs := slices.Clone(r.DependsOn)
	for _, u := range r.Uses {
		needs = append(needs, u.To)
	}
	for _, other := range want.Resources {
		name, _, _ := strings.Cut(other.LogicalID, "[")
		if (slices.Contains(needs, other.LogicalID) || slices.Contains(needs, name)) && w.states[other.LogicalID] == nil {
			return false
		}
	}
	return true
}

func (w *walker) make(ctx context.Context, scope *template.Scope, r *template.DesiredResource) (*provider.Request, error) {
	typ := schema.Default().Type(r.Type)
	if typ == nil {
		return nil, fmt.Errorf("unknown type")
	}
	v, err := scope.Resolve(r.Properties, w)
	if err != nil {
		return nil, fmt.Errorf("resolve: %w", err)
	}
	if v.HasUnknown() {
		return nil, fmt.Errorf("unknown values are left")
	}
	w.open[r.LogicalID] = typ.Coverage == provider.CoverageNone || len(typ.DynamicAttributes) > 0
	req := &provider.Request{Token: "t" + r.LogicalID, Type: r.Type, LogicalID: r.LogicalID, Desired: json.RawMessage(v.AppendJSON(nil))}
	if typ.DataSource {
		w.states[r.LogicalID], err = w.cloud.Read(ctx, req)
		return nil, err
	}
	p, err := drive(ctx, w.cloud.Create, req)
	if err != nil {
		return nil, err
	}
	req.PhysicalID = p.PhysicalID
	w.states[r.LogicalID] = &provider.State{PhysicalID: p.PhysicalID, Attributes: p.Attributes}
	req.Token = "u" + r.LogicalID
	if _, err := drive(ctx, w.cloud.Update, req); err != nil {
		return nil, fmt.Errorf("update without a change: %w", err)
	}
	return req, nil
}
