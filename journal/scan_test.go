package journal

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// image makes the file of a journal in memory, and the records in it.
func image(id string, sizes ...int) (file []byte, recs []Record, ends []int) {
	file = appendHeader(nil, id, 0)
	for _, n := range sizes {
		tail := int64(len(recs))
		for range n {
			seq := int64(len(recs)) + 1
			recs = append(recs, Record{Seq: seq, At: time.Unix(seq, 5).UTC(), Kind: fmt.Sprint("k", seq%2), Base: seq%3 == 1, Data: fmt.Append(nil, "data ", seq)})
		}
		file = appendFrame(file, seed(fileName(id)), int64(len(file)), tail, recs[tail:], []byte("summary"))
		ends = append(ends, len(file))
	}
	return file, recs, ends
}

// decode reads all whole frames of a file in memory.
func decode(file []byte, id string) (*scanned, []Record, error) {
	src := bytes.NewReader(file)
	s, err := scanFile(src, int64(len(file)), "file", fileName(id), false)
	if err != nil || s == nil {
		return s, nil, err
	}
	from := s.index[0]
	r := &fileReader{src: src, seed: seed(fileName(id)), size: s.end, off: from.off, tail: from.after}
	var recs []Record
	for {
		f, err := r.next()
		if err == io.EOF {
			return s, recs, nil
		}
		if err != nil {
			return s, nil, fmt.Errorf("what was scanned cannot be read: %w", err)
		}
		d := f.batch.rest
		for i := range f.batch.count {
			rec, ok := d.record(f.after + i + 1)
			if !ok {
				return s, nil, fmt.Errorf("record %d of what was scanned cannot be decoded", f.after+i+1)
			}
			recs = append(recs, rec)
		}
	}
}

// TestScanFlips flips each bit of a file: what comes out is an error or the
// records up to a whole append, and all but the last append is never lost.
func TestScanFlips(t *testing.T) {
	file, want, ends := image("a/b", 2, 1, 4, 2)
	beforeLast := ends[len(ends)-2]
	for at := range file {
		for bit := range 8 {
			flipped := bytes.Clone(file)
			flipped[at] ^= 1 << bit
			_, got, err := decode(flipped, "a/b")
			switch {
			case err != nil && at >= beforeLast:
				t.Errorf("bit %d of byte %d in the last append: %v", bit, at, err)
			case err == nil && at < beforeLast:
				t.Errorf("bit %d of byte %d passed", bit, at)
			case err == nil && !cmp.Equal(got, want[:7]):
				t.Errorf("bit %d of byte %d: %d records", bit, at, len(got))
			}
		}
	}
}

// TestScanFilled: a crash can also leave the size of a whole write, with blocks
// in it that were never filled, or hold something else.
func TestScanFilled(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	file, want, ends := image("a/b", 2, 1, 4, 2)
	tails := []int{2, 3, 7, 9}
	for n := range len(file) + 1 {
		noise := make([]byte, rnd.IntN(300))
		for i := range noise {
			noise[i] = byte(rnd.Uint32())
		}
		for name, fill := range map[string][]byte{"zeros": make([]byte, len(file)-n), "noise": noise} {
			if name == "noise" && n < 12 {
				continue // no journal, or one of a newer format
			}
			torn := append(bytes.Clone(file[:n]), fill...)
			same := 0 // the fill can happen to be what stood there
			for same < min(len(file), len(torn)) && torn[same] == file[same] {
				same++
			}
			tail := 0
			for i, end := range ends {
				if end <= same {
					tail = tails[i]
				}
			}
			_, got, err := decode(torn, "a/b")
			if err != nil || len(got) != tail || tail > 0 && !cmp.Equal(got, want[:tail]) {
				t.Errorf("%s after %d bytes: %d records, %v; want %d", name, n, len(got), err, tail)
			}
		}
	}
}

// TestScanFar: a frame behind a broken one is found wherever the chunks of the
// reader end.
func TestScanFar(t *testing.T) {
	id := "far"
	big := bytes.Repeat([]byte{0xf5, 0x71, 0x9a, 0xb1}, 16<<10) // full of marks
	for _, n := range []int{1, 3, 4, 5, 9} {
		file := appendHeader(nil, id, 0)
		var recs []Record
		for range n {
			recs = append(recs, Record{Data: big})
		}
		s := seed(fileName(id))
		broken := int64(len(file))
		file = appendFrame(file, s, broken, 0, recs, nil)
		for shift := range 30 {
			// The next frame's head starts shortly before, at, and after the end of a chunk.
			f := bytes.Clone(file)
			f[broken+100] ^= 1
			pad := int(broken) + 1 + readChunk*(1+len(f)/readChunk) - len(f) - shift
			f = append(f, make([]byte, pad)...)
			want := int64(len(f))
			f = appendFrame(f, s, want, int64(n), recs[:1], nil)
			r := &fileReader{src: bytes.NewReader(f), seed: s, size: int64(len(f))}
			if got, err := r.findFrame(broken + 1); got != want || err != nil {
				t.Fatalf("%d records, shift %d: found %d, %v, want %d", n, shift, got, err, want)
			}
		}
	}
}

// FuzzScan: whatever stands in a file, reading it ends without a panic, gives
// only what verifies, and takes no more memory than there is of the file.
func FuzzScan(f *testing.F) {
	file, _, _ := image("a", 2, 1)
	f.Add(file)
	f.Add(file[:len(file)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, recs, err := decode(b, "a"); err == nil && s != nil && int64(len(recs)) != s.head.Tail-s.head.First+1 {
			t.Errorf("%d records, the head says %+v", len(recs), s.head)
		}
	})
}

// FuzzBatch: behind its checksum a batch can hold anything.
func FuzzBatch(f *testing.F) {
	_, recs, _ := image("a", 3)
	f.Add(appendBatch(nil, recs, nil))
	f.Add(appendBatch(nil, recs, []byte("summary")))
	f.Add(appendBatch(nil, recs[:1], []byte{}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := parseBatch(b)
		if !ok {
			return
		}
		d := p.rest
		for i := range p.count {
			r, ok := d.record(i + 1)
			if !ok {
				return
			}
			if len(r.Data) > len(b) || len(r.Kind) > len(b) {
				t.Fatal("a record is larger than the batch")
			}
		}
	})
}

func FuzzFileName(f *testing.F) {
	for _, id := range []string{"stack/1234", "A", ".x", "%h", "名", "a+b"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		name := fileName(id)
		if len(name)+len(trimSuffix) > 255 {
			t.Errorf("the name for %q has %d bytes", id, len(name))
		}
		switch back := nameOf(name); {
		case ValidID(id) != nil:
			if back != "" {
				t.Errorf("%q is no name, but came back", id)
			}
		case back != id && !(hashed(name) && back == ""):
			t.Errorf("%q became %q, and that %q", id, name, back)
		}
		_ = nameOf(id) // of a file that is not ours
	})
}
