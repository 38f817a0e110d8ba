package ros

import (
	"strings"
	"testing"
)

// TestDeleteFirst has a resource that cannot exist twice, and what holds on to
// it.
func TestDeleteFirst(t *testing.T) {
	tests := []struct{ name, before, after, want string }{
		{"those that refer to it are deleted before", `
S T::Slot {"Zone":"a"}
A T::X {"To":"@S"}
B T::X {"To":"@A.Ip"}
C T::X {} after=S
`, `
S T::Slot {"Zone":"b"}
A T::X {"To":"@S"}
B T::X {"To":"@A.Ip"}
C T::X {} after=S
`, `
0 apply delete S#1 after=2 replaced
1 apply create S#2 replaces=1 after=0 property-changed(Zone)
2 apply delete A#1 after=4 replaced
3 apply create A#2 replaces=1 after=2 1 property-changed(To) dependency-replaced(S)
4 apply delete B#1 replaced
5 apply create B#2 replaces=1 after=4 3 property-changed(To) dependency-replaced(A)
6 rollback delete B#2 undoes=5 undo
7 rollback create B#3 undoes=4 after=9 6 undo
8 rollback delete A#2 undoes=3 after=6 undo
9 rollback create A#3 undoes=2 after=11 8 undo
10 rollback delete S#2 undoes=1 after=8 undo
11 rollback create S#3 undoes=0 after=10 undo
`},
		{"an update that drops the reference comes before", "S T::Slot {\"Zone\":\"a\"}\nA T::X {\"To\":\"@S\"}", "S T::Slot {\"Zone\":\"b\"}\nA T::X {\"To\":\"x\"}", `
0 apply delete S#1 after=2 replaced
1 apply create S#2 replaces=1 after=0 property-changed(Zone)
2 apply update A#1 property-changed(To)
3 rollback update A#1 undoes=2 after=5 undo
4 rollback delete S#2 undoes=1 undo
5 rollback create S#3 undoes=0 after=4 undo
`},
		{"a replacement that drops the reference goes first", "A T::X {\"In\":\"@S\"}\nS T::Slot {\"Zone\":\"a\"}\nB T::X {\"To\":\"@A.Ip\"}", "A T::X {\"In\":\"x\"}\nS T::Slot {\"Zone\":\"b\"}\nB T::X {\"To\":\"@A.Ip\"}", `
0 apply delete A#1 after=4 replaced
1 apply create A#2 replaces=1 after=0 property-changed(In)
2 apply delete S#1 after=0 replaced
3 apply create S#2 replaces=1 after=2 property-changed(Zone)
4 apply delete B#1 replaced
5 apply create B#2 replaces=1 after=4 1 property-changed(To) dependency-replaced(A)
6 rollback delete B#2 undoes=5 undo
7 rollback create B#3 undoes=4 after=11 6 undo
8 rollback delete S#2 undoes=3 undo
9 rollback create S#3 undoes=2 after=8 undo
10 rollback delete A#2 undoes=1 after=6 undo
11 rollback create A#3 undoes=0 after=10 9 undo
`},
		{"a removed one goes before", "S T::Slot {\"Zone\":\"a\"}\nA T::X {\"To\":\"@S\"}\nB T::X {\"To\":\"@A\"}", `S T::Slot {"Zone":"b"}`, `
0 apply delete S#1 after=2 replaced
1 apply create S#2 replaces=1 after=0 property-changed(Zone)
2 apply delete A#1 after=3 removed
3 apply delete B#1 removed
4 rollback create B#2 undoes=3 after=5 undo
5 rollback create A#2 undoes=2 after=7 undo
6 rollback delete S#2 undoes=1 undo
7 rollback create S#3 undoes=0 after=6 undo
`},
		{"what is to be retained is not deleted first", `S T::Slot {"Zone":"a"} retain`, `S T::Slot {"Zone":"b"} retain`, `
0 apply create S#2 replaces=1 property-changed(Zone)
1 cleanup release S#1 replaced retained
2 rollback release S#2 undoes=0 undo
`},
		{"no circle through what lets go", "S T::Slot {\"Zone\":\"a\"}\nA T::X {\"To\":\"@S\"}\nC T::X {}", "S T::Slot {\"Zone\":\"b\"}\nA T::X {\"To\":\"@C\"}\nC T::X {\"To\":\"@S\"}", `
0 apply delete S#1 replaced
1 apply create S#2 replaces=1 after=0 property-changed(Zone)
2 apply update A#1 after=3 property-changed(To)
3 apply update C#1 after=1 property-changed(To) dependency-replaced(S)
4 rollback update C#1 undoes=3 after=5 undo
5 rollback update A#1 undoes=2 undo
6 rollback delete S#2 undoes=1 after=4 undo
7 rollback create S#3 undoes=0 after=6 undo
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStackUnderTest(t)
			s.become(tt.before)
			p := s.plan(s.input(tt.after))
			if got := planText(p); got != strings.TrimPrefix(tt.want, "\n") {
				t.Errorf("got:\n%s\nwant:%s", got, tt.want)
			}
			s.carryOut(p)
			if again := s.plan(s.input(tt.after)); !again.Empty() {
				t.Errorf("the same once more is not empty:\n%s", planText(again))
			}
		})
	}
}

// TestUndoNamesSuccessor: what a rollback makes anew has another ID, and what
// referred to the one before refers to it.
func TestUndoNamesSuccessor(t *testing.T) {
	s := newStackUnderTest(t)
	s.become("S T::Slot {\"Zone\":\"a\"}\nA T::X {\"To\":\"@S\",\"Tags\":[{\"Value\":\"@S.Ip\"}]}")
	p := s.plan(s.input("S T::Slot {\"Zone\":\"b\"}\nA T::X {\"To\":\"@S\",\"Tags\":[{\"Value\":\"@S.Ip\"}]}"))
	want := `{"To":{"$expr":{"Ref":"S"},"$refs":["S"]},"Tags":[{"Value":{"$expr":{"Fn::GetAtt":["S","Ip"]},"$refs":["S"]}}]}`
	for i := range p.Steps {
		if step := &p.Steps[i]; step.Phase == RollbackPhase && step.Verb == CreateVerb && step.LogicalID == "A" {
			if string(step.Desired) != want {
				t.Errorf("got %s", step.Desired)
			}
			return
		}
	}
	t.Errorf("A is not made again:\n%s", planText(p))
}
