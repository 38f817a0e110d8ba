package graph

import (
	"fmt"
	"strings"
)

// Order lists all nodes so that each comes after the nodes that it needs.
// Among nodes that could come next, the one that was added first does; the
// order in which edges were added has no influence. On a cycle the error is a
// *CycleError[K].
func (g *Graph[K]) Order() ([]int, error) {
	order := make([]int, 0, len(g.keys))
	missing := make([]int, len(g.keys))
	ready := newReadySet(len(g.keys))
	for i := range g.keys {
		if missing[i] = len(g.needs[i]); missing[i] == 0 {
			ready.add(i)
		}
	}
	for i := ready.takeMin(); i >= 0; i = ready.takeMin() {
		order = append(order, i)
		for _, j := range g.neededBy[i] {
			if missing[j]--; missing[j] == 0 {
				ready.add(j)
			}
		}
	}
	if len(order) < len(g.keys) {
		return nil, g.cycleError()
	}
	return order, nil
}

// Levels groups the nodes by depth: level 0 needs nothing, and each later node
// stands one level below the deepest node that it needs. Within a level the
// nodes stand as they were added. On a cycle the error is a *CycleError[K].
func (g *Graph[K]) Levels() ([][]int, error) {
	order, err := g.Order()
	if err != nil {
		return nil, err
	}
	depth := make([]int, len(g.keys))
	deepest := -1
	for _, i := range order {
		for _, j := range g.needs[i] {
			depth[i] = max(depth[i], depth[j]+1)
		}
		deepest = max(deepest, depth[i])
	}
	return group(depth, deepest+1), nil
}

// group lists the indexes of each depth, in ascending order.
func group(depth []int, levels int) [][]int {
	sizes := make([]int, levels)
	for _, d := range depth {
		sizes[d]++
	}
	out := make([][]int, levels)
	for d, size := range sizes {
		out[d] = make([]int, 0, size)
	}
	for i, d := range depth {
		out[d] = append(out[d], i)
	}
	return out
}

// CycleError says that nodes need each other in a circle. Each cycle is listed
// in full, every node needing the next one and the last needing the first,
// starting at the node that was added first.
type CycleError[K comparable] struct {
	// Cycle is the first one, by the order in which nodes were added.
	Cycle []K
	// More has one cycle of every further strongly connected component.
	More [][]K
}

// All lists Cycle and More together.
func (e *CycleError[K]) All() [][]K {
	return append([][]K{e.Cycle}, e.More...)
}

func (e *CycleError[K]) Error() string {
	var b strings.Builder
	b.WriteString("dependency cycle: ")
	for n, cycle := range e.All() {
		if n > 0 {
			b.WriteString("; ")
		}
		for _, k := range cycle {
			fmt.Fprintf(&b, "%v -> ", k)
		}
		if len(cycle) > 0 {
			fmt.Fprint(&b, cycle[0])
		}
	}
	return b.String()
}

func (g *Graph[K]) cycleError() *CycleError[K] {
	cycles := g.Cycles()
	return &CycleError[K]{Cycle: cycles[0], More: cycles[1:]}
}
