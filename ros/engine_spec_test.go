package ros

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/provider"
)

// The tests here are named after the sections of the service's behaviour that
// they hold the engine to: statuses (2), scheduling (4), create (5), update
// (6), delete (8).

// line is three resources in a row and one on its own.
const line = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Zone: {Type: String, Default: z1}
Resources:
  A:
    Type: ALIYUN::Test::Typed
    Properties: {Zone: {Ref: Zone}, Size: 1}
  B:
    Type: ALIYUN::Test::Typed
    Properties: {Of: {Ref: A}}
  C:
    Type: ALIYUN::Test::Typed
    Properties: {Of: {Ref: B}}
  Alone:
    Type: ALIYUN::Test::Typed
`

// Each operation is refused in the statuses in which the service refuses it,
// with the error that says why, and every status has a way out.
func TestSpec2Statuses(t *testing.T) {
	type attempt struct{ update, delete, create string }
	refusedBy := func(b *bench) attempt {
		word := func(err error) string {
			switch {
			case err == nil:
				return ""
			case is[*BusyError](err):
				return "busy"
			case is[*StatusError](err):
				return "status"
			case is[*NotFoundError](err):
				return "not found"
			case is[*ExistsError](err):
				return "exists"
			}
			return err.Error()
		}
		_, update := b.e.Plan(b.t.Context(), b.change(line, map[string]any{"Zone": "z9"}))
		_, del := b.e.Plan(b.t.Context(), &Change{Stack: "web", Delete: true})
		a := attempt{word(update), word(del), "free"}
		if _, err := b.e.holderOf(b.t.Context(), "web"); err == nil && b.stackOrNil() != nil {
			_, err := b.e.CreateStack(b.t.Context(), b.change(line, nil))
			a.create = word(err)
		}
		return a
	}
	for _, c := range []struct {
		status  Status
		arrange func(b *bench)
		want    attempt
	}{
		{CreateComplete, func(b *bench) { b.create(line, nil) }, attempt{"", "", "exists"}},
		{CreateInProgress, func(b *bench) {
			b.cloud.polls = 1 << 30
			_, _ = b.e.CreateStack(b.t.Context(), b.change(line, nil))
		}, attempt{"busy", "busy", "exists"}},
		{CreateFailed, func(b *bench) {
			b.cloud.refuse = on("create", "B", refusal(provider.Quota))
			b.createWith(line, &Settings{DisableRollback: true})
		}, attempt{"status", "", "exists"}},
		{CreateRollbackComplete, func(b *bench) {
			b.cloud.refuse = on("create", "B", refusal(provider.Quota))
			b.create(line, nil)
		}, attempt{"status", "", "exists"}},
		{CreateRollbackFailed, func(b *bench) {
			b.cloud.refuse = func(verb, id string, _ int) error {
				if id == "B" && verb == "create" || id == "A" && verb == "delete" {
					return refusal(provider.Denied)
				}
				return nil
			}
			b.create(line, nil)
		}, attempt{"status", "", "exists"}},
		{UpdateComplete, func(b *bench) {
			b.create(line, nil)
			b.update(line, map[string]any{"Zone": "z2"})
		}, attempt{"", "", "exists"}},
		{UpdateFailed, func(b *bench) {
			b.create(line, nil)
			b.cloud.refuse = on("create", "A", refusal(provider.Quota))
			c := b.change(line, map[string]any{"Zone": "z2"})
			c.Settings = &Settings{DisableRollback: true}
			run, err := b.e.UpdateStack(b.t.Context(), c)
			finish(b.t, run, err)
		}, attempt{"", "", "exists"}},
		{RollbackComplete, func(b *bench) {
			b.create(line, nil)
			b.cloud.refuse = on("create", "A", refusal(provider.Quota))
			b.update(line, map[string]any{"Zone": "z2"})
		}, attempt{"", "", "exists"}},
		{DeleteFailed, func(b *bench) {
			b.create(line, nil)
			b.cloud.refuse = on("delete", "B", refusal(provider.Denied))
			b.delete()
		}, attempt{"status", "", "exists"}},
		{DeleteComplete, func(b *bench) {
			b.create(line, nil)
			b.delete()
		}, attempt{"", "not found", "free"}}, // the name is free: an update is a create
	} {
		t.Run(string(c.status), func(t *testing.T) {
			onBench(t, typed, func(t *testing.T, b *bench) {
				c.arrange(b)
				if s := b.stackOrNil(); s != nil && s.Status != c.status {
					t.Fatalf("the stack is in %s", s.Status)
				}
				if diff := cmp.Diff(c.want, refusedBy(b), cmp.AllowUnexported(attempt{})); diff != "" {
					t.Errorf("refusals (-want +got):\n%s", diff)
				}
				if len(c.status.Next()) == 0 && c.status != DeleteComplete {
					t.Errorf("no way out of %s", c.status)
				}
			})
		})
	}
}

// stackOrNil is the stack of that name, nil if the name is free.
func (b *bench) stackOrNil() *Stack {
	s, err := b.e.Stack(b.t.Context(), "web")
	if is[*NotFoundError](err) {
		return nil
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) createWith(src string, s *Settings) Status {
	b.t.Helper()
	c := b.change(src, nil)
	c.Settings = s
	run, err := b.e.CreateStack(b.t.Context(), c)
	return finish(b.t, run, err)
}

// A step that only waits holds no slot: with one slot alone, what it waits for
// could not be made otherwise.
func TestSpec42WaitsHoldNoSlot(t *testing.T) {
	const src = `
ROSTemplateFormatVersion: '2015-09-01'
Resources:
  Wait:
    Type: ALIYUN::ROS::WaitCondition
    Properties: {Handle: h, Timeout: 600}
  A:
    Type: Custom::Thing
  B:
    Type: Custom::Thing
`
	onBench(t, nil, func(t *testing.T, b *bench) {
		b.cloud.refuse = func(verb, id string, _ int) error {
			if id == "Wait" && len(b.cloud.alive) < 3 && verb == "create" { // until A and B are there
				return refusal(provider.Throttled)
			}
			return nil
		}
		b.cloud.alive["x"] = "x"
		b.expect(b.createWith(src, &Settings{Parallelism: 1}), CreateComplete)
	})
}

// After a failure what runs is awaited, nothing else starts, and what only
// waits is given up. What was not started stays INIT_COMPLETE.
func TestSpec43Drain(t *testing.T) {
	const src = `
ROSTemplateFormatVersion: '2015-09-01'
Resources:
  Wait:
    Type: ALIYUN::ROS::Sleep
    Properties: {CreateDuration: 3000}
  Slow:
    Type: Custom::Thing
  AfterSlow:
    Type: Custom::Thing
    DependsOn: Slow
  Bad:
    Type: Custom::Thing
  Late:
    Type: Custom::Thing
`
	onBench(t, func(c *fakeCloud, _ *Options) provider.Provider {
		return &slowly{c, map[string]time.Duration{"create Slow": time.Minute, "create Bad": time.Second, "create Wait": 50 * time.Minute, "create Late": 2 * time.Second}}
	}, func(t *testing.T, b *bench) {
		b.cloud.refuse = func(verb, id string, _ int) error {
			if verb == "create" && (id == "Bad" || id == "Late") {
				return refusal(provider.Denied)
			}
			return nil
		}
		start := time.Now()
		c := b.change(src, nil)
		c.Settings = &Settings{DisableRollback: true}
		run, err := b.e.CreateStack(t.Context(), c)
		failed := failedBy(t, run, err)
		if failed.Status != CreateFailed || !strings.Contains(failed.Reason, "resources.Bad") {
			t.Errorf("got %v", failed)
		}
		if took := time.Since(start); took < time.Minute || took > 2*time.Minute {
			t.Errorf("it took %v: Slow is awaited, Wait is not", took)
		}
		if len(failed.Steps) != 3 || failed.Steps[0].LogicalID != "Bad" {
			t.Errorf("failures: %+v", failed.Steps)
		}
		got := map[string]Status{}
		for _, r := range b.stack().Resources {
			got[r.LogicalID] = r.Status
		}
		want := map[string]Status{"Wait": CreateFailed, "Slow": CreateComplete, "AfterSlow": InitComplete, "Bad": CreateFailed, "Late": CreateFailed}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("resources (-want +got):\n%s", diff)
		}
		if why := b.resource("Wait").StatusReason; !strings.Contains(why, "another resource failed") {
			t.Errorf("Wait: %s", why)
		}
	})
}

// A rollback of a create leaves what is to be retained.
func TestSpec52Retain(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.cloud.refuse = on("create", "C", refusal(provider.Quota))
		src := strings.Replace(line, "  A:\n", "  A:\n    DeletionPolicy: Retain\n", 1)
		b.expect(b.create(src, nil), CreateRollbackComplete)
		b.leaves("A")
		if got := b.resource("A"); got.PhysicalID != "" || got.Status != DeleteComplete {
			t.Errorf("A: %+v", got)
		}
		b.expect(b.delete(), DeleteComplete)
		b.leaves("A")
	})
}

// What becomes of each logical ID when the template changes.
func TestSpec62Classes(t *testing.T) {
	edit := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(line) }
	for _, c := range []struct {
		name  string
		src   string
		calls []string
	}{
		{"add", line + "  D:\n    Type: ALIYUN::Test::Typed\n", []string{"create D"}},
		{"remove", edit("  Alone:\n    Type: ALIYUN::Test::Typed\n", ""), []string{"delete Alone"}},
		{"nothing but words", "Description: other words\n" + line, nil},
		{"modify", edit("Size: 1", "Size: 2"), []string{"update A"}},
		{"replace", edit("{Ref: Zone}", "other"), []string{"create A", "update B", "delete A"}},
		{"another type", edit("  Alone:\n    Type: ALIYUN::Test::Typed", "  Alone:\n    Type: ALIYUN::Test::Slot"), []string{"create Alone", "delete Alone"}},
		{"DeletionPolicy alone", edit("  A:\n", "  A:\n    DeletionPolicy: Retain\n"), nil},
		{"DependsOn alone", edit("  Alone:\n", "  Alone:\n    DependsOn: C\n"), nil},
		{"Metadata alone", edit("  A:\n", "  A:\n    Metadata: {For: people}\n"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBench(t, typed, func(t *testing.T, b *bench) {
				b.expect(b.create(line, nil), CreateComplete)
				b.cloud.calls = nil
				b.expect(b.update(c.src, nil), UpdateComplete)
				if !slices.Equal(b.cloud.calls, c.calls) {
					t.Errorf("calls %v, want %v", b.cloud.calls, c.calls)
				}
				if p, err := b.e.Plan(t.Context(), b.change(c.src, nil)); err != nil || !p.Empty() {
					t.Errorf("the same again: %v, %v", p, err)
				}
			})
		})
	}
}

// Removing in two steps: first the policy, then the resource, which stays.
func TestSpec62RetainThenRemove(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.create(line, nil)
		b.expect(b.update(strings.Replace(line, "  Alone:\n", "  Alone:\n    DeletionPolicy: Retain\n", 1), nil), UpdateComplete)
		b.expect(b.update(strings.Replace(line, "  Alone:\n    Type: ALIYUN::Test::Typed\n", "", 1), nil), UpdateComplete)
		b.leaves("A", "Alone", "B", "C")
		if got := b.resource("Alone"); got.LogicalID != "" {
			t.Errorf("still in the stack: %+v", got)
		}
	})
}

// All deletes come after every create and change has succeeded.
func TestSpec64DeletesAreDeferred(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.create(line, nil)
		b.cloud.calls = nil
		src := strings.Replace(line, "  Alone:\n    Type: ALIYUN::Test::Typed\n", "", 1) + "  D:\n    Type: Custom::Thing\n    DependsOn: C\n"
		b.cloud.refuse = on("create", "D", refusal(provider.Denied))
		b.expect(b.update(src, map[string]any{"Zone": "z2"}), RollbackComplete)
		if slices.Contains(b.cloud.calls, "delete Alone") {
			t.Errorf("deleted before all was made: %v", b.cloud.calls)
		}
		b.leaves("A", "Alone", "B", "C")
	})
}

// What exists once only is deleted before it is made anew.
func TestSpec65DeleteFirst(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		src := strings.Replace(line, "  Alone:\n    Type: ALIYUN::Test::Typed\n", "  Alone:\n    Type: ALIYUN::Test::Slot\n    Properties: {Zone: {Ref: Zone}}\n", 1)
		b.create(src, nil)
		b.cloud.calls = nil
		b.expect(b.update(src, map[string]any{"Zone": "z2"}), UpdateComplete)
		if del, made := slices.Index(b.cloud.calls, "delete Alone"), slices.Index(b.cloud.calls, "create Alone"); del < 0 || made < del {
			t.Errorf("calls: %v", b.cloud.calls)
		}
	})
}

// A clean-up that fails leaves a good stack with a warning; the next operation
// tries again, even if nothing else is to be done.
func TestSpec610FailedCleanup(t *testing.T) {
	for _, next := range []string{"the same update", "another update", "delete"} {
		t.Run(next, func(t *testing.T) {
			onBench(t, typed, func(t *testing.T, b *bench) {
				b.create(line, nil)
				old := b.resource("A").PhysicalID
				b.cloud.refuse = func(verb, id string, _ int) error {
					if verb == "delete" && (id == "A" || id == "Alone") {
						return refusal(provider.Denied)
					}
					return nil
				}
				src := strings.Replace(line, "  Alone:\n    Type: ALIYUN::Test::Typed\n", "", 1)
				b.expect(b.update(src, map[string]any{"Zone": "z2"}), UpdateComplete)
				s := b.stack()
				if !strings.Contains(s.StatusReason, "could not be deleted") || !slices.Contains(b.resource("A").Deposed, old) || b.resource("Alone").Status != DeleteFailed {
					t.Errorf("after the clean-up failed: %q, %+v", s.StatusReason, s.Resources)
				}
				b.leaves("A", "A", "Alone", "B", "C")
				b.cloud.refuse = nil
				switch next {
				case "the same update":
					b.expect(b.update(src, map[string]any{"Zone": "z2"}), UpdateComplete)
					b.leaves("A", "B", "C")
				case "another update":
					b.expect(b.update(line, map[string]any{"Zone": "z2"}), UpdateComplete)
					b.leaves("A", "Alone", "B", "C")
				}
				b.expect(b.delete(), DeleteComplete)
				b.leaves()
			})
		})
	}
}

// A delete goes in reverse, past failures in other branches, and again after
// it has failed; what is retained is left alone.
func TestSpec8Delete(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.create(line, nil)
		b.cloud.calls = nil
		b.cloud.refuse = on("delete", "B", refusal(provider.Denied))
		run, err := b.e.DeleteStack(t.Context(), "web", nil)
		failed := failedBy(t, run, err)
		if failed.Status != DeleteFailed || !strings.Contains(failed.Reason, "resources.B") {
			t.Errorf("got %v", failed)
		}
		b.leaves("A", "B")
		b.cloud.calls = nil
		b.expect(b.delete(), DeleteFailed)
		if !slices.Equal(b.cloud.calls, []string{"delete B"}) {
			t.Errorf("the second delete calls %v", b.cloud.calls)
		}
		run, err = b.e.DeleteStack(t.Context(), "web", &DeleteOptions{RetainResources: []string{"B"}})
		b.expect(finish(t, run, err), DeleteComplete)
		b.leaves("B")
	})
}

// What the cloud does not know any more is deleted.
func TestSpec8DeleteOfWhatIsGone(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.create(line, nil)
		b.cloud.refuse = func(verb, id string, _ int) error {
			if verb == "delete" {
				return refusal(provider.NotFound)
			}
			return nil
		}
		b.expect(b.delete(), DeleteComplete)
	})
}

func TestSpec8RetainAll(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.create(line, nil)
		run, err := b.e.DeleteStack(t.Context(), "web", &DeleteOptions{RetainAll: true})
		b.expect(finish(t, run, err), DeleteComplete)
		b.leaves("A", "Alone", "B", "C")
	})
}
