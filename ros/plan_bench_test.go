package ros

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/bianpai/bianpai/template"
)

const layerSize = 100

// layeredTemplate has n resources in layers of layerSize, each referring to
// three of the layer before.
func layeredTemplate(n int) []byte {
	var b strings.Builder
	b.WriteString("ROSTemplateFormatVersion: '2015-09-01'\nParameters:\n  Zone:\n    Type: String\n    Default: cn-hangzhou-h\nResources:\n")
	for i := range n {
		fmt.Fprintf(&b, "  Node%d:\n    Type: T::Layered\n    Properties:\n      Name: node-%d\n      Zone: {Ref: Zone}\n      Size: %d\n", i, i, i%7)
		if i < layerSize {
			continue
		}
		above := i/layerSize*layerSize - layerSize
		fmt.Fprintf(&b, "      In: {Ref: Node%d}\n      To:\n        Fn::GetAtt: [Node%d, Ip]\n      Tags:\n        - Key: peer\n          Value: {Ref: Node%d}\n",
			above+i%layerSize, above+(i+31)%layerSize, above+(i+57)%layerSize)
	}
	return []byte(b.String())
}

func planLayers(tb testing.TB, tmpl *template.Template, n int) *Plan {
	scope, err := tmpl.Bind(nil, &template.Pseudo{Region: "cn-hangzhou", StackName: "layers"})
	if err != nil {
		tb.Fatal(err)
	}
	desired, err := scope.Expand()
	if err != nil {
		tb.Fatal(err)
	}
	plan, err := makePlan(context.Background(), &planInput{
		ref: StackRef{ID: "stack-1", Name: "layers", Region: "cn-hangzhou"}, operation: CreateOperation,
		desired: desired, scope: scope, types: planTypes, vault: testVault(tb),
	})
	if err != nil {
		tb.Fatal(err)
	}
	if len(plan.Steps) != 2*n {
		tb.Fatalf("%d steps for %d new resources", len(plan.Steps), n)
	}
	return plan
}

func parsedLayers(tb testing.TB, n int) (*template.Template, []byte) {
	text := layeredTemplate(n)
	tmpl, err := template.Parse("layers.yaml", text, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return tmpl, text
}

// BenchmarkPlan binds, expands and plans new resources, and compares that with
// reading their template into nodes of yaml.v3.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tmpl, text := parsedLayers(b, n)
			b.Run("ours", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					planLayers(b, tmpl, n)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/resource")
				if n == 1_000 {
					b.ReportMetric(0.4, "bar:x-floor")
				}
			})
			b.Run("floor", func(b *testing.B) {
				for b.Loop() {
					var node yaml.Node
					if err := yaml.Unmarshal(text, &node); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// BenchmarkPlanLarge compares what a resource costs among 100,000 with what it
// costs among 10,000.
func BenchmarkPlanLarge(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"floor", 10_000}, {"ours", 100_000}} {
		b.Run(size.name, func(b *testing.B) {
			tmpl, _ := parsedLayers(b, size.n)
			runtime.GC()
			for b.Loop() {
				planLayers(b, tmpl, size.n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.n), "ns/resource")
			if size.name == "ours" {
				b.ReportMetric(2, "bar:x-floor")
			}
		})
	}
}

// BenchmarkPlanChange plans what happens to 10,000 resources that are there:
// nothing, the replacement of all, and their deletion.
func BenchmarkPlanChange(b *testing.B) {
	const n = 10_000
	tmpl, _ := parsedLayers(b, n)
	s := newStackUnderTest(b)
	p := planLayers(b, tmpl, n)
	var err error
	if s.scope, err = tmpl.Bind(nil, nil); err != nil {
		b.Fatal(err)
	}
	s.carryOut(p)
	for _, change := range []struct {
		name, zone string
		steps      int
	}{{"none", "cn-hangzhou-h", 0}, {"all", "cn-hangzhou-i", 3 * n}, {"delete", "", n}} {
		b.Run(change.name, func(b *testing.B) {
			in := &planInput{ref: p.Stack, operation: DeleteOperation, state: s.state, types: planTypes, vault: s.vault}
			if change.zone != "" {
				in.operation = UpdateOperation
				if in.scope, err = tmpl.Bind(map[string]any{"Zone": change.zone}, nil); err != nil {
					b.Fatal(err)
				}
				if in.desired, err = in.scope.Expand(); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				plan, err := makePlan(b.Context(), in)
				if err != nil || len(plan.Steps) != change.steps {
					b.Fatalf("%d steps, %v", len(plan.Steps), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/resource")
		})
	}
}
