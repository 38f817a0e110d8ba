package ros

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// TestUncertain checks which failures leave open whether the call had an effect:
// with too few a resource is made twice, with too many a person is asked for
// nothing.
func TestUncertain(t *testing.T) {
	open := map[provider.Kind]bool{provider.Unknown: true, provider.Transient: true, provider.InDoubt: true}
	for kind := provider.Unknown; kind <= provider.InDoubt; kind++ {
		if got := (CallError{Kind: kind.String(), Code: "X"}).uncertain(); got != open[kind] {
			t.Errorf("%v: %v, want %v", kind, got, open[kind])
		}
		if !(CallError{Kind: kind.String(), Repeated: true}).uncertain() {
			t.Errorf("%v of a repeated call counts as certain", kind)
		}
	}
	if (CallError{Kind: provider.Transient.String(), Code: provider.NotSent}).uncertain() {
		t.Error("a call that was not sent counts as one that may have had an effect")
	}
	if !(CallError{}).uncertain() {
		t.Error("an error of no kind counts as certain")
	}
}
