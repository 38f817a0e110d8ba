package ros

// emitApply makes the steps of the apply phase, in the order of the template.
func (p *planner) emitApply() {
	count := 0
	for i := range p.nodes {
		if p.nodes[i].action != actKeep {
			count++
		}
	}
	p.steps = make([]Step, 0, 2*count)
	p.origin = make([]int32, 0, count)
	for i := range p.nodes {
		n := &p.nodes[i]
		if n.first {
			p.emitDrop(int32(i), n)
		}
		if n.want != nil && n.action != actKeep {
			p.emitWanted(int32(i), n)
		}
	}
	for i := range p.nodes {
		p.orderApply(int32(i), &p.nodes[i])
	}
	if p.anyFirst {
		breakCircles(p.steps, 0)
	}
}

// emitDrop deletes an old instance before its successor is made.
func (p *planner) emitDrop(i int32, n *node) {
	step := p.removal(n, n.was, ApplyPhase)
	p.push(i, &step)
	n.drop = int32(len(p.steps))
}

func (p *planner) emitWanted(i int32, n *node) {
	step := Step{
		Phase: ApplyPhase, Verb: UpdateVerb, LogicalID: n.id, Type: n.want.Type, Instance: 1,
		Outcomes: n.outcomes, Desired: n.desired, Needs: p.neededNames(n), Metadata: n.metadata,
		Diffs: n.diffs, Reasons: n.reasons, Waits: n.info.waits,
	}
	if n.want.DeletionPolicy == retainPolicy {
		step.DeletionPolicy = retainPolicy
	}
	switch n.action {
	case actAdd, actReplace, actQuery:
		step.Verb = CreateVerb
		if n.info.DataSource {
			step.Verb = ReadVerb
		}
		step.Instance = n.next()
		if n.was != nil {
			step.Replaces = n.was.Number
		}
	case actUpdate, actStore:
		step.Instance = n.was.Number
		if n.mayReplace() {
			step.Replaces = n.was.Number
		}
	}
	p.push(i, &step)
	n.step = int32(len(p.steps))
}

func (p *planner) push(i int32, step *Step) {
	p.steps = append(p.steps, *step)
	p.origin = append(p.origin, i)
}

// orderApply puts a node's step after those of the nodes that it needs. A node
// that stays as it is has no step and orders nothing: what needs it finds it
// there.
func (p *planner) orderApply(i int32, n *node) {
	if n.drop > 0 {
		p.steps[n.drop-1].After = p.letGo(i)
	}
	if n.step == 0 {
		return
	}
	count := 0
	if n.drop > 0 {
		count = 1
	}
	for _, j := range n.needs {
		if p.nodes[j].step > 0 {
			count++
		}
	}
	after := p.numbers.some(count)[:0]
	if n.drop > 0 {
		after = append(after, int(n.drop-1))
	}
	for _, j := range n.needs {
		if s := p.nodes[j].step; s > 0 && !(p.anyFirst && p.leaves(n, j)) {
			after = append(after, int(s-1))
		}
	}
	if count > 0 {
		p.steps[n.step-1].After = after
	}
}

// breakCircles drops what makes a circle of the steps from the one numbered
// first on. Circles go through deletes alone: dependencies recorded at
// different times may contradict each other. The delete that comes first in
// the plan then goes without waiting.
func breakCircles(steps []Step, first int) {
	missing := make([]int, len(steps))
	users := make([][]int, len(steps))
	var free []int
	for i := first; i < len(steps); i++ {
		for _, before := range steps[i].After {
			users[before] = append(users[before], i)
		}
		if missing[i] = len(steps[i].After); missing[i] == 0 {
			free = append(free, i)
		}
	}
	done := make([]bool, len(steps))
	stuck := first
	for left := len(steps) - first; left > 0; left-- {
		if len(free) == 0 {
			for done[stuck] || steps[stuck].Verb != DeleteVerb && steps[stuck].Verb != ReleaseVerb {
				stuck++
			}
			steps[stuck].After = onlyDone(steps[stuck].After, done)
			free = append(free, stuck)
		}
		i := free[len(free)-1]
		free = free[:len(free)-1]
		done[i] = true
		for _, user := range users[i] {
			if missing[user]--; missing[user] == 0 && !done[user] {
				free = append(free, user)
			}
		}
	}
}

func onlyDone(after []int, done []bool) []int {
	var kept []int
	for _, i := range after {
		if done[i] {
			kept = append(kept, i)
		}
	}
	return kept
}
