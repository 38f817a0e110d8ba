package template

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/graph"
)

// edge says that one numbered thing needs another.
type edge struct{ from, to int32 }

// cyclic reports whether edges among n things form a cycle. It takes linear
// time and little memory, so that a template without a cycle pays no more.
func cyclic(n int, edges []edge) bool {
	waiting := make([]int32, n) // how many things each one needs
	start := make([]int32, n+1) // where those that need it are in needed
	needed := make([]int32, len(edges))
	for _, e := range edges {
		waiting[e.from]++
		start[e.to+1]++
	}
	for i := range n {
		start[i+1] += start[i]
	}
	next := append([]int32(nil), start[:n]...)
	for _, e := range edges {
		needed[next[e.to]] = e.from
		next[e.to]++
	}
	queue := make([]int32, 0, n)
	for i, w := range waiting {
		if w == 0 {
			queue = append(queue, int32(i))
		}
	}
	for head := 0; head < len(queue); head++ {
		i := queue[head]
		for _, j := range needed[start[i]:start[i+1]] {
			if waiting[j]--; waiting[j] == 0 {
				queue = append(queue, j)
			}
		}
	}
	return len(queue) < n
}

// nameCycles gives one cycle of each knot of things that need each other.
func nameCycles(edges []edge) [][]int32 {
	var g graph.Graph[int32]
	for _, e := range edges {
		g.AddEdge(e.from, e.to)
	}
	return g.Cycles()
}

// cycleText names the members of a cycle: A → B → A.
func cycleText(cycle []int32, name func(int32) string) string {
	const most = 12
	var b strings.Builder
	for i, member := range cycle {
		if i == most {
			b.WriteString("… → ")
			break
		}
		b.WriteString(name(member) + " → ")
	}
	b.WriteString(name(cycle[0]))
	return b.String()
}

// cycles finds the cycles among the resources that exist.
func cycles(t *Template, desired []*DesiredResource) diag.List {
	total := 0
	for _, d := range desired {
		total += len(d.Uses) + len(d.DependsOn)
	}
	if total == 0 {
		return nil
	}
	index := make(map[string]int32, len(desired))
	for i, d := range desired {
		index[d.LogicalID] = int32(i)
	}
	edges := make([]edge, 0, total)
	for i, d := range desired {
		for j := range d.Uses {
			if to, ok := index[d.Uses[j].To]; ok {
				edges = append(edges, edge{int32(i), to})
			}
		}
		for _, name := range d.DependsOn {
			if to, ok := index[name]; ok {
				edges = append(edges, edge{int32(i), to})
			}
		}
	}
	if !cyclic(len(desired), edges) {
		return nil
	}
	var faults diag.List
	for _, cycle := range nameCycles(edges) {
		first := desired[cycle[0]]
		text := cycleText(cycle, func(i int32) string { return desired[i].LogicalID })
		faults = append(faults, diag.New(diag.Error, "resource-cycle", t.Source(), first.Template.Node.KeyRange(), first.Template.path(""), text))
	}
	return faults
}
