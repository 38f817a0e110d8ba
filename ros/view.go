package ros

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/template"
)

// Stack is a stack as GetStack tells it. Secrets in it are asterisks.
type Stack struct {
	ID, Name, Region   string
	Status             Status
	StatusReason       string
	RollbackRootReason string // what came before a failed rollback
	Created, Updated   time.Time
	Settings           Settings
	Outputs            []StackOutput
	Resources          []StackResource
	Next               []string // the operations that are legal now
}

// StackOutput is one output: JSON as it came out, or asterisks.
type StackOutput struct {
	Key, Description string
	Value            json.RawMessage
}

// StackResource is one resource of a stack.
type StackResource struct {
	LogicalID, PhysicalID, Type string
	Status                      Status
	StatusReason                string
	Attributes                  json.RawMessage // secrets in it are asterisks
	// Deposed lists physical IDs that were replaced and could not be deleted
	// yet.
	Deposed []string
}

// Summary is the line of a stack in a list.
type Summary struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Region string `json:"region"`
	Status Status `json:"status"`
}

// Stack tells the state of a stack, by name or by ID.
func (e *Engine) Stack(ctx context.Context, stack string) (*Stack, error) {
	id, err := e.find(ctx, stack)
	if err != nil {
		return nil, err
	}
	var out *Stack
	err = e.look(ctx, id, func(m *machine) { out = m.view() })
	return out, err
}

// Stacks lists the stacks of the engine's journal by ID, those that are
// deleted left out.
func (e *Engine) Stacks(ctx context.Context) iter.Seq2[Summary, error] {
	return func(yield func(Summary, error) bool) {
		for head, err := range e.store.List(ctx, &journal.Query{Prefix: stackPrefix}) {
			if err != nil {
				yield(Summary{}, err)
				return
			}
			s, err := parseSummary(head)
			if err == nil && s.Status == DeleteComplete {
				continue
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

func parseSummary(head journal.Head) (Summary, error) {
	var s Summary
	if len(head.Summary) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(head.Summary, &s); err != nil {
		return s, fmt.Errorf("journal %q has no readable summary: %w", head.ID, err)
	}
	return s, nil
}

func (m *machine) view() *Stack {
	s := &m.state
	out := &Stack{
		ID: s.Ref.ID, Name: s.Ref.Name, Region: s.Ref.Region, Status: s.Status, StatusReason: s.Reason,
		RollbackRootReason: s.RootReason, Created: s.Created, Updated: s.Updated, Settings: s.Settings,
		Next: s.Status.Next(), Outputs: m.outputs(),
	}
	for _, r := range s.Resources {
		out.Resources = append(out.Resources, m.viewResource(r))
	}
	return out
}

func (m *machine) viewResource(r *resource) StackResource {
	v := StackResource{LogicalID: r.LogicalID, Status: r.Status, StatusReason: r.Reason}
	if r.Active != nil {
		v.PhysicalID, v.Type = r.Active.PhysicalID, r.Active.Type
		v.Attributes = m.redacted(r.Active.Attributes)
	}
	for _, in := range r.Deposed {
		v.Deposed = append(v.Deposed, in.PhysicalID)
	}
	return v
}

// redacted gives wire JSON with asterisks for its secrets.
func (m *machine) redacted(wire json.RawMessage) json.RawMessage {
	if plain(wire) {
		return slices.Clone(wire)
	}
	v, err := value.ParseWire(wire, nil)
	if err != nil {
		return nil
	}
	return secret.Redact(v).AppendJSON(nil)
}

// outputValues evaluates the outputs as far as they can be.
func (m *machine) outputValues() []template.OutputValue {
	scope := m.state.Scope
	if m.run != nil && !m.run.ended && m.run.phase != RollbackPhase {
		scope = m.run.plan.Scope
	}
	if len(scope) == 0 {
		return nil
	}
	s, err := template.LoadScope(scope, m.vault.Open)
	if err != nil {
		return nil
	}
	found, _ := s.Outputs(m)
	return found
}

// outputs gives the outputs that are known; a faulty one is left out.
func (m *machine) outputs() []StackOutput {
	var out []StackOutput
	for _, o := range m.outputValues() {
		if o.Value.HasUnknown() || o.Value.IsAbsent() {
			continue
		}
		v := secret.Redact(o.Value)
		if o.NoEcho {
			v = value.String(secret.Asterisks)
		}
		out = append(out, StackOutput{Key: o.Name, Description: o.Description, Value: v.AppendJSON(nil)})
	}
	return out
}
