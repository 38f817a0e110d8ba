package journaltest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/journal"
)

// Harness tells Run how to make the stores that it tests.
type Harness struct {
	// New gives an empty store. It cleans up with t.Cleanup. Required.
	New func(t *testing.T) journal.Store
	// Reopen ends the store in order and opens what it kept, as the next
	// process would. nil: the store keeps nothing.
	Reopen func(t *testing.T, s journal.Store) journal.Store
	// Tear ends the store as a crash would, takes cut bytes from the end of
	// what it kept of a journal, and opens it again. It returns false when
	// there are fewer bytes. nil: the store cannot be torn (a database sees to
	// that).
	Tear func(t *testing.T, s journal.Store, id string, cut int64) (journal.Store, bool)
}

// Run checks that a store keeps the contract of journal.Store, and those of
// journal.Watcher and journal.Leaser if it implements them.
func Run(t *testing.T, h *Harness) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, h *Harness)
	}{
		{"Empty", testEmpty},
		{"Order", testOrder},
		{"Records", testRecords},
		{"Ownership", testOwnership},
		{"Conflict", testConflict},
		{"AllOrNone", testAllOrNone},
		{"Limits", testLimits},
		{"Names", testNames},
		{"Summary", testSummary},
		{"Canceled", testCanceled},
		{"List", testList},
		{"Trim", testTrim},
		{"TrimWhileReading", testTrimWhileReading},
		{"Drop", testDrop},
		{"Race", testRace},
		{"Reopen", testReopen},
		{"Tear", testTear},
		{"Watch", testWatch},
		{"Lease", testLease},
		{"Fence", testFence},
		{"Model", testModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, h)
		})
	}
}

// start is when the records of the tests are made. Stores keep microseconds.
var start = time.Date(2025, 11, 3, 9, 30, 0, 123456000, time.UTC)

// rec is the record at a position of a test journal.
func rec(seq int64) journal.Record {
	return journal.Record{
		Seq:  seq,
		At:   start.Add(time.Duration(seq) * time.Second),
		Kind: fmt.Sprintf("kind-%d", seq%3),
		Base: seq%7 == 1,
		Data: fmt.Appendf(nil, "record %d %s", seq, bytes.Repeat([]byte{byte(seq)}, int(seq%40))),
	}
}

// recs gives the records from one position to another, both included.
func recs(from, to int64) []journal.Record {
	var rs []journal.Record
	for seq := from; seq <= to; seq++ {
		rs = append(rs, rec(seq))
	}
	return rs
}

// appendTo appends the test records after tail up to a position.
func appendTo(t *testing.T, s journal.Store, id string, tail, to int64) {
	t.Helper()
	err := s.Append(t.Context(), &journal.Append{ID: id, After: tail, Recs: recs(tail+1, to)})
	if err != nil {
		t.Fatalf("append to %q after %d: %v", id, tail, err)
	}
}

func read(t *testing.T, s journal.Store, id string, after int64) []journal.Record {
	t.Helper()
	rs, err := collect(s.Read(t.Context(), id, after))
	if err != nil {
		t.Fatalf("read %q after %d: %v", id, after, err)
	}
	return rs
}

func collect[T any](seq func(func(T, error) bool)) ([]T, error) {
	var vs []T
	for v, err := range seq {
		if err != nil {
			return vs, err
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// wantRecords checks that a journal has the test records from one position to
// another, and no others.
func wantRecords(t *testing.T, s journal.Store, id string, from, to int64) {
	t.Helper()
	if diff := cmp.Diff(recs(from, to), read(t, s, id, from-1)); diff != "" {
		t.Fatalf("records of %q from %d to %d (-want +got):\n%s", id, from, to, diff)
	}
}

func head(t *testing.T, s journal.Store, id string) journal.Head {
	t.Helper()
	h, err := s.Head(t.Context(), id)
	if err != nil {
		t.Fatalf("head of %q: %v", id, err)
	}
	return h
}

func wantTail(t *testing.T, s journal.Store, id string, tail int64) {
	t.Helper()
	if h := head(t, s, id); h.Tail != tail {
		t.Fatalf("tail of %q is %d, want %d", id, h.Tail, tail)
	}
}

func list(t *testing.T, s journal.Store, q *journal.Query) []string {
	t.Helper()
	heads, err := collect(s.List(t.Context(), q))
	if err != nil {
		t.Fatalf("list %+v: %v", q, err)
	}
	ids := make([]string, 0, len(heads))
	for _, h := range heads {
		ids = append(ids, h.ID)
	}
	if !slices.IsSorted(ids) {
		t.Fatalf("list %+v is not sorted: %q", q, ids)
	}
	return ids
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
