package graph

import "slices"

// Cycles gives one cycle of each strongly connected component that has any,
// ordered by the earliest node in each component. A cycle starts at that node
// and is a shortest one through it. The answer is empty for an acyclic graph.
func (g *Graph[K]) Cycles() [][]K {
	component, members := g.components()
	var starts []int
	for _, nodes := range members {
		first := slices.Min(nodes)
		if len(nodes) > 1 || g.hasEdge(first, first) {
			starts = append(starts, first)
		}
	}
	slices.Sort(starts)
	cycles := make([][]K, 0, len(starts))
	parent := make([]int, len(g.keys))
	for i := range parent {
		parent[i] = -1
	}
	for _, start := range starts {
		cycles = append(cycles, g.Keys(g.shortestCycle(start, component, parent)))
	}
	return cycles
}

// shortestCycle searches breadth first from start inside its component, which
// must have a cycle through start. Needs are taken in ascending order, so that
// the order in which edges were added does not show. parent has -1 for every
// node of the component.
func (g *Graph[K]) shortestCycle(start int, component, parent []int) []int {
	queue := []int{start}
	var needs []int
	for head := 0; ; head++ {
		i := queue[head]
		needs = append(needs[:0], g.needs[i]...)
		slices.Sort(needs)
		for _, j := range needs {
			if j == start {
				return trace(start, i, parent)
			}
			if component[j] == component[start] && parent[j] < 0 {
				parent[j] = i
				queue = append(queue, j)
			}
		}
	}
}

// trace reads the path start ... end off the parents.
func trace(start, end int, parent []int) []int {
	path := []int{end}
	for i := end; i != start; {
		i = parent[i]
		path = append(path, i)
	}
	slices.Reverse(path)
	return path
}

// components finds the strongly connected components by Tarjan's algorithm,
// without recursion: a chain of 100,000 nodes is ordinary. members lists each
// component after all components that it needs; component maps a node to its
// place in members.
func (g *Graph[K]) components() (component []int, members [][]int) {
	t := &tarjan{
		needs:     g.needs,
		component: make([]int, len(g.keys)),
		number:    make([]int, len(g.keys)),
		low:       make([]int, len(g.keys)),
	}
	for i := range t.component {
		t.component[i] = -1
	}
	for i := range g.keys {
		if t.number[i] == 0 {
			t.visit(i)
		}
	}
	return t.component, t.members
}

type tarjan struct {
	needs     [][]int
	component []int // -1 while not known
	number    []int // order of first visit, 0 while not visited
	low       []int // smallest number known to be reachable in the component
	count     int
	open      []int // visited, component not known
	members   [][]int
}

// frame is one node on the path of the depth-first walk.
type frame struct{ node, next int }

func (t *tarjan) visit(root int) {
	walk := []frame{t.enter(root)}
	for len(walk) > 0 {
		top := &walk[len(walk)-1]
		i := top.node
		if top.next < len(t.needs[i]) {
			j := t.needs[i][top.next]
			top.next++
			switch {
			case t.number[j] == 0:
				walk = append(walk, t.enter(j))
			case t.component[j] < 0:
				t.low[i] = min(t.low[i], t.number[j])
			}
			continue
		}
		walk = walk[:len(walk)-1]
		if t.low[i] == t.number[i] {
			t.close(i)
		}
		if len(walk) > 0 {
			up := walk[len(walk)-1].node
			t.low[up] = min(t.low[up], t.low[i])
		}
	}
}

func (t *tarjan) enter(i int) frame {
	t.count++
	t.number[i], t.low[i] = t.count, t.count
	t.open = append(t.open, i)
	return frame{node: i}
}

// close takes the component whose first visited node is i off the open nodes.
func (t *tarjan) close(i int) {
	at := len(t.open) - 1
	for t.open[at] != i {
		at--
	}
	nodes := slices.Clone(t.open[at:])
	t.open = t.open[:at]
	for _, j := range nodes {
		t.component[j] = len(t.members)
	}
	t.members = append(t.members, nodes)
}
