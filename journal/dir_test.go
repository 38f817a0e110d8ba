package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/journal"
)

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	for range 2 {
		_, err := journal.OpenDir(dir, nil)
		if e, ok := errors.AsType[*journal.LockedError](err); !ok || e.Dir != dir {
			t.Errorf("second open: %v", err)
		}
	}
	closeDir(t, d)
	openDir(t, dir, nil)
}

func TestOpenMakesDirectories(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x", "y", "z")
	synced := map[string]bool{}
	d := openDir(t, dir, &journal.DirOptions{Sync: func(f *os.File) error { synced[f.Name()] = true; return nil }})
	for p := filepath.Dir(dir); filepath.Base(p) != "x"; p = filepath.Dir(p) {
		if !synced[p] {
			t.Errorf("%s was not made durable", p)
		}
	}
	closeDir(t, d)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{file, filepath.Join(file, "below")} {
		if d, err := journal.OpenDir(bad, nil); err == nil {
			d.Close()
			t.Errorf("%s is no directory, but was opened", bad)
		}
	}
}

// TestSyncs counts what makes an append durable.
func TestSyncs(t *testing.T) {
	dir := t.TempDir()
	files, dirs := 0, 0
	count := func(f *os.File) error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if info.IsDir() {
			dirs++
		} else {
			files++
		}
		return nil
	}
	d := openDir(t, dir, &journal.DirOptions{Sync: count})
	for _, c := range []struct {
		name        string
		do          func() error
		files, dirs int
	}{
		{"first append", func() error { return appendText(d, "a", 0, "one") }, 1, 1},
		{"append", func() error { return appendText(d, "a", 1, "two") }, 1, 0},
		{"trim", func() error { return d.Trim(context.Background(), "a", 2) }, 1, 1},
		{"append after a trim", func() error { return appendText(d, "a", 2, "three") }, 1, 0},
		{"refused append", func() error { _ = appendText(d, "a", 2, "three"); return nil }, 0, 0},
		{"read", func() error { _, err := readAll(d, "a", 1); return err }, 0, 0},
		{"drop", func() error { return d.Trim(context.Background(), "a", 4) }, 0, 1},
	} {
		files, dirs = 0, 0
		if err := c.do(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if files != c.files || dirs != c.dirs {
			t.Errorf("%s: %d syncs of files and %d of directories, want %d and %d", c.name, files, dirs, c.files, c.dirs)
		}
	}
}

// TestParallel: appends to different journals run at once, but no more of them
// than there may be.
func TestParallel(t *testing.T) {
	const parallel, writers = 4, 40
	var running, most atomic.Int64
	full := make(chan struct{})
	d := openDir(t, t.TempDir(), &journal.DirOptions{Parallel: parallel, Sync: func(f *os.File) error {
		if filepath.Base(f.Name()) == "LOCK" || filepath.Ext(f.Name()) != ".journal" {
			return nil
		}
		n := running.Add(1)
		defer running.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == parallel {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		<-full // the first ones wait for each other: they have to run at once
		return nil
	}})
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			if err := appendText(d, fmt.Sprint("j", w), 0, "one"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := most.Load(); n != parallel {
		t.Errorf("%d appends ran at once, want %d", n, parallel)
	}
}

// TestCanceledWhileWaiting: who waits for its turn can stop to wait.
func TestCanceledWhileWaiting(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	d := openDir(t, t.TempDir(), &journal.DirOptions{Parallel: 1, Sync: func(f *os.File) error {
		if filepath.Ext(f.Name()) == ".journal" {
			entered <- struct{}{}
			<-leave
		}
		return nil
	}})
	done := make(chan error)
	go func() { done <- appendText(d, "a", 0, "one") }()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	err := d.Append(ctx, &journal.Append{ID: "b", Recs: simple("one")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("append that waits: %v", err)
	}
	// A head that is known needs no disk, so it does not wait for one.
	if h, err := d.Head(t.Context(), "a"); err != nil || h.Tail != 0 {
		t.Errorf("head during an append: %+v, %v", h, err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
	wantTexts(t, d, "b")
}

func TestClosed(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	if err := appendText(d, "a", 0, "one"); err != nil {
		t.Fatal(err)
	}
	watched := make(chan error, 1)
	go func() { watched <- d.Watch(context.Background(), "a", 1) }()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for tail := int64(0); ; tail++ {
				err := appendText(d, fmt.Sprint("w", w), tail, "x")
				if errors.Is(err, journal.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for _, err := range d.Read(t.Context(), "a", 0) {
		if err != nil {
			t.Error(err)
		}
		closeDir(t, d) // in the middle of a read
	}
	wg.Wait()
	ctx := t.Context()
	_, readErr := readAll(d, "a", 0)
	_, headErr := d.Head(ctx, "a")
	_, leaseErr := d.Acquire(ctx, "a", "me", time.Second)
	var listErr error
	for _, listErr = range d.List(ctx, nil) {
	}
	for name, err := range map[string]error{
		"append": appendText(d, "a", 1, "two"), "read": readErr, "head": headErr, "list": listErr,
		"trim": d.Trim(ctx, "a", 2), "watch": d.Watch(ctx, "a", 0), "running watch": <-watched,
		"lease": leaseErr, "close": d.Close(),
	} {
		if !errors.Is(err, journal.ErrClosed) {
			t.Errorf("%s after close: %v", name, err)
		}
	}
	d = openDir(t, dir, nil)
	wantTexts(t, d, "a", "one")
}

// TestLazy: opening a directory reads no journal, and each is read once.
func TestLazy(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	for i := range 20 {
		if err := appendText(d, fmt.Sprint("j", i), 0, "one"); err != nil {
			t.Fatal(err)
		}
	}
	closeDir(t, d)
	if err := os.WriteFile(journal.File(dir, "j7"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	d = openDir(t, dir, nil) // does not look into j7
	if h, err := d.Head(t.Context(), "j3"); err != nil || h.Tail != 1 {
		t.Errorf("head: %+v, %v", h, err)
	}
	if err := os.Remove(journal.File(dir, "j3")); err != nil {
		t.Fatal(err)
	}
	if h, err := d.Head(t.Context(), "j3"); err != nil || h.Tail != 1 {
		t.Errorf("a head that is known is read again: %+v, %v", h, err)
	}
}

// TestDirtyStaysDirty: a journal that was not used since a crash may still
// have a torn tail, whatever else was closed in order.
func TestDirtyStaysDirty(t *testing.T) {
	s := makeSample(t, "torn", 2, 2)
	dir := s.place(t, s.file[:len(s.file)-1])
	d := openDir(t, dir, nil)
	if err := appendText(d, "a", 0, "one"); err != nil {
		t.Fatal(err)
	}
	closeDir(t, d)
	s.wantUpTo(t, dir, "torn, unused since", 1)
}

// stores are those that must work in a bubble of synctest.
func stores(t *testing.T) map[string]func() journal.Store {
	return map[string]func() journal.Store{
		"Memory": func() journal.Store { return new(journal.Memory) },
		"Dir":    func() journal.Store { return openDir(t, t.TempDir(), nil) },
	}
}

func TestWatchInBubble(t *testing.T) {
	for name, open := range stores(t) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open()
				w := s.(journal.Watcher)
				returned := make([]bool, 4)
				for after := range int64(4) {
					go func() {
						if err := w.Watch(t.Context(), "a", after); err != nil {
							t.Error(err)
						}
						returned[after] = true
					}()
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if err := w.Watch(ctx, "a", 9); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("watch with a deadline: %v", err)
				}
				for tail := range int64(5) {
					synctest.Wait()
					for after, ok := range returned {
						if want := int64(after) < tail; ok != want {
							t.Errorf("tail %d: watch after %d returned: %t", tail, after, ok)
						}
					}
					if err := appendText(s, "a", tail, "x"); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

func TestLeaseRunsOut(t *testing.T) {
	for name, open := range stores(t) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := open().(journal.Leaser)
				ctx := t.Context()
				one, err := l.Acquire(ctx, "a", "one", time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(50 * time.Second)
				if err := l.Renew(ctx, one, time.Minute); err != nil {
					t.Error(err)
				}
				time.Sleep(59 * time.Second)
				if _, err := l.Acquire(ctx, "a", "two", time.Minute); err == nil {
					t.Error("a lease that runs was taken over")
				}
				time.Sleep(time.Second)
				if err := l.Renew(ctx, one, time.Minute); err != nil {
					t.Errorf("renew of a lease that ran out, with nobody else there: %v", err)
				}
				time.Sleep(time.Minute)
				two, err := l.Acquire(ctx, "a", "two", time.Minute)
				if err != nil || two.Fence <= one.Fence {
					t.Errorf("a lease that ran out: %+v, %v", two, err)
				}
				if err := l.Renew(ctx, one, time.Minute); err == nil {
					t.Error("a lease that was taken over was renewed")
				}
			})
		})
	}
}
