// Package graph is a small generic directed graph: build it from keys, name
// its cycles, order it, group it by levels, reduce it, ask what reaches what,
// and export it as DOT, Mermaid, JSON or SVG.
//
//	var g graph.Graph[string]
//	g.AddEdge("vswitch", "vpc")
//	g.AddEdge("server", "vswitch")
//	order, err := g.Order()
//	if cycle, ok := errors.AsType[*graph.CycleError[string]](err); ok {
//		return fmt.Errorf("remove one of %v", cycle.Cycle)
//	}
//	fmt.Println(g.Keys(order)) // [vpc vswitch server]
//
// An edge points from the node that needs to the node that is needed, which
// comes first. Results depend on the order in which nodes were added, never on
// the order of edges nor on the iteration order of a map: the same nodes and
// edges give the same bytes.
//
// Building and every question but Reduce cost time and memory linear in nodes
// plus edges, with no recursion.
//
// A graph may be read by many goroutines once nobody adds to it any more.
//
// The only error type is *CycleError. The package follows the module's
// version: exported names stay compatible within a major version; the layout
// of an exported SVG may change.
package graph
