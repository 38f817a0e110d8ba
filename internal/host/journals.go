package host

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/journal"
)

// Journals are the journals of one kind of machine, each under an ID of its
// own. A journal is driven from its first Drive or Submit until Retire finds
// its machine idle. The methods may be called concurrently.
type Journals struct {
	host   *Host
	prefix string
	def    *Definition

	mu sync.Mutex
	// last holds the drivers that run, and of those that stopped by an error
	// the last of each journal, to tell why.
	last map[string]*Driver
}

// Journals gives the journals whose names begin with a prefix, which is not
// part of their IDs.
func (h *Host) Journals(prefix string, def *Definition) *Journals {
	return &Journals{host: h, prefix: prefix, def: def, last: make(map[string]*Driver)}
}

// Name is the name of a journal in the store.
func (j *Journals) Name(id string) string { return j.prefix + id }

// Head is the head of a journal in the store.
func (j *Journals) Head(ctx context.Context, id string) (journal.Head, error) {
	return j.host.store.Head(ctx, j.Name(id))
}

// Read gives the records of a journal after a position.
func (j *Journals) Read(ctx context.Context, id string, after int64) iter.Seq2[journal.Record, error] {
	return j.host.store.Read(ctx, j.Name(id), after)
}

// Drive opens a journal and goes on with what is under way.
func (j *Journals) Drive(ctx context.Context, id string) (*Driver, error) {
	d, err := j.host.Open(ctx, j.Name(id), j.def)
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last[id] = d
	return d, nil
}

// Submit hands a request to the machine of a journal, which it drives if need
// be, and gives the journal's tail as it was before. See [Driver.Submit].
func (j *Journals) Submit(ctx context.Context, id string, req any) (tail int64, err error) {
	for {
		d, err := j.Drive(ctx, id)
		if err != nil {
			return 0, err
		}
		tail := d.Tail()
		err = d.Submit(ctx, req)
		if stop, ok := errors.AsType[*StoppedError](err); ok && stop.Cause == nil {
			// Retired in between, with the request unread. When the host has
			// been shut down, Drive says so.
			continue
		}
		return tail, err
	}
}

// Look calls f with the machine of a journal: the one that is driven here, or
// one folded from the journal for this call. See [Driver.Inspect].
func (j *Journals) Look(ctx context.Context, id string, f func(core.Machine)) error {
	if d := j.driver(id); d != nil {
		err := d.Inspect(ctx, f)
		if _, stopped := errors.AsType[*StoppedError](err); !stopped {
			return err
		}
	}
	replica, err := Fold(ctx, j.host.store, j.Name(id), j.def)
	if err != nil {
		return err
	}
	f(replica.Machine())
	return nil
}

// Await returns nil when there may be something new: the journal's tail is past
// after, or the journal was retired. It gives *StoppedError when nothing will
// come, since the driver stopped by an error or with the host.
func (j *Journals) Await(ctx context.Context, id string, after int64) error {
	j.mu.Lock()
	d := j.last[id]
	j.mu.Unlock()
	err := Await(ctx, j.host.store, j.Name(id), after, d)
	stop, ok := errors.AsType[*StoppedError](err)
	switch {
	case !ok:
		return err
	case stop.Cause == nil && !j.host.isClosed():
		return nil // retired
	}
	if head, headErr := j.Head(ctx, id); headErr == nil && head.Tail > after {
		return nil // written just before it stopped
	}
	return err
}

// Retire stops driving a journal whose machine waits for nothing but requests.
// The next request opens it again.
func (j *Journals) Retire(ctx context.Context, id string) {
	d := j.driver(id)
	if d == nil {
		return
	}
	if closed, _ := d.CloseIdle(ctx); !closed {
		return // it has work, or has stopped by itself
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.last[id] == d {
		delete(j.last, id)
	}
}

// driver is the driver of a journal, nil if this host does not drive it now.
func (j *Journals) driver(id string) *Driver {
	j.mu.Lock()
	defer j.mu.Unlock()
	d := j.last[id]
	if d == nil {
		return nil
	}
	select {
	case <-d.Stopped():
		return nil // and kept, to tell why it stopped
	default:
		return d
	}
}
