package graph

import (
	"math/rand/v2"
	"slices"
)

// twin is the plainest possible graph: a matrix, and answers by definition.
type twin struct {
	n    int
	edge [][]bool
}

func newTwin(n int) *twin {
	t := &twin{n: n, edge: make([][]bool, n)}
	for i := range t.edge {
		t.edge[i] = make([]bool, n)
	}
	return t
}

// randomTwin draws each edge with the given probability; an acyclic one only
// has edges along a hidden random order.
func randomTwin(r *rand.Rand, n int, density float64, acyclic bool) *twin {
	t, rank := newTwin(n), r.Perm(n)
	for i := range n {
		for j := range n {
			if acyclic && rank[i] <= rank[j] {
				continue
			}
			t.edge[i][j] = r.Float64() < density
		}
	}
	return t
}

func (t *twin) edges() [][2]int {
	var out [][2]int
	for i := range t.n {
		for j := range t.n {
			if t.edge[i][j] {
				out = append(out, [2]int{i, j})
			}
		}
	}
	return out
}

// build makes the real graph, edges in the given order, some stated twice.
func (t *twin) build(edges [][2]int) *Graph[int] {
	g := &Graph[int]{}
	for i := range t.n {
		g.AddNode(i)
	}
	for n, e := range edges {
		g.AddEdge(e[0], e[1])
		if n%3 == 0 {
			g.AddEdge(e[0], e[1])
		}
	}
	return g
}

// closure says what reaches what by one edge or more.
func (t *twin) closure() [][]bool {
	c := make([][]bool, t.n)
	for i := range c {
		c[i] = slices.Clone(t.edge[i])
	}
	for k := range t.n {
		for i := range t.n {
			for j := range t.n {
				c[i][j] = c[i][j] || c[i][k] && c[k][j]
			}
		}
	}
	return c
}

// order takes the smallest node whose needs are all taken, again and again; nil
// means that there is none.
func (t *twin) order() []int {
	order := []int{}
	done := make([]bool, t.n)
	for len(order) < t.n {
		next := -1
		for i := 0; i < t.n && next < 0; i++ {
			if !done[i] && !slices.ContainsFunc(order0(t.n), func(j int) bool { return t.edge[i][j] && !done[j] }) {
				next = i
			}
		}
		if next < 0 {
			return nil
		}
		done[next] = true
		order = append(order, next)
	}
	return order
}

// order0 lists 0 to n-1.
func order0(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// cyclic lists the smallest node of each strongly connected component that has
// a cycle.
func (t *twin) cyclic() []int {
	c := t.closure()
	out := []int{}
	for i := range t.n {
		first := c[i][i]
		for j := range i {
			first = first && (!c[i][j] || !c[j][i])
		}
		if first {
			out = append(out, i)
		}
	}
	return out
}

// shortestCycle is the number of edges of the shortest cycle through i.
func (t *twin) shortestCycle(i int) int {
	at := map[int]bool{i: true}
	for steps := 1; steps <= t.n; steps++ {
		next := map[int]bool{}
		for j := range at {
			for k := range t.n {
				if t.edge[j][k] {
					next[k] = true
				}
			}
		}
		if next[i] {
			return steps
		}
		at = next
	}
	return 0
}

// reduced is the reduction of an acyclic graph: the edges without a detour.
func (t *twin) reduced() [][2]int {
	c := t.closure()
	var out [][2]int
	for _, e := range t.edges() {
		detour := false
		for k := range t.n {
			detour = detour || c[e[0]][k] && c[k][e[1]]
		}
		if !detour {
			out = append(out, e)
		}
	}
	return out
}

// heaviest is the weight of the heaviest path that ends at each node of an
// acyclic graph: what every edge asks for is raised until nothing changes.
func (t *twin) heaviest(weight func(int) int64) []int64 {
	end := make([]int64, t.n)
	for changed := true; changed; {
		changed = false
		for i := range t.n {
			best := weight(i)
			for j := range t.n {
				if t.edge[i][j] {
					best = max(best, end[j]+weight(i))
				}
			}
			changed = changed || best != end[i]
			end[i] = best
		}
	}
	return end
}
