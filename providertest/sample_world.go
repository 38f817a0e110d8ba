package providertest

import (
	"context"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// sampleTime is the time in which sample parameters are tried.
var sampleTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// sampleWorld answers what a template may ask: the parameter store and the
// marketplace have everything, data sources find nothing, and there is no other
// stack.
func sampleWorld() *template.World {
	return &template.World{
		Parameter:   func(name string, _ bool) (any, error) { return "stored-" + name, nil },
		Image:       func(string, string) (string, error) { return "m-bp1sample00000000000", nil },
		Query:       func(*template.Query) (*template.QueryResult, error) { return &template.QueryResult{Ref: []any{}}, nil },
		StackOutput: func(*template.StackOutputQuery) (any, error) { return nil, nil },
	}
}

// world answers as the engine on the cloud does.
func (s *simulation) world() *template.World {
	w := sampleWorld()
	w.Query = func(q *template.Query) (*template.QueryResult, error) {
		state, err := s.driver.Read(context.Background(), &provider.Request{Type: q.Type, LogicalID: q.Name, Desired: q.Properties})
		if err != nil {
			return nil, err
		}
		out := &template.QueryResult{Ref: state.PhysicalID}
		if state.Ref != nil {
			out.Ref = state.Ref
		}
		if state.Attributes != nil {
			out.Attributes = state.Attributes
		}
		return out, nil
	}
	return w
}

// engineWorld is what the engine cannot answer by itself.
func engineWorld() *template.World {
	w := sampleWorld()
	return &template.World{Parameter: w.Parameter, Image: w.Image}
}
