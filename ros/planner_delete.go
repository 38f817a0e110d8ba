package ros

import (
	"maps"
	"slices"
)

// planDelete makes the steps that delete a stack: every instance, those that
// earlier operations left behind among them, in the reverse of the order in
// which they were last needed. There is no way back, so there is no rollback.
func (p *planner) planDelete() error {
	state := p.in.state
	if state == nil {
		state = &stackState{}
	}
	p.nodes = make([]node, 0, len(state.Resources))
	p.byID = make(map[string]int32, len(state.Resources))
	for _, res := range state.Resources {
		p.byID[res.LogicalID] = int32(len(p.nodes))
		p.nodes = append(p.nodes, node{id: res.LogicalID, res: res, was: res.Active, action: actRemove})
	}
	if err := p.refuseUnknownRetains(); err != nil {
		return err
	}
	p.steps = make([]Step, 0, len(p.nodes))
	for i := len(p.nodes) - 1; i >= 0; i-- {
		n := &p.nodes[i]
		if n.was != nil {
			p.emitRemoval(int32(i), n.was, ApplyPhase)
		}
		for _, in := range n.res.Deposed {
			p.emitRemoval(int32(i), in, ApplyPhase)
		}
	}
	p.orderRemovals(0)
	return nil
}

func (p *planner) refuseUnknownRetains() error {
	var unknown []string
	for _, id := range slices.Sorted(maps.Keys(p.in.retain)) {
		if i, ok := p.byID[id]; p.in.retain[id] && (!ok || !p.nodes[i].held()) {
			unknown = append(unknown, id)
		}
	}
	return newRetainError(p.in.ref.Name, unknown)
}

// held reports whether the stack has an instance of a logical ID.
func (n *node) held() bool { return n.res.Active != nil || len(n.res.Deposed) > 0 }
