package ros

// possibly is the detail of Replaced where it is not certain: the step does
// nothing if no other instance took the place of its own.
const possibly = "possible"

// removal is one instance that goes.
type removal struct {
	node int32
	in   *instance
	step int
}

// emitCleanup makes the steps that delete what is no longer wanted, in the
// reverse of the stack's order.
func (p *planner) emitCleanup() {
	first := len(p.steps)
	for i := len(p.nodes) - 1; i >= 0; i-- {
		n := &p.nodes[i]
		if n.was != nil && n.goes() {
			p.emitRemoval(int32(i), n.was, CleanupPhase)
		}
		if n.res == nil {
			continue
		}
		for _, in := range n.res.Deposed {
			p.emitRemoval(int32(i), in, CleanupPhase)
		}
	}
	p.orderRemovals(first)
}

// goes reports whether the active instance is deleted in the clean-up, or may
// have to be.
func (n *node) goes() bool {
	switch n.action {
	case actReplace, actRemove:
		return !n.first
	case actQuery:
		return true
	}
	return n.mayReplace()
}

func (p *planner) emitRemoval(i int32, in *instance, phase Phase) {
	n := &p.nodes[i]
	p.steps = append(p.steps, p.removal(n, in, phase))
	if n.left == 0 {
		n.gone = int32(len(p.removals)) + 1
	}
	n.left++
	p.removals = append(p.removals, removal{i, in, len(p.steps) - 1})
}

// removal is the step that deletes an instance, or lets go of one that is to
// be left in the cloud.
func (p *planner) removal(n *node, in *instance, phase Phase) Step {
	step := Step{Phase: phase, Verb: DeleteVerb, LogicalID: n.id, Type: in.Type, Instance: in.Number}
	switch {
	case p.in.operation == DeleteOperation:
		step.Reasons = p.reasons.one(Reason{Code: StackDeleted})
	case in != n.was:
		step.Reasons = []Reason{{Code: Replaced}, {Code: FailedBefore}}
	case n.want == nil:
		step.Reasons = p.reasons.one(Reason{Code: Removed})
	case n.mayReplace():
		step.Reasons = p.reasons.one(Reason{Replaced, possibly})
	default:
		step.Reasons = p.reasons.one(Reason{Code: Replaced})
	}
	switch {
	case isData(in.Type):
		step.Verb = ReleaseVerb
	case retains(in), p.in.operation == DeleteOperation && (p.in.retainAll || p.in.retain[n.id]):
		step.Verb = ReleaseVerb
		step.DeletionPolicy = in.DeletionPolicy
		step.Reasons = append(step.Reasons, Reason{Code: Retained})
	}
	return step
}

// orderRemovals makes each delete wait for those of the instances that were
// recorded to need it.
func (p *planner) orderRemovals(first int) {
	counts := make([]int, len(p.removals))
	p.eachNeed(func(_, needed int) { counts[needed]++ })
	for r := range p.removals {
		p.steps[p.removals[r].step].After = p.numbers.some(counts[r])[:0:counts[r]]
	}
	p.eachNeed(func(needing, needed int) {
		step := &p.steps[p.removals[needed].step]
		step.After = append(step.After, p.removals[needing].step)
	})
	for r := range p.removals {
		if counts[r] == 0 {
			p.steps[p.removals[r].step].After = nil
		}
	}
	breakCircles(p.steps, first)
}

// eachNeed calls f with each pair of removals of which the first needs the
// second.
func (p *planner) eachNeed(f func(needing, needed int)) {
	for r := range p.removals {
		for _, id := range p.removals[r].in.Needs {
			j, ok := p.byID[id]
			if !ok || j == p.removals[r].node {
				continue
			}
			n := &p.nodes[j]
			for k := range int(n.left) {
				f(r, int(n.gone)-1+k)
			}
		}
	}
}
