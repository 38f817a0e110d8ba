package oos

import (
	"encoding/json"
	"slices"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/secret"
)

// machine is the durable state machine of one root execution with all its
// children. See core.Machine for the contract; the files decide*.go, advance*.go
// and evolve*.go hold its three faces.
type machine struct {
	set      *settings
	vault    *secret.Vault
	keep     bool  // remember what has ended: for a reader of the whole journal
	broken   error // why nothing can be driven, besides the vault's reason
	head     header
	event    []byte // what fired the execution
	root     *execution
	execs    map[string]*execution // by path; the children that have not ended, with keep all
	programs map[string]*program   // by key
	loads    []*program            // asked for, in order
	flights  map[string]*unit      // by the ID of the command
	doubts   int
	trigger  *trigger
	agenda   []*execution // those that may have something to decide, a stack
	pieces   []byte
	changes  []change
	snapshot []byte
	summary  []byte // of now; nil: to be made
}

// change is a command that came due or was withdrawn since Changes was asked.
type change struct {
	id     string
	cancel bool
}

func newMachine(set *settings) *machine {
	return &machine{
		set: set, vault: secret.New(set.sealer, ""),
		execs: map[string]*execution{}, programs: map[string]*program{}, flights: map[string]*unit{},
	}
}

// fault tells why nothing can be driven; nil if it can.
func (m *machine) fault() error {
	if m.broken != nil {
		return m.broken
	}
	return m.vault.Broken()
}

// Changes lists what came due or was withdrawn since it was last called.
func (m *machine) Changes() []core.Command {
	if len(m.changes) == 0 {
		return nil
	}
	out := make([]core.Command, 0, len(m.changes))
	for _, c := range m.changes {
		if c.cancel {
			out = append(out, core.Command{ID: c.id, Cancel: true})
		} else if cmd, ok := m.command(c.id, false); ok {
			out = append(out, cmd)
		}
	}
	m.changes = m.changes[:0]
	return out
}

// Outstanding lists all that should be in flight. Each call in it may have been
// made before, so each is marked as repeated.
func (m *machine) Outstanding() []core.Command {
	m.changes = m.changes[:0]
	if m.root == nil || m.fault() != nil || m.root.status.Final() {
		return nil
	}
	var ids []string
	//bianpai:unordered sorted below
	for id := range m.flights {
		ids = append(ids, id)
	}
	for _, p := range m.loads {
		ids = append(ids, loadPrefix+p.key)
	}
	ids = append(ids, m.trigger.commands()...)
	slices.Sort(ids)
	out := make([]core.Command, 0, len(ids))
	for _, id := range ids {
		if cmd, ok := m.command(id, true); ok {
			out = append(out, cmd)
		}
	}
	return out
}

// due says that a command should be in flight.
func (m *machine) due(id string) { m.changes = append(m.changes, change{id: id}) }

// withdraw says that a command should be in flight no more.
func (m *machine) withdraw(id string) { m.changes = append(m.changes, change{id: id, cancel: true}) }

// attendTo says that an execution may have something to decide.
func (m *machine) attendTo(e *execution) {
	if e != nil && !e.queued {
		e.queued = true
		m.agenda = append(m.agenda, e)
	}
}

// Summary is the line of the execution in a list of journals.
func (m *machine) Summary() []byte {
	if m.summary == nil && m.root != nil {
		data, err := json.Marshal(m.line())
		if err != nil {
			return nil // texts alone: cannot fail
		}
		m.summary = data
	}
	return m.summary
}

// gather gives the data of a fact: what stands in it, or the pieces before it.
func (m *machine) gather(inline []byte) []byte {
	data := inline
	if len(data) == 0 {
		data = m.pieces
	}
	m.pieces = nil
	return data
}

// pieceSize is how much data goes into one record.
const pieceSize = 48 << 10

// spread gives data as it stands in a fact, or as the pieces before one where
// it is too much for that.
func spread(data []byte) (inline []byte, pieces []core.Event) {
	if len(data) <= pieceSize {
		return data, nil
	}
	for part := range slices.Chunk(data, pieceSize) {
		pieces = append(pieces, &piece{core.Piece{Bytes: part}})
	}
	return nil, pieces
}

var _ core.Machine = (*machine)(nil)
