package journaltest

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/bianpai/bianpai/journal"
)

// ErrCrashed is what every call of a crashed [Crasher] returns.
var ErrCrashed = errors.New("journaltest: the store has crashed")

// Mode tells what becomes of the write at which a Crasher crashes.
type Mode uint8

const (
	// WriteLost: nothing was written.
	WriteLost Mode = iota
	// AnswerLost: all was written, but the writer gets ErrCrashed.
	AnswerLost
)

func (m Mode) String() string {
	if m == AnswerLost {
		return "answer lost"
	}
	return "write lost"
}

// Crasher is a store that crashes at a chosen write. From then on each call,
// watches and reads that are under way included, ends with ErrCrashed, as if
// the process had died with the store; what is kept is in the wrapped store.
//
//	for n := int64(1); ; n++ {
//		c := journaltest.NewCrasher(new(journal.Memory))
//		c.CrashAt(n, journaltest.AnswerLost)
//		run(c) // the program under test, until it ends or stops on ErrCrashed
//		if !c.Crashed() {
//			break // it makes fewer than n writes: the sweep is complete
//		}
//		run(c.Restart())
//	}
//
// A crashed Crasher stays so: the next life of the program gets a new one from
// Restart, so that goroutines left over from the dead one cannot write.
//
// Writes are Append and Trim, counted from 1; those that the store refuses
// count too. They pass one at a time, which is what makes "the n-th" exact and
// lets nothing land after the crash.
//
// Crasher is a Watcher and a Leaser; where the wrapped store is not, those
// calls return errors.ErrUnsupported.
type Crasher struct {
	store journal.Store

	writing sync.Mutex // held over one write

	mu     sync.Mutex
	writes int64
	at     int64 // the write to crash at; 0: none
	mode   Mode
	life   context.Context // done when crashed
	kill   context.CancelCauseFunc
}

// NewCrasher wraps a store. It crashes only when told to.
func NewCrasher(s journal.Store) *Crasher {
	c := &Crasher{store: s}
	c.life, c.kill = context.WithCancelCause(context.Background())
	return c
}

// CrashAt makes the n-th write since NewCrasher or Restart the last; n of 0
// takes that back. A write that has passed already is not crashed any more.
func (c *Crasher) CrashAt(n int64, mode Mode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.mode = n, mode
}

// Crash crashes now, between two writes.
func (c *Crasher) Crash() {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.kill(ErrCrashed)
}

// Crashed tells whether it has crashed.
func (c *Crasher) Crashed() bool { return c.life.Err() != nil }

// Writes is the number of writes so far, the crashed one included.
func (c *Crasher) Writes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writes
}

// Restart crashes c if it has not crashed yet, waits until no write is under
// way, and gives a Crasher over the same store for the next life.
func (c *Crasher) Restart() *Crasher {
	c.Crash()
	return NewCrasher(c.store)
}

// write counts a write and does it, or crashes.
func (c *Crasher) write(do func() error) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.Crashed() {
		return ErrCrashed
	}
	c.mu.Lock()
	c.writes++
	crash, mode := c.writes == c.at, c.mode
	c.mu.Unlock()
	if !crash {
		return do()
	}
	if mode == AnswerLost {
		// Whether the store took it or refused it is lost with the answer.
		_ = do()
	}
	c.kill(ErrCrashed)
	return ErrCrashed
}

// Append implements journal.Store.
func (c *Crasher) Append(ctx context.Context, a *journal.Append) error {
	return c.write(func() error { return c.store.Append(ctx, a) })
}

// Trim implements journal.Store.
func (c *Crasher) Trim(ctx context.Context, id string, before int64) error {
	return c.write(func() error { return c.store.Trim(ctx, id, before) })
}

// Read implements journal.Store.
func (c *Crasher) Read(ctx context.Context, id string, after int64) iter.Seq2[journal.Record, error] {
	return untilCrash(c, c.store.Read(ctx, id, after))
}

// List implements journal.Store.
func (c *Crasher) List(ctx context.Context, q *journal.Query) iter.Seq2[journal.Head, error] {
	return untilCrash(c, c.store.List(ctx, q))
}

func untilCrash[T any](c *Crasher, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if c.Crashed() {
			yield(none, ErrCrashed)
			return
		}
		for v, err := range seq {
			if c.Crashed() {
				yield(none, ErrCrashed)
				return
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// Head implements journal.Store.
func (c *Crasher) Head(ctx context.Context, id string) (journal.Head, error) {
	if c.Crashed() {
		return journal.Head{}, ErrCrashed
	}
	return c.store.Head(ctx, id)
}

// Watch implements journal.Watcher.
func (c *Crasher) Watch(ctx context.Context, id string, after int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	err := abilities{c.store}.Watch(ctx, id, after)
	if c.Crashed() {
		return ErrCrashed
	}
	return err
}

// Acquire implements journal.Leaser.
func (c *Crasher) Acquire(ctx context.Context, id, owner string, ttl time.Duration) (*journal.Lease, error) {
	if c.Crashed() {
		return nil, ErrCrashed
	}
	return abilities{c.store}.Acquire(ctx, id, owner, ttl)
}

// Renew implements journal.Leaser.
func (c *Crasher) Renew(ctx context.Context, l *journal.Lease, ttl time.Duration) error {
	if c.Crashed() {
		return ErrCrashed
	}
	return abilities{c.store}.Renew(ctx, l, ttl)
}

// Release implements journal.Leaser.
func (c *Crasher) Release(ctx context.Context, l *journal.Lease) error {
	if c.Crashed() {
		return ErrCrashed
	}
	return abilities{c.store}.Release(ctx, l)
}
