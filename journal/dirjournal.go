package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// dirJournal is one journal of a Dir.
//
// writing is held over a whole write, its fsync included; mu only to look at
// the state or to change it, which needs both. So a reader never waits for the
// disk of a writer.
type dirJournal struct {
	dir  *Dir
	name string // of the file, without suffix
	id   string // guarded by dir.mu; "" for a hashed name until the file was read

	writing sync.Mutex
	lease   leaseState // guarded by writing
	gone    bool       // guarded by writing; dropped from the map: look the name up again

	mu     sync.RWMutex
	loaded bool // the rest is known; it stays known
	head   Head // Tail 0: there is no file
	end    int64
	index  []place
	last   place // of the last frame, where those start who follow the journal
	trims  int   // counts the times the file was replaced or removed
	drops  int   // counts the times it was removed
	broken error // *BrokenError: nothing more is written
}

func (j *dirJournal) file() string { return filepath.Join(j.dir.path, j.name+fileSuffix) }

// known gives the head if the file need not be read for it.
func (j *dirJournal) known() (Head, bool) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.head, j.loaded
}

func (j *dirJournal) failure() error {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.broken
}

// current gives the head. The caller has a slot.
func (j *dirJournal) current() (Head, error) {
	if head, ok := j.known(); ok {
		return head, nil
	}
	j.writing.Lock()
	defer j.writing.Unlock()
	err := j.load()
	return j.head, err
}

// load reads the file if that was not done yet, cuts off what is torn, and
// makes sure that what was read is on disk. The caller has a slot and holds
// writing.
func (j *dirJournal) load() error {
	if j.loaded {
		return nil
	}
	f, err := os.OpenFile(j.file(), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	s, err := scanFile(f, info.Size(), j.file(), j.name, j.dir.clean)
	if err != nil {
		return err
	}
	if s == nil {
		j.dir.log.Info("journal: removed a file whose first append was never finished", "file", j.file())
		f.Close() // some systems remove no open files
		if err := j.remove(); err != nil {
			return err
		}
		s = &scanned{head: Head{ID: j.id}}
	} else if err := j.settle(f, s, info.Size()); err != nil {
		return err
	}
	j.dir.learn(j, s.head.ID)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.loaded, j.head, j.end = true, s.head, s.end
	j.index, j.last = s.index, s.last
	return nil
}

// settle cuts the tail off behind the last whole frame and makes that frame
// durable: the process that wrote it may have died before its fsync, and then
// nothing but the system's memory has it. It is written again first, since
// after a failed fsync memory can differ from the disk and pass for clean.
// After an orderly close there is nothing to settle.
func (j *dirJournal) settle(f *os.File, s *scanned, size int64) error {
	if j.dir.clean {
		return nil
	}
	if size > s.end {
		j.dir.log.Info("journal: cut off an append that was never finished",
			"file", j.file(), "offset", s.end, "bytes", size-s.end)
		if err := f.Truncate(s.end); err != nil {
			return err
		}
	}
	last := make([]byte, s.end-s.last.off)
	if _, err := f.ReadAt(last, s.last.off); err != nil {
		return err
	}
	if _, err := j.dir.writeAt(f, last, s.last.off); err != nil {
		return err
	}
	return j.dir.sync(f)
}

// learn notes the name of a journal whose file was read.
func (d *Dir) learn(j *dirJournal, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if j.id == "" {
		j.id, d.sorted = id, nil
	}
}

// remove removes the file.
func (j *dirJournal) remove() error {
	if err := os.Remove(j.file()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return j.dir.syncRoot()
}

// fail marks the journal as broken. The caller holds writing.
func (j *dirJournal) fail(id string, err error) {
	j.dir.failed.Store(true)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.broken = &BrokenError{ID: id, Path: j.file(), Err: err}
}

// Append implements Store. When the write fails but could be undone (a full
// disk), the journal stays usable and stands where it stood. When an fsync
// fails, what is on disk cannot be known: later appends to that journal return
// *BrokenError until the directory was closed and opened again. Reads go on
// giving what was durable before.
func (d *Dir) Append(ctx context.Context, a *Append) error {
	if err := a.Validate(); err != nil {
		return err
	}
	s, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer d.give(s)
	j := d.lockWrites(a.ID)
	defer j.writing.Unlock()
	err = j.append(ctx, s, a)
	if err != nil {
		d.forget(j)
	}
	d.watchers.wake(a.ID)
	return err
}

// append does it; the caller has a slot and holds writing.
func (j *dirJournal) append(ctx context.Context, s *slot, a *Append) error {
	if err := j.load(); err != nil {
		return err
	}
	if err := j.lease.check(a.ID, a.Fence); err != nil {
		return err
	}
	if j.broken != nil {
		return j.broken
	}
	if a.After != j.head.Tail {
		return &ConflictError{ID: a.ID, After: a.After, Tail: j.head.Tail}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	fresh := j.head.Tail == 0
	seed := seed(j.name)
	buf, at := s.buf[:0], j.end
	if fresh {
		buf = appendHeader(buf, a.ID, 0)
		at = int64(len(buf))
	}
	buf = appendFrame(buf, seed, at, a.After, a.Recs, a.Summary)
	s.buf = buf
	write := j.extend
	if fresh {
		write = j.create
	}
	end, err := write(a.ID, buf)
	if err != nil {
		return err
	}
	head := j.head.advance(a)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last = place{a.After, at}
	j.index = appendPlace(j.index, j.last)
	j.head, j.end = head, end
	return nil
}

// create writes the file of a new journal.
func (j *dirJournal) create(id string, b []byte) (end int64, err error) {
	f, err := os.OpenFile(j.file(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := j.dir.writeAt(f, b, 0); err != nil {
		f.Close()
		if undo := j.remove(); undo != nil {
			j.fail(id, errors.Join(err, undo))
		}
		return 0, err
	}
	err = j.dir.sync(f)
	if err == nil {
		err = j.dir.syncRoot()
	}
	if err != nil {
		j.fail(id, err)
		return 0, err
	}
	return int64(len(b)), nil
}

// extend writes a frame at the end of the file.
func (j *dirJournal) extend(id string, b []byte) (end int64, err error) {
	f, err := os.OpenFile(j.file(), os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := j.dir.writeAt(f, b, j.end); err != nil {
		undo := f.Truncate(j.end)
		if undo == nil {
			undo = j.dir.sync(f)
		}
		if undo != nil {
			j.fail(id, errors.Join(err, undo))
		}
		return 0, err
	}
	if err := j.dir.sync(f); err != nil {
		j.fail(id, err)
		return 0, err
	}
	return j.end + int64(len(b)), nil
}
