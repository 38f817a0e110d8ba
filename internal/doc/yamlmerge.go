package doc

import (
	"slices"

	"github.com/bianpai/bianpai/diag"
)

// merge puts the members of the maps that merge keys name before a map's own,
// which stand on the stack from mark on, and returns how many they are.
func (r *yamlReader) merge(mark int, sources []node) (merged int) {
	if len(sources) == 0 {
		return 0
	}
	own := slices.Clone(r.stack[mark:])
	r.stack = r.stack[:mark]
	for _, s := range sources {
		if r.merged += int(s.b); r.merged > maxMerged {
			r.exhaust(s.start, "too-many-merged", maxMerged)
			break
		}
		first := r.firstChild(&s)
		for _, c := range r.nodes[first : first+s.b] {
			c.flags |= shared
			r.stack = append(r.stack, c)
		}
	}
	merged = len(r.stack) - mark
	r.stack = append(r.stack, own...)
	return merged
}

// mergeSources takes the value of a merge key off the stack and gives the maps
// it names, the strongest last.
func (r *yamlReader) mergeSources() []node {
	v := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	sources := []node{v}
	if v.kind == List {
		sources = slices.Clone(r.nodes[v.a : v.a+v.b])
		slices.Reverse(sources)
	}
	for i := range sources {
		if sources[i].kind != Map {
			if r.full {
				return nil // it was not read
			}
			r.report(diag.Error, "merge-not-map", sources[i].start, sources[i].end)
			return nil
		}
	}
	return sources
}
