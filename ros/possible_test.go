package ros

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/bianpai/bianpai/provider"
)

// TestPossibleReplacement updates a resource of which it is not known whether
// it can be changed in place. What took place decides whether the old one goes.
func TestPossibleReplacement(t *testing.T) {
	for _, c := range []struct {
		name   string
		refuse bool // the update in place
		calls  []string
		id     string
	}{
		{"in place", false, []string{"update A"}, "A-1"},
		{"replaced", true, []string{"update A", "create A", "update B", "update C", "delete A"}, "A-4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := newFakeCloud()
				e := newTestEngine(t, cloud, nil)
				run, err := e.CreateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain)})
				finish(t, run, err)
				cloud.calls = nil
				cloud.refuse = func(verb, id string, _ int) error {
					if c.refuse && verb == "update" && id == "A" {
						return &provider.Error{Kind: provider.NeedsReplacement, Code: "Immutable"}
					}
					return nil
				}
				run, err = e.UpdateStack(t.Context(), &Change{Stack: "web", Template: mustParse(t, chain), Parameters: map[string]any{"Size": "2"}})
				if got := finish(t, run, err); got != UpdateComplete {
					t.Errorf("update ended in %s", got)
				}
				if !slices.Equal(cloud.calls, c.calls) {
					t.Errorf("calls: %v, want %v", cloud.calls, c.calls)
				}
				s, err := e.Stack(t.Context(), "web")
				if err != nil {
					t.Fatal(err)
				}
				if got := s.Resources[0].PhysicalID; got != c.id {
					t.Errorf("A is %s, want %s", got, c.id)
				}
			})
		})
	}
}
