package journaltest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/journal/journaltest"
)

func write(s journal.Store, id string, after int64) error {
	rec := journal.Record{Kind: "k", Base: true, Data: fmt.Append(nil, after)}
	return s.Append(context.Background(), &journal.Append{ID: id, After: after, Recs: []journal.Record{rec}})
}

func tail(t *testing.T, s journal.Store, id string) int64 {
	t.Helper()
	h, err := s.Head(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return h.Tail
}

func TestCrashAt(t *testing.T) {
	for _, mode := range []journaltest.Mode{journaltest.WriteLost, journaltest.AnswerLost} {
		for n := int64(1); n <= 5; n++ {
			m := new(journal.Memory)
			c := journaltest.NewCrasher(m)
			c.CrashAt(n, mode)
			want := n - 1
			if mode == journaltest.AnswerLost {
				want = n
			}
			for after := range int64(4) {
				err := write(c, "a", after)
				if crashed := after >= n-1; errors.Is(err, journaltest.ErrCrashed) != crashed {
					t.Errorf("%v at %d: write %d: %v", mode, n, after+1, err)
				}
			}
			if c.Crashed() != (n <= 4) || c.Writes() != min(n, 4) {
				t.Errorf("%v at %d: crashed %t after %d writes", mode, n, c.Crashed(), c.Writes())
			}
			if got := tail(t, m, "a"); got != min(want, 4) {
				t.Errorf("%v at %d: the tail is %d", mode, n, got)
			}
			next := c.Restart()
			if next.Writes() != 0 || write(next, "a", min(want, 4)) != nil || !c.Crashed() {
				t.Errorf("%v at %d: the next life does not go on", mode, n)
			}
		}
	}
}

func TestCrashedIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(journal.Memory)
		c := journaltest.NewCrasher(m)
		for after := range int64(3) {
			if err := write(c, "a", after); err != nil {
				t.Fatal(err)
			}
		}
		lease, err := c.Acquire(t.Context(), "a", "me", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		watched := make(chan error)
		go func() { watched <- c.Watch(t.Context(), "a", 3) }()
		synctest.Wait()
		for _, err := range c.Read(t.Context(), "a", 0) { // a read under way ends too
			if c.Crashed() != errors.Is(err, journaltest.ErrCrashed) {
				t.Errorf("read: %v", err)
			}
			c.Crash()
		}
		ctx := t.Context()
		_, headErr := c.Head(ctx, "a")
		_, leaseErr := c.Acquire(ctx, "b", "me", time.Minute)
		var listErr error
		for _, listErr = range c.List(ctx, nil) {
		}
		for name, err := range map[string]error{
			"append": write(c, "a", 3), "trim": c.Trim(ctx, "a", 4), "head": headErr, "list": listErr,
			"watch": c.Watch(ctx, "a", 0), "running watch": <-watched, "acquire": leaseErr,
			"renew": c.Renew(ctx, lease, time.Minute), "release": c.Release(ctx, lease),
		} {
			if !errors.Is(err, journaltest.ErrCrashed) {
				t.Errorf("%s after the crash: %v", name, err)
			}
		}
		if got := tail(t, m, "a"); got != 3 {
			t.Errorf("the tail is %d", got)
		}
	})
}

// TestCrashRace: of many writers at once exactly the chosen write is the last.
func TestCrashRace(t *testing.T) {
	m := new(journal.Memory)
	c := journaltest.NewCrasher(m)
	c.CrashAt(20, journaltest.AnswerLost)
	acked := make([]int64, 8)
	var wg sync.WaitGroup
	for w := range acked {
		wg.Go(func() {
			for write(c, fmt.Sprint(w), acked[w]) == nil {
				acked[w]++
			}
		})
	}
	wg.Wait()
	sum, kept := int64(0), int64(0)
	for w, n := range acked {
		sum += n
		kept += tail(t, m, fmt.Sprint(w))
	}
	if sum != 19 || kept != 20 || c.Writes() != 20 {
		t.Errorf("%d writes were answered, %d kept, %d counted", sum, kept, c.Writes())
	}
}

// plain hides the optional abilities of a store.
type plain struct{ journal.Store }

func TestUnsupported(t *testing.T) {
	c := journaltest.NewCrasher(plain{new(journal.Memory)})
	_, acquire := c.Acquire(t.Context(), "a", "me", time.Minute)
	for name, err := range map[string]error{
		"watch": c.Watch(t.Context(), "a", 0), "acquire": acquire,
		"renew": c.Renew(t.Context(), &journal.Lease{}, 1), "release": c.Release(t.Context(), &journal.Lease{}),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCounter(t *testing.T) {
	c := journaltest.NewCounter(new(journal.Memory))
	rec := journal.Record{Kind: "k", Data: make([]byte, 10)}
	for range 2 { // the second is refused
		_ = c.Append(t.Context(), &journal.Append{ID: "a", Recs: []journal.Record{rec, rec}})
	}
	if c.Appends() != 1 || c.Records() != 2 || c.Bytes() != 20 {
		t.Errorf("%d appends, %d records, %d bytes", c.Appends(), c.Records(), c.Bytes())
	}
	c.Reset()
	if c.Appends() != 0 || c.Records() != 0 || c.Bytes() != 0 {
		t.Error("the counts are not zero after Reset")
	}
}

// A program that has to write three records, whatever happens, is stopped at
// each of its writes.
func ExampleCrasher() {
	run := func(s journal.Store) error {
		head, err := s.Head(context.Background(), "a")
		for at := head.Tail; err == nil && at < 3; at++ {
			err = write(s, "a", at)
		}
		return err
	}
	crashes := 0
	for _, mode := range []journaltest.Mode{journaltest.WriteLost, journaltest.AnswerLost} {
		for n := int64(1); ; n++ {
			memory := new(journal.Memory)
			store := journaltest.NewCrasher(memory)
			store.CrashAt(n, mode)
			err := run(store)
			if !store.Crashed() {
				break
			}
			crashes++
			if err = run(store.Restart()); err != nil {
				fmt.Println(err)
			}
			if head, _ := memory.Head(context.Background(), "a"); head.Tail != 3 {
				fmt.Println("stopped at", n, mode, "it wrote", head.Tail)
			}
		}
	}
	fmt.Println(crashes, "crashes")
	// Output: 6 crashes
}
