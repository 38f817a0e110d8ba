package ros

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bianpai/bianpai/internal/secret"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// planInput is all that a plan is made from.
type planInput struct {
	ref       StackRef
	operation Operation
	settings  Settings
	digest    string
	state     *stackState       // nil for a new stack
	desired   *template.Desired // nil for a delete
	scope     *template.Scope   // nil for a delete
	// types tells what is known of a resource type. It is asked once a type.
	types func(name string) (*provider.Type, error)
	// planner says what a change does where the type does not tell; nil if the
	// provider cannot.
	planner func(ctx context.Context, req *provider.Request, changed []string) (provider.Effect, error)
	vault   *secret.Vault
	// disableReplacement refuses certain replacements and forbids possible ones.
	disableReplacement bool
	retain             map[string]bool // logical IDs that a delete leaves in the cloud
	retainAll          bool
}

// makePlan works out all that an operation will do. It is a function of its
// input alone: the same input gives the same bytes.
//
// What the stack's machine relies on:
//
//   - A step's After names steps of the same phase, and never makes a circle.
//     Steps of resources stand in template order; it is After that orders them.
//   - A create or a read makes an instance numbered one above the highest that
//     its logical ID has had. So does an update that turns out to replace; its
//     Instance is the active one. Replaces is the active instance wherever
//     there is one to take the place of.
//   - Every instance that may be left over gets a step in the clean-up: what
//     is replaced, what may be replaced, what is removed, and what earlier
//     operations left behind. Only a resource that cannot exist twice
//     (provider.DeleteFirst) is deleted in the apply phase, and with it all
//     that holds on to it.
//   - Every step of the apply phase of a create or an update has one step that
//     undoes it, and the order of these is the reverse.
//   - An update without a difference has no steps.
func makePlan(ctx context.Context, in *planInput) (*Plan, error) {
	plan := &Plan{Format: PlanFormat, Operation: in.operation, Stack: in.ref, Settings: in.settings, Digest: in.digest}
	if in.state != nil {
		plan.Generation = in.state.Generation
	}
	p := newPlanner(in)
	var err error
	if in.operation == DeleteOperation {
		err = p.planDelete()
	} else {
		err = p.planChange(ctx)
	}
	if err != nil {
		return nil, err
	}
	if in.scope != nil {
		plan.Scope = portable(in.scope.AppendWire(nil, p.wire))
	}
	plan.Steps, plan.Notes = p.steps, p.notes()
	for i := range plan.Steps {
		s := &plan.Steps[i]
		s.Desired = portable(s.Desired)
		for d := range s.Diffs {
			s.Diffs[d].Before, s.Diffs[d].After = portable(s.Diffs[d].Before), portable(s.Diffs[d].After)
		}
	}
	if plan.Sealed, err = in.vault.Seal(); err != nil {
		return nil, fmt.Errorf("plan stack %s: %w", in.ref.Name, err)
	}
	return plan, nil
}

// planner is the memory of one makePlan.
type planner struct {
	in    *planInput
	wire  *value.Wire
	nodes []node
	byID  map[string]int32
	// edges holds what the nodes need, one after the other: node.needs are
	// parts of it.
	edges []int32
	types map[string]*typeInfo

	recorded bool // the stack has resources
	refresh  bool // data sources are read again although nothing in them changed
	anyFirst bool // some old instance is deleted in the apply phase
	usedBy   [][]int32

	steps    []Step
	origin   []int32 // node of each step
	removals []removal

	bytes   arena
	names   slab[string]
	numbers slab[int]
	reasons slab[Reason]
}

// action is what happens to a logical ID.
type action uint8

const (
	actKeep    action = iota
	actStore          // nothing but its definition changed: no call
	actUpdate         // in place, or what the plan's outcomes allow
	actReplace        // certainly
	actAdd
	actQuery  // reads a data source
	actRemove // the template no longer has it
)

// node is one logical ID that the template or the stack has.
type node struct {
	id   string
	want *template.DesiredResource // nil: no longer wanted
	res  *resource                 // nil: the stack has never had it
	was  *instance                 // the active instance; nil if there is nothing of it
	info *typeInfo                 // of want

	needs []int32 // nodes that must come first; the first uses of them by a reference
	uses  int32

	action action
	first  bool // the old instance is deleted in the apply phase
	forced bool // must let go of an instance that is deleted first

	desired  json.RawMessage
	metadata string
	diffs    []Diff
	reasons  []Reason
	outcomes []Outcome

	step int32 // 1 + its step in the apply phase
	drop int32 // 1 + the step of the apply phase that deletes its old instance
	gone int32 // 1 + its first entry in removals
	left int32 // how many it has there
}

// mayReplace reports whether an update may turn out to replace.
func (n *node) mayReplace() bool {
	return n.action == actUpdate && len(n.outcomes) > 0 && n.outcomes[len(n.outcomes)-1] == ReplaceOutcome
}

// next is the number of the next instance under the logical ID.
func (n *node) next() int {
	if n.res == nil {
		return 1
	}
	last := n.res.Last
	if n.res.Active != nil {
		last = max(last, n.res.Active.Number)
	}
	for _, in := range n.res.Deposed {
		last = max(last, in.Number)
	}
	return last + 1
}

func newPlanner(in *planInput) *planner {
	return &planner{
		in: in, wire: in.vault.Wire(), types: map[string]*typeInfo{}, steps: []Step{},
		recorded: in.state != nil && len(in.state.Resources) > 0,
	}
}

func (p *planner) planChange(ctx context.Context) error {
	if p.in.state != nil && p.in.vault.Broken() != nil {
		return fmt.Errorf("stack %s cannot be changed without the key of its secrets: %w", p.in.ref.Name, p.in.vault.Broken())
	}
	if err := p.build(); err != nil {
		return err
	}
	order, err := p.order()
	if err != nil {
		return err
	}
	for {
		if err := p.classifyAll(ctx, order); err != nil {
			return err
		}
		if !p.spread() {
			break
		}
	}
	if err := p.refuseReplacements(); err != nil {
		return err
	}
	p.emitApply()
	p.emitCleanup()
	p.emitUndo()
	return nil
}
