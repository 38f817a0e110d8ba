package journaltest

import (
	"context"
	"sync/atomic"

	"github.com/bianpai/bianpai/journal"
)

// Counter is a store that counts what is appended to the store it wraps.
// Appends that the store refuses do not count. It is a Watcher and a Leaser;
// where the wrapped store is not, those calls return errors.ErrUnsupported.
type Counter struct {
	abilities
	appends, records, bytes atomic.Int64
}

// NewCounter wraps a store.
func NewCounter(s journal.Store) *Counter {
	return &Counter{abilities: abilities{s}}
}

// Append implements journal.Store.
func (c *Counter) Append(ctx context.Context, a *journal.Append) error {
	if err := c.Store.Append(ctx, a); err != nil {
		return err
	}
	n := 0
	for i := range a.Recs {
		n += len(a.Recs[i].Data)
	}
	c.appends.Add(1)
	c.records.Add(int64(len(a.Recs)))
	c.bytes.Add(int64(n))
	return nil
}

// Appends is the number of appends.
func (c *Counter) Appends() int64 { return c.appends.Load() }

// Records is the number of records appended.
func (c *Counter) Records() int64 { return c.records.Load() }

// Bytes is the sum of the lengths of their Data.
func (c *Counter) Bytes() int64 { return c.bytes.Load() }

// Reset sets the counts to zero.
func (c *Counter) Reset() {
	c.appends.Store(0)
	c.records.Store(0)
	c.bytes.Store(0)
}
