package ros

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// A template with ten faults, and values with two more.
const faulty = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Zone: {Type: String}
  Size: {Type: Number, Default: 1, MaxValue: 9}
Resources:
  A:
    Type: T::Missing
  B:
    Type: T::Full
    Properties: {Colour: red}
  C:
    Type: T::Full
    Properties: {Name: {Ref: Nobody}}
  D:
    Type: T::Full
    Properties: {Name: {'Fn::GetAtt': [B, Nothing]}}
  E:
    Type: T::Full
    DependsOn: F
  F:
    Type: T::Full
    DependsOn: E
  G:
    Type: T::Full
    Condition: Never
  H:
    Properties: {Name: x}
  I:
    Type: T::Full
    DependsOn: Nobody
  J:
    Type: T::Full
    Properties: {Name: {'Fn::Jion': [a, b]}}
Surplus: 1
`

// TestAllFaultsAtOnce: what is wrong with the template and with the parameters
// comes in one error, each with its place and a remedy, and nothing is called.
func TestAllFaultsAtOnce(t *testing.T) {
	cloud := newFakeCloud()
	cloud.types["T::Full"] = &provider.Type{Name: "T::Full", Coverage: provider.CoverageFull, Properties: map[string]*provider.Property{"Name": {Type: provider.TypeString}}}
	cloud.missing = map[string]bool{"T::Missing": true}
	e := newTestEngine(t, cloud, nil)
	tmpl, err := template.Parse("faulty.yaml", []byte(faulty), nil)
	if err == nil {
		t.Fatal("parsed without an error")
	}
	_, err = e.CreateStack(t.Context(), &Change{Stack: "web", Template: tmpl, Parameters: map[string]any{"Size": 10, "Sise": 3}})
	all, ok := errors.AsType[*diag.ListError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var text bytes.Buffer
	if err := diag.Fprint(&text, all.List, nil); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{
		"unknown-type", "unknown-property", "unknown-reference", "unknown-attribute", "resource-cycle", "unknown-condition",
		"resource-without-type", "unknown-dependency", "unknown-function", "unknown-section", "parameter-missing", "unknown-parameter", "parameter-too-large",
	} {
		if !strings.Contains(text.String(), " "+code+": ") {
			t.Errorf("no %s among:\n%s", code, text.String())
		}
	}
	for _, d := range all.List {
		if d.Code != "unknown-parameter" && d.Position().Line == 0 || d.Hint == "" {
			t.Errorf("%s has no place or no remedy: %v %q", d.Code, d.Position(), d.Hint)
		}
	}
	if len(cloud.calls) > 0 {
		t.Errorf("calls were made: %v", cloud.calls)
	}
}
