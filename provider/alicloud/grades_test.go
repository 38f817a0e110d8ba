package alicloud

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

var update = flag.Bool("update", false, "write docs/types.md")

// TestTableOfGrades keeps docs/types.md as Types has it.
func TestTableOfGrades(t *testing.T) {
	const file = "../../docs/types.md"
	p := newWaitRoom(t, new(journal.Memory)) // with all that a host program can give it
	words := map[provider.Grade]string{provider.GradeProven: "proven", provider.GradeDescribed: "described", provider.GradeAbsent: "absent"}
	counts := map[provider.Grade]int{}
	var rows strings.Builder
	known := map[string]bool{}
	for g := range p.Types() {
		if known[g.Name] {
			t.Errorf("%s stands there twice", g.Name)
		}
		known[g.Name] = true
		counts[g.Grade]++
		fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", g.Name, words[g.Grade], g.Why)
	}
	others := 0
	for name := range schema.Default().Names() {
		if !known[name] {
			others++
		}
	}
	text := fmt.Sprintf(`# Resource types of the real provider

How far provider/alicloud supports each type. *Proven*: the conformance suite passes over HTTP. *Described*: the calls are known and checked against the SDK, nobody has run them all. *Absent*: refused when a change is planned.

%d proven, %d described, %d absent for the reason given; the other %d types of the catalogue are absent because the calls behind them are not described.

Generated: go test ./provider/alicloud -run TableOfGrades -update

| type | grade | why |
|---|---|---|
%s`, counts[provider.GradeProven], counts[provider.GradeDescribed], counts[provider.GradeAbsent], others, rows.String())
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != text {
		t.Errorf("%s is not what Types says: run the test with -update (%v)", file, err)
	}
	t.Log(counts)
}

// TestProvenTypesAreUsable looks whether the list names types that there are.
func TestProvenTypesAreUsable(t *testing.T) {
	p := newWaitRoom(t, new(journal.Memory))
	for line := range strings.Lines(provenLines) {
		if name := strings.TrimSpace(line); name != "" && !strings.HasPrefix(name, "#") {
			if _, err := p.Describe(t.Context(), name); err != nil {
				t.Error(err)
			}
		}
	}
}
