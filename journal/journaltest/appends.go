package journaltest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/journal"
)

func testEmpty(t *testing.T, h *Harness) {
	s := h.New(t)
	if diff := cmp.Diff(journal.Head{ID: "none"}, head(t, s, "none")); diff != "" {
		t.Errorf("head of a journal that does not exist (-want +got):\n%s", diff)
	}
	if rs := read(t, s, "none", 0); len(rs) != 0 {
		t.Errorf("a journal that does not exist has records: %v", rs)
	}
	if rs := read(t, s, "none", 7); len(rs) != 0 {
		t.Errorf("a journal that does not exist has records after 7: %v", rs)
	}
	if ids := list(t, s, nil); len(ids) != 0 {
		t.Errorf("an empty store lists %q", ids)
	}
}

func testOrder(t *testing.T, h *Harness) {
	s := h.New(t)
	tail := int64(0)
	for _, n := range []int64{1, 2, 1, 9, 30, 1} {
		appendTo(t, s, "a", tail, tail+n)
		tail += n
		appendTo(t, s, "b", tail-n, tail)
	}
	for after := int64(0); after <= tail; after++ {
		wantRecords(t, s, "a", after+1, tail)
	}
	if rs := read(t, s, "a", tail+5); len(rs) != 0 {
		t.Errorf("records after the tail: %v", rs)
	}
	for r, err := range s.Read(t.Context(), "b", 3) {
		if err != nil || r.Seq != 4 {
			t.Fatalf("the first record after 3 is %d, %v", r.Seq, err)
		}
		break // a reader may stop early
	}
	want := journal.Head{ID: "a", Tail: tail, First: 1, Base: 43}
	if diff := cmp.Diff(want, head(t, s, "a")); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}
}

func testRecords(t *testing.T, h *Harness) {
	s := h.New(t)
	zone := time.FixedZone("CST", 8*3600)
	for i, r := range []journal.Record{
		{At: start, Kind: "k", Data: []byte("d")},
		{At: start.In(zone), Kind: "in another zone", Data: []byte{0, 1, 2, 0xff}},
		{At: start.AddDate(-60, 0, 0), Kind: "before 1970"},
		{At: start.AddDate(900, 0, 0), Kind: "far ahead", Base: true},
		{Kind: "no time, no data"},
		{At: start, Kind: "", Data: []byte("no kind")},
		{At: start, Kind: "类型/é", Data: []byte("中文")},
		{At: start, Kind: strings.Repeat("k", journal.MaxKind)},
		{At: start, Seq: 99, Kind: "with a number, which the store sets", Data: bytes.Repeat([]byte{'x'}, 3000)},
	} {
		err := s.Append(t.Context(), &journal.Append{ID: "a", After: int64(i), Recs: []journal.Record{r}})
		if err != nil {
			t.Fatalf("%q: %v", r.Kind, err)
		}
		got := read(t, s, "a", int64(i))
		if len(got) != 1 {
			t.Fatalf("%q: %d records", r.Kind, len(got))
		}
		g := got[0]
		if g.Seq != int64(i)+1 || !g.At.Equal(r.At) || g.At.Location() != time.UTC ||
			g.Kind != r.Kind || g.Base != r.Base || !bytes.Equal(g.Data, r.Data) {
			t.Errorf("appended %+v, read %+v", r, g)
		}
	}
}

// testOwnership: the writer may use its slices again after Append.
func testOwnership(t *testing.T, h *Harness) {
	s := h.New(t)
	rs := recs(1, 3)
	summary := []byte("summary")
	if err := s.Append(t.Context(), &journal.Append{ID: "a", Recs: rs, Summary: summary}); err != nil {
		t.Fatal(err)
	}
	before := read(t, s, "a", 0)
	clear(summary)
	for i := range rs {
		clear(rs[i].Data)
		rs[i] = journal.Record{}
	}
	appendTo(t, s, "a", 3, 20)
	if diff := cmp.Diff(recs(1, 3), before); diff != "" {
		t.Errorf("what was read before changed (-want +got):\n%s", diff)
	}
	wantRecords(t, s, "a", 1, 20)
	if got := head(t, s, "a").Summary; string(got) != "summary" {
		t.Errorf("the summary is %q", got)
	}
}

func testConflict(t *testing.T, h *Harness) {
	s := h.New(t)
	appendTo(t, s, "a", 0, 3)
	for _, c := range []struct {
		id          string
		after, tail int64
	}{{"a", 0, 3}, {"a", 2, 3}, {"a", 4, 3}, {"new", 1, 0}} {
		err := s.Append(t.Context(), &journal.Append{ID: c.id, After: c.after, Recs: recs(1, 2), Summary: []byte("x")})
		e, ok := errors.AsType[*journal.ConflictError](err)
		if !ok || e.ID != c.id || e.After != c.after || e.Tail != c.tail {
			t.Errorf("append to %q after %d: %v", c.id, c.after, err)
		}
		wantTail(t, s, c.id, c.tail)
	}
	if s := head(t, s, "a").Summary; s != nil {
		t.Errorf("a refused append left the summary %q", s)
	}
	wantRecords(t, s, "a", 1, 3)
	if ids := list(t, s, nil); len(ids) != 1 {
		t.Errorf("a refused append left a journal: %q", ids)
	}
}

// testAllOrNone: one record that is refused refuses the append.
func testAllOrNone(t *testing.T, h *Harness) {
	s := h.New(t)
	appendTo(t, s, "a", 0, 2)
	for name, spoil := range map[string]func(rs []journal.Record){
		"data": func(rs []journal.Record) { rs[2].Data = make([]byte, journal.MaxRecord+1) },
		"kind": func(rs []journal.Record) { rs[2].Kind = strings.Repeat("k", journal.MaxKind+1) },
	} {
		rs := recs(3, 5)
		spoil(rs)
		err := s.Append(t.Context(), &journal.Append{ID: "a", After: 2, Recs: rs})
		if e, ok := errors.AsType[*journal.SizeError](err); !ok || e.Index != 2 || e.Part != name {
			t.Errorf("%s: %v", name, err)
		}
		wantRecords(t, s, "a", 1, 2)
	}
}

func testLimits(t *testing.T, h *Harness) {
	s := h.New(t)
	var rs []journal.Record
	for i := range 9 {
		rs = append(rs, journal.Record{Seq: int64(i) + 1, At: start, Kind: "max", Data: bytes.Repeat([]byte{byte(i)}, journal.MaxRecord)})
	}
	a := &journal.Append{ID: "a", Recs: rs, Summary: bytes.Repeat([]byte("s"), journal.MaxRecord)}
	if err := s.Append(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	got := read(t, s, "a", 0)
	same := slices.EqualFunc(rs, got, func(a, b journal.Record) bool {
		return a.Seq == b.Seq && bytes.Equal(a.Data, b.Data)
	})
	if !same {
		t.Error("records at the limit changed on the way")
	}
	if !bytes.Equal(head(t, s, "a").Summary, a.Summary) {
		t.Error("a summary at the limit changed on the way")
	}
	for name, bad := range map[string]*journal.Append{
		"no records":        {ID: "a", After: 9},
		"negative position": {ID: "a", After: -1, Recs: recs(1, 1)},
		"summary too large": {ID: "a", After: 9, Recs: recs(1, 1), Summary: make([]byte, journal.MaxRecord+1)},
	} {
		want := bad.Validate()
		if err := s.Append(t.Context(), bad); want == nil || err == nil || err.Error() != want.Error() {
			t.Errorf("%s: error %v, want %v", name, err, want)
		}
	}
	wantTail(t, s, "a", 9)
}

func testSummary(t *testing.T, h *Harness) {
	s := h.New(t)
	tail := int64(0)
	for _, c := range []struct{ set, want []byte }{
		{nil, nil},
		{[]byte("one"), []byte("one")},
		{nil, []byte("one")},
		{[]byte("two"), []byte("two")},
		{[]byte{}, []byte{}},
		{nil, []byte{}},
		{[]byte("three"), []byte("three")},
	} {
		err := s.Append(t.Context(), &journal.Append{ID: "a", After: tail, Recs: recs(tail+1, tail+1), Summary: c.set})
		if err != nil {
			t.Fatal(err)
		}
		tail++
		if got := head(t, s, "a").Summary; !bytes.Equal(got, c.want) {
			t.Errorf("after summary %q the head has %q, want %q", c.set, got, c.want)
		}
	}
}

func testCanceled(t *testing.T, h *Harness) {
	s := h.New(t)
	appendTo(t, s, "a", 0, 3)
	ctx := canceled(t)
	_, readErr := collect(s.Read(ctx, "a", 0))
	_, listErr := collect(s.List(ctx, nil))
	_, headErr := s.Head(ctx, "a")
	for name, err := range map[string]error{
		"append": s.Append(ctx, &journal.Append{ID: "a", After: 3, Recs: recs(4, 4)}),
		"trim":   s.Trim(ctx, "a", 4),
		"read":   readErr,
		"list":   listErr,
		"head":   headErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that is done: %v", name, err)
		}
	}
	wantRecords(t, s, "a", 1, 3)
}

// testRace: of writers that race for a position, exactly one wins.
func testRace(t *testing.T, h *Harness) {
	s := h.New(t)
	const writers, rounds = 8, 25
	for round := range int64(rounds) {
		var wg sync.WaitGroup
		won := make([]bool, writers)
		for w := range writers {
			wg.Go(func() {
				r := rec(2*round + 1)
				r.Data = []byte{byte(w)}
				err := s.Append(t.Context(), &journal.Append{ID: "a", After: 2 * round, Recs: []journal.Record{r, r}})
				won[w] = err == nil
				if _, ok := errors.AsType[*journal.ConflictError](err); err != nil && !ok {
					t.Errorf("writer %d: %v", w, err)
				}
			})
		}
		wg.Wait()
		got := read(t, s, "a", 2*round)
		if len(got) != 2 || !bytes.Equal(got[0].Data, got[1].Data) {
			t.Fatalf("round %d wrote %v", round, got)
		}
		for w, ok := range won {
			if ok != (got[0].Data[0] == byte(w)) {
				t.Fatalf("round %d: writer %d was told %t, the record is from %d", round, w, ok, got[0].Data[0])
			}
		}
	}
	wantTail(t, s, "a", 2*rounds)
}
