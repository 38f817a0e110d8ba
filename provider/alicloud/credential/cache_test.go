package credential_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// issuer gives sessions that last an hour, after a second.
type issuer struct {
	mu     sync.Mutex
	asked  int
	fails  error
	life   time.Duration
	slow   time.Duration
	forget bool // gives credentials that do not end
}

func (i *issuer) String() string { return "issuer" }

func (i *issuer) set(fails error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fails = fails
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// Credential implements credential.Provider.
func (i *issuer) Credential(ctx context.Context) (*credential.Credential, error) {
	i.mu.Lock()
	i.asked++
	n := i.asked
	i.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(i.slow):
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fails != nil {
		return nil, i.fails
	}
	c := &credential.Credential{KeyID: fmt.Sprint("STS.", n), Secret: secretKey, Token: secretToken}
	if !i.forget {
		c.Expires = time.Now().Add(i.life)
	}
	return c, nil
}

// at asks a source and compares the key.
func at(t *testing.T, when string, p credential.Provider, want string) {
	t.Helper()
	got, err := p.Credential(t.Context())
	if err != nil {
		t.Errorf("%s: %v", when, err)
	} else if got.KeyID != want {
		t.Errorf("%s: %s, want %s", when, got.KeyID, want)
	}
}

func TestCacheRenewsAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &issuer{life: time.Hour, slow: time.Second}
		c := closing(t, credential.NewCache(from))
		at(t, "at first", c, "STS.1")
		time.Sleep(57*time.Minute - time.Second)
		at(t, "a second before it is due", c, "STS.1")
		time.Sleep(time.Second)
		at(t, "180 seconds before the end", c, "STS.1") // nobody waits
		at(t, "while it is renewed", c, "STS.1")
		time.Sleep(2 * time.Second)
		at(t, "renewed", c, "STS.2")
		if n := from.count(); n != 2 {
			t.Errorf("asked %d times", n)
		}
		time.Sleep(2 * time.Hour)
		at(t, "long after the end", c, "STS.3") // waited for
	})
}

func TestCacheKeepsTheOldWhileRenewalsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &issuer{life: time.Hour}
		c := closing(t, credential.NewCache(from))
		at(t, "at first", c, "STS.1")
		time.Sleep(57 * time.Minute)
		from.set(errors.New("down"))
		for range 100 { // a call each 100 ms
			at(t, "failing", c, "STS.1")
			time.Sleep(100 * time.Millisecond)
		}
		if n := from.count(); n != 1+2 { // one each 5 s
			t.Errorf("asked %d times in 10 s", n)
		}
		time.Sleep(165 * time.Second) // 5 s to the end
		at(t, "in the last moments", c, "STS.1")
		time.Sleep(5 * time.Second)
		if _, err := c.Credential(t.Context()); err == nil || err.Error() != "down" {
			t.Errorf("after the end: %v", err)
		}
		n := from.count()
		from.set(nil)
		at(t, "up again", c, fmt.Sprint("STS.", n+1)) // the failure does not stick
	})
}

func TestCacheWaitsInTheLastMoments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &issuer{life: time.Hour, slow: time.Second}
		c := closing(t, credential.NewCache(from))
		at(t, "at first", c, "STS.1")
		time.Sleep(time.Hour - 10*time.Second)
		at(t, "10 s before the end", c, "STS.2")
	})
}

func TestCacheShortSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &issuer{life: time.Minute}
		c := closing(t, credential.NewCache(from))
		for range 60 {
			if _, err := c.Credential(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if n := from.count(); n > 3 {
			t.Errorf("sessions of a minute: %d in a minute", n)
		}
		dead := closing(t, credential.NewCache(&issuer{life: -time.Second}))
		if _, err := dead.Credential(t.Context()); err == nil {
			t.Error("took a session that is over")
		}
	})
}

func TestCacheLooksAgainForWhatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &issuer{forget: true}
		c := closing(t, credential.NewCache(from))
		at(t, "at first", c, "STS.1")
		time.Sleep(5*time.Minute - time.Nanosecond)
		at(t, "before", c, "STS.1")
		time.Sleep(time.Nanosecond)
		at(t, "in the meantime", c, "STS.1")
		synctest.Wait()
		at(t, "after", c, "STS.2")
		from.set(errors.New("the file is gone"))
		time.Sleep(24 * time.Hour)
		at(t, "without the file", c, "STS.2")
	})
}

func TestCacheOneFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &issuer{life: time.Hour, slow: time.Second}
		c := closing(t, credential.NewCache(from))
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var gaveUp, got atomic.Int32
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				ctx := t.Context()
				if i%2 == 0 {
					ctx = impatient
				}
				c, err := c.Credential(ctx)
				switch {
				case errors.Is(err, context.DeadlineExceeded):
					gaveUp.Add(1)
				case err == nil && c.KeyID == "STS.1":
					got.Add(1)
				}
			})
		}
		wg.Wait()
		if from.count() != 1 || gaveUp.Load() != 100 || got.Load() != 100 {
			t.Errorf("asked %d times, %d gave up, %d got it", from.count(), gaveUp.Load(), got.Load())
		}
	})
}

// A bubble that ends with a goroutine fails the test.
func TestCacheClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := credential.NewCache(&issuer{life: time.Hour, slow: time.Hour})
		failed := make(chan error)
		go func() {
			_, err := c.Credential(t.Context())
			failed <- err
		}()
		synctest.Wait()
		closing(t, c)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-failed; !errors.Is(err, credential.ErrClosed) {
			t.Errorf("who waited got %v", err)
		}
		if _, err := c.Credential(t.Context()); !errors.Is(err, credential.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

// A renewal that hangs ends by itself, also when nobody closes the cache.
func TestCacheRenewalEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := credential.NewCache(&issuer{life: time.Hour, slow: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Credential(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		began := time.Now()
		if _, err := c.Credential(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Minute {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

// nothing gives neither a credential nor an error.
type nothing struct{}

// Credential implements credential.Provider.
func (nothing) Credential(context.Context) (*credential.Credential, error) { return nil, nil }

func TestCacheOverASourceThatGivesNothing(t *testing.T) {
	for _, p := range []credential.Provider{nothing{}, nil} {
		c := closing(t, credential.NewCache(p))
		if _, err := c.Credential(t.Context()); err == nil {
			t.Error("took nothing for a credential")
		}
	}
}

func BenchmarkCredential(b *testing.B) {
	c := closing(b, credential.NewCache(&issuer{life: time.Hour}))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Credential(context.Background()); err != nil {
				b.Error(err)
			}
		}
	})
}
