package graph

import (
	"io"
	"testing"
)

// layered has nodes in layers of 100, each needing three of the layer before.
func layered(nodes int) *Graph[int] {
	g := &Graph[int]{}
	for i := range nodes {
		g.AddNode(i)
		for k := 1; k <= 3 && i >= 100; k++ {
			g.Connect(i, i/100*100-1-(i*k*31)%100)
		}
	}
	return g
}

// BenchmarkLinear compares the cost a node of a large graph with that of one a
// tenth its size. The small one fits a processor's inner cache and the large
// one does not, which alone costs up to three times on the cheap walks: the bar
// of four allows for that, and a worse complexity would show as ten.
func BenchmarkLinear(b *testing.B) {
	small, large := layered(10_000), layered(100_000)
	for _, bench := range []struct {
		name string
		work func(b *testing.B, g *Graph[int])
	}{
		{"build", func(_ *testing.B, g *Graph[int]) { layered(g.Len()) }},
		{"order", func(b *testing.B, g *Graph[int]) { must(b, second(g.Order())) }},
		{"levels", func(b *testing.B, g *Graph[int]) { must(b, second(g.Levels())) }},
		{"cycles", func(b *testing.B, g *Graph[int]) { g.Cycles() }},
		{"reach", func(b *testing.B, g *Graph[int]) { g.Reach(TowardNeeds, g.Len()-1) }},
		{"reduce", func(b *testing.B, g *Graph[int]) { _, _, err := g.Reduce(0); must(b, err) }},
		{"json", func(b *testing.B, g *Graph[int]) { must(b, g.WriteJSON(io.Discard, nil)) }},
		{"svg", func(b *testing.B, g *Graph[int]) { must(b, g.WriteSVG(io.Discard, nil)) }},
	} {
		for _, size := range []struct {
			name string
			g    *Graph[int]
		}{{"floor", small}, {"ours", large}} {
			b.Run(bench.name+"/"+size.name, func(b *testing.B) {
				for b.Loop() {
					bench.work(b, size.g)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.g.Len()), "ns/node")
				if size.name == "ours" {
					b.ReportMetric(4, "bar:x-floor")
				}
			})
		}
	}
}

func second[T any](_ T, err error) error { return err }

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
