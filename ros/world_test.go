package ros

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

const worldly = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Kept: {Type: 'ALIYUN::OOS::Parameter::Value', Default: image}
  Size: {Type: Number, Default: 1}
Locals:
  Found: {Type: 'DATASOURCE::Custom::Things', Properties: {Color: red}}
  Color: {Type: Eval, Value: {'Fn::GetAtt': [Found, Color]}}
Conditions:
  Red: {'Fn::Equals': [{Ref: Color}, red]}
Resources:
  W:
    Type: Custom::Thing
    Condition: Red
    Properties:
      Of: {'Fn::GetStackOutput': [net, Text]}
      Other: {'Fn::GetStackOutput': [none, Text]}
      Color: {Ref: Color}
      Kept: {Ref: Kept}
      Image: {'Fn::MarketplaceImage': cmjj1}
      Made: {'Fn::FormatTime': '%Y-%m-%d %H:%M:%S'}
      Size: {Ref: Size}
Outputs:
  Net: {Value: {'Fn::GetStackOutput': [net, Text]}}
`

// TestTemplatesAskTheWorld runs a template that asks for everything, with
// another stack of the same engine.
func TestTemplatesAskTheWorld(t *testing.T) {
	var stored []string
	world := func(_ *fakeCloud, opts *Options) {
		opts.World = &template.World{
			Parameter: func(name string, _ bool) (any, error) { stored = append(stored, name); return "stored", nil },
			Image:     func(code, region string) (string, error) { return code + "@" + region, nil },
		}
	}
	onBench(t, func(c *fakeCloud, opts *Options) provider.Provider { world(c, opts); return c }, func(t *testing.T, b *bench) {
		run, err := b.e.CreateStack(t.Context(), &Change{Stack: "net", Template: mustParse(t, chain)})
		if got := finish(t, run, err); got != CreateComplete {
			t.Fatal(got)
		}
		if got := b.create(worldly, nil); got != CreateComplete {
			t.Fatal(got)
		}
		var net string
		s, err := b.e.Stack(t.Context(), "net")
		if err != nil {
			t.Fatal(err)
		}
		net = string(s.Outputs[0].Value)
		got := string(b.resource("W").Attributes)
		for _, want := range []string{`"Of":` + net, `"Other":null`, `"Color":"red"`, `"Kept":"stored"`, `"Image":"cmjj1@cn-hangzhou"`, `"Made":"2000-01-01 `} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
		if out := b.stack().Outputs; len(out) != 1 || string(out[0].Value) != net {
			t.Errorf("outputs %v", out)
		}
		// Later the time has not moved, and the name in the store is asked for
		// again, not the value.
		<-time.After(time.Hour)
		change := b.change(worldly, nil)
		change.UsePreviousParameters = true
		plan, err := b.e.Plan(t.Context(), change)
		if err != nil {
			t.Fatal(err)
		}
		if !plan.Empty() {
			t.Errorf("an hour changes the stack: %+v", plan)
		}
		if stored[len(stored)-1] != "image" {
			t.Errorf("asked the store for %q", stored)
		}
		own := b.change(strings.Replace(worldly, "[none, Text]", "[web, Net]", 1), nil)
		if _, err := b.e.Plan(t.Context(), own); err == nil || !strings.Contains(err.Error(), "output-of-itself") {
			t.Errorf("an output of itself: %v", err)
		}
	})
}

func TestTerraformIsNotPlanned(t *testing.T) {
	onBench(t, nil, func(t *testing.T, b *bench) {
		src := "ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Terraform-v1.5\nWorkspace: {main.tf: ''}\n"
		_, err := b.e.Plan(t.Context(), b.change(src, nil))
		list, ok := errors.AsType[*diag.ListError](err)
		if !ok || list.List[0].Code != "terraform-template" || list.List[0].Hint == "" {
			t.Errorf("%v", err)
		}
	})
}
