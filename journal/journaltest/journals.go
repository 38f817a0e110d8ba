package journaltest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/journal"
)

// names are journals that must not be taken for each other.
var names = []string{
	"a", "A", "a/b", "a+b", "a%2fb", "a%2Fb", "a b", "a.b", ".a", "..", ".", "/", "//", "a/", "/a", "-", "_",
	"stack/1234", "name/cn-hangzhou/web", "con", "nul.txt", "LOCK", "lock", "a.journal", "%h", "%", "%%", "~",
	"名字/上海/服务", "é", "e\u0301", "\x00", "a\x00b", "a\nb", "\\", "a\\b", `"`, "'", "*", "?", ":", "😀", "\u2028",
	strings.Repeat("x", 199), strings.Repeat("x", 200), strings.Repeat("x", 201), strings.Repeat("x", journal.MaxID),
	strings.Repeat("/", journal.MaxID), strings.Repeat("X", 100), strings.Repeat("X", 99), strings.Repeat("名", 85),
	strings.Repeat("名", 84) + "字",
}

func testNames(t *testing.T, h *Harness) {
	s := h.New(t)
	write := func(i int, id string) {
		r := rec(1)
		r.Data = []byte(id)
		err := s.Append(t.Context(), &journal.Append{ID: id, Recs: []journal.Record{r}, Summary: fmt.Append(nil, i)})
		if err != nil {
			t.Fatalf("%q: %v", id, err)
		}
	}
	check := func() {
		t.Helper()
		for i, id := range names {
			got := read(t, s, id, 0)
			if len(got) != 1 || string(got[0].Data) != id {
				t.Errorf("journal %q has the records %v", id, got)
			}
			if h := head(t, s, id); h.ID != id || string(h.Summary) != fmt.Sprint(i) {
				t.Errorf("journal %q has the head %v", id, h)
			}
		}
		want := slices.Sorted(slices.Values(names))
		if diff := cmp.Diff(want, list(t, s, nil)); diff != "" {
			t.Errorf("list (-want +got):\n%s", diff)
		}
	}
	for i, id := range names {
		write(i, id)
	}
	check()
	if h.Reopen != nil {
		s = h.Reopen(t, s)
		check()
	}
	for _, id := range []string{"", strings.Repeat("x", journal.MaxID+1), "\xff", "a\xc3"} {
		err := s.Append(t.Context(), &journal.Append{ID: id, Recs: recs(1, 1)})
		if _, ok := errors.AsType[*journal.InvalidError](err); !ok {
			t.Errorf("the name %q: %v", id, err)
		}
	}
}

func testList(t *testing.T, h *Harness) {
	s := h.New(t)
	var stacks []string
	for i := range 25 {
		stacks = append(stacks, fmt.Sprintf("stack/%02d", i))
	}
	all := append(slices.Clone(stacks), "stack", "stack0", "name/a", "name/b", "run/1")
	for i, id := range all {
		appendTo(t, s, id, 0, int64(i)+1)
	}
	slices.Sort(all)
	for _, c := range []struct {
		q    *journal.Query
		want []string
	}{
		{nil, all},
		{&journal.Query{}, all},
		{&journal.Query{Prefix: "stack/"}, stacks},
		{&journal.Query{Prefix: "name/"}, []string{"name/a", "name/b"}},
		{&journal.Query{Prefix: "none"}, []string{}},
		{&journal.Query{Prefix: "stack/", After: "stack/22"}, stacks[23:]},
		{&journal.Query{Prefix: "stack/", After: "stack/22x"}, stacks[23:]},
		{&journal.Query{Prefix: "stack/", After: "a"}, stacks},
		{&journal.Query{Prefix: "stack/", After: "stack/"}, stacks},
		{&journal.Query{Prefix: "stack/", After: "z"}, []string{}},
		{&journal.Query{Prefix: "stack", After: "stack"}, append(slices.Clone(stacks), "stack0")},
		{&journal.Query{After: "stack0"}, []string{}},
	} {
		if diff := cmp.Diff(c.want, list(t, s, c.q)); diff != "" {
			t.Errorf("list %+v (-want +got):\n%s", c.q, diff)
		}
	}
	testPages(t, s, all)
	h0, err := collect(s.List(t.Context(), &journal.Query{Prefix: "stack/03"}))
	want := []journal.Head{{ID: "stack/03", Tail: 4, First: 1, Base: 1}}
	if diff := cmp.Diff(want, h0); diff != "" || err != nil {
		t.Errorf("heads in a list: %v (-want +got):\n%s", err, diff)
	}
}

// testPages pages through a store that changes: what is there all the time is
// listed once.
func testPages(t *testing.T, s journal.Store, all []string) {
	var paged []string
	for after := ""; ; {
		n := 0
		for h, err := range s.List(t.Context(), &journal.Query{After: after}) {
			if err != nil {
				t.Fatal(err)
			}
			paged = append(paged, h.ID)
			after = h.ID
			if n++; n == 4 {
				break
			}
		}
		if n < 4 {
			break
		}
		appendTo(t, s, fmt.Sprintf("added/%d", len(paged)), 0, 1) // sorts before all others
	}
	if diff := cmp.Diff(all, paged); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func testTrim(t *testing.T, h *Harness) {
	s := h.New(t)
	sizes := []int64{3, 5, 1, 10, 1, 2} // 22 records; bases are 1, 8, 15, 22
	tail := int64(0)
	for i, n := range sizes {
		a := &journal.Append{ID: "a", After: tail, Recs: recs(tail+1, tail+n)}
		if i == 1 {
			a.Summary = []byte("kept")
		}
		if err := s.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		tail += n
	}
	if err := s.Trim(t.Context(), "none", 5); err == nil {
		t.Error("a trim of nothing up to 5 passes")
	}
	for _, before := range []int64{24, 25, 1 << 40} {
		err := s.Trim(t.Context(), "a", before)
		if _, ok := errors.AsType[*journal.InvalidError](err); !ok {
			t.Errorf("trim before %d: %v", before, err)
		}
	}
	first := int64(1)
	for _, before := range []int64{-1, 0, 1, 2, 8, 5, 8, 15, 16, 22} {
		if err := s.Trim(t.Context(), "a", before); err != nil {
			t.Fatalf("trim before %d: %v", before, err)
		}
		first = max(first, before)
		want := journal.Head{ID: "a", Tail: 22, First: first, Base: 22, Summary: []byte("kept")}
		if diff := cmp.Diff(want, head(t, s, "a")); diff != "" {
			t.Fatalf("head after a trim before %d (-want +got):\n%s", before, diff)
		}
		wantRecords(t, s, "a", first, 22)
		if first > 1 {
			_, err := collect(s.Read(t.Context(), "a", first-2))
			if e, ok := errors.AsType[*journal.TrimmedError](err); !ok || e.First != first {
				t.Fatalf("read of what was trimmed: %v", err)
			}
		}
		if h.Reopen != nil {
			s = h.Reopen(t, s)
			if diff := cmp.Diff(want, head(t, s, "a")); diff != "" {
				t.Fatalf("head after a trim before %d and reopen (-want +got):\n%s", before, diff)
			}
		}
	}
	appendTo(t, s, "a", 22, 30)
	wantRecords(t, s, "a", 22, 30)
}

// testTrimWhileReading: a reader whose next record is still there goes on.
func testTrimWhileReading(t *testing.T, h *Harness) {
	s := h.New(t)
	tail := int64(0)
	for range 40 { // enough for a store that reads in blocks
		rs := recs(tail+1, tail+7)
		for i := range rs {
			rs[i].Data = append(rs[i].Data, make([]byte, 9000)...)
		}
		if err := s.Append(t.Context(), &journal.Append{ID: "a", After: tail, Recs: rs}); err != nil {
			t.Fatal(err)
		}
		tail += 7
	}
	next := int64(1)
	for r, err := range s.Read(t.Context(), "a", 0) {
		if err != nil {
			t.Fatalf("at %d: %v", next, err)
		}
		if r.Seq != next {
			t.Fatalf("record %d came after %d", r.Seq, next-1)
		}
		next++
		if r.Base {
			if err := s.Trim(t.Context(), "a", r.Seq); err != nil {
				t.Fatal(err)
			}
			appendTo(t, s, "a", tail, tail+1)
			tail++
		}
	}
	if next != 281 {
		t.Errorf("the read ended before %d; the tail was 280 when it began", next)
	}
}

func testDrop(t *testing.T, h *Harness) {
	s := h.New(t)
	appendTo(t, s, "a", 0, 9)
	appendTo(t, s, "b", 0, 2)
	if err := s.Trim(t.Context(), "a", 10); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if diff := cmp.Diff(journal.Head{ID: "a"}, head(t, s, "a")); diff != "" {
			t.Errorf("head of a dropped journal (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"b"}, list(t, s, nil)); diff != "" {
			t.Errorf("list after a drop (-want +got):\n%s", diff)
		}
		if rs := read(t, s, "a", 0); len(rs) != 0 {
			t.Errorf("a dropped journal has records: %v", rs)
		}
		if h.Reopen != nil {
			s = h.Reopen(t, s)
		}
	}
	if err := s.Trim(t.Context(), "a", 1); err != nil {
		t.Errorf("dropping it again: %v", err)
	}
	err := s.Append(t.Context(), &journal.Append{ID: "a", After: 9, Recs: recs(10, 10)})
	if _, ok := errors.AsType[*journal.ConflictError](err); !ok {
		t.Errorf("append to a dropped journal: %v", err)
	}
	appendTo(t, s, "a", 0, 3)
	wantRecords(t, s, "a", 1, 3)
	wantRecords(t, s, "b", 1, 2)
}
