package ros

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/internal/secret"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// defaultTimeout bounds a phase whose settings do not.
const defaultTimeout = 60 * time.Minute

// machine is the durable state machine of one stack. See core.Machine for the
// contract; the files decide.go, advance.go and evolve.go hold its three
// faces.
type machine struct {
	retry    core.Retry
	vault    *secret.Vault
	state    stackState
	run      *run // the last operation; nil before the first
	pieces   []byte
	changes  []change
	snapshot []byte
}

// change is a command that came due or was withdrawn since Changes was asked.
type change struct {
	step     int // -1: the deadline
	seq      int
	deadline string
	cancel   bool
}

func newMachine(stackID string, sealer Sealer, retry core.Retry) *machine {
	return &machine{retry: retry, vault: secret.New(sealer, stackID), state: stackState{index: map[string]*resource{}}}
}

// Changes lists what came due or was withdrawn since it was last called.
func (m *machine) Changes() []core.Command {
	if len(m.changes) == 0 {
		return nil
	}
	out := make([]core.Command, 0, len(m.changes))
	for _, c := range m.changes {
		switch {
		case c.cancel && c.step < 0:
			out = append(out, core.Command{ID: c.deadline, Cancel: true})
		case c.cancel:
			out = append(out, core.Command{ID: m.run.commandID(c.step, c.seq), Cancel: true})
		case c.step < 0:
			out = append(out, core.Command{ID: c.deadline, NotBefore: m.run.deadline()})
		case m.run.steps[c.step].state == inFlight && m.run.steps[c.step].seq == c.seq:
			out = append(out, m.command(c.step, false))
		}
	}
	m.changes = m.changes[:0]
	return out
}

// Outstanding lists all that should be in flight. Each call in it may have
// been made before, so each is marked as repeated.
func (m *machine) Outstanding() []core.Command {
	m.changes = m.changes[:0]
	r := m.run
	if r == nil || r.ended || m.vault.Broken() != nil {
		return nil
	}
	var out []core.Command
	if r.stop == nil || !r.stop.Quick { // else it has come, or comes too late
		out = append(out, core.Command{ID: r.deadlineID(), NotBefore: r.deadline()})
	}
	for i := range r.steps {
		if r.steps[i].state == inFlight {
			out = append(out, m.command(i, true))
		}
	}
	return out
}

// Summary is the line of the stack in a list of journals.
func (m *machine) Summary() []byte {
	s := Summary{ID: m.state.Ref.ID, Name: m.state.Ref.Name, Region: m.state.Ref.Region, Status: m.state.Status}
	data, err := json.Marshal(s)
	if err != nil {
		return nil // strings alone: cannot fail
	}
	return data
}

// Ref gives what Ref of a logical ID is now; false while it is not known.
func (m *machine) Ref(logicalID string) (value.Value, bool) { return m.state.ref(logicalID, m.vault) }

// Attribute gives an attribute of a logical ID; false while it is not known.
func (m *machine) Attribute(logicalID, name string) (value.Value, bool) {
	return m.state.attribute(logicalID, name, m.vault)
}

// resolve gives the properties that a step wants, with all that was known late
// filled in.
func (m *machine) resolve(i int) (value.Value, error) {
	st, step := &m.run.steps[i], &m.run.plan.Steps[i]
	if st.resolved {
		return st.desired, nil
	}
	v, err := m.vault.Parse(step.Desired)
	if err != nil {
		return v, fmt.Errorf("the plan's properties of %s cannot be read: %w", step.LogicalID, err)
	}
	if v.HasUnknown() {
		scope, err := m.run.loadScope(m.vault)
		if err != nil {
			return v, err
		}
		if v, err = scope.Resolve(v, m); err != nil {
			return v, err
		}
		if v.HasUnknown() {
			return v, fmt.Errorf("properties of %s depend on a resource that is not there", step.LogicalID)
		}
	}
	st.desired, st.resolved = v, true
	return v, nil
}

// plain reports whether wire JSON has no key with a meaning, and so is the
// JSON of its value.
func plain(wire []byte) bool { return !bytes.Contains(wire, []byte(`"$`)) }

// clear gives the JSON object that a provider is handed for wire JSON.
func (m *machine) clear(wire json.RawMessage) json.RawMessage {
	if plain(wire) {
		return wire
	}
	v, err := m.vault.Parse(wire)
	if err != nil {
		return nil
	}
	return v.AppendJSON(nil)
}

var _ core.Machine = (*machine)(nil)
var _ template.Lookup = (*machine)(nil)
