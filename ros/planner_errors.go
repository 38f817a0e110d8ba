package ros

import (
	"fmt"
	"slices"
	"strings"
)

// ReplacementError says that a change would have to replace resources although
// the caller forbade it (Change.DisableReplacement). Nothing was done.
type ReplacementError struct {
	Stack        string
	Replacements []Replacement // in the order of the template
}

// Replacement is one resource that would have to be replaced.
type Replacement struct {
	LogicalID string
	Type      string // the type wanted
	// Properties are the top-level properties that cannot be changed in place.
	// There are none if the type itself changed, or if something that the
	// resource refers to must be deleted before it is made again.
	Properties []string
}

func (e *ReplacementError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stack %s: replacement is disabled, and the change would replace ", e.Stack)
	for i, r := range e.Replacements {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(r.LogicalID)
		if len(r.Properties) > 0 {
			fmt.Fprintf(&b, " (%s)", strings.Join(r.Properties, ", "))
		}
	}
	return b.String()
}

// refuseReplacements fails if replacement is disabled and something would
// certainly be replaced. What only may be is planned without that outcome. A
// resource that was never made whole may be replaced all the same.
func (p *planner) refuseReplacements() error {
	if !p.in.disableReplacement {
		return nil
	}
	var list []Replacement
	for i := range p.nodes {
		n := &p.nodes[i]
		if n.action != actReplace || n.was.Failed && n.beyondRepair() {
			continue
		}
		r := Replacement{LogicalID: n.id, Type: n.want.Type}
		for d := range n.diffs {
			top := topOf(n.diffs[d].Path)
			if n.diffs[d].Effect == ReplaceOutcome && !n.diffs[d].Possible && !slices.Contains(r.Properties, top) {
				r.Properties = append(r.Properties, top)
			}
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		return nil
	}
	return &ReplacementError{Stack: p.in.ref.Name, Replacements: list}
}

// RetainError says that resources to be retained by a delete are not in the
// stack. Nothing was done.
type RetainError struct {
	Stack   string
	Unknown []string // logical IDs, sorted
}

func (e *RetainError) Error() string {
	return fmt.Sprintf("stack %s has no resource to retain that is called %s", e.Stack, strings.Join(e.Unknown, ", "))
}

func newRetainError(stack string, unknown []string) error {
	if len(unknown) == 0 {
		return nil
	}
	return &RetainError{Stack: stack, Unknown: unknown}
}
