package journal

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
)

// errMoved says that the file was replaced since the reader looked up its
// place in it.
var errMoved = errors.New("journal: the file was trimmed meanwhile")

// Read implements Store. It reads the file in chunks and holds no file open
// while the loop's body runs.
func (d *Dir) Read(ctx context.Context, id string, after int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		head, err := d.Head(ctx, id)
		if err != nil {
			yield(Record{}, err)
			return
		}
		r := &dirReader{ctx: ctx, dir: d, id: id, after: max(after, 0), until: head.Tail, kinds: make(map[string]string)}
		for more := r.after < r.until; more; {
			if more, err = r.stretch(yield); err != nil {
				yield(Record{}, err)
				return
			}
		}
	}
}

// dirReader is one read. As the source of a fileReader it opens the file for
// each chunk.
type dirReader struct {
	ctx   context.Context
	dir   *Dir
	id    string
	after int64 // the last position that was given out
	until int64
	kinds map[string]string

	j     *dirJournal
	trims int // of j when the place in the file was looked up
	drops int
}

// stretch reads up to the tail. It returns true when the file was replaced on
// the way, so that another stretch goes on.
func (r *dirReader) stretch(yield func(Record, error) bool) (more bool, err error) {
	f, err := r.locate()
	if err != nil {
		return false, err
	}
	for r.after < r.until {
		fr, err := f.next()
		switch {
		case err == nil:
			if ok, err := r.give(f, fr, yield); !ok || err != nil {
				return false, err
			}
		case errors.Is(err, errMoved):
			return true, nil
		default:
			return false, r.explain(f.off, err)
		}
	}
	return false, nil
}

// locate finds the frame to start with.
func (r *dirReader) locate() (*fileReader, error) {
	j := r.dir.lookup(r.id)
	if j == nil {
		return nil, &TrimmedError{ID: r.id, After: r.after}
	}
	if _, err := j.current(); err != nil {
		return nil, err
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	dropped := r.j != nil && (r.j != j || r.drops != j.drops)
	if dropped || j.head.Tail < r.until || r.after < j.head.First-1 {
		return nil, &TrimmedError{ID: r.id, After: r.after, First: j.head.First}
	}
	from := j.last
	if r.after < from.after {
		i, found := slices.BinarySearchFunc(j.index, r.after, func(p place, after int64) int {
			return cmp.Compare(p.after, after)
		})
		if !found {
			i--
		}
		from = j.index[i]
	}
	r.j, r.trims, r.drops = j, j.trims, j.drops
	return &fileReader{
		src: r, seed: seed(j.name), keep: true,
		off: from.off, tail: from.after, size: j.end,
	}, nil
}

// give yields the records of a frame that were asked for.
func (r *dirReader) give(f *fileReader, fr frame, yield func(Record, error) bool) (bool, error) {
	if f.tail <= r.after {
		return true, nil
	}
	d := fr.batch.rest
	d.kinds = r.kinds
	for seq := fr.after + 1; seq <= f.tail; seq++ {
		if seq%checkEvery == 0 && r.ctx.Err() != nil {
			return false, r.ctx.Err()
		}
		rec, ok := d.record(seq)
		if !ok {
			return false, r.explain(fr.off, &brokenFrame{fr.off, "a record cannot be decoded"})
		}
		if seq <= r.after || seq > r.until {
			continue
		}
		r.after = seq
		if !yield(rec, nil) {
			return false, nil
		}
	}
	return true, nil
}

// explain turns what goes wrong behind the verified tail into *CorruptError.
func (r *dirReader) explain(off int64, err error) error {
	reason := ""
	if b, ok := errors.AsType[*brokenFrame](err); ok {
		reason = b.reason
	} else if err == io.EOF || err == io.ErrUnexpectedEOF {
		reason = "it became shorter while it was in use"
	}
	if reason == "" {
		return err
	}
	return &CorruptError{Path: r.j.file(), Offset: off, Reason: reason}
}

// ReadAt implements io.ReaderAt over the journal's present file, as long as it
// is the one in which the reader looked up its place.
func (r *dirReader) ReadAt(b []byte, off int64) (int, error) {
	s, err := r.dir.take(r.ctx)
	if err != nil {
		return 0, err
	}
	defer r.dir.give(s)
	f, err := r.open()
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, off)
}

func (r *dirReader) open() (*os.File, error) {
	r.j.mu.RLock() // against the moment in which a trim replaces the file
	defer r.j.mu.RUnlock()
	if r.j.trims != r.trims {
		return nil, errMoved
	}
	return os.Open(r.j.file())
}
