package ros

import (
	"context"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
)

const single = `
ROSTemplateFormatVersion: '2015-09-01'
Resources:
  A:
    Type: Custom::Thing
`

// two has a second resource that nothing orders.
const two = single + `
  B:
    Type: Custom::Thing
`

func lookDoubt(c *fakeCloud, _ *Options) provider.Provider { return blind{c} }

// A create call whose answer was lost has made something. With a provider that
// looks tokens up, the rollback finds and deletes it.
func TestLostAnswerIsLookedUp(t *testing.T) {
	for _, kind := range []provider.Kind{provider.Unknown, provider.Transient} {
		onBench(t, nil, func(t *testing.T, b *bench) {
			b.cloud.lose = on("create", "A", refusal(kind))
			b.expect(b.create(single, nil), CreateRollbackComplete)
			b.leaves()
		})
	}
}

// Where the provider cannot look tokens up, the rollback stands still and asks.
func TestLostAnswerIsAsked(t *testing.T) {
	for _, made := range []string{"A-1", ""} {
		onBench(t, lookDoubt, func(t *testing.T, b *bench) {
			b.cloud.lose = on("create", "A", refusal(provider.Unknown))
			run, err := b.e.CreateStack(t.Context(), b.change(single, nil))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := run.Wait(t.Context()); !is[*InDoubtError](err) {
				t.Fatalf("got %v, want a doubt", err)
			}
			if made == "" { // it never was there after all
				b.cloud.alive = map[string]string{}
			}
			if err := run.Settle(t.Context(), "B", ""); err == nil {
				t.Error("settled a step that is not in doubt")
			}
			if err := run.Settle(t.Context(), "A", made); err != nil {
				t.Fatal(err)
			}
			b.expect(finish(t, run, nil), CreateRollbackComplete)
			b.leaves()
		})
	}
}

// The last of several tries was refused for good, but one before it may have
// made something.
func TestEarlierTryMayHaveMadeIt(t *testing.T) {
	onBench(t, lookDoubt, func(t *testing.T, b *bench) {
		b.cloud.lose = func(verb, id string, nth int) error {
			if verb == "create" && nth == 1 {
				return refusal(provider.Transient)
			}
			return nil
		}
		b.cloud.refuse = func(verb, id string, nth int) error {
			if verb == "create" && nth == 2 {
				return refusal(provider.Invalid)
			}
			return nil
		}
		run, err := b.e.CreateStack(t.Context(), b.change(single, nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Wait(t.Context()); !is[*InDoubtError](err) {
			t.Fatalf("got %v, want a doubt", err)
		}
		if err := run.Settle(t.Context(), "A", "A-1"); err != nil {
			t.Fatal(err)
		}
		b.expect(finish(t, run, nil), CreateRollbackComplete)
		b.leaves()
	})
}

// A create call that was refused at its first try has made nothing, also where
// the provider cannot look it up: nobody is asked.
func TestRefusedCreateIsNoDoubt(t *testing.T) {
	for name, cloud := range map[string]func(*fakeCloud, *Options) provider.Provider{
		"cannot look up":      lookDoubt,
		"can, but not always": func(c *fakeCloud, _ *Options) provider.Provider { return groping{c} },
	} {
		onBench(t, cloud, func(t *testing.T, b *bench) {
			b.cloud.refuse = on("create", "A", refusal(provider.Invalid))
			run, err := b.e.CreateStack(t.Context(), b.change(single, nil))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := run.Wait(t.Context()); !is[*FailedError](err) {
				t.Fatalf("%s: got %v, want a failure", name, err)
			}
			b.expect(b.stack().Status, CreateRollbackComplete)
			b.leaves()
		})
	}
}

// groping is a provider that looks up by token and cannot tell.
type groping struct{ provider.Provider }

func (groping) Find(context.Context, *provider.Request) (*provider.State, error) {
	return nil, refusal(provider.InDoubt)
}

// A delete that failed must not make the next one forget that the create call
// may have made something.
func TestDoubtOutlivesAFailedDelete(t *testing.T) {
	onBench(t, nil, func(t *testing.T, b *bench) {
		finds := 0
		b.cloud.lose = on("create", "A", refusal(provider.Unknown))
		b.cloud.refuse = func(verb, id string, _ int) error {
			if verb == "delete" && finds == 0 {
				finds++
				return refusal(provider.Denied)
			}
			return nil
		}
		b.expect(b.create(single, nil), CreateRollbackFailed)
		if err := b.e.look(t.Context(), b.stack().ID, func(m *machine) {
			if in := m.state.resource("A").Active; in == nil || !in.Doubtful {
				t.Errorf("the doubt is forgotten: %+v", in)
			}
		}); err != nil {
			t.Fatal(err)
		}
		b.expect(b.delete(), DeleteComplete)
		b.leaves()
	})
}

// A provider says itself that it cannot tell. Nothing else starts until a
// person has said it, and what only waits is not given up for it.
func TestDoubtHaltsAndGoesOn(t *testing.T) {
	const src = two + `
  C:
    Type: Custom::Thing
    DependsOn: B
  Wait:
    Type: ALIYUN::ROS::Sleep
    Properties: {CreateDuration: 60}
`
	onBench(t, func(c *fakeCloud, _ *Options) provider.Provider {
		c.polls = 3
		return c
	}, func(t *testing.T, b *bench) {
		b.cloud.refuse = func(verb, id string, nth int) error {
			if verb == "create" && id == "B" && nth == 1 {
				return refusal(provider.InDoubt)
			}
			return nil
		}
		run, err := b.e.CreateStack(t.Context(), b.change(src, nil))
		if err != nil {
			t.Fatal(err)
		}
		_, err = run.Wait(t.Context())
		if !is[*InDoubtError](err) {
			t.Fatalf("got %v, want a doubt", err)
		}
		b.leaves("A", "Wait")
		if got := b.stack().Status; got != CreateInProgress {
			t.Errorf("the stack is in %s", got)
		}
		if err := run.Settle(t.Context(), "B", ""); err != nil {
			t.Fatal(err)
		}
		b.expect(finish(t, run, nil), CreateComplete)
		b.leaves("A", "B", "C", "Wait")
	})
}

// A call that was given up is awaited before what it may have made is looked
// for: otherwise it would be made behind the rollback's back.
func TestGivenUpCallIsAwaited(t *testing.T) {
	onBench(t, func(c *fakeCloud, _ *Options) provider.Provider {
		return &slowly{c, map[string]time.Duration{"create A": time.Minute}}
	}, func(t *testing.T, b *bench) {
		run, err := b.e.CreateStack(t.Context(), b.change(single, nil))
		if err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if err := run.Abort(t.Context(), "no patience"); err != nil {
			t.Fatal(err)
		}
		b.expect(finish(t, run, nil), CreateRollbackComplete)
		pass(time.Hour)
		b.leaves()
	})
}

// Refusals for the rate of calls do not use up the tries for other failures.
func TestRetriesAreCountedByClass(t *testing.T) {
	onBench(t, nil, func(t *testing.T, b *bench) {
		b.cloud.refuse = func(verb, id string, nth int) error {
			switch {
			case verb == "create" && nth <= 20 && nth%4 != 0:
				return refusal(provider.Throttled)
			case verb == "create" && nth <= 16:
				return refusal(provider.Transient)
			}
			return nil
		}
		b.expect(b.create(single, nil), CreateComplete)
	})
}

// Only failures in a row count: a call that takes hours may fail now and then.
func TestRetriesInARow(t *testing.T) {
	onBench(t, func(c *fakeCloud, _ *Options) provider.Provider {
		c.polls = 100
		return c
	}, func(t *testing.T, b *bench) {
		b.cloud.refuse = func(verb, id string, nth int) error {
			if verb == "create" && nth%5 == 0 {
				return refusal(provider.Transient)
			}
			return nil
		}
		b.expect(b.create(single, nil), CreateComplete)
	})
}
