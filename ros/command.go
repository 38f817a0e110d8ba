package ros

import (
	"encoding/json"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/provider"
)

// command gives the call that step i is waiting for. It is asked only when the
// intent is durable.
func (m *machine) command(i int, repeated bool) core.Command {
	r := m.run
	st, step := &r.steps[i], &r.plan.Steps[i]
	w := &stepWork{run: r.number, step: i, seq: st.seq, verb: r.verb(i)}
	w.req = &provider.Request{
		Token: m.token(i), Stack: m.state.Ref.Name, Type: step.Type, LogicalID: step.LogicalID,
		Resume: st.resume, Repeated: repeated || st.unsure,
	}
	if in := m.state.resource(step.LogicalID).instance(r.target(i)); in != nil {
		w.req.PhysicalID, w.req.Type = in.PhysicalID, in.Type
		w.findToken, w.doubtful = in.Token, in.Doubtful
		if w.verb == UpdateVerb || w.verb == DeleteVerb || w.verb == checkVerb {
			w.req.Prior = m.clear(in.Applied)
		}
	}
	if w.verb != DeleteVerb && w.verb != checkVerb {
		w.req.Desired = m.desired(i)
	}
	return core.Command{ID: r.commandID(i, st.seq), NotBefore: st.next, Work: w, Limit: w.req.Type}
}

// desired gives the properties of step i as a provider is handed them.
func (m *machine) desired(i int) json.RawMessage {
	if wire := m.run.plan.Steps[i].Desired; plain(wire) {
		return wire
	}
	v, err := m.resolve(i)
	if err != nil {
		return nil // cannot be: begin resolved it before the intent
	}
	return v.AppendJSON(nil)
}
