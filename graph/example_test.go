package graph_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/bianpai/bianpai/graph"
)

func Example() {
	var g graph.Graph[string]
	g.AddEdge("vswitch", "vpc")
	g.AddEdge("server", "vswitch")
	g.AddEdge("server", "vpc")
	order, err := g.Order()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Keys(order))
	reduced, _, _ := g.Reduce(0)
	_ = reduced.WriteMermaid(os.Stdout, nil)
	// Output:
	// [vpc vswitch server]
	// flowchart LR
	//   n0["vswitch"]
	//   n1["vpc"]
	//   n2["server"]
	//   n1 --> n0
	//   n0 --> n2
}

func ExampleGraph_Order_cycle() {
	var g graph.Graph[string]
	g.AddEdge("a", "b")
	g.AddEdge("b", "c")
	g.AddEdge("c", "b")
	_, err := g.Order()
	if cycle, ok := errors.AsType[*graph.CycleError[string]](err); ok {
		fmt.Println(cycle.Cycle)
	}
	// Output: [b c]
}

func ExampleGraph_CriticalPath() {
	var g graph.Graph[string]
	g.AddEdge("server", "vpc")
	g.AddEdge("database", "vpc")
	seconds := map[string]int64{"vpc": 5, "server": 60, "database": 300}
	total, path, _ := g.CriticalPath(func(i int) int64 { return seconds[g.Key(i)] })
	fmt.Println(total, g.Keys(path))
	// Output: 305 [vpc database]
}
