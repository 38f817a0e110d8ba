package alicloud

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/bianpai/bianpai/provider"
)

// Read implements [provider.Provider]. Of the properties it tells those that the
// service gives back under the name that creation sends them by, or where the
// descriptor says, as far as the way there can be gone back.
func (p *Provider) Read(ctx context.Context, req *provider.Request) (*provider.State, error) {
	if p.builtin(req.Type) != nil {
		return &provider.State{PhysicalID: req.PhysicalID}, nil
	}
	o, err := p.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	if o.env.id == "" {
		return nil, notFound(req.LogicalID)
	}
	if len(req.Desired) == 0 {
		o.env.desired = o.env.prior
	}
	return o.current(ctx)
}

// current reads the resource as it is.
func (o *operation) current(ctx context.Context) (*provider.State, error) {
	attributes, item, err := o.attributes(ctx)
	if err != nil {
		return nil, err
	}
	st := &provider.State{PhysicalID: o.env.id}
	if st.Attributes, err = json.Marshal(attributes); err != nil {
		return nil, &provider.Error{Kind: provider.Unknown, Err: err}
	}
	if st.Properties, err = json.Marshal(o.properties(item)); err != nil {
		return nil, &provider.Error{Kind: provider.Unknown, Err: err}
	}
	return st, nil
}

var errNoTransport = errors.New("alicloud: New needs a transport")
