package ros

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// world answers what the template of a stack asks while it is planned: the host
// program's answers, and the engine's own where the host program has none.
func (e *Engine) world(ctx context.Context, stack string) *template.World {
	w := e.outside
	if w.Query == nil {
		w.Query = func(q *template.Query) (*template.QueryResult, error) { return e.query(ctx, stack, q) }
	}
	w.StackOutput = func(q *template.StackOutputQuery) (any, error) { return e.stackOutput(ctx, q) }
	return &w
}

// query runs a data source of Locals by reading it.
func (e *Engine) query(ctx context.Context, stack string, q *template.Query) (*template.QueryResult, error) {
	state, err := e.provider.Read(ctx, &provider.Request{Stack: stack, Type: q.Type, LogicalID: q.Name, Desired: q.Properties})
	if err != nil {
		return nil, err
	}
	out := &template.QueryResult{Ref: state.PhysicalID}
	if state.Ref != nil {
		out.Ref = state.Ref
	}
	if state.Attributes != nil {
		attributes, err := value.ParseJSON(state.Attributes)
		if err != nil {
			return nil, fmt.Errorf("its attributes: %w", err)
		}
		out.Attributes = withSecrets(attributes, e.types.secretAttributes(ctx, q.Type))
	}
	return out, nil
}

// withSecrets marks the attributes that are secret.
func withSecrets(attributes value.Value, secret map[string]bool) value.Value {
	if len(secret) == 0 {
		return attributes
	}
	entries := make([]value.Entry, 0, attributes.Len())
	for name, v := range attributes.Entries() {
		if secret[name] {
			v = v.WithSensitive()
		}
		entries = append(entries, value.Entry{Key: name, Value: v})
	}
	return value.Map(entries)
}

// stackOutput gives an output of a stack of this engine, and asks the host
// program for any other. There is none while the stack is being changed or
// could not be deleted.
func (e *Engine) stackOutput(ctx context.Context, q *template.StackOutputQuery) (any, error) {
	id, err := "", error(&NotFoundError{Stack: q.Stack})
	if q.Region == "" || q.Region == e.region {
		id, err = e.find(ctx, q.Stack)
	}
	if _, missing := errors.AsType[*NotFoundError](err); missing && e.outside.StackOutput != nil {
		return e.outside.StackOutput(q)
	} else if missing {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found any
	err = e.look(ctx, id, func(m *machine) {
		switch status := m.state.Status; {
		case status.InProgress(), status == DeleteFailed, status == DeleteComplete:
			return
		}
		for _, o := range m.outputValues() {
			if o.Name == q.Output && !o.Value.HasUnknown() {
				found = o.Value
			}
		}
	})
	return found, err
}

// templateTime is the time that Fn::FormatTime gives. A stack keeps the one
// that it was made with: a time that moved would change its properties with
// each update.
func (e *Engine) templateTime(in *planInput) (time.Time, error) {
	if in.state != nil && len(in.state.Scope) > 0 {
		scope, err := template.LoadScope(in.state.Scope, in.vault.Open)
		if err != nil {
			return time.Time{}, fmt.Errorf("the previous scope of stack %s cannot be read: %w", in.ref.Name, err)
		}
		if now := scope.Now(); !now.IsZero() {
			return now, nil
		}
	}
	return time.Now().UTC().Truncate(time.Second), nil
}
