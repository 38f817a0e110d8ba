package template_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/bianpai/bianpai/template"
)

// layered makes a template of n resources in layers of 100, each of which
// refers to three of the layer before.
func layered(n int) []byte {
	var b strings.Builder
	b.WriteString("ROSTemplateFormatVersion: '2015-09-01'\nParameters:\n  Zone:\n    Type: String\n    Default: z-a\nResources:\n")
	const width = 100
	for i := range n {
		fmt.Fprintf(&b, "  Node%d:\n    Type: ALIYUN::ECS::SecurityGroup\n    Properties:\n      SecurityGroupName: node-%d\n      Description: a member of layer %d\n", i, i, i/width)
		if i < width {
			b.WriteString("      VpcId: vpc-1\n      ResourceGroupId: rg-1\n      SecurityGroupType: normal\n")
		} else {
			base := (i/width - 1) * width
			fmt.Fprintf(&b, "      VpcId:\n        Ref: Node%d\n      ResourceGroupId:\n        Fn::GetAtt:\n          - Node%d\n          - SecurityGroupId\n      SecurityGroupType:\n        Ref: Node%d\n",
				base+i%width, base+(i+7)%width, base+(i+31)%width)
		}
		b.WriteString("      Tags:\n        - Key: zone\n          Value:\n            Ref: Zone\n")
	}
	return []byte(b.String())
}

// perRun measures f as the least of a few runs.
func perRun(runs int, f func()) time.Duration {
	least := time.Duration(1 << 62)
	for range runs {
		start := time.Now()
		f()
		least = min(least, time.Since(start))
	}
	return least
}

// BenchmarkBindExpand compares the evaluation of 1,000 resources with the node
// decode of their text by yaml.v3.
func BenchmarkBindExpand(b *testing.B) {
	src := layered(1000)
	tmpl, err := template.Parse("layers.yml", src, nil)
	if err != nil {
		b.Fatal(err)
	}
	floor := perRun(5, func() {
		var n yaml.Node
		if err := yaml.Unmarshal(src, &n); err != nil {
			b.Fatal(err)
		}
	})
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		scope, err := tmpl.Bind(nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := scope.Expand(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(start))/float64(b.N)/float64(floor), "x-decode")
}

// BenchmarkEvaluate compares the evaluation of 5,000 resources, outputs and all,
// with the node decode of their text: it is to take at most 0.6 of that.
func BenchmarkEvaluate(b *testing.B) {
	src := layered(5000)
	tmpl, err := template.Parse("layers.yml", src, nil)
	if err != nil {
		b.Fatal(err)
	}
	floor := perRun(3, func() {
		var n yaml.Node
		if err := yaml.Unmarshal(src, &n); err != nil {
			b.Fatal(err)
		}
	})
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		if _, err := tmpl.Evaluate(nil, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(start))/float64(b.N)/float64(floor), "x-decode")
}

// BenchmarkParse compares parsing, checks included, with the node decode.
func BenchmarkParse(b *testing.B) {
	src := layered(1000)
	floor := perRun(5, func() {
		var n yaml.Node
		if err := yaml.Unmarshal(src, &n); err != nil {
			b.Fatal(err)
		}
	})
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		if _, err := template.Parse("layers.yml", src, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(start))/float64(b.N)/float64(floor), "x-decode")
}

// BenchmarkExpandLarge shows that the cost of a resource does not grow.
func BenchmarkExpandLarge(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tmpl, err := template.Parse("layers.yml", layered(n), nil)
			if err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			for b.Loop() {
				scope, err := tmpl.Bind(nil, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := scope.Expand(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(b.N)/float64(n), "ns/resource")
		})
	}
}
