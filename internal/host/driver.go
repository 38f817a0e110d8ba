package host

import (
	"context"

	"github.com/bianpai/bianpai/internal/core"
)

// Driver drives one journal. Its methods may be called concurrently.
type Driver struct {
	id      string
	stopped chan struct{}
}

// ID is the journal's name.
func (d *Driver) ID() string { return d.id }

// Submit hands a request to the machine. It returns nil when the facts that
// follow from it are durable, the machine's error when it refuses, and
// *StoppedError when the driver stopped first. ctx bounds the waiting only: a
// request that is on its way is not withdrawn.
func (d *Driver) Submit(ctx context.Context, req any) error { return nil }

// Inspect calls f with the machine, between two batches, when all that the
// machine knows is durable. f must be short, must not change the machine and
// must not keep it.
func (d *Driver) Inspect(ctx context.Context, f func(core.Machine)) error { return nil }

// Tail is the position of the last record that this driver has read or
// written.
func (d *Driver) Tail() int64 { return 0 }

// Stopped is closed when the driver has stopped and all its calls are over.
func (d *Driver) Stopped() <-chan struct{} { return d.stopped }

// Err tells why the driver stopped: nil while it runs and after Close or
// Shutdown, else the error of the append, lease, call or machine that
// stopped it.
func (d *Driver) Err() error { return nil }

// Close stops the driver, ends the contexts of its calls and waits for them.
// The journal can be opened again.
func (d *Driver) Close(ctx context.Context) error { return nil }

// CloseIdle closes the driver if the machine waits for nothing but requests:
// no call, no timer, nothing in the inbox. It tells whether it did.
func (d *Driver) CloseIdle(ctx context.Context) (bool, error) { return false, nil }
