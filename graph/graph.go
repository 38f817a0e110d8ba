package graph

// Graph is a directed graph whose nodes are keys of type K, interned as the
// integers 0, 1, 2, ... in the order in which they were first named. The zero
// value is an empty graph ready for use.
//
// Building is not safe for concurrent use; once built, any number of
// goroutines may read.
type Graph[K comparable] struct {
	keys     []K
	index    map[K]int
	needs    [][]int
	neededBy [][]int
	// wide holds a set of needs for each node that has too many for a scan.
	wide  map[int]map[int]struct{}
	edges int
}

// scanLimit is the number of needs up to which a repeated edge is looked for
// by a scan of the slice instead of a set.
const scanLimit = 16

// AddNode adds a node, or finds it when it is known already, and gives its
// index.
func (g *Graph[K]) AddNode(k K) int {
	if i, ok := g.index[k]; ok {
		return i
	}
	if g.index == nil {
		g.index = make(map[K]int)
	}
	i := len(g.keys)
	g.index[k] = i
	g.keys = append(g.keys, k)
	g.needs = append(g.needs, nil)
	g.neededBy = append(g.neededBy, nil)
	return i
}

// AddEdge says that from needs to: to comes first in every order. Nodes not
// yet known are added, from before to. An edge stated again changes nothing.
func (g *Graph[K]) AddEdge(from, to K) {
	i := g.AddNode(from)
	g.Connect(i, g.AddNode(to))
}

// Connect is AddEdge by index. Both indexes must be of nodes of the graph.
func (g *Graph[K]) Connect(from, to int) {
	if g.hasEdge(from, to) {
		return
	}
	g.needs[from] = append(g.needs[from], to)
	g.neededBy[to] = append(g.neededBy[to], from)
	g.edges++
	if set := g.wide[from]; set != nil {
		set[to] = struct{}{}
	} else if len(g.needs[from]) > scanLimit {
		g.widen(from)
	}
}

func (g *Graph[K]) hasEdge(from, to int) bool {
	if set := g.wide[from]; set != nil {
		_, ok := set[to]
		return ok
	}
	for _, have := range g.needs[from] {
		if have == to {
			return true
		}
	}
	return false
}

func (g *Graph[K]) widen(from int) {
	if g.wide == nil {
		g.wide = make(map[int]map[int]struct{})
	}
	set := make(map[int]struct{}, 2*len(g.needs[from]))
	for _, to := range g.needs[from] {
		set[to] = struct{}{}
	}
	g.wide[from] = set
}

// Len is the number of nodes.
func (g *Graph[K]) Len() int { return len(g.keys) }

// Edges is the number of distinct edges.
func (g *Graph[K]) Edges() int { return g.edges }

// Index gives the index of a key, and whether the graph has it.
func (g *Graph[K]) Index(k K) (int, bool) {
	i, ok := g.index[k]
	return i, ok
}

// Key gives the key of the node with index i, which must be in [0, Len()).
func (g *Graph[K]) Key(i int) K { return g.keys[i] }

// Keys gives the keys of a list of indexes, such as Order returns.
func (g *Graph[K]) Keys(indexes []int) []K {
	keys := make([]K, len(indexes))
	for n, i := range indexes {
		keys[n] = g.keys[i]
	}
	return keys
}

// Needs lists the nodes that node i needs directly, in the order in which the
// edges were added. The slice belongs to the graph and must not be changed.
func (g *Graph[K]) Needs(i int) []int { return g.needs[i] }

// NeededBy lists the nodes that need node i directly, in the order in which
// the edges were added. The slice belongs to the graph and must not be changed.
func (g *Graph[K]) NeededBy(i int) []int { return g.neededBy[i] }
