package ros

import (
	"context"
	"sync"
)

// turns lets one holder at a time have a name. The zero value is ready.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // closed when the name is given back
}

// take waits for a name; false means that ctx ended first. The empty name is
// everybody's.
func (t *turns) take(ctx context.Context, name string) bool {
	if name == "" {
		return true
	}
	for {
		t.mu.Lock()
		wait := t.taken[name]
		if wait == nil {
			if t.taken == nil {
				t.taken = map[string]chan struct{}{}
			}
			t.taken[name] = make(chan struct{})
			t.mu.Unlock()
			return true
		}
		t.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return false
		}
	}
}

func (t *turns) give(name string) {
	if name == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.taken[name])
	delete(t.taken, name)
}
