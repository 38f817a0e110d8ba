package diag

import "iter"

// Nearest returns the name among the given ones that name is most likely a
// misspelling of, or "".
func Nearest(name string, among iter.Seq[string]) string { return "" }
