package credential

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// renewAhead is how long before its end a session is renewed.
	renewAhead = 180 * time.Second
	// lastMoments is how long before its end a credential is too old to sign
	// with while a newer one is on its way.
	lastMoments = 15 * time.Second
	// retryPause is how long a failed renewal is left alone while the old
	// credential is valid.
	retryPause = 5 * time.Second
	// lookAgain is after how long a credential that never ends is asked for
	// again: files and variables change.
	lookAgain = 5 * time.Minute
	// renewTimeout bounds one renewal.
	renewTimeout = time.Minute
)

// ErrClosed is what a closed [Cache] answers.
var ErrClosed = errors.New("the source of credentials is closed")

// Cache keeps the credential of another source until shortly before its end.
// However many callers wait, one renewal is under way; a caller's context ends
// the caller's wait and not the renewal. While the old credential is valid, a
// failed renewal is tried again later and nobody sees it. Without one, each call
// tries anew. Close it when it is no longer needed.
type Cache struct {
	source Provider
	ctx    context.Context // of the renewals
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	have    *Credential
	renewAt time.Time
	flight  *flight
}

// flight is a renewal. Its result is set before done is closed.
type flight struct {
	done chan struct{}
	c    *Credential
	err  error
}

// NewCache makes a cache over a source, which stays the caller's.
func NewCache(source Provider) *Cache {
	ctx, cancel := context.WithCancel(context.Background())
	return &Cache{source: source, ctx: ctx, cancel: cancel}
}

// String names the source.
func (c *Cache) String() string { return nameOf(c.source) }

// Close ends a renewal that is under way and waits for it. After that no
// credential is given.
func (c *Cache) Close() error {
	c.mu.Lock()
	c.closed, c.have = true, nil
	c.mu.Unlock()
	c.cancel()
	c.work.Wait()
	return nil
}

// Credential implements [Provider].
func (c *Cache) Credential(ctx context.Context) (*Credential, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	have, f, err := c.enter(time.Now())
	if f == nil {
		return have, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-f.done:
	}
	if f.err != nil {
		if have := c.valid(time.Now()); have != nil {
			return have, nil
		}
		return nil, f.err
	}
	return f.c, nil
}

// enter gives the credential if it need not be waited for, else the renewal to
// wait for.
func (c *Cache) enter(now time.Time) (*Credential, *flight, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil, nil, ErrClosed
	case c.have.validAt(now) && now.Before(c.renewAt):
		return c.have, nil, nil
	case c.flight == nil:
		f := &flight{done: make(chan struct{})}
		c.flight = f
		c.work.Go(func() { c.renew(f) })
	}
	if c.have.validAt(now.Add(lastMoments)) {
		return c.have, nil, nil
	}
	return nil, c.flight, nil
}

// valid gives the credential if it is valid.
func (c *Cache) valid(now time.Time) *Credential {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.have.validAt(now) {
		return c.have
	}
	return nil
}

// validAt reports whether there is a credential that has not ended.
func (c *Credential) validAt(now time.Time) bool {
	return c != nil && (c.Expires.IsZero() || now.Before(c.Expires))
}

// renew asks the source and hands the result to those who wait.
func (c *Cache) renew(f *flight) {
	ctx, cancel := context.WithTimeout(c.ctx, renewTimeout)
	defer cancel()
	got, err := ask(ctx, c.source)
	now := time.Now()
	if err == nil && !got.validAt(now) {
		err = fmt.Errorf("the credential of key %s ended at %s, before it arrived: is the clock right?", got.KeyID, got.Expires.UTC().Format(time.RFC3339))
	}
	c.mu.Lock()
	switch {
	case c.closed:
		got, err = nil, ErrClosed
	case err != nil:
		c.renewAt = now.Add(retryPause)
	default:
		c.have, c.renewAt = got, renewalOf(got, now)
	}
	c.flight = nil
	c.mu.Unlock()
	f.c, f.err = got, err
	close(f.done)
}

// renewalOf says when to renew: of a short session, after half of it.
func renewalOf(c *Credential, now time.Time) time.Time {
	if c.Expires.IsZero() {
		return now.Add(lookAgain)
	}
	return c.Expires.Add(-min(renewAhead, c.Expires.Sub(now)/2))
}

// ask asks a source, which may be anybody's, and looks at the answer.
func ask(ctx context.Context, p Provider) (*Credential, error) {
	if p == nil {
		return nil, errors.New("there is no source of credentials")
	}
	c, err := p.Credential(ctx)
	switch {
	case err != nil:
		return nil, err
	case c == nil || c.KeyID == "" || c.Secret == "":
		return nil, errors.New("the source gave no credential")
	}
	return c, nil
}

// nameOf names a source in errors.
func nameOf(p Provider) string {
	if s, ok := p.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", p)
}
