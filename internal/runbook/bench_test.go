package runbook

import (
	"testing"

	"github.com/bianpai/bianpai/internal/value"
)

func benchScope(b *testing.B) *Scope {
	parsed := mustParse(b, sampleRunbook)
	values, err := parsed.Bind(map[string]any{"ids": []any{"i-1", "i-2"}}, testWorld)
	if err != nil {
		b.Fatal(err)
	}
	return &Scope{Template: parsed, Values: values, World: testWorld, Item: value.String("i-1")}
}

// BenchmarkRenderItem renders the properties of an ACS::ExecuteAPI with three
// parameters for one item of a loop.
func BenchmarkRenderItem(b *testing.B) {
	s := benchScope(b)
	n := s.Template.Task("act").Properties
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Render(n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSelect(b *testing.B) {
	s := benchScope(b)
	o := s.Template.Task("act").Outputs[0]
	raw := mustValue(b, `{"RequestId":"x","A":{"B":[1,2]}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Select(raw, o.Selector, o.Type); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCondition(b *testing.B) {
	s := benchScope(b)
	n := s.Template.Task("decide").Choices[0].When
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Condition(n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	src := []byte(sampleRunbook)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("a.yaml", src, nil); err != nil {
			b.Fatal(err)
		}
	}
}
