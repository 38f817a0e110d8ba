package ros

import (
	"context"
	"errors"
	"sync"

	"github.com/bianpai/bianpai/provider"
)

// typeCache asks the provider for each resource type once. It is safe for
// concurrent use.
type typeCache struct {
	provider provider.Provider

	mu    sync.Mutex
	known map[string]*knownType
}

type knownType struct {
	typ    *provider.Type  // nil: the provider has no such type
	secret map[string]bool // the attributes that are secret; nil: none
}

func newTypeCache(p provider.Provider) *typeCache {
	return &typeCache{provider: p, known: map[string]*knownType{}}
}

// lookup describes a type; it gives nil for one that the provider does not
// have, and an error when the provider could not be asked.
func (c *typeCache) lookup(ctx context.Context, name string) (*knownType, error) {
	c.mu.Lock()
	known := c.known[name]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	typ, err := c.provider.Describe(ctx, name) // no lock is held while waiting
	if perr, ok := errors.AsType[*provider.Error](err); ok && perr.Kind == provider.NotFound {
		typ, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	known = &knownType{typ: typ}
	if typ != nil {
		for attr, about := range typ.Attributes {
			if about.Sensitive {
				if known.secret == nil {
					known.secret = map[string]bool{}
				}
				known.secret[attr] = true
			}
		}
	}
	c.mu.Lock()
	c.known[name] = known
	c.mu.Unlock()
	return known, nil
}

// secretAttributes names the attributes of a type that are secret.
func (c *typeCache) secretAttributes(ctx context.Context, name string) map[string]bool {
	known, err := c.lookup(ctx, name)
	if err != nil {
		return nil
	}
	return known.secret
}

// typeSet is a typeCache as template.Validate takes it. It remembers the first
// error of the provider.
type typeSet struct {
	ctx   context.Context
	cache *typeCache
	err   error
}

// Type describes a type; nil if it is unknown.
func (s *typeSet) Type(name string) *provider.Type {
	known, err := s.cache.lookup(s.ctx, name)
	if err != nil {
		if s.err == nil {
			s.err = err
		}
		return nil
	}
	return known.typ
}
