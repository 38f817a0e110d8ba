package ros

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// TestSlotOfReplaced: what cannot exist twice is deleted first when something
// it refers to is made anew, although the value may turn out to be the same.
func TestSlotOfReplaced(t *testing.T) {
	s := newStackUnderTest(t)
	s.become("A T::X {\"Zone\":\"a\"}\nS T::Slot {\"In\":\"@A.Ip\"}")
	after := "A T::X {\"Zone\":\"b\"}\nS T::Slot {\"In\":\"@A.Ip\"}"
	p := s.plan(s.input(after))
	want := `
0 apply create A#2 replaces=1 property-changed(Zone)
1 apply delete S#1 replaced
2 apply create S#2 replaces=1 after=1 0 property-changed(In)
3 cleanup delete A#1 replaced
4 rollback delete S#2 undoes=2 undo
5 rollback create S#3 undoes=1 after=4 undo
6 rollback delete A#2 undoes=0 after=4 undo
`
	if got := planText(p); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got:\n%s\nwant:%s", got, want)
	}
	s.carryOut(p)
	if again := s.plan(s.input(after)); !again.Empty() {
		t.Errorf("the same once more is not empty:\n%s", planText(again))
	}
}

// TestAttributesAfterUpdate: which attributes of a resource that is updated in
// place count as known.
func TestAttributesAfterUpdate(t *testing.T) {
	tests := []struct {
		attribute string
		reaches   bool // the change reaches what refers to it
	}{
		{"Id", false},
		{"Ip", false},
		{"Name", true},         // named like what changes
		{"Ids", true},          // a list
		{"Outputs.Port", true}, // a template decides
	}
	for _, tt := range tests {
		t.Run(tt.attribute, func(t *testing.T) {
			s := newStackUnderTest(t)
			s.types = func(name string) (*provider.Type, error) {
				typ, err := planTypes(name)
				if name == "T::Y" {
					typ.Attributes = map[string]provider.Attribute{"Id": {}, "Ip": {}, "Name": {}, "Ids": {}}
					typ.DynamicAttributes = []string{"Outputs.*"}
				}
				return typ, err
			}
			lines := func(name string) string {
				return "A T::Y {\"Name\":\"" + name + "\"}\nB T::X {\"To\":\"@A." + tt.attribute + "\"}"
			}
			s.become("A T::Y {\"Name\":\"a\"}")
			s.state.index["A"].Active.Attributes = json.RawMessage(`{"Id":"a-1","Ip":"ip","Name":"a","Ids":["x"],"Outputs.Port":80}`)
			s.become(lines("a"))
			p := s.plan(s.input(lines("b")))
			if got := p.Counts().Update == 2; got != tt.reaches {
				t.Errorf("reaches B: %t, want %t\n%s", got, tt.reaches, planText(p))
			}
		})
	}
}
