package diag

import (
	"iter"
	"slices"
	"strconv"
	"testing"
)

func TestPropose(t *testing.T) {
	many := make([]string, 1000)
	for i := range many {
		many[i] = "Name" + strconv.Itoa(i)
	}
	many[900] = "Zebra"
	for _, test := range []struct {
		name  string
		among []string
		want  string
	}{
		{"Vcp", []string{"Vpc", "Net"}, "Vpc"},
		{"Other", []string{"Vpc", "Net"}, "Vpc, Net"},
		{"", []string{"Vpc"}, "Vpc"},
		{"Other", nil, NoNames},
		{"Other", many[:9], "Name0, Name1, Name2, Name3, Name4, Name5, Name6, Name7, …"},
		{"Zebr", many, "Name0, Name1, Name2, Name3, Name4, Name5, Name6, Name7, …"}, // beyond those that are looked at
	} {
		if got := Propose(test.name, slices.Values(test.among)); got != test.want {
			t.Errorf("%q among %d names: %q, want %q", test.name, len(test.among), got, test.want)
		}
	}
	looked := 0
	Propose("Other", iter.Seq[string](func(yield func(string) bool) {
		for looked++; looked < 10_000 && yield("x"+strconv.Itoa(looked)); looked++ {
		}
	}))
	if looked > 600 {
		t.Errorf("looked at %d names", looked)
	}
}
