package ros

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// classifyAll decides what happens to each wanted resource, each after those
// that it needs.
func (p *planner) classifyAll(ctx context.Context, order []int32) error {
	var faults []error
	p.bytes = arena{}
	p.anyFirst = false
	for i := len(order); i < len(p.nodes); i++ {
		p.anyFirst = p.anyFirst || p.nodes[i].first
	}
	for _, i := range order {
		n := &p.nodes[i]
		n.action, n.first = actKeep, false
		n.desired, n.diffs, n.reasons, n.outcomes = nil, nil, nil, nil
		if err := p.classify(ctx, n); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			faults = append(faults, fmt.Errorf("%s: %w", n.id, err))
		}
		p.anyFirst = p.anyFirst || n.first
	}
	return errors.Join(faults...)
}

func (p *planner) classify(ctx context.Context, n *node) error {
	wanted, err := p.wanted(n)
	if err != nil {
		return err
	}
	at := p.bytes.begin()
	p.bytes.buf = wanted.AppendWire(p.bytes.buf, p.wire)
	n.desired = p.bytes.take(at)
	switch {
	case n.was == nil:
		p.classifyNew(n)
		return nil
	case n.was.Type != n.want.Type:
		n.action, n.reasons = actReplace, []Reason{{TypeChanged, n.was.Type}}
		n.first = p.mustLetGo(n)
		return nil
	}
	if !bytes.Equal(n.desired, n.was.Applied) {
		if err := p.compare(n, wanted); err != nil {
			return err
		}
	}
	if err := p.judge(ctx, n, wanted); err != nil {
		return err
	}
	if n.action == actKeep {
		if len(n.diffs) == 0 {
			p.bytes.forget(at)
		}
		n.desired = nil
	}
	return nil
}

// wanted is what a resource should be, with all filled in that is known.
func (p *planner) wanted(n *node) (value.Value, error) {
	v := n.want.Properties
	if v.IsAbsent() {
		v = value.Map(nil)
	}
	if p.recorded && v.HasUnknown() {
		var err error
		if v, err = p.in.scope.Resolve(v, planLookup{p}); err != nil {
			return v, err
		}
	}
	return markSecrets(v, n.info), nil
}

// classifyNew is for a resource of which there is nothing yet.
func (p *planner) classifyNew(n *node) {
	n.action = actAdd
	if n.info.DataSource {
		n.action = actQuery
	}
	code := Added
	if n.res != nil && strings.HasSuffix(string(n.res.Status), "_FAILED") {
		code = FailedBefore
	}
	n.reasons = p.reasons.one(Reason{Code: code})
}

func (p *planner) compare(n *node, wanted value.Value) error {
	before, err := p.in.vault.Parse(n.was.Applied)
	if err != nil {
		return fmt.Errorf("its recorded properties cannot be read: %w", err)
	}
	d := &differ{wire: p.wire, bytes: &p.bytes, moves: p.moves}
	d.compareAll(n.info.Type, before, wanted)
	n.diffs = d.out
	for i := range n.diffs {
		n.because(PropertyChanged, topOf(n.diffs[i].Path))
	}
	for _, id := range d.causes {
		n.because(DependencyReplaced, id)
	}
	return nil
}

// because adds a reason, once.
func (n *node) because(code ReasonCode, detail string) {
	if r := (Reason{code, detail}); !slices.Contains(n.reasons, r) {
		n.reasons = append(n.reasons, r)
	}
}

// judge decides what becomes of a resource whose differences are known.
func (p *planner) judge(ctx context.Context, n *node, wanted value.Value) error {
	switch {
	case n.info.DataSource:
		p.judgeData(n)
	case p.mustLetGo(n):
		n.action, n.first = actReplace, true
		for _, j := range n.needs[:n.uses] {
			if p.nodes[j].first {
				n.because(DependencyReplaced, p.nodes[j].id)
			}
		}
	case n.beyondRepair():
		p.replaceCertainly(n)
		n.because(FailedBefore, "")
	case len(n.diffs) > 0:
		if err := p.ask(ctx, n, wanted); err != nil {
			return err
		}
		p.judgeDiffs(n)
	case n.was.Failed:
		n.action = actUpdate
	default:
		p.judgeDefinition(n)
	}
	if n.was.Failed && n.action == actUpdate {
		n.because(FailedBefore, "")
	}
	return nil
}

func (p *planner) judgeData(n *node) {
	switch {
	case len(n.diffs) > 0:
		n.action = actQuery
	case n.was.Failed:
		n.action = actQuery
		n.because(FailedBefore, "")
	case p.refresh:
		n.action = actQuery
		n.because(Refreshed, "")
	}
}

// beyondRepair reports whether an instance cannot be mended by an update: its
// creation or its deletion failed half-way.
func (n *node) beyondRepair() bool {
	if !n.was.Failed {
		return false
	}
	status := string(n.res.Status)
	return n.was.PhysicalID == "" || strings.HasPrefix(status, "CREATE_") || strings.HasPrefix(status, "DELETE_")
}

// judgeDiffs makes an update or a replacement of the differences.
func (p *planner) judgeDiffs(n *node) {
	all := true // of them may turn out to be none
	var inPlace, anew, unclear bool
	for i := range n.diffs {
		d := &n.diffs[i]
		if d.Effect == ReplaceOutcome && (!d.Possible || p.slotMoves(n)) {
			p.replaceCertainly(n)
			return
		}
		all = all && d.Possible
		inPlace = inPlace || d.Effect != ReplaceOutcome
		anew = anew || d.Effect != UpdateOutcome
		unclear = unclear || d.Effect == ""
	}
	n.action = actUpdate
	if p.in.disableReplacement || n.info.ReplaceOrder == provider.DeleteFirst {
		anew = false // the machine stops should it come to that
	}
	if !all && !anew && !unclear && !slices.ContainsFunc(n.diffs, func(d Diff) bool { return d.Possible }) {
		return // the verb says it all
	}
	n.outcomes = outcomes(all, inPlace, anew)
}

// slotMoves reports whether a resource that cannot exist twice, and whose
// replacement is possible, is to be replaced for certain: something it refers
// to is made anew, or probably is. Its old instance has to go in the apply
// phase, which a step cannot decide late; and what holds the slot of something
// that is gone is better made anew once too often.
func (p *planner) slotMoves(n *node) bool {
	if n.info.ReplaceOrder != provider.DeleteFirst {
		return false
	}
	for _, j := range n.needs[:n.uses] {
		if p.nodes[j].probablyAnew() {
			return true
		}
	}
	return false
}

// probablyAnew reports whether a resource is made anew, unless a value that is
// known late turns out to be the same. So is what another query of a data
// source finds.
func (n *node) probablyAnew() bool {
	switch n.action {
	case actReplace, actAdd:
		return true
	case actQuery:
		return len(n.diffs) > 0
	}
	return n.mayReplace() && slices.ContainsFunc(n.diffs, func(d Diff) bool { return d.Effect == ReplaceOutcome })
}

func outcomes(skip, inPlace, anew bool) []Outcome {
	list := make([]Outcome, 0, 3)
	if skip {
		list = append(list, SkipOutcome)
	}
	if inPlace {
		list = append(list, UpdateOutcome)
	}
	if anew {
		list = append(list, ReplaceOutcome)
	}
	return list
}

// replaceCertainly chooses the order of a replacement. What is to be retained
// is never deleted first.
func (p *planner) replaceCertainly(n *node) {
	n.action = actReplace
	n.first = n.info.ReplaceOrder == provider.DeleteFirst && !retains(n.was)
}

// judgeDefinition looks for what the stack records and the cloud does not see.
func (p *planner) judgeDefinition(n *node) {
	if (n.want.DeletionPolicy == retainPolicy) != retains(n.was) {
		n.because(PolicyChanged, "DeletionPolicy")
	}
	if n.metadata != n.was.Metadata {
		n.because(PolicyChanged, "Metadata")
	}
	if !p.sameNeeds(n) {
		n.because(PolicyChanged, "DependsOn")
	}
	if len(n.reasons) > 0 {
		n.action, n.outcomes = actStore, []Outcome{SkipOutcome}
	}
}

const retainPolicy = "Retain"

func retains(in *instance) bool { return in.DeletionPolicy == retainPolicy }

// ask lets the provider say what the changes do that the type is silent about.
func (p *planner) ask(ctx context.Context, n *node, wanted value.Value) error {
	if p.in.planner == nil {
		return nil
	}
	var unclear []string
	for i := range n.diffs {
		if top := topOf(n.diffs[i].Path); n.diffs[i].Effect == "" && !slices.Contains(unclear, top) {
			unclear = append(unclear, top)
		}
	}
	if len(unclear) == 0 {
		return nil
	}
	before, err := p.in.vault.Parse(n.was.Applied)
	if err != nil {
		return err
	}
	effect, err := p.in.planner(ctx, &provider.Request{
		Stack: p.in.ref.Name, Type: n.want.Type, LogicalID: n.id, PhysicalID: n.was.PhysicalID,
		Desired: wanted.AppendJSON(nil), Prior: before.AppendJSON(nil),
	}, unclear)
	if refusal, ok := errors.AsType[*provider.Error](err); ok && refusal.Kind == provider.Unsupported {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the provider cannot say what its change does: %w", err)
	}
	n.settle(effect)
	return nil
}

// settle notes what the provider said of the differences left open.
func (n *node) settle(effect provider.Effect) {
	var outcome Outcome
	switch effect {
	case provider.EffectNone, provider.EffectUpdate:
		outcome = UpdateOutcome
	case provider.EffectReplace:
		outcome = ReplaceOutcome
	}
	for i := range n.diffs {
		if n.diffs[i].Effect == "" {
			n.diffs[i].Effect = outcome
		}
	}
}
