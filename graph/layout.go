package graph

import (
	"cmp"
	"slices"
)

// layout places nodes in columns by level: what is needed stands left of what
// needs it. Nodes of one cycle share a column, so that a cyclic graph, which is
// the one that people most want to see, can be drawn too.
type layout struct {
	columns   [][]int
	component []int
}

func (g *Graph[K]) layout() *layout {
	component, members := g.components()
	level := make([]int, len(members))
	depth := make([]int, g.Len())
	levels := 0
	for c, nodes := range members { // what a component needs comes before it
		for _, i := range nodes {
			for _, j := range g.needs[i] {
				if d := component[j]; d != c {
					level[c] = max(level[c], level[d]+1)
				}
			}
		}
		for _, i := range nodes {
			depth[i] = level[c]
		}
		levels = max(levels, level[c]+1)
	}
	l := &layout{columns: group(depth, levels), component: component}
	l.untangle(g.needs, g.neededBy)
	return l
}

// untangle reorders each column by the mean place of its neighbours in the
// columns already placed, forth and back, which removes most crossings of a
// layered graph at linear cost a sweep.
func (l *layout) untangle(needs, neededBy [][]int) {
	place := make([]float64, len(l.component))
	for _, column := range l.columns {
		number(column, place)
	}
	mean := make([]float64, len(l.component))
	for sweep := range 4 {
		for n := range l.columns {
			column, neighbours := l.columns[n], needs
			if sweep%2 == 1 {
				column, neighbours = l.columns[len(l.columns)-1-n], neededBy
			}
			for _, i := range column {
				mean[i] = place[i]
				if len(neighbours[i]) > 0 {
					sum := 0.0
					for _, j := range slices.Sorted(slices.Values(neighbours[i])) {
						sum += place[j]
					}
					mean[i] = sum / float64(len(neighbours[i]))
				}
			}
			slices.SortStableFunc(column, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
			number(column, place)
		}
	}
}

// number gives each node its place in the column, from 0 at the top to 1.
func number(column []int, place []float64) {
	for n, i := range column {
		place[i] = (float64(n) + 0.5) / float64(len(column))
	}
}
