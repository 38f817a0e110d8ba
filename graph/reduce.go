package graph

import "slices"

// Reduce gives the transitive reduction: a graph of the same nodes, with the
// same indexes, without the edges that follow from others. Order, Levels and
// Reach are the same for both.
//
// A reduction can cost the number of nodes times the number of edges, so the
// work is bounded: maxVisits is the number of edges that may be walked, and 0
// stands for 64 for each node and edge. When it is spent, the edges not yet
// examined stay and complete is false; the result still means the same. Graphs
// whose nodes need only the layer before cost no visit at all.
//
// On a cycle the error is a *CycleError[K].
func (g *Graph[K]) Reduce(maxVisits int) (reduced *Graph[K], complete bool, err error) {
	levels, err := g.Levels()
	if err != nil {
		return nil, false, err
	}
	if maxVisits <= 0 {
		maxVisits = 64 * (g.Len() + g.edges)
	}
	r := &reducer{needs: g.needs, depth: make([]int, g.Len()), mark: make([]int, g.Len()), left: maxVisits}
	for d, nodes := range levels {
		for _, i := range nodes {
			r.depth[i] = d
		}
	}
	reduced = &Graph[K]{}
	for _, k := range g.keys {
		reduced.AddNode(k)
	}
	for i := range g.keys {
		for _, j := range r.keep(i) {
			reduced.Connect(i, j)
		}
	}
	return reduced, r.left >= 0, nil
}

type reducer struct {
	needs [][]int
	depth []int
	mark  []int // the node + 1 whose needs were last found to reach this one
	left  int
	stack []int
}

// keep lists the needs of node i that no other need of it reaches. A need can
// only be reached from a deeper one, and through nodes at least as deep as the
// shallowest need, so that the walk stops there.
func (r *reducer) keep(i int) []int {
	needs := r.needs[i]
	if len(needs) < 2 || r.left < 0 {
		return needs
	}
	shallowest, deepest := r.depth[needs[0]], r.depth[needs[0]]
	for _, j := range needs[1:] {
		shallowest, deepest = min(shallowest, r.depth[j]), max(deepest, r.depth[j])
	}
	if shallowest == deepest {
		return needs
	}
	if !r.walk(i, shallowest) {
		return needs
	}
	return slices.DeleteFunc(slices.Clone(needs), func(j int) bool { return r.mark[j] == i+1 })
}

// walk marks what the needs of node i reach down to a depth; false means that
// the budget ran out.
func (r *reducer) walk(i, shallowest int) bool {
	r.stack = append(r.stack[:0], r.needs[i]...)
	for len(r.stack) > 0 {
		j := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		if r.depth[j] <= shallowest {
			continue
		}
		for _, k := range r.needs[j] {
			if r.left--; r.left < 0 {
				return false
			}
			if r.mark[k] != i+1 && r.depth[k] >= shallowest {
				r.mark[k] = i + 1
				r.stack = append(r.stack, k)
			}
		}
	}
	return true
}
