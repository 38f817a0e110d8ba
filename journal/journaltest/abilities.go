package journaltest

import (
	"context"
	"errors"
	"time"

	"github.com/bianpai/bianpai/journal"
)

// abilities passes calls on to the optional abilities of a store.
type abilities struct{ journal.Store }

func (s abilities) Watch(ctx context.Context, id string, after int64) error {
	if w, ok := s.Store.(journal.Watcher); ok {
		return w.Watch(ctx, id, after)
	}
	return errors.ErrUnsupported
}

func (s abilities) Acquire(ctx context.Context, id, owner string, ttl time.Duration) (*journal.Lease, error) {
	if l, ok := s.Store.(journal.Leaser); ok {
		return l.Acquire(ctx, id, owner, ttl)
	}
	return nil, errors.ErrUnsupported
}

func (s abilities) Renew(ctx context.Context, l *journal.Lease, ttl time.Duration) error {
	if r, ok := s.Store.(journal.Leaser); ok {
		return r.Renew(ctx, l, ttl)
	}
	return errors.ErrUnsupported
}

func (s abilities) Release(ctx context.Context, l *journal.Lease) error {
	if r, ok := s.Store.(journal.Leaser); ok {
		return r.Release(ctx, l)
	}
	return errors.ErrUnsupported
}
