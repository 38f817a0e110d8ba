package calls_test

import (
	"fmt"

	"github.com/bianpai/bianpai/provider/calls"
)

func Example() {
	index := calls.Default()
	fmt.Println(index.Class("ECS", "DescribeInstances"), index.Class("ECS", "RunInstances"), index.Class("ECS", "RebootInstance"))

	api, ok := index.API("ecs", "runinstances")
	if !ok {
		return
	}
	fmt.Println(api.Method, api.Name)
	for _, given := range []string{"SystemDiskSize", "Tags", "Colour"} {
		name, ok := api.Match(given)
		fmt.Printf("%s: %q %v\n", given, name, ok)
	}
	// Output:
	// read-only token once
	// POST RunInstances
	// SystemDiskSize: "SystemDisk.Size" true
	// Tags: "Tag" true
	// Colour: "" false
}
