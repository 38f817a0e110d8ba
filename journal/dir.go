package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// DirOptions are the options of OpenDir. The zero value is the default.
type DirOptions struct {
	// Parallel is how many reads and writes run at once; each has at most one
	// file open (a trim two), so it bounds file handles, threads, and the
	// buffers kept between writes. 0 means 32.
	Parallel int
	// Sync makes the content of a file or directory durable. nil means
	// (*os.File).Sync. A benchmark can count here. One that does nothing makes
	// a store for tests: it survives a killed process, not a power failure.
	Sync func(*os.File) error
	// Logger is told of tails that were cut. nil means none.
	Logger *slog.Logger
}

// Dir keeps each journal in a file of one directory, on a local file system.
// It is a Watcher and a Leaser; leases matter to drivers within this process
// only, since the directory is locked against others.
//
// An append is one write and one fsync of its file; the first of a journal
// also syncs the directory. Appends to different journals run in parallel.
// Reads and heads do not wait for a write of the same journal under way.
//
// A file is read and verified whole once, when its journal is first used after
// OpenDir, and the head is kept in memory then; so the first List reads all
// that it lists. What a crash left of an unfinished append is cut off then.
// Anything else that does not verify is a *CorruptError for that journal, and
// its file is left as it is.
type Dir struct {
	path   string
	sync   func(*os.File) error
	log    *slog.Logger
	root   *os.File // the directory, to sync it
	lock   *lockFile
	clean  bool        // the one before us closed in order, so that no tail is torn
	failed atomic.Bool // a journal is broken

	// slots bounds the work on files. It is no channel, so that a Dir can be
	// used in and outside of a synctest bubble.
	slots    *semaphore.Weighted
	parallel int64
	buffers  sync.Pool // of *slot
	closing  atomic.Bool

	mu       sync.RWMutex
	journals map[string]*dirJournal // by name of file
	sorted   []string               // known IDs, for List; nil when they have changed

	watchers watchers

	// writeAt is (*os.File).WriteAt but in tests of failing disks.
	writeAt func(f *os.File, b []byte, off int64) (int, error)
}

// slot is the right to read or write files, with a buffer to encode in.
type slot struct{ buf []byte }

const maxKeptBuffer = 1 << 20

var (
	_ Store     = (*Dir)(nil)
	_ Watcher   = (*Dir)(nil)
	_ Leaser    = (*Dir)(nil)
	_ io.Closer = (*Dir)(nil)
)

// OpenDir opens a directory of journals, and makes it if there is none. It
// returns *LockedError when another Dir, in this process or another one, has
// it open, and *FormatError when a newer release wrote it. It lists the
// directory but does not read the journals. opts may be nil.
func OpenDir(dir string, opts *DirOptions) (*Dir, error) {
	if opts == nil {
		opts = &DirOptions{}
	}
	d := &Dir{
		path: dir, sync: opts.Sync, log: opts.Logger,
		parallel: int64(opts.Parallel),
		journals: make(map[string]*dirJournal),
		writeAt:  (*os.File).WriteAt,
	}
	if d.parallel <= 0 {
		d.parallel = 32
	}
	d.slots = semaphore.NewWeighted(d.parallel)
	if d.sync == nil {
		d.sync = (*os.File).Sync
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if err := d.open(); err != nil {
		return nil, fmt.Errorf("journal: open %s: %w", dir, err)
	}
	return d, nil
}

func (d *Dir) open() (err error) {
	if err := d.makeDir(d.path); err != nil {
		return err
	}
	if d.lock, err = lockDir(d.path); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			d.lock.unlock()
			if d.root != nil {
				d.root.Close()
			}
		}
	}()
	if d.root, err = os.Open(d.path); err != nil {
		return err
	}
	if d.clean, err = d.lock.readState(); err != nil {
		return err
	}
	if err := d.find(); err != nil {
		return err
	}
	// From here on a crash can leave torn tails: this has to be on disk before
	// the first write.
	if err := d.lock.writeState(stateOpen, d.sync); err != nil {
		return err
	}
	return d.syncRoot()
}

// makeDir makes a directory and those above it, each durable in its parent.
func (d *Dir) makeDir(path string) error {
	if info, err := os.Stat(path); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a directory", path)
		}
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := d.makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	f, err := os.Open(parent)
	if err != nil {
		return err
	}
	defer f.Close()
	return syncDirectory(f, d.sync)
}

// find notes the journals of the directory and removes what an interrupted
// trim left. Files that are not ours stay.
func (d *Dir) find() error {
	entries, err := d.root.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, e := range entries {
		file := e.Name()
		if strings.HasSuffix(file, trimSuffix) {
			if err := os.Remove(filepath.Join(d.path, file)); err != nil {
				return err
			}
		}
		name, ours := strings.CutSuffix(file, fileSuffix)
		if id := nameOf(name); ours && e.Type().IsRegular() && (id != "" || hashed(name)) {
			d.journals[name] = &dirJournal{dir: d, id: id, name: name}
		}
	}
	return nil
}

// Close waits for the reads and writes that are under way, then gives the
// directory free. What is called later returns ErrClosed; so do watches.
func (d *Dir) Close() error {
	if d.closing.Swap(true) {
		return ErrClosed
	}
	// Who still waits for a slot gets one after this, and sees that it is late.
	if err := d.slots.Acquire(context.Background(), d.parallel); err != nil {
		return err
	}
	defer d.slots.Release(d.parallel)
	d.watchers.end(ErrClosed)
	var err error
	if d.settled() {
		err = d.lock.writeState(stateClosed, d.sync)
	}
	return errors.Join(err, d.root.Close(), d.lock.unlock())
}

// settled tells whether no file can have a torn tail. After a crash those that
// were not used since can.
func (d *Dir) settled() bool {
	if d.failed.Load() {
		return false
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, j := range d.journals {
		if _, loaded := j.known(); !loaded && !d.clean {
			return false
		}
	}
	return true
}

// usable tells whether a call may start.
func (d *Dir) usable(ctx context.Context) error {
	if d.closing.Load() {
		return ErrClosed
	}
	return ctx.Err()
}

// take waits for a slot.
func (d *Dir) take(ctx context.Context) (*slot, error) {
	if err := d.usable(ctx); err != nil {
		return nil, err
	}
	if err := d.slots.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if d.closing.Load() {
		d.slots.Release(1)
		return nil, ErrClosed
	}
	if s, ok := d.buffers.Get().(*slot); ok {
		return s, nil
	}
	return &slot{}, nil
}

func (d *Dir) give(s *slot) {
	if cap(s.buf) <= maxKeptBuffer {
		d.buffers.Put(s)
	}
	d.slots.Release(1)
}

func (d *Dir) syncRoot() error { return syncDirectory(d.root, d.sync) }

func (d *Dir) lookup(id string) *dirJournal {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.journals[fileName(id)]
}

// lockWrites gives the journal of that name with its write lock held; it makes
// it when there is none.
func (d *Dir) lockWrites(id string) *dirJournal {
	for {
		j := d.lookup(id)
		if j == nil {
			name := fileName(id)
			d.mu.Lock()
			if j = d.journals[name]; j == nil {
				j = &dirJournal{dir: d, id: id, name: name, loaded: true, head: Head{ID: id}}
				d.journals[name], d.sorted = j, nil
			}
			d.mu.Unlock()
		}
		j.writing.Lock()
		if !j.gone {
			return j
		}
		j.writing.Unlock()
	}
}

// forget drops an empty journal from the map, with its write lock held. A name
// that was leased stays: its fence has to go on rising.
func (d *Dir) forget(j *dirJournal) {
	if !j.loaded || j.head.Tail > 0 || j.lease.fence > 0 || j.broken != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	j.gone = true
	delete(d.journals, j.name)
	d.sorted = nil
}

// Head implements Store.
func (d *Dir) Head(ctx context.Context, id string) (Head, error) {
	if err := d.usable(ctx); err != nil {
		return Head{}, err
	}
	j := d.lookup(id)
	if j == nil {
		return Head{ID: id}, nil
	}
	if head, ok := j.known(); ok {
		return head, nil
	}
	return d.load(ctx, j)
}

// load gives the head of a journal whose file may have to be read first.
func (d *Dir) load(ctx context.Context, j *dirJournal) (Head, error) {
	s, err := d.take(ctx)
	if err != nil {
		return Head{}, err
	}
	defer d.give(s)
	return j.current()
}

// Watch implements Watcher.
func (d *Dir) Watch(ctx context.Context, id string, after int64) error {
	return d.watchers.wait(ctx, id, func() (bool, error) {
		head, err := d.Head(ctx, id)
		if err != nil || head.Tail > after {
			return true, err
		}
		if j := d.lookup(id); j != nil {
			return false, j.failure()
		}
		return false, nil
	})
}
