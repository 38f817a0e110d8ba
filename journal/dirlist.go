package journal

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// maxListErrors bounds what one List says about files that cannot be read.
const maxListErrors = 10

// List implements Store.
func (d *Dir) List(ctx context.Context, q *Query) iter.Seq2[Head, error] {
	return func(yield func(Head, error) bool) {
		if err := d.usable(ctx); err != nil {
			yield(Head{}, err)
			return
		}
		ids, errs := d.ids(ctx)
		for id := range q.choose(ids) {
			head, err := d.Head(ctx, id)
			switch {
			case err == nil:
				if head.Tail > 0 && !yield(head, nil) {
					return
				}
			case ctx.Err() != nil || errors.Is(err, ErrClosed):
				yield(Head{}, err)
				return
			case len(errs) < maxListErrors:
				errs = append(errs, err)
			}
		}
		if err := errors.Join(errs...); err != nil {
			yield(Head{}, err)
		}
	}
}

// ids gives the sorted names of all journals. Those of hashed files are known
// only once the file was read.
func (d *Dir) ids(ctx context.Context) ([]string, []error) {
	d.mu.RLock()
	sorted := d.sorted
	var unread []*dirJournal
	if sorted == nil {
		for _, j := range d.journals {
			if hashed(j.name) {
				unread = append(unread, j)
			}
		}
	}
	d.mu.RUnlock()
	if sorted != nil {
		return sorted, nil
	}
	var errs []error
	for _, j := range unread {
		if _, err := d.load(ctx, j); err != nil && len(errs) < maxListErrors {
			errs = append(errs, err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := make([]string, 0, len(d.journals))
	for _, j := range d.journals {
		if j.id != "" {
			ids = append(ids, j.id)
		}
	}
	slices.Sort(ids)
	if len(errs) == 0 {
		d.sorted = ids
	}
	return ids, errs
}
