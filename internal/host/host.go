package host

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/journal"
)

// Definition is what a host needs to drive one kind of machine.
type Definition struct {
	New      func() core.Machine
	Codec    core.Codec
	Effector Effector
}

// Effector does the work of commands. Do is called concurrently, but never
// twice at a time for one command of one journal. ctx ends when the host stops
// or the command is cancelled; what Do answers after that is dropped. A panic
// in Do stops the driver of that journal.
type Effector interface {
	Do(ctx context.Context, cmd core.Command) core.Answer
}

// Options are the settings of a Host; the zero value is the default.
type Options struct {
	// Workers bounds the calls that run at the same time over all journals of
	// the host; 0 means no bound.
	Workers int
	// Logger tells of drivers that stop by an error; nil logs nothing.
	Logger *slog.Logger
	// SnapshotEvery is the number of records since the last base after which
	// a snapshot is considered; 0 means 50,000, below 0 never.
	SnapshotEvery int64
	// Owner names this process to the other processes that share the store.
	// With an Owner and a store that is a journal.Leaser, a journal is driven
	// under a lease only.
	Owner string
	// LeaseTTL is how long a lease runs without renewal; 0 means 30 seconds.
	LeaseTTL time.Duration
}

// Host drives journals of one store. Its methods may be called concurrently.
type Host struct {
	store      journal.Store
	opts       Options
	dispatcher dispatcher

	// writes is the context of the store's calls. It outlives the effects, so
	// that a stop does not tear a write, and ends when a Shutdown runs out of
	// patience.
	writes context.Context
	abort  context.CancelFunc

	mu      sync.Mutex
	drivers map[string]*Driver
	closed  bool
}

// New makes a host on a store. It starts nothing until a journal is opened.
func New(store journal.Store, opts *Options) *Host {
	h := &Host{store: store, drivers: make(map[string]*Driver)}
	if opts != nil {
		h.opts = *opts
	}
	if h.opts.LeaseTTL <= 0 {
		h.opts.LeaseTTL = 30 * time.Second
	}
	if h.opts.Logger == nil {
		h.opts.Logger = slog.New(slog.DiscardHandler)
	}
	h.dispatcher.workers = h.opts.Workers
	h.writes, h.abort = context.WithCancel(context.Background())
	return h
}

// Open folds a journal and drives it. While it is open, each Open gives the
// same Driver. ctx bounds the fold, not the driving. A journal that another
// process drives gives *journal.HeldError.
func (h *Host) Open(ctx context.Context, id string, def *Definition) (*Driver, error) {
	for {
		d, first, err := h.claim(id, def)
		if err != nil {
			return nil, err
		}
		if first {
			if err := h.begin(ctx, d); err != nil {
				return nil, err
			}
			return d, nil
		}
		wait := d.opened
		if d.ending() {
			wait = d.stopped
		}
		select {
		case <-wait:
			// Opened, or failed to open, or stopped: whoever looks again finds
			// the driver, or the place free.
			if wait == d.opened && !d.ending() {
				return d, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// claim finds the driver of a journal, or takes its place.
func (h *Host) claim(id string, def *Definition) (d *Driver, first bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false, &StoppedError{ID: id}
	}
	if d := h.drivers[id]; d != nil {
		return d, false, nil
	}
	d = newDriver(h, id, def)
	h.drivers[id] = d
	return d, true, nil
}

// begin folds the journal of a driver and starts its loop. When it fails the
// place of the journal is free again.
func (h *Host) begin(ctx context.Context, d *Driver) error {
	err := d.fold(ctx)
	if err != nil {
		d.quit()
		d.retire(nil)
		close(d.opened)
		return err
	}
	close(d.opened)
	go d.loop()
	return nil
}

func (h *Host) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// remove frees the place of a stopped driver.
func (h *Host) remove(d *Driver) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.drivers, d.id)
}

// Shutdown stops all drivers: it ends the contexts of their calls and waits
// for them. The journals can be opened again, by another host, and go on where
// they stood. When ctx ends first, Shutdown also ends the contexts of the
// store's calls and returns the context's error.
func (h *Host) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	drivers := make([]*Driver, 0, len(h.drivers))
	for _, d := range h.drivers {
		drivers = append(drivers, d)
	}
	h.mu.Unlock()
	for _, d := range drivers {
		d.quit()
	}
	for _, d := range drivers {
		select {
		case <-d.stopped:
		case <-ctx.Done():
			h.abort()
			return ctx.Err()
		}
	}
	h.abort()
	h.dispatcher.close()
	return nil
}
