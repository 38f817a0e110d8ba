package journaltest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/journal"
)

func testReopen(t *testing.T, h *Harness) {
	if h.Reopen == nil {
		t.Skip("the store keeps nothing")
	}
	s := h.New(t)
	s = h.Reopen(t, s)
	if ids := list(t, s, nil); len(ids) != 0 {
		t.Errorf("an empty store has %q", ids)
	}
	for round := range int64(5) {
		for _, id := range []string{"a", "stack/1", "name/cn-hangzhou/web"} {
			err := s.Append(t.Context(), &journal.Append{
				ID: id, After: round * 4, Recs: recs(round*4+1, round*4+4), Summary: fmt.Append(nil, id, round),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		before, err := collect(s.List(t.Context(), nil))
		if err != nil {
			t.Fatal(err)
		}
		s = h.Reopen(t, s)
		after, err := collect(s.List(t.Context(), nil))
		if diff := cmp.Diff(before, after); diff != "" || err != nil {
			t.Fatalf("heads changed: %v (-before +after):\n%s", err, diff)
		}
		wantRecords(t, s, "stack/1", 1, round*4+4)
	}
}

// testTear: whatever is missing at the end, whole appends are left, and the
// journal goes on from there.
func testTear(t *testing.T, h *Harness) {
	if h.Tear == nil {
		t.Skip("the store cannot be torn")
	}
	ends := []int64{0, 2, 3, 6}
	for cut := int64(0); ; cut++ {
		s := h.New(t)
		for i := range len(ends) - 1 {
			appendTo(t, s, "a", ends[i], ends[i+1])
		}
		appendTo(t, s, "b", 0, 1)
		s, ok := h.Tear(t, s, "a", cut)
		if !ok {
			break
		}
		tail := head(t, s, "a").Tail
		last := len(ends) - 1
		for last > 0 && ends[last] != tail {
			last--
		}
		switch {
		case ends[last] != tail:
			t.Fatalf("%d bytes cut: the tail is %d, in the middle of an append", cut, tail)
		case cut == 0 && tail != 6:
			t.Fatalf("nothing was cut, but the tail is %d", tail)
		}
		wantRecords(t, s, "a", 1, tail)
		appendTo(t, s, "a", tail, tail+4)
		wantRecords(t, s, "a", 1, tail+4)
		wantRecords(t, s, "b", 1, 1)
	}
}

// testModel does the same random calls on the store and on a plain slice.
func testModel(t *testing.T, h *Harness) {
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		s := h.New(t)
		m := &model{first: 1}
		for range 150 {
			s = m.step(t, h, s, rnd)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

// model is one journal as it should be.
type model struct {
	first, tail int64
	summary     []byte
}

func (m *model) base() int64 {
	if m.tail == 0 {
		return 0
	}
	return m.tail - (m.tail-1)%7 // of the test records each seventh is one
}

func (m *model) step(t *testing.T, h *Harness, s journal.Store, rnd *rand.Rand) journal.Store {
	switch n := rnd.IntN(20); {
	case n < 10:
		m.append(t, s, m.tail+int64(rnd.IntN(2)*rnd.IntN(3)-rnd.IntN(2)*rnd.IntN(2)), 1+rnd.Int64N(12), rnd.IntN(3) == 0)
	case n < 15:
		after := rnd.Int64N(m.tail + 2)
		rs, err := collect(s.Read(t.Context(), "m", after))
		if m.tail > 0 && after < m.first-1 {
			if _, ok := errors.AsType[*journal.TrimmedError](err); !ok {
				t.Errorf("read after %d of what starts at %d: %v", after, m.first, err)
			}
		} else if diff := cmp.Diff(recs(after+1, m.tail), rs); diff != "" || err != nil {
			t.Errorf("read after %d: %v (-want +got):\n%s", after, err, diff)
		}
	case n < 18:
		m.trim(t, s, rnd.Int64N(m.tail+3))
	case h.Reopen != nil:
		s = h.Reopen(t, s)
	}
	want := journal.Head{ID: "m"}
	if m.tail > 0 {
		want = journal.Head{ID: "m", Tail: m.tail, First: m.first, Base: m.base(), Summary: m.summary}
	}
	if diff := cmp.Diff(want, head(t, s, "m")); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}
	return s
}

func (m *model) append(t *testing.T, s journal.Store, after, n int64, summary bool) {
	after = max(after, 0)
	a := &journal.Append{ID: "m", After: after, Recs: recs(after+1, after+n)}
	if summary {
		a.Summary = fmt.Append(nil, "at ", after)
	}
	err := s.Append(t.Context(), a)
	if after != m.tail {
		if _, ok := errors.AsType[*journal.ConflictError](err); !ok {
			t.Errorf("append after %d of %d: %v", after, m.tail, err)
		}
		return
	}
	if err != nil {
		t.Errorf("append after %d: %v", after, err)
	}
	m.tail += n
	if summary {
		m.summary = a.Summary
	}
}

func (m *model) trim(t *testing.T, s journal.Store, before int64) {
	err := s.Trim(t.Context(), "m", before)
	switch {
	case before == m.tail+1:
		*m = model{first: 1}
	case before > m.base() && before > m.first && before > 1:
		if _, ok := errors.AsType[*journal.InvalidError](err); !ok {
			t.Errorf("trim before %d past the base %d: %v", before, m.base(), err)
		}
		return
	default:
		m.first = max(m.first, before)
	}
	if err != nil {
		t.Errorf("trim before %d: %v", before, err)
	}
}
