package journal_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/journal"
)

func simple(data string) []journal.Record {
	return []journal.Record{{Kind: "k", Base: true, Data: []byte(data)}}
}

func appendText(s journal.Store, id string, after int64, data string) error {
	return s.Append(context.Background(), &journal.Append{ID: id, After: after, Recs: simple(data)})
}

// wantTexts checks the records of a journal.
func wantTexts(t *testing.T, s journal.Store, id string, want ...string) {
	t.Helper()
	recs, err := readAll(s, id, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, r := range recs {
		got = append(got, string(r.Data))
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Fatalf("records of %q (-want +got):\n%s", id, diff)
	}
}

// TestDiskFull: a write that fails half way is undone, and the journal goes on
// when there is room again.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	if err := appendText(d, "a", 0, "one"); err != nil {
		t.Fatal(err)
	}
	journal.FailWrites(d, func(f *os.File, b []byte, off int64) (int, error) {
		n, _ := f.WriteAt(b[:len(b)/2], off)
		return n, syscall.ENOSPC
	})
	if err := appendText(d, "a", 1, "two"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("append to a full disk: %v", err)
	}
	if err := appendText(d, "new", 0, "one"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("first append on a full disk: %v", err)
	}
	if _, err := os.Stat(journal.File(dir, "new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a first append that failed left a file: %v", err)
	}
	wantTexts(t, d, "a", "one")
	wantTexts(t, d, "new")
	journal.FailWrites(d, (*os.File).WriteAt)
	if err := appendText(d, "a", 1, "three"); err != nil {
		t.Error(err)
	}
	if err := appendText(d, "new", 0, "two"); err != nil {
		t.Error(err)
	}
	closeDir(t, d)
	d = openDir(t, dir, nil)
	wantTexts(t, d, "a", "one", "three")
	wantTexts(t, d, "new", "two")
}

// TestDiskFullTrim: a trim that fails leaves the journal as it was.
func TestDiskFullTrim(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	for i, text := range []string{"one", "two", "three"} {
		if err := appendText(d, "a", int64(i), text); err != nil {
			t.Fatal(err)
		}
	}
	journal.FailWrites(d, func(*os.File, []byte, int64) (int, error) { return 0, syscall.ENOSPC })
	if err := d.Trim(t.Context(), "a", 3); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("trim on a full disk: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("a trim that failed left %v, %v", entries, err)
	}
	wantTexts(t, d, "a", "one", "two", "three")
	journal.FailWrites(d, (*os.File).WriteAt)
	if err := appendText(d, "a", 3, "four"); err != nil {
		t.Error(err)
	}
	wantTexts(t, d, "a", "one", "two", "three", "four")
}

// TestSyncFails: after an fsync that failed nothing is written until the
// directory is opened again.
func TestSyncFails(t *testing.T) {
	dir := t.TempDir()
	var fail atomic.Bool
	syncs := func(*os.File) error {
		if fail.Load() {
			return syscall.EIO
		}
		return nil
	}
	opts := &journal.DirOptions{Sync: syncs}
	d := openDir(t, dir, opts)
	for _, id := range []string{"a", "other"} {
		if err := appendText(d, id, 0, "one"); err != nil {
			t.Fatal(err)
		}
	}
	watched := make(chan error, 1)
	go func() { watched <- d.Watch(context.Background(), "a", 1) }()
	fail.Store(true)
	for id, tail := range map[string]int64{"a": 1, "new": 0} {
		if err := appendText(d, id, tail, "two"); !errors.Is(err, syscall.EIO) {
			t.Fatalf("append when fsync fails: %v", err)
		}
	}
	fail.Store(false)
	for id, tail := range map[string]int64{"a": 1, "new": 0} {
		err := appendText(d, id, tail, "two")
		if e, ok := errors.AsType[*journal.BrokenError](err); !ok || e.ID != id || !errors.Is(err, syscall.EIO) {
			t.Errorf("append after fsync failed: %v", err)
		}
	}
	if _, ok := errors.AsType[*journal.BrokenError](<-watched); !ok {
		t.Error("a watch does not end when its journal breaks")
	}
	wantTexts(t, d, "a", "one") // what was acknowledged stays readable
	if err := appendText(d, "other", 1, "two"); err != nil {
		t.Errorf("append to another journal: %v", err)
	}
	closeDir(t, d)
	b, err := os.ReadFile(dir + "/LOCK")
	if err != nil || strings.Contains(string(b), "closed") {
		t.Errorf("the lock file says %q: whether tails are torn is not known", b)
	}

	synced := map[string]bool{}
	opts.Sync = func(f *os.File) error { synced[f.Name()] = true; return nil }
	d = openDir(t, dir, opts)
	h, err := d.Head(t.Context(), "a")
	if err != nil || h.Tail < 1 {
		t.Fatalf("head after reopen: %+v, %v", h, err)
	}
	if !synced[journal.File(dir, "a")] {
		t.Error("what is read after a crash is not made durable first")
	}
	if err := appendText(d, "a", h.Tail, "three"); err != nil {
		t.Error(err)
	}
}

// TestTrimSyncFails: until the directory is on disk, a crash can bring the old
// file back, so the new one takes no appends.
func TestTrimSyncFails(t *testing.T) {
	dir := t.TempDir()
	fail := false
	d := openDir(t, dir, &journal.DirOptions{Sync: func(f *os.File) error {
		if info, err := f.Stat(); fail && err == nil && info.IsDir() {
			return syscall.EIO
		}
		return nil
	}})
	for i, text := range []string{"one", "two"} {
		if err := appendText(d, "a", int64(i), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := appendText(d, "b", 0, "one"); err != nil {
		t.Fatal(err)
	}
	fail = true
	for id, before := range map[string]int64{"a": 2, "b": 2} {
		if err := d.Trim(t.Context(), id, before); !errors.Is(err, syscall.EIO) {
			t.Errorf("trim of %q: %v", id, err)
		}
	}
	fail = false
	for id, tail := range map[string]int64{"a": 2, "b": 0} {
		err := appendText(d, id, tail, "more")
		if _, ok := errors.AsType[*journal.BrokenError](err); !ok {
			t.Errorf("append to %q: %v", id, err)
		}
	}
	closeDir(t, d)
	d = openDir(t, dir, nil)
	recs, err := readAll(d, "a", 1)
	if err != nil || len(recs) != 1 || string(recs[0].Data) != "two" {
		t.Errorf("after reopen %v, %v", recs, err)
	}
}

// TestInterruptedTrim: what a trim had written before a crash is removed.
func TestInterruptedTrim(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	if err := appendText(d, "a", 0, "one"); err != nil {
		t.Fatal(err)
	}
	closeDir(t, d)
	for _, name := range []string{"a.journal.new", "notes.txt", "NotOurs.journal", "x.journal.old"} {
		if err := os.WriteFile(dir+"/"+name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d = openDir(t, dir, nil)
	wantTexts(t, d, "a", "one")
	n := 0
	for _, err := range d.List(t.Context(), nil) {
		if err != nil {
			t.Error(err)
		}
		n++
	}
	entries, err := os.ReadDir(dir)
	if n != 1 || err != nil || len(entries) != 5 {
		t.Errorf("%d journals, files %v, %v", n, entries, err)
	}
}
