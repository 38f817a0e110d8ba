package ros

import (
	"strings"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// planLookup tells what is known of resources while a plan is made: what the stack
// has recorded of those that stay. It is asked of a resource only after that
// one has been classified.
type planLookup struct{ p *planner }

var _ template.Lookup = planLookup{}

// Ref is known of what stays, be it changed in place.
func (k planLookup) Ref(logicalID string) (value.Value, bool) {
	n := k.p.staying(logicalID)
	if n == nil {
		return value.Value{}, false
	}
	return k.p.in.state.ref(logicalID, k.p.in.vault)
}

// Attribute is known of what stays. An update in place may change attributes,
// but most stay: those count as not known that are named like a changed
// property (Description, InstanceName), those that list things (the instances
// of a group come and go with its size), and those that a template decides
// (the outputs of a nested stack). A guess either way; were all of them not
// known, each change would seem to reach everything that depends on it.
func (k planLookup) Attribute(logicalID, name string) (value.Value, bool) {
	n := k.p.staying(logicalID)
	if n == nil {
		return value.Value{}, false
	}
	v, ok := k.p.in.state.attribute(logicalID, name, k.p.in.vault)
	if n.action == actUpdate && (v.Kind() == value.KindList || n.changes(name) || n.decides(name)) {
		return value.Value{}, false
	}
	return v, ok
}

// decides reports whether what an attribute holds is up to a template.
func (n *node) decides(attribute string) bool {
	if n.info.Type == nil || len(n.info.DynamicAttributes) == 0 {
		return false
	}
	_, fixed := n.info.Attributes[attribute]
	return !fixed
}

// staying finds a node whose instance certainly stays; nil if there is none.
func (p *planner) staying(logicalID string) *node {
	i, ok := p.byID[logicalID]
	if !ok {
		return nil
	}
	n := &p.nodes[i]
	switch n.action {
	case actKeep, actStore:
		return n
	case actUpdate:
		if !n.mayReplace() {
			return n
		}
	}
	return nil
}

// changes reports whether a property of that name changes.
func (n *node) changes(property string) bool {
	property, _, _ = strings.Cut(property, ".")
	for i := range n.diffs {
		if topOf(n.diffs[i].Path) == property {
			return true
		}
	}
	return false
}

// topOf is the top-level property of a path.
func topOf(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// moves tells whether a hole will certainly be filled with another value than
// the one recorded: it is the Ref of a resource that is made anew, or an
// attribute that held the ID of the one before. Any other may turn out equal.
func (p *planner) moves(h *value.Hole) (logicalID string, certain bool) {
	if len(h.Refs) != 1 || h.Expr == nil {
		return "", false
	}
	i, ok := p.byID[h.Refs[0]]
	if !ok {
		return "", false
	}
	n := &p.nodes[i]
	if n.action != actAdd && n.action != actReplace || n.info.DataSource {
		return "", false
	}
	expr, err := value.ParseJSON(h.Expr.AppendJSON(nil))
	if err != nil || expr.Len() != 1 {
		return "", false
	}
	switch operand := expr.At(0); expr.KeyAt(0) {
	case "Ref":
		return n.id, operand.Text() == n.id
	case "Fn::GetAtt":
		return n.id, operand.Len() == 2 && n.holdsID(p, operand.At(0).Text(), operand.At(1).Text())
	}
	return "", false
}

// holdsID reports whether an attribute of the instance before was its ID.
func (n *node) holdsID(p *planner, logicalID, attribute string) bool {
	if logicalID != n.id || n.was == nil || n.was.PhysicalID == "" {
		return false
	}
	v, ok := p.in.state.attribute(n.id, attribute, p.in.vault)
	return ok && v.Text() == n.was.PhysicalID
}
