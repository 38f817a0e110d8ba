package graph

import "slices"

// Direction says which way Reach follows the edges.
type Direction uint8

const (
	// TowardNeeds follows edges from a node to what it needs.
	TowardNeeds Direction = iota
	// TowardNeededBy follows edges from a node to what needs it.
	TowardNeededBy
)

// Reach lists, in ascending order, every node that can be reached from the
// given ones by at least one edge. A given node is listed only if an edge leads
// to it: from another given node, or round a cycle.
func (g *Graph[K]) Reach(dir Direction, from ...int) []int {
	next := g.needs
	if dir == TowardNeededBy {
		next = g.neededBy
	}
	seen := make([]bool, len(g.keys))
	var reached []int
	for head := -len(from); head < len(reached); head++ {
		i := 0
		if head < 0 {
			i = from[len(from)+head]
		} else {
			i = reached[head]
		}
		for _, j := range next[i] {
			if !seen[j] {
				seen[j] = true
				reached = append(reached, j)
			}
		}
	}
	slices.Sort(reached)
	return reached
}

// CriticalPath finds the heaviest path: the least time that the whole graph can
// take when each node takes weight(i) and starts as soon as all that it needs
// is done. It gives the sum of the weights and the nodes in the order of work.
// Weights must not be negative. Of equally heavy paths it takes the one whose
// nodes were added first, compared from the end. On a cycle the error is a
// *CycleError[K].
func (g *Graph[K]) CriticalPath(weight func(i int) int64) (total int64, path []int, err error) {
	order, err := g.Order()
	if err != nil {
		return 0, nil, err
	}
	end := make([]int64, len(g.keys))
	via := make([]int, len(g.keys))
	last := -1
	for _, i := range order {
		via[i] = -1
		for _, j := range g.needs[i] {
			if via[i] < 0 || end[j] > end[via[i]] || end[j] == end[via[i]] && j < via[i] {
				via[i] = j
			}
		}
		if via[i] >= 0 {
			end[i] = end[via[i]]
		}
		end[i] += weight(i)
		if last < 0 || end[i] > end[last] || end[i] == end[last] && i < last {
			last = i
		}
	}
	for i := last; i >= 0; i = via[i] {
		path = append(path, i)
	}
	slices.Reverse(path)
	if last >= 0 {
		total = end[last]
	}
	return total, path, nil
}
