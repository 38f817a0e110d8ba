package credential

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// chain asks sources in order.
type chain struct {
	sources []Provider

	mu    sync.Mutex
	found Provider
}

// Chain gives the credential of the first source that has one, and from then on
// that one's alone: a source that fails for a while does not make requests go
// out under another identity. A failure is a [*ChainError], and the next call
// asks all sources again. It keeps nothing, see [NewCache]. A source that is a
// fmt.Stringer is named by that in errors.
func Chain(sources ...Provider) Provider { return &chain{sources: sources} }

func (c *chain) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.found != nil {
		return nameOf(c.found)
	}
	return "chain"
}

// Credential implements [Provider].
func (c *chain) Credential(ctx context.Context) (*Credential, error) {
	c.mu.Lock()
	sources, found := c.sources, c.found
	c.mu.Unlock()
	if found != nil {
		got, err := ask(ctx, found)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", nameOf(found), err)
		}
		return got, nil
	}
	failed := &ChainError{}
	for _, p := range sources {
		got, err := ask(ctx, p)
		if err == nil {
			c.mu.Lock()
			c.found = p
			c.mu.Unlock()
			return got, nil
		}
		failed.Tried = append(failed.Tried, Failure{Source: nameOf(p), Err: err})
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

// ChainError says that no source had a credential.
type ChainError struct {
	Tried []Failure // in order
}

// Failure is why one source had no credential.
type Failure struct {
	Source string
	Err    error
}

func (e *ChainError) Error() string {
	if len(e.Tried) == 0 {
		return "no credentials: no source was tried"
	}
	var b strings.Builder
	b.WriteString("no credentials; tried ")
	for i, f := range e.Tried {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.Source + " (" + f.Err.Error() + ")")
	}
	return b.String()
}

// Unwrap gives the failures.
func (e *ChainError) Unwrap() []error {
	all := make([]error, len(e.Tried))
	for i, f := range e.Tried {
		all[i] = f.Err
	}
	return all
}
