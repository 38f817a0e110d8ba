package host

import (
	"context"
	"errors"
	"time"

	"github.com/bianpai/bianpai/journal"
)

// pollJournal is how often a journal that cannot be watched is looked at.
const pollJournal = 500 * time.Millisecond

// Await returns nil when the tail of a journal is past after. If d, which may
// be nil, stops driving the journal first, it returns *StoppedError, and the
// context's error when that ends.
func Await(ctx context.Context, store journal.Store, id string, after int64, d *Driver) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if d != nil {
		go func() {
			select {
			case <-d.Stopped():
				cancel(&StoppedError{ID: id, Cause: d.Err()})
			case <-ctx.Done():
			}
		}()
	}
	err := watch(ctx, store, id, after)
	if err != nil && errors.Is(err, ctx.Err()) {
		err = context.Cause(ctx)
	}
	return err
}

func watch(ctx context.Context, store journal.Store, id string, after int64) error {
	if w, ok := store.(journal.Watcher); ok {
		err := w.Watch(ctx, id, after)
		if !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	tick := time.NewTicker(pollJournal)
	defer tick.Stop()
	for {
		head, err := store.Head(ctx, id)
		if err != nil || head.Tail > after {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
