package journaltest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/journal"
)

func testWatch(t *testing.T, h *Harness) {
	s := h.New(t)
	w, ok := s.(journal.Watcher)
	if !ok {
		t.Skip("the store is no Watcher")
	}
	appendTo(t, s, "a", 0, 3)
	if err := w.Watch(t.Context(), "a", 2); err != nil {
		t.Errorf("watch for what is there: %v", err)
	}
	if err := w.Watch(canceled(t), "a", 3); !errors.Is(err, context.Canceled) {
		t.Errorf("watch with a context that is done: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := w.Watch(ctx, "other", 5); !errors.Is(err, context.Canceled) {
				t.Errorf("a watch of a journal that stays short: %v", err)
			}
		})
		wg.Go(func() {
			// Follows two journals, the second of which does not exist yet.
			for after := int64(3); after < 20; after++ {
				for _, id := range []string{"a", "new"} {
					if err := w.Watch(t.Context(), id, after); err != nil {
						t.Error(err)
						return
					}
					if h, err := s.Head(t.Context(), id); err != nil || h.Tail <= after {
						t.Errorf("the watch after %d returned at %d, %v", after, h.Tail, err)
					}
				}
			}
		})
	}
	appendTo(t, s, "new", 0, 3)
	appendTo(t, s, "other", 0, 5)
	for tail := int64(3); tail < 20; tail++ {
		appendTo(t, s, "new", tail, tail+1)
		appendTo(t, s, "a", tail, tail+1)
	}
	cancel()
	wg.Wait()
}

func testLease(t *testing.T, h *Harness) {
	s := h.New(t)
	l, ok := s.(journal.Leaser)
	if !ok {
		t.Skip("the store is no Leaser")
	}
	ctx := t.Context()
	one, err := l.Acquire(ctx, "a", "one", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if one.ID != "a" || one.Owner != "one" || one.Fence < 1 || time.Until(one.Until) < 59*time.Minute {
		t.Errorf("the lease is %+v", one)
	}
	_, err = l.Acquire(ctx, "a", "two", time.Hour)
	if e, ok := errors.AsType[*journal.HeldError](err); !ok || e.ID != "a" || e.Owner != "one" || !e.Until.Equal(one.Until) {
		t.Errorf("a second owner: %v", err)
	}
	if other, err := l.Acquire(ctx, "b", "two", time.Hour); err != nil {
		t.Errorf("another journal: %+v, %v", other, err)
	}
	until := one.Until
	if err := l.Renew(ctx, one, 2*time.Hour); err != nil || !one.Until.After(until) {
		t.Errorf("renew: %v, %v", one.Until, err)
	}
	again, err := l.Acquire(ctx, "a", "one", time.Hour)
	if err != nil || again.Fence <= one.Fence {
		t.Fatalf("the same owner again: %+v, %v", again, err)
	}
	wantFenced(t, "renew of the old lease", l.Renew(ctx, one, time.Hour), one.Fence, again.Fence)
	if err := l.Release(ctx, one); err != nil {
		t.Errorf("release of the old lease: %v", err)
	}
	if _, err := l.Acquire(ctx, "a", "two", time.Hour); err == nil {
		t.Error("the release of an old lease ended the new one")
	}
	for range 2 {
		if err := l.Release(ctx, again); err != nil {
			t.Errorf("release: %v", err)
		}
	}
	wantFenced(t, "renew after release", l.Renew(ctx, again, time.Hour), again.Fence, again.Fence)
	two, err := l.Acquire(ctx, "a", "two", time.Hour)
	if err != nil || two.Fence <= again.Fence {
		t.Errorf("the next owner: %+v, %v", two, err)
	}
	if ids := list(t, s, nil); len(ids) != 0 {
		t.Errorf("leases made journals: %q", ids)
	}
	for name, f := range map[string]func() (*journal.Lease, error){
		"no name":  func() (*journal.Lease, error) { return l.Acquire(ctx, "", "one", time.Hour) },
		"no owner": func() (*journal.Lease, error) { return l.Acquire(ctx, "c", "", time.Hour) },
		"no time":  func() (*journal.Lease, error) { return l.Acquire(ctx, "c", "one", 0) },
	} {
		_, err := f()
		if _, ok := errors.AsType[*journal.InvalidError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func wantFenced(t *testing.T, what string, err error, fence, current int64) {
	t.Helper()
	e, ok := errors.AsType[*journal.FencedError](err)
	if !ok || e.Fence != fence || e.Current != current {
		t.Errorf("%s: error %v, want fence %d behind %d", what, err, fence, current)
	}
}

func testFence(t *testing.T, h *Harness) {
	s := h.New(t)
	l, ok := s.(journal.Leaser)
	if !ok {
		t.Skip("the store is no Leaser")
	}
	ctx := t.Context()
	fence := func(owner string) int64 {
		t.Helper()
		lease, err := l.Acquire(ctx, "a", owner, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Release(ctx, lease); err != nil {
			t.Fatal(err)
		}
		return lease.Fence
	}
	write := func(tail, fence int64) error {
		return s.Append(ctx, &journal.Append{ID: "a", After: tail, Fence: fence, Recs: recs(tail+1, tail+1)})
	}
	first := fence("one")
	if err := write(0, first); err != nil {
		t.Fatal(err)
	}
	second := fence("two")
	for _, old := range []int64{0, first} {
		wantFenced(t, "append with an old lease", write(1, old), old, second)
		// Who is fenced must stop, even if it is behind as well.
		wantFenced(t, "append behind the tail with an old lease", write(0, old), old, second)
	}
	wantTail(t, s, "a", 1)
	if err := write(1, second); err != nil {
		t.Error(err)
	}
	if err := s.Trim(ctx, "a", 3); err != nil {
		t.Fatal(err)
	}
	wantFenced(t, "append with an old lease after a drop", write(0, first), first, second)
	if err := write(0, second); err != nil {
		t.Error(err)
	}
	if third := fence("one"); third <= second {
		t.Errorf("fences are %d, %d, %d", first, second, third)
	}
}
