package ros

import (
	"bytes"
	"slices"
)

// Some resources cannot exist twice: a route entry for one destination, an
// attachment. Their replacement deletes the old instance before it makes the
// new one, and whatever holds on to the old one must let go before that.

// mustLetGo reports whether a resource has to be deleted before an old
// instance that it refers to is: it still wants the reference, so an update
// cannot take it away.
func (p *planner) mustLetGo(n *node) bool {
	if !p.anyFirst && !n.forced || n.was == nil || retains(n.was) || isData(n.was.Type) {
		return false
	}
	if n.forced {
		return true
	}
	for _, j := range n.needs[:n.uses] {
		if p.nodes[j].first && slices.Contains(n.was.Needs, p.nodes[j].id) {
			return true
		}
	}
	return false
}

// spread looks for what the classification so far means for others. It reports
// whether all must be classified again; each time it has found something that
// it cannot find twice.
func (p *planner) spread() bool {
	again := false
	if p.anyFirst {
		again = p.spreadFirst()
	}
	if !p.refresh && p.mayRefresh() {
		p.refresh, again = true, true
	}
	return again
}

// mayRefresh reports whether data sources that stay are to be read again: the
// update does something, so their answers may be others.
func (p *planner) mayRefresh() bool {
	stays, acts := false, false
	for i := range p.nodes {
		n := &p.nodes[i]
		if n.action == actKeep {
			stays = stays || n.info.DataSource
		} else {
			acts = acts || n.action != actRemove || n.was != nil
		}
	}
	return stays && acts
}

// spreadFirst follows those that hold on to an old instance that is deleted
// first. Removed ones are deleted first as well, and so are replaced ones.
// Those that an update makes let go are left to the order of the steps.
func (p *planner) spreadFirst() bool {
	p.collectUsers()
	again := false
	var open []int32
	for i := range p.nodes {
		if p.nodes[i].first {
			open = append(open, int32(i))
		}
	}
	for len(open) > 0 {
		x := open[len(open)-1]
		open = open[:len(open)-1]
		for _, i := range p.usedBy[x] {
			n := &p.nodes[i]
			if n.first || n.forced || retains(n.was) || isData(n.was.Type) {
				continue
			}
			switch {
			case n.want == nil:
				n.first = true
				open = append(open, i)
			case n.mayReplace() && n.names(&p.nodes[x]): // in the clean-up its old instance would hold on still
				n.forced, again = true, true
			case slices.Contains(n.needs[:n.uses], x), n.action == actReplace && (n.names(&p.nodes[x]) || !slices.Contains(n.needs[n.uses:], x)):
				n.forced, again = true, true
			}
		}
	}
	return again
}

// collectUsers lists for each node those whose active instance was recorded to
// need it.
func (p *planner) collectUsers() {
	if p.usedBy != nil {
		return
	}
	p.usedBy = make([][]int32, len(p.nodes))
	for i := range p.nodes {
		if p.nodes[i].was == nil {
			continue
		}
		for _, id := range p.nodes[i].was.Needs {
			if j, ok := p.byID[id]; ok && int(j) != i {
				p.usedBy[j] = append(p.usedBy[j], int32(i))
			}
		}
	}
}

// letGo lists the steps that make the users of an old instance let go of it.
func (p *planner) letGo(x int32) []int {
	var after []int
	for _, i := range p.usedBy[x] {
		n := &p.nodes[i]
		switch {
		case n.drop > 0:
			after = append(after, int(n.drop-1))
		case n.action == actUpdate && n.want != nil && (p.leaves(n, x) || !slices.Contains(n.needs, x)):
			after = append(after, int(n.step-1))
		}
	}
	return after
}

// names reports whether the properties last applied to a node name the old
// instance of another: it then holds on to it, whatever the new ones say.
func (n *node) names(x *node) bool {
	return x.was != nil && x.was.PhysicalID != "" && bytes.Contains(n.was.Applied, []byte(x.was.PhysicalID))
}

// leaves reports whether an update takes away the reference to an old instance
// that is deleted first, and nothing but DependsOn is left of the dependency.
// It is made while the old one is there, so it cannot wait for the new one.
func (p *planner) leaves(n *node, x int32) bool {
	return n.action == actUpdate && p.nodes[x].first && n.names(&p.nodes[x]) && !slices.Contains(n.needs[:n.uses], x)
}
