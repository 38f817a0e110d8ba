package host

import (
	"context"
	"log/slog"
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
	// Logger tells of drivers that stop; nil logs nothing.
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
	store journal.Store
	opts  Options
}

// New makes a host on a store. It starts nothing until a journal is opened.
func New(store journal.Store, opts *Options) *Host {
	h := &Host{store: store}
	if opts != nil {
		h.opts = *opts
	}
	return h
}

// Open folds a journal and drives it. While it is open, each Open gives the
// same Driver. ctx bounds the fold, not the driving.
func (h *Host) Open(ctx context.Context, id string, def *Definition) (*Driver, error) {
	return nil, nil
}

// Shutdown stops all drivers: it ends the contexts of their calls and waits
// for them. The journals can be opened again, by this process or another, and
// go on where they stood.
func (h *Host) Shutdown(ctx context.Context) error { return nil }
