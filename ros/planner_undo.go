package ros

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
)

// emitUndo makes one step for each of the apply phase that undoes it, and
// orders them the other way round.
func (p *planner) emitUndo() {
	count := len(p.origin)
	first := len(p.steps)
	for i := count - 1; i >= 0; i-- {
		p.steps = append(p.steps, p.undo(i))
	}
	undoOf := func(i int) int { return first + count - 1 - i }
	sizes := make([]int, count)
	for i := range count {
		for _, before := range p.steps[i].After {
			sizes[before]++
		}
	}
	for i := range count {
		if sizes[i] > 0 {
			p.steps[undoOf(i)].After = p.numbers.some(sizes[i])[:0]
		}
	}
	for i := range count {
		for _, before := range p.steps[i].After {
			u := &p.steps[undoOf(before)]
			u.After = append(u.After, undoOf(i))
		}
	}
}

// undo is the step that undoes step i of the apply phase.
//
// A create is undone by deleting what it made; what it replaced then takes its
// place again. The undoing of an update that may replace covers both: it
// deletes what was made, or updates back. A delete is undone by making the
// resource anew, with another ID.
func (p *planner) undo(i int) Step {
	done, n := &p.steps[i], &p.nodes[p.origin[i]]
	step := Step{
		Phase: RollbackPhase, LogicalID: done.LogicalID, Type: done.Type, Instance: done.Instance,
		Undoes: i + 1, Reasons: p.reasons.one(Reason{Code: Undo}),
	}
	switch done.Verb {
	case CreateVerb:
		step.Verb = DeleteVerb
		if done.DeletionPolicy == retainPolicy {
			step.Verb = ReleaseVerb
		}
	case ReadVerb:
		step.Verb = ReleaseVerb
	case UpdateVerb:
		step.Verb = UpdateVerb
		if n.action == actStore {
			step.Outcomes = done.Outcomes
		}
		p.restore(&step, n)
	case DeleteVerb:
		step.Verb = CreateVerb
		step.Instance = n.next()
		if n.step > 0 {
			step.Instance++
		}
		step.Waits = onlyWaits(n.was.Type)
		p.restore(&step, n)
	}
	return step
}

// restore asks for the definition that an instance had before.
func (p *planner) restore(step *Step, n *node) {
	step.Desired, step.Needs, step.Metadata = p.before(n), n.was.Needs, n.was.Metadata
	if retains(n.was) {
		step.DeletionPolicy = retainPolicy
	}
}

// before gives the properties last applied. Where they name an instance that
// the apply phase deletes, they name its successor instead: the ID of what the
// rollback makes anew is known only then.
func (p *planner) before(n *node) json.RawMessage {
	if !p.anyFirst {
		return n.was.Applied
	}
	refs := map[string]*value.Hole{}
	for _, id := range n.was.Needs {
		if j, ok := p.byID[id]; ok && p.nodes[j].first {
			p.namesOf(&p.nodes[j], n, refs)
		}
	}
	if len(refs) == 0 {
		return n.was.Applied
	}
	applied, err := p.in.vault.Parse(n.was.Applied)
	if err != nil {
		return n.was.Applied
	}
	at := p.bytes.begin()
	p.bytes.buf = rename(applied, refs).AppendWire(p.bytes.buf, p.wire)
	return p.bytes.take(at)
}

// namesOf collects by which texts an instance can be meant in the properties
// of one that needs it: its ID, and the attributes that are asked for.
func (p *planner) namesOf(x, user *node, refs map[string]*value.Hole) {
	if user.want != nil {
		for _, use := range user.want.Uses {
			if use.To != x.id || use.Attribute == "" {
				continue
			}
			if v, ok := p.in.state.attribute(x.id, use.Attribute, p.in.vault); ok && v.Text() != "" {
				pair := value.List([]value.Value{value.String(x.id), value.String(use.Attribute)})
				refs[v.Text()] = reference(x.id, "Fn::GetAtt", pair, v.Sensitive())
			}
		}
	}
	if x.was.PhysicalID != "" {
		refs[x.was.PhysicalID] = reference(x.id, "Ref", value.String(x.id), false)
	}
}

func reference(logicalID, function string, operand value.Value, sensitive bool) *value.Hole {
	expr := value.Map([]value.Entry{{Key: function, Value: operand}})
	return &value.Hole{Expr: value.RawExpr(expr.AppendJSON(nil)), Refs: []string{logicalID}, Sensitive: sensitive}
}

// rename puts a hole in the place of each string that means one.
func rename(v value.Value, refs map[string]*value.Hole) value.Value {
	switch v.Kind() {
	case value.KindString:
		if h := refs[v.Text()]; h != nil {
			return value.Unknown(h)
		}
		if !v.Sensitive() { // the parts of a secret must not stand in an expression
			return renameWithin(v, refs)
		}
	case value.KindMap:
		entries := make([]value.Entry, v.Len())
		for i := range entries {
			entries[i] = value.Entry{Key: v.KeyAt(i), Value: rename(v.At(i), refs)}
		}
		return value.Map(entries)
	case value.KindList:
		list := make([]value.Value, v.Len())
		for i := range list {
			list[i] = rename(v.At(i), refs)
		}
		return value.List(slices.Clip(list))
	}
	return v
}

// shortestWithin is the length from which on a text is looked for within
// others: a shorter one may be there by chance.
const shortestWithin = 8

// renameWithin puts holes in the place of the parts of a text that mean one, as
// where Fn::Sub or Fn::Join wrote an ID into a script.
func renameWithin(v value.Value, refs map[string]*value.Hole) value.Value {
	var parts []value.Value
	whole := &value.Hole{}
	for rest := v.Text(); rest != ""; {
		at, found := len(rest), ""
		//bianpai:unordered the first one is taken, and of those that begin there the longest
		for text := range refs {
			if i := strings.Index(rest, text); len(text) >= shortestWithin && i >= 0 && (i < at || i == at && len(text) > len(found)) {
				at, found = i, text
			}
		}
		if at > 0 {
			parts = append(parts, value.String(rest[:at]))
		}
		if found != "" {
			h := refs[found]
			expr, err := value.ParseJSON(h.Expr.AppendJSON(nil))
			if err != nil {
				return v
			}
			parts = append(parts, expr)
			whole.Sensitive = whole.Sensitive || h.Sensitive
			for _, id := range h.Refs {
				if !slices.Contains(whole.Refs, id) {
					whole.Refs = append(whole.Refs, id)
				}
			}
		}
		rest = rest[at+len(found):]
	}
	if len(whole.Refs) == 0 {
		return v
	}
	join := value.List([]value.Value{value.String(""), value.List(parts)})
	whole.Expr = value.RawExpr(value.Map([]value.Entry{{Key: "Fn::Join", Value: join}}).AppendJSON(nil))
	return value.Unknown(whole)
}
