package ros

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// hangs is a cloud in which some calls never answer: they end with the
// caller's patience.
func hangs(calls ...string) func(*fakeCloud, *Options) provider.Provider {
	return func(c *fakeCloud, o *Options) provider.Provider {
		typed(c, o)
		c.refuse = func(verb, id string, _ int) error {
			for _, call := range calls {
				if call == verb+" "+id {
					return refusal(provider.Throttled)
				}
			}
			return nil
		}
		o.Retry.Throttles = 1 << 30
		return c
	}
}

// A deadline ends an operation like a failure; its rollback has as much time
// again, and ends badly when that is over too.
func TestTimeouts(t *testing.T) {
	for _, c := range []struct {
		name  string
		hangs []string
		want  Status
		took  time.Duration
	}{
		{"create", []string{"create C"}, CreateRollbackComplete, time.Hour},
		{"create and rollback", []string{"create C", "delete B"}, CreateRollbackFailed, 2 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBench(t, hangs(c.hangs...), func(t *testing.T, b *bench) {
				start := time.Now()
				run, err := b.e.CreateStack(t.Context(), b.change(line, nil))
				failed := failedBy(t, run, err)
				if took := time.Since(start); failed.Status != c.want || took < c.took || took > c.took+time.Minute {
					t.Errorf("after %v: %v", took, failed)
				}
				if !strings.Contains(failed.Reason+failed.Root, "timed out after 1h0m0s") {
					t.Errorf("reason: %v", failed)
				}
			})
		})
	}
}

// A delete that hangs ends in DELETE_FAILED; a clean-up that hangs leaves a good
// stack.
func TestTimeoutsOfDeletes(t *testing.T) {
	onBench(t, hangs("delete A"), func(t *testing.T, b *bench) {
		c := b.change(line, nil)
		c.Settings = &Settings{Timeout: 10 * time.Minute}
		run, err := b.e.CreateStack(t.Context(), c)
		b.expect(finish(t, run, err), CreateComplete)
		start := time.Now()
		b.expect(b.update(line, map[string]any{"Zone": "z2"}), UpdateComplete)
		if took := time.Since(start); took < 10*time.Minute || took > 11*time.Minute {
			t.Errorf("the update took %v", took)
		}
		b.expect(b.delete(), DeleteFailed)
		b.cloud.refuse = nil
		b.expect(b.delete(), DeleteComplete)
		b.leaves()
	})
}

// Cancel awaits what runs, Abort does not; both roll back as a failure does.
func TestCancelAndAbort(t *testing.T) {
	for _, c := range []struct {
		abort bool
		took  time.Duration
	}{{false, time.Minute}, {true, time.Second}} {
		onBench(t, func(c *fakeCloud, o *Options) provider.Provider {
			typed(c, o)
			return &slowly{c, map[string]time.Duration{"create B": time.Minute}}
		}, func(t *testing.T, b *bench) {
			start := time.Now()
			run, err := b.e.CreateStack(t.Context(), b.change(line, nil))
			if err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
			stop := run.Cancel
			if c.abort {
				stop = run.Abort
			}
			if err := stop(t.Context(), "changed my mind"); err != nil {
				t.Fatal(err)
			}
			failed := failedBy(t, run, nil)
			if failed.Status != CreateRollbackComplete || !strings.Contains(failed.Reason, "changed my mind") {
				t.Errorf("got %v", failed)
			}
			if took := time.Since(start); took < c.took {
				t.Errorf("it took %v", took)
			}
			b.leaves()
			if err := stop(t.Context(), "again"); !is[*NotRunningError](err) {
				t.Errorf("stopping what has ended: %v", err)
			}
		})
	}
}

// A handle stands for its own operation, not for the one that came after.
func TestHandleOfAnOldOperation(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		b.cloud.refuse = on("create", "C", refusal(provider.Quota))
		c := b.change(line, nil)
		c.Settings = &Settings{DisableRollback: true}
		first, err := b.e.CreateStack(t.Context(), c)
		want := failedBy(t, first, err)
		b.cloud.refuse, b.cloud.polls = nil, 1<<30
		b.expect(b.delete(), DeleteComplete)
		if got := failedBy(t, first, nil); got.Error() != want.Error() || got.Status != CreateFailed {
			t.Errorf("got %v, want %v", got, want)
		}
		second, err := b.e.CreateStack(t.Context(), b.change(line, nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := first.Cancel(t.Context(), "stale"); !is[*NotRunningError](err) {
			t.Errorf("cancelled by an old handle: %v", err)
		}
		if err := second.Abort(t.Context(), "end"); err != nil {
			t.Fatal(err)
		}
		b.expect(finish(t, second, nil), CreateRollbackComplete)
	})
}

// The same client token gives the same operation, whatever became of the stack
// since; for another request it is refused.
func TestClientToken(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		request := func() *Change {
			c := b.change(line, nil)
			c.ClientToken = "once"
			return c
		}
		first, err := b.e.CreateStack(t.Context(), request())
		if err != nil {
			t.Fatal(err)
		}
		again, err := b.e.CreateStack(t.Context(), request())
		if err != nil || again.StackID() != first.StackID() {
			t.Fatalf("while it runs: %v, %v", again, err)
		}
		b.expect(finish(t, again, nil), CreateComplete)
		b.expect(b.update(line, map[string]any{"Zone": "z2"}), UpdateComplete)
		b.expect(b.delete(), DeleteComplete)
		made := len(b.cloud.made)
		again, err = b.e.CreateStack(t.Context(), request())
		if err != nil || again.StackID() != first.StackID() {
			t.Fatalf("after the delete: %v, %v", again, err)
		}
		b.expect(finish(t, again, nil), CreateComplete) // which is how that operation ended
		if len(b.cloud.made) != made {
			t.Error("it was made again")
		}
		other := request()
		other.Parameters = map[string]any{"Zone": "z3"}
		if _, err := b.e.CreateStack(t.Context(), other); !is[*TokenError](err) {
			t.Errorf("another request with the same token: %v", err)
		}
		fresh := request()
		fresh.ClientToken = "twice"
		run, err := b.e.CreateStack(t.Context(), fresh)
		b.expect(finish(t, run, err), CreateComplete)
		if run.StackID() == first.StackID() {
			t.Error("two stacks have one ID")
		}
	})
}

// A name is free again when its stack is deleted; the new stack is another one.
func TestNameIsFreeAgain(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		ids := map[string]bool{}
		for range 3 {
			b.expect(b.create(line, nil), CreateComplete)
			id := b.stack().ID
			ids[id] = true
			b.expect(b.delete(), DeleteComplete)
			if _, err := b.e.Stack(t.Context(), "web"); !is[*NotFoundError](err) {
				t.Errorf("by name: %v", err)
			}
			if s, err := b.e.Stack(t.Context(), id); err != nil || s.Status != DeleteComplete {
				t.Errorf("by ID: %v, %v", s, err)
			}
		}
		if len(ids) != 3 {
			t.Errorf("IDs: %v", ids)
		}
	})
}

// A plan can be carried out once, from the state it was made from.
func TestStalePlans(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		plan := func(zone string) *Plan {
			p, err := b.e.Plan(t.Context(), b.change(line, map[string]any{"Zone": zone}))
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		first := plan("z1")
		run, err := b.e.Apply(t.Context(), first)
		b.expect(finish(t, run, err), CreateComplete)
		if _, err := b.e.Apply(t.Context(), first); !is[*StalePlanError](err) {
			t.Errorf("the same plan again: %v", err)
		}
		second, third := plan("z2"), plan("z3")
		run, err = b.e.Apply(t.Context(), second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.e.Apply(t.Context(), third); !is[*BusyError](err) && !is[*StalePlanError](err) {
			t.Errorf("while another runs: %v", err)
		}
		b.expect(finish(t, run, nil), UpdateComplete)
		if _, err := b.e.Apply(t.Context(), third); !is[*StalePlanError](err) {
			t.Errorf("a plan from before: %v", err)
		}
		if zone := string(b.resource("A").Attributes); !strings.Contains(zone, "z2") {
			t.Errorf("A: %s", zone)
		}
	})
}

// A plan that was tampered with is refused as a whole.
func TestTamperedPlans(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		for name, edit := range map[string]func(*Plan){
			"format":       func(p *Plan) { p.Format++ },
			"circle":       func(p *Plan) { p.Steps[0].After = []int{1} },
			"itself":       func(p *Plan) { p.Steps[0].After = []int{0} },
			"no such step": func(p *Plan) { p.Steps[0].After = []int{1 << 20} },
			"other phase":  func(p *Plan) { p.Steps[0].After = []int{len(p.Steps) - 1} },
			"undoes":       func(p *Plan) { p.Steps[len(p.Steps)-1].Undoes = len(p.Steps) },
			"undoes other": func(p *Plan) { p.Steps[len(p.Steps)-1].LogicalID = "Z" },
		} {
			p, err := b.e.Plan(t.Context(), b.change(line, nil))
			if err != nil {
				t.Fatal(err)
			}
			if edit(p); p.Steps[1].After == nil {
				t.Fatal("the second step is to wait for the first")
			}
			if _, err := b.e.Apply(t.Context(), p); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		if len(b.cloud.calls) > 0 {
			t.Errorf("calls: %v", b.cloud.calls)
		}
	})
}

// A plan that went through JSON does the same.
func TestPlanAsData(t *testing.T) {
	onBench(t, typed, func(t *testing.T, b *bench) {
		p, err := b.e.Plan(t.Context(), b.change(line, nil))
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		again := &Plan{}
		if err := json.Unmarshal(data, again); err != nil {
			t.Fatal(err)
		}
		run, err := b.e.Apply(t.Context(), again)
		b.expect(finish(t, run, err), CreateComplete)
	})
}

// late has a value that is known only when A is changed.
const late = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Size: {Type: Number, Default: 1}
Resources:
  A:
    Type: ALIYUN::Test::Typed
    Properties: {Size: {Ref: Size}}
  B:
    Type: ALIYUN::Test::Typed
    Properties: {PROP: {Fn::GetAtt: [A, Size]}}
`

// report is a cloud that makes up the attribute Size of A.
type report struct {
	*fakeCloud
	size string
}

// A value that is known late decides what becomes of a resource, within what
// the plan allows.
func TestLateOutcomes(t *testing.T) {
	for _, c := range []struct {
		name, prop         string
		same               bool // the value turns out as it was
		disableReplacement bool
		calls              string
		want               Status
	}{
		{"skip", "Size", true, false, "update A", UpdateComplete},
		{"update", "Size", false, false, "update A,update B", UpdateComplete},
		{"skip a replacement", "Zone", true, false, "update A", UpdateComplete},
		{"replace", "Zone", false, false, "update A,create B,delete B", UpdateComplete},
		{"not allowed", "Zone", false, true, "update A,update A", RollbackComplete},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := &report{}
			onBench(t, func(f *fakeCloud, o *Options) provider.Provider {
				typed(f, o)
				cloud.fakeCloud = f
				return cloud
			}, func(t *testing.T, b *bench) {
				cloud.size = "7"
				src := strings.ReplaceAll(late, "PROP", c.prop)
				b.expect(b.create(src, nil), CreateComplete)
				b.cloud.calls = nil
				if !c.same {
					cloud.size = "8"
				}
				change := b.change(src, map[string]any{"Size": 2})
				change.DisableReplacement = c.disableReplacement
				run, err := b.e.UpdateStack(t.Context(), change)
				if c.disableReplacement {
					failed := failedBy(t, run, err)
					if !strings.Contains(failed.Reason, "PlanExceeded") {
						t.Errorf("got %v", failed)
					}
					b.expect(failed.Status, c.want)
				} else {
					b.expect(finish(t, run, err), c.want)
				}
				if got := strings.Join(b.cloud.calls, ","); got != c.calls {
					t.Errorf("calls %s, want %s", got, c.calls)
				}
			})
		})
	}
}
