package journal_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/journal"
)

// sample is a journal of a few appends and the file it makes.
type sample struct {
	id   string
	recs []journal.Record
	file []byte
	ends []int   // sizes of the file after each append; the first is that of the header
	tail []int64 // and the positions; the first is 0
}

func readAll(s journal.Store, id string, after int64) ([]journal.Record, error) {
	var recs []journal.Record
	for r, err := range s.Read(context.Background(), id, after) {
		if err != nil {
			return recs, err
		}
		recs = append(recs, r)
	}
	return recs, nil
}

// makeSample appends batches of the given sizes. One record holds a copy of
// what the file was before it, which must not be taken for frames.
func makeSample(t *testing.T, id string, sizes ...int) *sample {
	t.Helper()
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	s := &sample{id: id, ends: []int{26 + len(id)}, tail: []int64{0}}
	for i, n := range sizes {
		a := &journal.Append{ID: id, After: int64(len(s.recs)), Summary: fmt.Append(nil, "summary ", i)}
		for range n {
			seq := int64(len(s.recs)) + 1
			r := journal.Record{Seq: seq, At: time.Unix(1700000000+seq, seq).UTC(), Kind: "k", Base: seq%4 == 1, Data: fmt.Append(nil, "data ", seq)}
			if i == 2 {
				r.Data = bytes.Clone(s.file)
			}
			s.recs = append(s.recs, r)
			a.Recs = append(a.Recs, r)
		}
		if err := d.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		var err error
		if s.file, err = os.ReadFile(journal.File(dir, id)); err != nil {
			t.Fatal(err)
		}
		s.ends = append(s.ends, len(s.file))
		s.tail = append(s.tail, int64(len(s.recs)))
	}
	return s
}

// wholeIn gives the last append that is whole in the first n bytes.
func (s *sample) wholeIn(n int) int {
	i := len(s.ends) - 1
	for i > 0 && s.ends[i] > n {
		i--
	}
	return i
}

// place puts a file as the journal's into a new directory.
func (s *sample) place(t *testing.T, file []byte) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "d")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journal.File(dir, s.id), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// wantUpTo checks that the directory has the journal up to its n-th append,
// and that it goes on from there, also when opened again.
func (s *sample) wantUpTo(t *testing.T, dir, what string, n int) {
	t.Helper()
	tail := s.tail[n]
	want := s.recs[:tail:tail]
	d := openDir(t, dir, nil)
	got, err := readAll(d, s.id, 0)
	if err != nil || len(got) != len(want) || len(got) > 0 && !cmp.Equal(got, want) {
		t.Fatalf("%s: %d records, %v; want %d", what, len(got), err, tail)
	}
	next := journal.Record{Seq: tail + 1, At: time.Unix(1, 0).UTC(), Kind: "next", Data: []byte("goes on")}
	if err := d.Append(t.Context(), &journal.Append{ID: s.id, After: tail, Recs: []journal.Record{next}}); err != nil {
		t.Fatalf("%s: append: %v", what, err)
	}
	closeDir(t, d)
	d = openDir(t, dir, nil)
	if got, err = readAll(d, s.id, 0); err != nil || !cmp.Equal(got, append(want, next)) {
		t.Fatalf("%s: after an append and reopen %d records, %v", what, len(got), err)
	}
	closeDir(t, d)
}

// wantDamaged checks that the journal is refused and its file left alone.
func (s *sample) wantDamaged(t *testing.T, dir, what string) {
	t.Helper()
	before, err := os.ReadFile(journal.File(dir, s.id))
	if err != nil {
		t.Fatal(err)
	}
	d := openDir(t, dir, nil)
	_, err = readAll(d, s.id, 0)
	if e, ok := errors.AsType[*journal.CorruptError](err); !ok || e.Path != journal.File(dir, s.id) {
		t.Errorf("%s: read: %v", what, err)
	}
	err = d.Append(t.Context(), &journal.Append{ID: s.id, After: 0, Recs: s.recs[:1]})
	if _, ok := errors.AsType[*journal.CorruptError](err); !ok {
		t.Errorf("%s: append: %v", what, err)
	}
	closeDir(t, d)
	if after, err := os.ReadFile(journal.File(dir, s.id)); err != nil || !bytes.Equal(before, after) {
		t.Errorf("%s: the file was changed", what)
	}
}

func samples(t *testing.T) []*sample {
	return []*sample{
		makeSample(t, "stack/1", 1, 3, 1, 2),
		makeSample(t, strings.Repeat("名", 23), 1, 1), // a hashed file name
	}
}

// TestTornTail: a file that ends at any byte opens to its last whole append.
func TestTornTail(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		for n := range len(s.file) + 1 {
			s.wantUpTo(t, s.place(t, s.file[:n]), fmt.Sprintf("%d bytes", n), s.wholeIn(n))
		}
	}
}

// TestBitFlips: a flipped bit never gives wrong records. In the last append it
// looks like a torn write; anywhere else it is damage.
func TestBitFlips(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		last := len(s.ends) - 2
		for at := range s.file {
			file := bytes.Clone(s.file)
			file[at] ^= 1 << (at % 8)
			dir, what := s.place(t, file), fmt.Sprintf("flip in byte %d", at)
			switch {
			case at >= 8 && at < 12:
				wantNewer(t, dir, s.id, what)
			case at >= s.ends[last]:
				s.wantUpTo(t, dir, what, last)
			default:
				s.wantDamaged(t, dir, what)
			}
		}
	}
}

func wantNewer(t *testing.T, dir, id, what string) {
	t.Helper()
	d := openDir(t, dir, nil)
	defer d.Close()
	_, err := readAll(d, id, 0)
	if _, ok := errors.AsType[*journal.FormatError](err); ok {
		return
	}
	if _, ok := errors.AsType[*journal.CorruptError](err); !ok {
		t.Errorf("%s: %v", what, err)
	}
}

func TestDamage(t *testing.T) {
	s := makeSample(t, "stack/1", 1, 3, 1, 2)
	other := makeSample(t, "stack/2", 1, 3, 1, 2)
	part := func(from, to int) []byte { return s.file[s.ends[from]:s.ends[to]] }
	header := s.file[:s.ends[0]]
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, file := range map[string][]byte{
		"another file":          []byte("some text that is longer than a header of a journal\n"),
		"file of another":       other.file,
		"header of another":     join(other.file[:s.ends[0]], s.file[s.ends[0]:]),
		"frame missing":         join(header, part(0, 1), part(2, 4)),
		"first frame missing":   join(header, part(1, 4)),
		"frames swapped":        join(header, part(1, 2), part(0, 1), part(2, 4)),
		"frame zeroed":          join(header, part(0, 1), make([]byte, len(part(1, 2))), part(2, 4)),
		"header missing":        s.file[s.ends[0]:],
		"header zeroed":         join(make([]byte, len(header)), s.file[s.ends[0]:]),
		"a byte more in a tail": join(header, part(0, 1), []byte{0}, part(1, 4)),
	} {
		switch name {
		case "frame missing", "first frame missing", "frames swapped", "a byte more in a tail", "header missing":
			// What follows has moved, so nothing shows that it once was whole:
			// only an orderly close tells that from a torn tail.
			dir := s.place(t, s.file)
			closeDir(t, openDir(t, dir, nil))
			d := openDir(t, dir, nil)
			if _, err := readAll(d, s.id, 0); err != nil {
				t.Fatal(err)
			}
			closeDir(t, d)
			if err := os.WriteFile(journal.File(dir, s.id), file, 0o600); err != nil {
				t.Fatal(err)
			}
			s.wantDamaged(t, dir, name)
		default:
			s.wantDamaged(t, s.place(t, file), name)
		}
	}
}

// TestTornAfterClose: after an orderly close nothing can be torn, so a tail
// that is missing was acknowledged and is lost.
func TestTornAfterClose(t *testing.T) {
	t.Parallel()
	s := makeSample(t, "a", 1, 2)
	for n := range len(s.file) {
		dir := t.TempDir()
		d := openDir(t, dir, nil)
		if err := d.Append(t.Context(), &journal.Append{ID: "a", Recs: s.recs[:1]}); err != nil {
			t.Fatal(err)
		}
		closeDir(t, d)
		if err := os.WriteFile(journal.File(dir, "a"), s.file[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if n == s.ends[1] {
			continue // a frame less, at its very end: no file can show that
		}
		s.wantDamaged(t, dir, fmt.Sprintf("%d bytes after an orderly close", n))
		// The damage does not pass for a torn tail once it was seen.
		s.wantDamaged(t, dir, fmt.Sprintf("%d bytes, again", n))
	}
}

// TestDamagedTrim: the first frame of a trimmed file was whole before the file
// took its place.
func TestDamagedTrim(t *testing.T) {
	s := makeSample(t, "a", 1, 3, 1)
	dir := s.place(t, s.file)
	d := openDir(t, dir, nil)
	if err := d.Trim(t.Context(), "a", 5); err != nil {
		t.Fatal(err)
	}
	closeDir(t, d)
	file, err := os.ReadFile(journal.File(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 27; n < len(file); n++ {
		s.wantDamaged(t, s.place(t, file[:n]), fmt.Sprintf("%d bytes", n))
	}
}

// TestListDamaged: journals that cannot be read do not hide the others.
func TestListDamaged(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir, nil)
	long := strings.Repeat("L", 200)
	ids := []string{"a", "b", "c", long}
	for _, id := range ids {
		rec := journal.Record{Kind: "k", Data: []byte(id)}
		if err := d.Append(t.Context(), &journal.Append{ID: id, Recs: []journal.Record{rec, rec}}); err != nil {
			t.Fatal(err)
		}
	}
	closeDir(t, d)
	for _, id := range []string{"b", long} {
		if err := os.WriteFile(journal.File(dir, id), []byte("spilled coffee, all over the place"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d = openDir(t, dir, nil)
	for range 2 {
		var got []string
		var last error
		for h, err := range d.List(t.Context(), nil) {
			if last != nil {
				t.Errorf("%q comes after an error", h.ID)
			}
			if last = err; err == nil {
				got = append(got, h.ID)
			}
		}
		if !cmp.Equal(got, []string{"a", "c"}) {
			t.Errorf("list gives %q", got)
		}
		if _, ok := errors.AsType[*journal.CorruptError](last); !ok ||
			!strings.Contains(last.Error(), journal.File(dir, "b")) || !strings.Contains(last.Error(), journal.File(dir, long)) {
			t.Errorf("list ends with %v", last)
		}
	}
}

func TestNewerFormat(t *testing.T) {
	s := makeSample(t, "a", 1)
	file := bytes.Clone(s.file)
	binary.LittleEndian.PutUint32(file[8:], 2)
	dir := s.place(t, file)
	d := openDir(t, dir, nil)
	_, err := readAll(d, "a", 0)
	if e, ok := errors.AsType[*journal.FormatError](err); !ok || e.Found != 2 || e.Known != 1 || e.Path != journal.File(dir, "a") {
		t.Errorf("a file of format 2: %v", err)
	}
	err = d.Append(t.Context(), &journal.Append{ID: "a", Recs: s.recs})
	if _, ok := errors.AsType[*journal.FormatError](err); !ok {
		t.Errorf("append to a file of format 2: %v", err)
	}
	closeDir(t, d)
	if after, err := os.ReadFile(journal.File(dir, "a")); err != nil || !bytes.Equal(file, after) {
		t.Error("the file was changed")
	}
	if err := os.WriteFile(filepath.Join(dir, "LOCK"), []byte("bianpai-journal 3 closed"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the lock is free again after the refusal
		_, err = journal.OpenDir(dir, nil)
		if e, ok := errors.AsType[*journal.FormatError](err); !ok || e.Found != 3 {
			t.Errorf("a directory of format 3: %v", err)
		}
	}
}
