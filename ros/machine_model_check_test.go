package ros

import (
	"slices"
	"strings"
)

// check compares the cloud with the model.
func (r *modelRun) check(status Status, wanted modelStack, good []string) {
	t := r.t
	t.Helper()
	have := r.cloud.holds()
	m := r.sim.Machine().(*auditedMachine)
	if strings.Contains(m.state.Reason, "PlanExceeded") {
		r.calm = false // what can exist once only cannot turn out to be replaced
	}
	if strings.Contains(m.state.Reason, "DependencyViolation") {
		r.calm = false // a user of what is deleted first that cannot let go before: see breakCircles
	}
	switch status {
	case CreateComplete, UpdateComplete:
		left := 0
		for _, res := range m.state.Resources {
			left += len(res.Deposed)
			if _, ok := wanted[res.LogicalID]; !ok && res.Active != nil {
				left++
			}
		}
		if left > 0 && r.calm {
			t.Errorf("%d resources are left over: %s", left, m.state.Reason)
		}
		for _, line := range wanted.want() {
			if !slices.Contains(have, line) {
				t.Errorf("%s, and the cloud lacks %s: %q", status, line, have)
			}
		}
		if len(have) > len(wanted)+left {
			t.Errorf("%s, and the cloud has too much: %q", status, have)
		}
	case DeleteComplete, CreateRollbackComplete:
		if len(have) > 0 {
			t.Errorf("%s, and the cloud holds %q", status, have)
		}
	case RollbackComplete:
		if good != nil && !slices.Equal(have, good) {
			t.Errorf("rolled back from %q to %q", good, have)
		}
	default:
		if r.calm {
			t.Errorf("without a fault it ended in %s: %s\n%s", status, m.state.Reason, r.sim.Trace())
		}
	}
	if r.calm && strings.Contains(string(status), "ROLLBACK") {
		t.Errorf("without a fault it ended in %s: %s", status, m.state.Reason)
	}
	r.recorded(m.machine)
}

// recorded checks that the stack has on record all that is in the cloud, by id
// or by the token of a call that may have made it.
func (r *modelRun) recorded(m *machine) {
	known := map[string]bool{}
	for _, res := range m.state.Resources {
		for _, in := range append(slices.Clone(res.Deposed), res.Active) {
			if in != nil {
				known[in.PhysicalID], known[r.cloud.made[in.Token]] = true, true
			}
		}
	}
	for id, logicalID := range r.cloud.alive {
		if !known[id] {
			r.t.Errorf("%s: the cloud has %s as %s, and the stack does not know\n%s", m.state.Status, logicalID, id, r.sim.Trace())
		}
	}
}
