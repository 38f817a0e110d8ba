package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// Trim implements Store. It writes what is kept to a new file, which then
// takes the old one's place; a crash leaves one or the other.
func (d *Dir) Trim(ctx context.Context, id string, before int64) error {
	if err := ValidID(id); err != nil {
		return err
	}
	s, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer d.give(s)
	j := d.lockWrites(id)
	defer j.writing.Unlock()
	if err := j.load(); err != nil {
		return err
	}
	defer d.forget(j)
	cut, drop, err := j.head.checkTrim(id, before)
	switch {
	case err != nil || !cut && !drop:
		return err
	case j.broken != nil:
		return j.broken
	case drop:
		return j.drop(id)
	}
	return j.cut(s, before)
}

// drop removes the file.
func (j *dirJournal) drop(id string) error {
	j.mu.Lock()
	err := os.Remove(j.file())
	if err == nil {
		j.head, j.end, j.index = Head{ID: id}, 0, nil
		j.trims++
		j.drops++
	}
	j.mu.Unlock()
	if err != nil {
		return err
	}
	if err := j.dir.syncRoot(); err != nil {
		j.fail(id, err)
		return err
	}
	return nil
}

// cut replaces the file by one that starts at a position.
func (j *dirJournal) cut(s *slot, before int64) error {
	path := filepath.Join(j.dir.path, j.name+trimSuffix)
	kept, err := j.copyTail(s, path, before)
	if err != nil {
		return errors.Join(err, removeIfThere(path))
	}
	j.mu.Lock()
	err = os.Rename(path, j.file())
	if err == nil {
		j.head.First, j.end = before, kept.end
		j.index, j.last = kept.index, kept.last
		j.trims++
	}
	j.mu.Unlock()
	if err != nil {
		return errors.Join(err, removeIfThere(path))
	}
	// Until the directory is on disk, a crash brings the old file back: an
	// append to the new one could be lost.
	if err := j.dir.syncRoot(); err != nil {
		j.fail(j.head.ID, err)
		return err
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// copyTail writes the records from a position on to a new file, frame by
// frame. The first frame carries the summary, which stood before it or in it.
func (j *dirJournal) copyTail(s *slot, path string, before int64) (*scanned, error) {
	src, err := os.Open(j.file())
	if err != nil {
		return nil, err
	}
	defer src.Close()
	dst, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer dst.Close()
	from := j.index[0]
	r := &fileReader{src: src, seed: seed(j.name), size: j.end, off: from.off, tail: from.after}
	s.buf = appendHeader(s.buf[:0], j.head.ID, before-1)
	out := &scanned{}
	summary := []byte(nil)
	for r.tail < j.head.Tail {
		f, err := r.next()
		if err != nil {
			return nil, (&dirReader{j: j}).explain(r.off, err)
		}
		if f.batch.summary != nil {
			summary = append(summary[:0], f.batch.summary...)
		}
		if r.tail < before {
			continue
		}
		if err := j.copyFrame(s, dst, out, f, before, summary); err != nil {
			return nil, err
		}
		summary = nil
	}
	return out, j.dir.sync(dst)
}

// copyFrame writes what is kept of one frame.
func (j *dirJournal) copyFrame(s *slot, dst *os.File, out *scanned, f frame, before int64, summary []byte) error {
	d := f.batch.rest
	var recs []Record
	for i := range f.batch.count {
		rec, ok := d.record(f.after + i + 1)
		if !ok {
			return &CorruptError{Path: j.file(), Offset: f.off, Reason: "a record cannot be decoded"}
		}
		if rec.Seq >= before {
			recs = append(recs, rec)
		}
	}
	after := recs[0].Seq - 1
	at := out.end + int64(len(s.buf)) // behind the header, which waits in the buffer for the first frame
	s.buf = appendFrame(s.buf, seed(j.name), at, after, recs, summary)
	if _, err := j.dir.writeAt(dst, s.buf, out.end); err != nil {
		return err
	}
	out.end += int64(len(s.buf))
	s.buf = s.buf[:0]
	out.last = place{after, at}
	out.index = appendPlace(out.index, out.last)
	return nil
}
