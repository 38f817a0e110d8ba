package doc

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/bianpai/bianpai/internal/corpus"
)

// largeTemplate makes a template of n resources with functions, scripts and
// comments in the proportions of real ones.
func largeTemplate(n int) []byte {
	var b strings.Builder
	b.WriteString("ROSTemplateFormatVersion: '2015-09-01'\nDescription:\n  zh-cn: 测试模板\n  en: A large template\nResources:\n")
	for i := range n {
		fmt.Fprintf(&b, `  # server number %[1]d
  Server%[1]d:
    Type: ALIYUN::ECS::InstanceGroup
    DependsOn:
      - Disk%[1]d
    Properties:
      InstanceName: "server-%[1]d"
      VpcId: {Ref: Vpc}
      SecurityGroupId:
        Fn::GetAtt: [Group, SecurityGroupId]
      MaxAmount: %[1]d
      AllocatePublicIP: true
      SystemDiskSize: 40
      Tags:
        - Key: role
          Value: 'web'
      UserData:
        Fn::Sub:
          - |
            #!/bin/sh
            echo "start ${Name}"
            exec /usr/bin/server --port 8080
          - Name: !Ref Name
`, i)
	}
	return []byte(b.String())
}

func decodeNode(tb testing.TB, text []byte) *yaml.Node {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		tb.Fatal(err)
	}
	return &n
}

// realFiles returns the real templates whose names end in one of the endings.
func realFiles(tb testing.TB, endings ...string) map[string][]byte {
	files := map[string][]byte{}
	corpus.Walk(tb, "", func(name string, src []byte) {
		if slices.Contains(endings, filepath.Ext(name)) {
			files[filepath.Join(corpus.Dir(tb), name)] = src
		}
	})
	return files
}

// ratio runs ours and the floor in turns and reports how much longer ours takes.
func ratio(b *testing.B, bytes int, ours, floor func()) {
	b.SetBytes(int64(bytes))
	var spent, least time.Duration
	for b.Loop() {
		t0 := time.Now()
		floor()
		t1 := time.Now()
		ours()
		spent += time.Since(t1)
		least += t1.Sub(t0)
	}
	b.ReportMetric(float64(spent)/float64(least), "x-floor")
}

func BenchmarkYAML(b *testing.B) {
	text := largeTemplate(1000)
	b.Run("generated", func(b *testing.B) {
		ratio(b, len(text), func() { Parse("t.yaml", text, nil) }, func() { decodeNode(b, text) })
	})
	b.Run("corpus", func(b *testing.B) {
		files, size := realFiles(b, ".yml", ".yaml"), 0
		for _, f := range files {
			size += len(f)
		}
		ratio(b, size, func() {
			for name, f := range files {
				Parse(name, f, nil)
			}
		}, func() {
			for _, f := range files {
				decodeNode(b, f)
			}
		})
	})
}

func BenchmarkJSON(b *testing.B) {
	d, _ := Parse("t.yaml", largeTemplate(1000), nil)
	text := d.Root().AppendJSON(nil)
	b.Run("generated", func(b *testing.B) {
		ratio(b, len(text), func() { Parse("t.json", text, nil) }, func() {
			var v any
			_ = json.Unmarshal(text, &v)
		})
	})
	b.Run("corpus", func(b *testing.B) {
		files, size := realFiles(b, ".json"), 0
		for _, f := range files {
			size += len(f)
		}
		ratio(b, size, func() {
			for name, f := range files {
				Parse(name, f, nil)
			}
		}, func() {
			for _, f := range files {
				var v any
				_ = json.Unmarshal(f, &v)
			}
		})
	})
}

// BenchmarkMemory reports what a tree keeps, the text apart, to what the nodes
// of yaml.v3 keep.
func BenchmarkMemory(b *testing.B) {
	text := largeTemplate(1000)
	for b.Loop() {
		var d *Doc
		ours := retained(func() any { d, _ = Parse("t.yaml", text, nil); return d }) - len(text)
		floor := retained(func() any { return decodeNode(b, text) })
		b.ReportMetric(float64(ours)/float64(floor), "x-floor")
		b.ReportMetric(float64(ours)/float64(d.Nodes()), "B/node")
	}
}

func retained(build func() any) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	v := build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(v)
	return int(after.HeapAlloc) - int(before.HeapAlloc)
}

// BenchmarkLines shows that a text on one line costs no more a byte.
func BenchmarkLines(b *testing.B) {
	d, _ := Parse("t.yaml", largeTemplate(8000), nil)
	minified := d.Root().AppendJSON(nil)
	flow := append([]byte("%YAML 1.1\n--- "), minified...) // so that it goes the way of YAML
	spread := []byte(strings.ReplaceAll(string(flow), ",", ",\n  "))
	ratio(b, len(flow), func() { Parse("one.yaml", flow, nil) }, func() { Parse("many.yaml", spread, nil) })
}
