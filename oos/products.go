package oos

import "github.com/bianpai/bianpai/oos/products"

// product gives the text of a built-in product action, by its name in any case.
func product(name string) ([]byte, bool) { return products.Lookup(name) }
