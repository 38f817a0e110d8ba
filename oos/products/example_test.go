package products_test

import (
	"bytes"
	"fmt"

	"github.com/bianpai/bianpai/oos/products"
)

// A product action is looked up by its name, in any case.
func Example() {
	text, ok := products.Lookup("acs::ecs::startInstance")
	fmt.Println(ok, bytes.Contains(text, []byte("FormatVersion: OOS-2019-06-01")))
	// Output: true true
}
