package ros

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/bianpai/bianpai/provider"
)

// fakeCloud is a provider of the simplest kind: it makes at once what it is
// asked for, once for each token. A test makes calls fail with refuse.
type fakeCloud struct {
	mu      sync.Mutex
	made    map[string]string // token -> physical ID
	alive   map[string]string // physical ID -> logical ID
	calls   []string
	polls   int // how often a create says that it is not done
	asked   map[string]int
	refuse  func(verb, logicalID string, nth int) error
	lose    func(verb, logicalID string, nth int) error // as refuse, but after the effect
	counted map[string]int
	types   map[string]*provider.Type
	missing map[string]bool // types that the cloud does not have
	given   string          // the properties of all calls, where a test collects them
}

func newFakeCloud() *fakeCloud {
	return &fakeCloud{made: map[string]string{}, alive: map[string]string{}, asked: map[string]int{}, counted: map[string]int{}, types: map[string]*provider.Type{}}
}

func (c *fakeCloud) Describe(_ context.Context, typ string) (*provider.Type, error) {
	if t := c.types[typ]; t != nil {
		return t, nil
	}
	if c.missing[typ] {
		return nil, &provider.Error{Kind: provider.NotFound, Code: "ResourceTypeNotFound"}
	}
	return &provider.Type{Name: typ, Coverage: provider.CoverageNone}, nil
}

// enter counts a call and fails it if the test wants it so.
func (c *fakeCloud) enter(verb string, req *provider.Request) error {
	key := verb + " " + req.LogicalID
	c.calls = append(c.calls, key)
	c.counted[key]++
	if c.refuse == nil {
		return nil
	}
	return c.refuse(verb, req.LogicalID, c.counted[key])
}

// leave loses an answer if the test wants it so.
func (c *fakeCloud) leave(verb string, req *provider.Request) error {
	if c.lose == nil {
		return nil
	}
	return c.lose(verb, req.LogicalID, c.counted[verb+" "+req.LogicalID])
}

func (c *fakeCloud) Create(_ context.Context, req *provider.Request) (*provider.Progress, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.enter("create", req); err != nil {
		return nil, err
	}
	id := c.made[req.Token]
	if id == "" {
		id = fmt.Sprintf("%s-%d", req.LogicalID, len(c.made)+1)
		c.made[req.Token], c.alive[id] = id, req.LogicalID
	}
	if err := c.leave("create", req); err != nil {
		return nil, err
	}
	if c.asked[req.Token] < c.polls {
		c.asked[req.Token]++
		return &provider.Progress{PhysicalID: id, Resume: []byte("waiting"), Note: "is being created"}, nil
	}
	return &provider.Progress{PhysicalID: id, Attributes: attributes(id, req), Done: true}, nil
}

// attributes echo the properties, and the id.
func attributes(id string, req *provider.Request) json.RawMessage {
	all := map[string]any{}
	if json.Unmarshal(req.Desired, &all) != nil {
		all = map[string]any{}
	}
	all["Id"] = id
	data, _ := json.Marshal(all)
	return data
}

func (c *fakeCloud) Update(_ context.Context, req *provider.Request) (*provider.Progress, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.enter("update", req); err != nil {
		return nil, err
	}
	if err := c.leave("update", req); err != nil {
		return nil, err
	}
	return &provider.Progress{PhysicalID: req.PhysicalID, Attributes: attributes(req.PhysicalID, req), Done: true}, nil
}

func (c *fakeCloud) Delete(_ context.Context, req *provider.Request) (*provider.Progress, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.enter("delete", req); err != nil {
		return nil, err
	}
	delete(c.alive, req.PhysicalID)
	if err := c.leave("delete", req); err != nil {
		return nil, err
	}
	return &provider.Progress{Done: true}, nil
}

func (c *fakeCloud) Read(_ context.Context, req *provider.Request) (*provider.State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.enter("read", req); err != nil {
		return nil, err
	}
	if req.PhysicalID != "" && c.alive[req.PhysicalID] == "" {
		return nil, &provider.Error{Kind: provider.NotFound, Code: "NotFound"}
	}
	return &provider.State{PhysicalID: req.PhysicalID, Attributes: attributes(req.PhysicalID, req)}, nil
}

func (c *fakeCloud) Find(_ context.Context, req *provider.Request) (*provider.State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, ok := c.made[req.Token]; ok && c.alive[id] != "" {
		return &provider.State{PhysicalID: id}, nil
	}
	return nil, &provider.Error{Kind: provider.NotFound, Code: "NotFound"}
}

// living lists the logical IDs of what is there, sorted.
func (c *fakeCloud) living() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Values(c.alive))
}
