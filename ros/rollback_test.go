package ros

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bianpai/bianpai/provider"
)

// slots is a stack whose resources refer to what is replaced.
const slots = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Zone: {Type: String, Default: a}
Resources:
  A:
    Type: Custom::Zoned
    Properties: {Zone: {Ref: Zone}}
  B:
    Type: Custom::Thing
    Properties: {Of: {Ref: A}}
  S:
    Type: Custom::Slot
    Properties: {Zone: {Ref: Zone}}
`

func zonedTypes(c *fakeCloud) {
	zone := map[string]*provider.Property{"Zone": {Type: provider.TypeString, Update: provider.UpdateReplaces}}
	c.types["Custom::Zoned"] = &provider.Type{Name: "Custom::Zoned", Properties: zone}
	c.types["Custom::Slot"] = &provider.Type{Name: "Custom::Slot", Properties: zone, ReplaceOrder: provider.DeleteFirst}
}

// TestRollbackPutsBack: after a rollback the stack is as it was, in what it
// shows and in what the next plan makes of it.
func TestRollbackPutsBack(t *testing.T) {
	for _, refused := range []string{"create A", "update B", "delete S", "create S"} {
		for _, kind := range []provider.Kind{provider.Invalid, provider.Conflict} {
			t.Run(refused+" "+kind.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { rollBack(t, refused, kind) })
			})
		}
	}
}

func rollBack(t *testing.T, refused string, kind provider.Kind) {
	cloud := newFakeCloud()
	zonedTypes(cloud)
	e := newTestEngine(t, cloud, nil)
	tmpl := mustParse(t, slots)
	run, err := e.CreateStack(t.Context(), &Change{Stack: "web", Template: tmpl})
	finish(t, run, err)
	verb, id, _ := strings.Cut(refused, " ")
	from, times := cloud.counted[refused], 1
	if kind.Retry() {
		times = 5 // all tries
	}
	cloud.refuse = func(v, logicalID string, nth int) error {
		if v == verb && logicalID == id && nth > from && nth <= from+times {
			return &provider.Error{Kind: kind, Code: "Refused"}
		}
		return nil
	}
	run, err = e.UpdateStack(t.Context(), &Change{Stack: "web", Template: tmpl, Parameters: map[string]any{"Zone": "b"}})
	if got := finish(t, run, err); got != RollbackComplete {
		t.Fatalf("ended in %s", got)
	}
	s, err := e.Stack(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Resources {
		if r.Status != CreateComplete && r.Status != UpdateComplete {
			t.Errorf("%s is in %s: %s", r.LogicalID, r.Status, r.StatusReason)
		}
	}
	if got := strings.Join(cloud.living(), " "); got != "A B S" {
		t.Errorf("in the cloud: %s", got)
	}
	p, err := e.Plan(t.Context(), &Change{Stack: "web", Template: tmpl})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Empty() {
		t.Errorf("the plan to be as before is not empty:\n%s", planText(p))
	}
}
