package ros

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

const chain = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Size: {Type: Number, Default: 1}
Resources:
  A:
    Type: Custom::Thing
    Properties: {Size: {Ref: Size}}
  B:
    Type: Custom::Thing
    Properties: {Of: {'Fn::GetAtt': [A, Id]}}
  C:
    Type: Custom::Thing
    DependsOn: B
    Properties: {Of: {Ref: A}, Text: {'Fn::Sub': 'a is ${A} and b ${B.Id}'}}
Outputs:
  Text: {Value: {'Fn::GetAtt': [C, Text]}}
`

func mustParse(t *testing.T, src string) *template.Template {
	t.Helper()
	tmpl, err := template.Parse("test.yaml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func newTestEngine(t *testing.T, c provider.Provider, opts *Options) *Engine {
	t.Helper()
	e, err := New(c, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

// finish waits for an operation and gives the status that it ended in.
func finish(t *testing.T, r *Run, err error) Status {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Wait(t.Context())
	if failed, ok := errors.AsType[*FailedError](err); ok {
		t.Log(err)
		return failed.Status
	}
	if err != nil {
		t.Fatal(err)
	}
	return res.Status
}

func TestCreateUpdateDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newFakeCloud()
		cloud.polls = 2
		e := newTestEngine(t, cloud, nil)
		run, err := e.CreateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain)})
		if got := finish(t, run, err); got != CreateComplete {
			t.Fatalf("create ended in %s", got)
		}
		s, err := e.Stack(t.Context(), "web")
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Outputs) != 1 || string(s.Outputs[0].Value) != `"a is A-1 and b B-2"` {
			t.Errorf("outputs: %s", s.Outputs)
		}
		if _, err := e.UpdateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain)}); !is[*NoChangeError](err) {
			t.Errorf("an update without a change: %v", err)
		}
		run, err = e.UpdateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain), Parameters: map[string]any{"Size": "2"}})
		if got := finish(t, run, err); got != UpdateComplete {
			t.Errorf("update ended in %s", got)
		}
		run, err = e.DeleteStack(t.Context(), "web", nil)
		if got := finish(t, run, err); got != DeleteComplete {
			t.Errorf("delete ended in %s", got)
		}
		if left := cloud.living(); len(left) > 0 {
			t.Errorf("left in the cloud: %v", left)
		}
		want := []string{"create A", "create A", "create A", "create B", "create B", "create B", "create C", "create C", "create C", "update A", "delete C", "delete B", "delete A"}
		if diff := cmp.Diff(want, cloud.calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestFailedCreateRollsBack(t *testing.T) {
	for _, kind := range []provider.Kind{provider.Invalid, provider.Transient, provider.Unknown} {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := newFakeCloud()
				cloud.refuse = func(verb, id string, _ int) error {
					if verb == "create" && id == "C" {
						return &provider.Error{Kind: kind, Code: "NoStock", Message: "none left", RequestID: "r-1"}
					}
					return nil
				}
				e := newTestEngine(t, cloud, nil)
				run, err := e.CreateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain)})
				if err != nil {
					t.Fatal(err)
				}
				_, err = run.Wait(t.Context())
				failed, ok := errors.AsType[*FailedError](err)
				if !ok || failed.Status != CreateRollbackComplete || failed.Steps[0].LogicalID != "C" || failed.Steps[0].Err.RequestID != "r-1" {
					t.Errorf("got %v", err)
				}
				if left := cloud.living(); len(left) > 0 {
					t.Errorf("left in the cloud: %v", left)
				}
				if _, err := e.UpdateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain)}); !is[*StatusError](err) {
					t.Errorf("update of a rolled back stack: %v", err)
				}
			})
		})
	}
}

func TestFailedUpdateRollsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newFakeCloud()
		e := newTestEngine(t, cloud, nil)
		run, err := e.CreateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain)})
		finish(t, run, err)
		before, err := e.Stack(t.Context(), "web")
		if err != nil {
			t.Fatal(err)
		}
		more := chain + "" // a fourth resource, which fails
		more = more[:len(more)-len("Outputs:\n  Text: {Value: {'Fn::GetAtt': [C, Text]}}\n")] + "  D:\n    Type: Custom::Thing\n    DependsOn: A\n"
		cloud.refuse = func(verb, id string, _ int) error {
			if verb == "create" && id == "D" {
				return &provider.Error{Kind: provider.Quota, Code: "QuotaExceeded"}
			}
			return nil
		}
		run, err = e.UpdateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, more), Parameters: map[string]any{"Size": 5}})
		if got := finish(t, run, err); got != RollbackComplete {
			t.Errorf("ended in %s", got)
		}
		after, err := e.Stack(t.Context(), "web")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before.Outputs, after.Outputs); diff != "" {
			t.Errorf("outputs changed:\n%s", diff)
		}
		if got := cloud.living(); !slices.Equal(got, []string{"A", "B", "C"}) {
			t.Errorf("in the cloud: %v", got)
		}
	})
}

func TestEventsAreCausal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newFakeCloud()
		e := newTestEngine(t, cloud, nil)
		run, err := e.CreateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for ev, err := range run.Events(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, ev.LogicalID+" "+string(ev.Status))
		}
		want := []string{" CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_COMPLETE", "B CREATE_IN_PROGRESS", "B CREATE_COMPLETE", "C CREATE_IN_PROGRESS", "C CREATE_COMPLETE", " CREATE_COMPLETE"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}
