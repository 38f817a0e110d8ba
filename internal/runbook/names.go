package runbook

import "strings"

// names finds the index of what is declared under a name: exactly, else ignoring
// case where that is unambiguous.
type names struct {
	exact map[string]int
	fold  map[string]int // -1: ambiguous
}

// add declares a name; it tells the index of an earlier name that equals it, or
// does but for its case.
func (n *names) add(name string, index int) (earlier int, taken bool) {
	if n.exact == nil {
		n.exact, n.fold = make(map[string]int), make(map[string]int)
	}
	lower := strings.ToLower(name)
	if i, ok := n.exact[name]; ok {
		return i, true
	}
	n.exact[name] = index
	if i, ok := n.fold[lower]; ok {
		n.fold[lower] = -1
		return max(i, 0), true
	}
	n.fold[lower] = index
	return 0, false
}

func (n *names) find(name string) (int, bool) {
	if i, ok := n.exact[name]; ok {
		return i, true
	}
	i, ok := n.fold[strings.ToLower(name)]
	return i, ok && i >= 0
}
