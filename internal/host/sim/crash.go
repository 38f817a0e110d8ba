package sim

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/bianpai/bianpai/journal"
)

// Lost says what a crash at an append takes away.
type Lost uint8

// The losses of a crash.
const (
	LostWrite  Lost = iota // the records are not written
	LostAnswer             // they are written, and the writer never hears of it
)

// String names the loss.
func (l Lost) String() string {
	if l == LostAnswer {
		return "answer lost"
	}
	return "write lost"
}

// CrashError is what the calls of a crashed store return.
type CrashError struct {
	Append int // the one at which it crashed, from 1
	Lost   Lost
}

func (e *CrashError) Error() string {
	return fmt.Sprintf("crash at append %d, %s", e.Append, e.Lost)
}

// Crasher passes calls on to a store until the append at which it is to crash;
// from then on all calls fail until Restart. Its methods may be called
// concurrently.
type Crasher struct {
	store journal.Store

	mu      sync.Mutex
	appends int
	at      int
	lost    Lost
	crashed *CrashError
}

// NewCrasher makes a Crasher that does not crash yet.
func NewCrasher(store journal.Store) *Crasher { return &Crasher{store: store} }

// Crash plans a crash at the n-th append, counted from the making of c.
func (c *Crasher) Crash(n int, lost Lost) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.lost = n, lost
}

// Appends counts the appends so far, the one that crashed included.
func (c *Crasher) Appends() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.appends
}

// Crashed reports whether the store has crashed and was not restarted.
func (c *Crasher) Crashed() bool { return c.down() != nil }

// Restart makes the store answer again, as to a new process.
func (c *Crasher) Restart() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.crashed, c.at = nil, 0
}

func (c *Crasher) down() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.crashed == nil {
		return nil
	}
	return c.crashed
}

// Append implements journal.Store.
func (c *Crasher) Append(ctx context.Context, a *journal.Append) error {
	crash, err := c.count()
	if err != nil {
		return err
	}
	if crash != nil && crash.Lost == LostWrite {
		return crash
	}
	err = c.store.Append(ctx, a)
	if crash != nil && err == nil {
		return crash
	}
	return err
}

func (c *Crasher) count() (*CrashError, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.crashed != nil {
		return nil, c.crashed
	}
	if c.appends++; c.appends != c.at {
		return nil, nil
	}
	c.crashed = &CrashError{Append: c.appends, Lost: c.lost}
	return c.crashed, nil
}

// Read implements journal.Store.
func (c *Crasher) Read(ctx context.Context, id string, after int64) iter.Seq2[journal.Record, error] {
	if err := c.down(); err != nil {
		return func(yield func(journal.Record, error) bool) { yield(journal.Record{}, err) }
	}
	return c.store.Read(ctx, id, after)
}

// Head implements journal.Store.
func (c *Crasher) Head(ctx context.Context, id string) (journal.Head, error) {
	if err := c.down(); err != nil {
		return journal.Head{}, err
	}
	return c.store.Head(ctx, id)
}

// List implements journal.Store.
func (c *Crasher) List(ctx context.Context, q *journal.Query) iter.Seq2[journal.Head, error] {
	if err := c.down(); err != nil {
		return func(yield func(journal.Head, error) bool) { yield(journal.Head{}, err) }
	}
	return c.store.List(ctx, q)
}

// Trim implements journal.Store.
func (c *Crasher) Trim(ctx context.Context, id string, before int64) error {
	if err := c.down(); err != nil {
		return err
	}
	return c.store.Trim(ctx, id, before)
}
