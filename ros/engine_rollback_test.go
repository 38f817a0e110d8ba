package ros

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

const typedStack = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Size: {Type: Number, Default: 1}
  Zone: {Type: String, Default: z1}
Resources:
  A:
    Type: ALIYUN::Test::Typed
    Properties: {Size: {Ref: Size}, Zone: {Ref: Zone}}
  B:
    Type: ALIYUN::Test::Typed
    Properties: {Of: {Ref: A}}
`

// failing adds a resource that cannot be made, after what after names.
func failing(src, after string) string {
	return src + "  Bad:\n    Type: Custom::Thing\n    DependsOn: " + after + "\n"
}

// A rollback puts back what a replacement took the place of, and says so.
func TestRollbackSwapsBack(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.expect(b.create(typedStack, nil), CreateComplete)
		was := b.resource("A")
		b.cloud.refuse = on("create", "Bad", refusal(provider.Quota))
		b.expect(b.update(failing(typedStack, "B"), map[string]any{"Zone": "z2"}), RollbackComplete)
		got := b.resource("A")
		if got.PhysicalID != was.PhysicalID || got.Status != UpdateComplete || len(got.Deposed) > 0 {
			t.Errorf("A after the rollback: %+v", got)
		}
		if of := string(b.resource("B").Attributes); !strings.Contains(of, was.PhysicalID) {
			t.Errorf("B refers to %s, want %s", of, was.PhysicalID)
		}
		if bad := b.resource("Bad"); bad.LogicalID != "" {
			t.Errorf("what the update wanted to add is still listed: %+v", bad)
		}
		b.leaves("A", "B")
		b.expect(b.update(typedStack, map[string]any{"Zone": "z2"}), UpdateComplete)
		b.expect(b.delete(), DeleteComplete)
		b.leaves()
	})
}

// A rollback restores what only the stack records: DeletionPolicy, DependsOn.
func TestRollbackRestoresDefinitions(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.expect(b.create(typedStack, nil), CreateComplete)
		b.cloud.refuse = on("create", "Bad", refusal(provider.Quota))
		retain := strings.Replace(typedStack, "  A:\n", "  A:\n    DeletionPolicy: Retain\n", 1)
		b.expect(b.update(failing(retain, "[A, B]"), nil), RollbackComplete)
		b.expect(b.delete(), DeleteComplete)
		b.leaves()
	})
}

// A replacement of what can exist once only is undone by making it again.
func TestRollbackOfDeleteFirst(t *testing.T) {
	src := strings.ReplaceAll(typedStack, "Test::Typed", "Test::Slot")
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.expect(b.create(src, nil), CreateComplete)
		b.cloud.refuse = on("create", "Bad", refusal(provider.Quota))
		b.expect(b.update(failing(src, "B"), map[string]any{"Zone": "z2"}), RollbackComplete)
		b.leaves("A", "B")
		if zone := string(b.resource("A").Attributes); !strings.Contains(zone, "z1") {
			t.Errorf("A after the rollback: %s", zone)
		}
		if of := string(b.resource("B").Attributes); !strings.Contains(of, b.resource("A").PhysicalID) {
			t.Errorf("B after the rollback: %s", of)
		}
		b.cloud.refuse = nil
		b.expect(b.delete(), DeleteComplete)
		b.leaves()
	})
}

// A failed rollback leaves a stack that can be updated, and deleted.
func TestSpec7RollbackFailed(t *testing.T) {
	for _, next := range []string{"update", "delete"} {
		onBench(t, typed, func(t *testing.T, b *bench) {
			b.expect(b.create(typedStack, nil), CreateComplete)
			b.cloud.refuse = func(verb, id string, nth int) error {
				if verb == "create" && id == "Bad" || verb == "update" && id == "A" && nth > 1 {
					return refusal(provider.Denied)
				}
				return nil
			}
			run, err := b.e.UpdateStack(t.Context(), b.change(failing(typedStack, "B"), map[string]any{"Size": 2}))
			// B needs no change: it waits for nothing but A's.
			failed := failedBy(t, run, err)
			if failed.Status != RollbackFailed || !strings.Contains(failed.Root, "Bad") || !strings.Contains(failed.Reason, "resources.A") {
				t.Errorf("got %+v", failed)
			}
			if s := b.stack(); s.RollbackRootReason != failed.Root {
				t.Errorf("root reason: %q", s.RollbackRootReason)
			}
			b.cloud.refuse = nil
			if next == "update" {
				b.expect(b.update(typedStack, map[string]any{"Size": 3}), UpdateComplete)
				if size := string(b.resource("A").Attributes); !strings.Contains(size, `"Size":3`) {
					t.Errorf("A: %s", size)
				}
			}
			b.expect(b.delete(), DeleteComplete)
			b.leaves()
		})
	}
}

// A text that names what a rollback makes anew names the new one after it.
func TestRollbackRenamesWithinTexts(t *testing.T) {
	src := strings.NewReplacer("Test::Typed", "Test::Slot", "{Of: {Ref: A}}", "{Of: {'Fn::Sub': 'call ${A}, or ${A.Id}!'}}").Replace(typedStack)
	src = strings.ReplaceAll(src, "  A:", "  Alongername:")
	src = strings.ReplaceAll(src, "${A", "${Alongername")
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.expect(b.create(src, nil), CreateComplete)
		b.cloud.refuse = on("create", "Bad", refusal(provider.Quota))
		b.expect(b.update(failing(src, "B"), map[string]any{"Zone": "z2"}), RollbackComplete)
		id := b.resource("Alongername").PhysicalID
		if got, want := string(b.resource("B").Attributes), "call "+id+", or "+id+"!"; !strings.Contains(got, want) {
			t.Errorf("B says %s, want %s", got, want)
		}
	})
}
