package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// TestLargeInputs holds sizes at which anything quadratic would show.
func TestLargeInputs(t *testing.T) {
	const n = 20_000
	head := "ROSTemplateFormatVersion: '2015-09-01'\nParameters: {P: {Type: String, Default: x}}\n"
	var unknown, wide, chain strings.Builder
	unknown.WriteString(head + "Resources:\n")
	wide.WriteString(head + "Resources:\n  All: {Type: T, DependsOn: [")
	chain.WriteString(head + "Conditions:\n  C0: {Fn::Equals: [{Ref: P}, x]}\n")
	for i := range n {
		fmt.Fprintf(&unknown, "  R%d: {Type: T, Properties: {P: {Ref: Nope%d}}}\n", i, i)
		fmt.Fprintf(&wide, "R%d, ", i)
	}
	wide.WriteString("]}\n")
	for i := range n {
		fmt.Fprintf(&wide, "  R%d: {Type: T}\n", i)
		fmt.Fprintf(&chain, "  C%d: {Fn::Not: C%d}\n", i+1, i)
	}
	counted := head + fmt.Sprintf("Resources:\n  A: {Type: T, Count: %d}\n  B: {Type: T, Properties: {P: {Fn::Join: [',', {Ref: A}]}, Q: {Ref: A}}}\n", n)

	tmpl, _ := template.Parse("unknown", []byte(unknown.String()), nil)
	if got := tmpl.Diagnostics().Count(diag.Error); got != n {
		t.Errorf("%d findings, want %d", got, n)
	}
	for name, src := range map[string]string{"wide": wide.String(), "chain": chain.String(), "counted": counted} {
		tmpl, err := template.Parse(name, []byte(src), nil)
		if err != nil {
			t.Fatal(err)
		}
		scope, err := tmpl.Bind(nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		desired, err := scope.Expand()
		if err != nil {
			t.Fatal(err)
		}
		if last := len(desired.Resources) - 1; name == "counted" && len(desired.Resources[last].Uses) != 2*n {
			t.Errorf("%d uses", len(desired.Resources[last].Uses))
		}
	}
}
