package ros

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/graph"
	"github.com/bianpai/bianpai/provider"
)

// TestClassify goes through what can become of one resource, and of those
// beside it.
func TestClassify(t *testing.T) {
	tests := []struct{ name, before, after, want string }{
		{"nothing differs", `A T::X {"Name":"a"}`, `A T::X {"Name":"a"}`, ``},
		{"order of keys", `A T::X {"Name":"a","Size":1}`, `A T::X {"Size":1,"Name":"a"}`, ``},
		{"number as text", `A T::X {"Size":5}`, `A T::X {"Size":"5"}`, ``},
		{"truth as text", `A T::X {"On":true}`, `A T::X {"On":"True"}`, ``},
		{"null is absent", `A T::X {"Name":"a"}`, `A T::X {"Name":"a","Size":null}`, ``},
		{"map as text", `A T::X {"Policy":{"a":[1]}}`, `A T::X {"Policy":"{\"a\": [1]}"}`, ``},
		{"reference to what stays", "A T::X {}\nB T::X {\"In\":\"@A\"}", "A T::X {}\nB T::X {\"In\":\"@A\"}", ``},
		{"update", `A T::X {"Name":"a"}`, `A T::X {"Name":"b"}`, `
0 apply update A#1 property-changed(Name)
1 rollback update A#1 undoes=0 undo
`},
		{"replace", `A T::X {"Zone":"a"}`, `A T::X {"Zone":"b"}`, `
0 apply create A#2 replaces=1 property-changed(Zone)
1 cleanup delete A#1 replaced
2 rollback delete A#2 undoes=0 undo
`},
		{"unclear", `A T::X {"Unclear":"a"}`, `A T::X {"Unclear":"b"}`, `
0 apply update A#1 replaces=1 outcomes=update replace property-changed(Unclear)
1 cleanup delete A#1 replaced(possible)
2 rollback update A#1 undoes=0 undo
`},
		{"unclear where only one can be", `A T::Slot {"Unclear":"a"}`, `A T::Slot {"Unclear":"b"}`, `
0 apply update A#1 outcomes=update property-changed(Unclear)
1 rollback update A#1 undoes=0 undo
`},
		{"type", `A T::X {}`, `A T::Y {}`, `
0 apply create A#2 replaces=1 type-changed(T::X)
1 cleanup delete A#1 replaced
2 rollback delete A#2 undoes=0 undo
`},
		{"added and removed", `A T::X {}`, `B T::X {}`, `
0 apply create B#1 added
1 cleanup delete A#1 removed
2 rollback delete B#1 undoes=0 undo
`},
		{"removed and retained", `A T::X {} retain`, ``, `
0 cleanup release A#1 removed retained
`},
		{"policy alone", `A T::X {}`, `A T::X {} retain`, `
0 apply update A#1 outcomes=skip policy-changed(DeletionPolicy)
1 rollback update A#1 undoes=0 outcomes=skip undo
`},
		{"metadata alone", `A T::X {} meta=a`, `A T::X {} meta=b`, `
0 apply update A#1 outcomes=skip policy-changed(Metadata)
1 rollback update A#1 undoes=0 outcomes=skip undo
`},
		{"dependency alone", "A T::X {}\nB T::X {}", "A T::X {}\nB T::X {} after=A", `
0 apply update B#1 outcomes=skip policy-changed(DependsOn)
1 rollback update B#1 undoes=0 outcomes=skip undo
`},
		{"ID of a replaced one", "A T::X {\"Zone\":\"a\"}\nB T::X {\"To\":\"@A\"}", "A T::X {\"Zone\":\"b\"}\nB T::X {\"To\":\"@A\"}", `
0 apply create A#2 replaces=1 property-changed(Zone)
1 apply update B#1 after=0 property-changed(To) dependency-replaced(A)
2 cleanup delete A#1 replaced
3 rollback update B#1 undoes=1 undo
4 rollback delete A#2 undoes=0 after=3 undo
`},
		{"attribute that is the ID", "A T::X {\"Zone\":\"a\"}\nB T::X {\"In\":\"@A.Id\"}", "A T::X {\"Zone\":\"b\"}\nB T::X {\"In\":\"@A.Id\"}", `
0 apply create A#2 replaces=1 property-changed(Zone)
1 apply create B#2 replaces=1 after=0 property-changed(In) dependency-replaced(A)
2 cleanup delete B#1 replaced
3 cleanup delete A#1 after=2 replaced
4 rollback delete B#2 undoes=1 undo
5 rollback delete A#2 undoes=0 after=4 undo
`},
		{"attribute of a replaced one", "A T::X {\"Zone\":\"a\"}\nB T::X {\"To\":\"@A.Ip\"}", "A T::X {\"Zone\":\"b\"}\nB T::X {\"To\":\"@A.Ip\"}", `
0 apply create A#2 replaces=1 property-changed(Zone)
1 apply update B#1 after=0 outcomes=skip update property-changed(To)
2 cleanup delete A#1 replaced
3 rollback update B#1 undoes=1 undo
4 rollback delete A#2 undoes=0 after=3 undo
`},
		{"attribute of a replaced one, for good", "A T::X {\"Zone\":\"a\"}\nB T::X {\"In\":\"@A.Ip\"}", "A T::X {\"Zone\":\"b\"}\nB T::X {\"In\":\"@A.Ip\"}", `
0 apply create A#2 replaces=1 property-changed(Zone)
1 apply update B#1 replaces=1 after=0 outcomes=skip replace property-changed(In)
2 cleanup delete B#1 replaced(possible)
3 cleanup delete A#1 after=2 replaced
4 rollback update B#1 undoes=1 undo
5 rollback delete A#2 undoes=0 after=4 undo
`},
		{"attribute named like what changes", "A T::X {\"Size\":1}\nB T::X {\"Size\":\"@A.Size\",\"To\":\"@A.Ip\"}", "A T::X {\"Size\":2}\nB T::X {\"Size\":\"@A.Size\",\"To\":\"@A.Ip\"}", `
0 apply update A#1 property-changed(Size)
1 apply update B#1 after=0 outcomes=skip update property-changed(Size)
2 rollback update B#1 undoes=1 undo
3 rollback update A#1 undoes=0 after=2 undo
`},
		{"data source stays", "D DATASOURCE::X {\"Name\":\"a\"}\nA T::X {\"To\":\"@D.Ip\"}", "D DATASOURCE::X {\"Name\":\"a\"}\nA T::X {\"To\":\"@D.Ip\"}", ``},
		{"data source asked again", "D DATASOURCE::X {\"Name\":\"a\"}\nA T::X {\"To\":\"@D.Ip\"}\nB T::X {\"Size\":1}", "D DATASOURCE::X {\"Name\":\"a\"}\nA T::X {\"To\":\"@D.Ip\"}\nB T::X {\"Size\":2}", `
0 apply read D#2 replaces=1 refreshed
1 apply update A#1 after=0 outcomes=skip update property-changed(To)
2 apply update B#1 property-changed(Size)
3 cleanup release D#1 replaced
4 rollback update B#1 undoes=2 undo
5 rollback update A#1 undoes=1 undo
6 rollback release D#2 undoes=0 after=5 undo
`},
		{"data source asks another question", `D DATASOURCE::X {"Name":"a"}`, `D DATASOURCE::X {"Name":"b"}`, `
0 apply read D#2 replaces=1 property-changed(Name)
1 cleanup release D#1 replaced
2 rollback release D#2 undoes=0 undo
`},
		{"new with wait", ``, "H ALIYUN::ROS::WaitConditionHandle {}\nW ALIYUN::ROS::WaitCondition {\"Handle\":\"@H\"}", `
0 apply create H#1 added
1 apply create W#1 after=0 added
2 rollback delete W#1 undoes=1 undo
3 rollback delete H#1 undoes=0 after=2 undo
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStackUnderTest(t)
			s.become(tt.before)
			in := s.input(tt.after)
			if got := planText(s.plan(in)); got != strings.TrimPrefix(tt.want, "\n") {
				t.Errorf("got:\n%s\nwant:%s", got, tt.want)
			}
			s.carryOut(s.plan(in))
			if again := s.plan(s.input(tt.after)); !again.Empty() {
				t.Errorf("the same once more is not empty:\n%s", planText(again))
			}
		})
	}
}

func TestRepair(t *testing.T) {
	tests := []struct {
		name   string
		status Status
		id     string
		lines  string
		want   string
	}{
		{"creation left nothing known", CreateFailed, "", `A T::X {"Name":"a"}`, `
0 apply create A#2 replaces=1 failed-before
1 cleanup delete A#1 replaced
2 rollback delete A#2 undoes=0 undo
`},
		{"creation left half of it", CreateFailed, "a-1", `A T::X {"Name":"a"}`, `
0 apply create A#2 replaces=1 failed-before
1 cleanup delete A#1 replaced
2 rollback delete A#2 undoes=0 undo
`},
		{"update failed", UpdateFailed, "a-1", `A T::X {"Name":"a"}`, `
0 apply update A#1 failed-before
1 rollback update A#1 undoes=0 undo
`},
		{"update failed, and is wanted again", UpdateFailed, "a-1", `A T::X {"Name":"b"}`, `
0 apply update A#1 property-changed(Name) failed-before
1 rollback update A#1 undoes=0 undo
`},
		{"no longer wanted", CreateFailed, "a-1", ``, `
0 cleanup delete A#1 removed
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStackUnderTest(t)
			s.become(`A T::X {"Name":"a"}`)
			a := s.state.resource("A")
			a.Status, a.Active.Failed, a.Active.PhysicalID = tt.status, true, tt.id
			in := s.input(tt.lines)
			in.disableReplacement = true // does not forbid a repair
			if got := planText(s.plan(in)); got != strings.TrimPrefix(tt.want, "\n") {
				t.Errorf("got:\n%s\nwant:%s", got, tt.want)
			}
		})
	}
}

// TestLeftovers: what earlier operations could not delete is tried again.
func TestLeftovers(t *testing.T) {
	s := newStackUnderTest(t)
	s.become("A T::X {}\nB T::X {\"To\":\"@A\"}")
	for _, id := range []string{"A", "B"} {
		res := s.state.resource(id)
		res.depose()
		res.Active = &instance{Number: 2, Type: "T::X", PhysicalID: strings.ToLower(id) + "-2", Applied: res.Deposed[0].Applied, Needs: res.Deposed[0].Needs}
	}
	s.state.resource("B").Active.Applied = []byte(`{"To":"a-2"}`)
	want := `0 cleanup delete B#1 replaced failed-before
1 cleanup delete A#1 after=0 replaced failed-before
`
	p := s.plan(s.input("A T::X {}\nB T::X {\"To\":\"@A\"}"))
	if got := planText(p); got != want {
		t.Errorf("got:\n%s", got)
	}
	if c := p.Counts(); c.Delete != 2 {
		t.Errorf("counts %+v", c)
	}
	s.state.resource("A").Deposed = nil
	s.state.resource("B").Deposed = nil
	if p := s.plan(s.input("A T::X {}\nB T::X {\"To\":\"@A\"}")); !p.Empty() {
		t.Errorf("not empty:\n%s", planText(p))
	}
}

func TestPlanDelete(t *testing.T) {
	s := newStackUnderTest(t)
	s.become("A T::X {\"Name\":\"a\"}\nD DATASOURCE::X {\"To\":\"@A\"}\nB T::X {\"To\":\"@D.Ip\"} retain\nC T::X {} after=B\nE T::X {\"To\":\"@A\"}")
	e := s.state.resource("E")
	e.Deposed = append(e.Deposed, &instance{Number: 7, Type: "T::X", PhysicalID: "e-7", Needs: []string{"C"}})
	in := &planInput{ref: s.state.Ref, operation: DeleteOperation, state: s.state, vault: s.vault, retain: map[string]bool{"C": true}}
	want := `0 apply delete E#1 stack-deleted
1 apply delete E#7 stack-deleted
2 apply release C#1 after=1 stack-deleted retained
3 apply release B#1 after=2 stack-deleted retained
4 apply release D#1 after=3 stack-deleted
5 apply delete A#1 after=0 4 stack-deleted
`
	p := s.plan(in)
	if got := planText(p); got != want {
		t.Errorf("got:\n%s", got)
	}
	in.retainAll = true
	for i, step := range s.plan(in).Steps {
		if step.Verb != ReleaseVerb {
			t.Errorf("retain all: step %d %ss", i, step.Verb)
		}
	}
	in.retain = map[string]bool{"Z": true, "A": true, "Y": true, "X": false}
	_, err := makePlan(context.Background(), in)
	if unknown, ok := errors.AsType[*RetainError](err); !ok || strings.Join(unknown.Unknown, " ") != "Y Z" {
		t.Errorf("got %v", err)
	}
}

// TestContradictingNeeds: dependencies recorded at different times may go in a
// circle; a delete must not wait for ever because of it.
func TestContradictingNeeds(t *testing.T) {
	s := newStackUnderTest(t)
	s.become("A T::X {}\nB T::X {\"To\":\"@A\"}\nC T::X {\"To\":\"@B\"}")
	s.state.resource("A").Active.Needs = []string{"C"}
	in := &planInput{ref: s.state.Ref, operation: DeleteOperation, state: s.state, vault: s.vault}
	want := `0 apply delete C#1 stack-deleted
1 apply delete B#1 after=0 stack-deleted
2 apply delete A#1 after=1 stack-deleted
`
	if got := planText(s.plan(in)); got != want {
		t.Errorf("got:\n%s", got)
	}
	if got := planText(s.plan(s.input(""))); got != strings.NewReplacer("apply", "cleanup", "stack-deleted", "removed").Replace(want) {
		t.Errorf("got:\n%s", got)
	}
}

// TestAskProvider: what the type is silent about, the provider may tell.
func TestAskProvider(t *testing.T) {
	tests := []struct {
		effect provider.Effect
		err    error
		want   string
	}{
		{effect: provider.EffectUnknown, want: "0 apply update A#1 replaces=1 outcomes=update replace property-changed(Name) property-changed(Unclear)"},
		{effect: provider.EffectNone, want: "0 apply update A#1 property-changed(Name) property-changed(Unclear)"},
		{effect: provider.EffectUpdate, want: "0 apply update A#1 property-changed(Name) property-changed(Unclear)"},
		{effect: provider.EffectReplace, want: "0 apply create A#2 replaces=1 property-changed(Name) property-changed(Unclear)"},
		{err: &provider.Error{Kind: provider.Unsupported}, want: "0 apply update A#1 replaces=1 outcomes=update replace property-changed(Name) property-changed(Unclear)"},
		{err: &provider.Error{Kind: provider.Denied}, want: "A: the provider cannot say what its change does: denied"},
	}
	for _, tt := range tests {
		s := newStackUnderTest(t)
		s.become(`A T::X {"Name":"a","Unclear":{"x":1}}`)
		in := s.input(`A T::X {"Name":"b","Unclear":{"x":2}}`)
		in.planner = func(_ context.Context, req *provider.Request, changed []string) (provider.Effect, error) {
			if strings.Join(changed, " ") != "Unclear" || string(req.Desired) != `{"Name":"b","Unclear":{"x":2}}` || string(req.Prior) != `{"Name":"a","Unclear":{"x":1}}` || req.PhysicalID != "a-1" {
				t.Errorf("asked %v of %+v", changed, req)
			}
			return tt.effect, tt.err
		}
		p, err := makePlan(context.Background(), in)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got, _, _ = strings.Cut(planText(p), "\n")
		}
		if got != tt.want {
			t.Errorf("effect %d, error %v: got %s", tt.effect, tt.err, got)
		}
	}
}

func TestPlanRefusals(t *testing.T) {
	t.Run("cycle", func(t *testing.T) {
		s := newStackUnderTest(t)
		_, err := makePlan(context.Background(), s.input("A T::X {\"To\":\"@B\"}\nB T::X {} after=C\nC T::X {\"To\":\"@A\"}"))
		if cycle, ok := errors.AsType[*graph.CycleError[string]](err); !ok || len(cycle.Cycle) != 3 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("unknown types, all of them", func(t *testing.T) {
		s := newStackUnderTest(t)
		_, err := makePlan(context.Background(), s.input("A T::Missing {}\nB T::X {}\nC T::Missing {}"))
		if err == nil || !strings.Contains(err.Error(), "A:") || !strings.Contains(err.Error(), "C:") {
			t.Errorf("got %v", err)
		}
		if _, ok := errors.AsType[*provider.Error](err); !ok {
			t.Errorf("the provider's error is lost: %v", err)
		}
	})
	t.Run("replacement disabled", func(t *testing.T) {
		s := newStackUnderTest(t)
		s.become("A T::X {\"Zone\":\"a\"}\nB T::X {\"In\":\"@A\",\"Zone\":\"a\"}\nC T::X {\"Unclear\":\"a\"}")
		in := s.input("A T::X {\"Zone\":\"b\"}\nB T::X {\"In\":\"@A\",\"Zone\":\"b\"}\nC T::X {\"Unclear\":\"b\"}")
		in.disableReplacement = true
		_, err := makePlan(context.Background(), in)
		refusal, ok := errors.AsType[*ReplacementError](err)
		if !ok || len(refusal.Replacements) != 2 || strings.Join(refusal.Replacements[1].Properties, " ") != "In Zone" {
			t.Fatalf("got %v", err)
		}
		in = s.input("A T::X {\"Zone\":\"a\"}\nB T::X {\"In\":\"@A\",\"Zone\":\"a\"}\nC T::X {\"Unclear\":\"b\"}")
		in.disableReplacement = true
		if got := planText(s.plan(in)); !strings.HasPrefix(got, "0 apply update C#1 outcomes=update property-changed(Unclear)\n1 rollback") {
			t.Errorf("got:\n%s", got)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		s := newStackUnderTest(t)
		s.become(`A T::X {"Unclear":"a"}`)
		in := s.input(`A T::X {"Unclear":"b"}`)
		ctx, cancel := context.WithCancel(context.Background())
		in.planner = func(ctx context.Context, _ *provider.Request, _ []string) (provider.Effect, error) {
			cancel()
			return 0, ctx.Err()
		}
		if _, err := makePlan(ctx, in); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
