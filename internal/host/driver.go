package host

import (
	"context"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

// Driver drives one journal. Its methods may be called concurrently.
type Driver struct {
	host *Host
	id   string
	def  *Definition

	opened  chan struct{} // closed when the fold is over
	ended   chan struct{} // closed when the driver should stop, or is about to
	endOnce sync.Once
	stopped chan struct{}
	err     error // why it stopped; written before stopped is closed

	inbox   inbox
	tail    atomic.Int64
	effects context.Context // of all calls
	cancel  context.CancelFunc
	lease   *leaseKeeper // nil without a lease

	// All below belongs to the loop's goroutine.
	replica *Replica
	calls   map[string]*call
	timers  timers
	timer   *time.Timer
	armed   time.Time // when timer fires; zero when it is not set
	away    int       // calls with the dispatcher
	seq     int64
	last    time.Time
	spare   []message
	ready   []*call  // commands whose time came in this batch
	orders  []*order // of this batch, to be answered when it is durable
}

func newDriver(h *Host, id string, def *Definition) *Driver {
	d := &Driver{
		host:    h,
		id:      id,
		def:     def,
		opened:  make(chan struct{}),
		ended:   make(chan struct{}),
		stopped: make(chan struct{}),
		calls:   make(map[string]*call),
	}
	d.inbox.wake = make(chan struct{}, 1)
	d.effects, d.cancel = context.WithCancel(context.Background())
	return d
}

// ID is the journal's name.
func (d *Driver) ID() string { return d.id }

// Submit hands a request to the machine. It returns nil when the facts that
// follow from it are durable, the machine's error when it refuses, and
// *StoppedError when the driver stopped first: then the request may or may not
// have been kept. ctx bounds the waiting only: a request that is on its way is
// not withdrawn.
func (d *Driver) Submit(ctx context.Context, req any) error {
	return d.send(ctx, &order{request: req})
}

// Inspect calls f with the machine, between two batches, when all that the
// machine knows is durable. f must be short, must not change the machine and
// must not keep it.
func (d *Driver) Inspect(ctx context.Context, f func(core.Machine)) error {
	return d.send(ctx, &order{look: func(d *Driver) { f(d.replica.Machine()) }})
}

func (d *Driver) send(ctx context.Context, o *order) error {
	o.done = make(chan error, 1)
	if !d.inbox.put(message{order: o}) {
		select {
		case <-d.stopped:
			return &StoppedError{ID: d.id, Cause: d.err}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-d.stopped:
	}
	select {
	case err := <-o.done:
		return err
	default:
		return &StoppedError{ID: d.id, Cause: d.err}
	}
}

// Tail is the position of the last durable record that this driver knows.
func (d *Driver) Tail() int64 { return d.tail.Load() }

// Stopped is closed when the driver has stopped and all its calls are over.
func (d *Driver) Stopped() <-chan struct{} { return d.stopped }

// Err tells why the driver stopped: nil while it runs and after Close or
// Shutdown, else the error of the append, lease, call or machine that stopped
// it.
func (d *Driver) Err() error {
	select {
	case <-d.stopped:
		return d.err
	default:
		return nil
	}
}

// Close stops the driver, ends the contexts of its calls and waits for them.
// The journal can be opened again.
func (d *Driver) Close(ctx context.Context) error {
	d.quit()
	select {
	case <-d.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// CloseIdle closes the driver if its machine waits for nothing but requests:
// no call, no timer, nothing in the inbox. It tells whether the driver is
// closed.
func (d *Driver) CloseIdle(ctx context.Context) (bool, error) {
	idle := false
	err := d.send(ctx, &order{look: func(d *Driver) {
		if idle = len(d.calls) == 0; idle {
			d.quit()
		}
	}})
	if err == nil && idle {
		return true, d.Close(ctx)
	}
	return false, err
}

func (d *Driver) quit() { d.endOnce.Do(func() { close(d.ended) }) }

func (d *Driver) ending() bool {
	select {
	case <-d.ended:
		return true
	default:
		return false
	}
}

// fold reads the journal, under a lease where there are leases.
func (d *Driver) fold(ctx context.Context) (err error) {
	defer d.recovered(&err)
	if err := d.takeLease(ctx); err != nil {
		return err
	}
	r, err := Fold(ctx, d.host.store, d.id, d.def)
	if err != nil {
		return err
	}
	r.SetSnapshotEvery(d.host.opts.SnapshotEvery)
	if d.lease != nil {
		r.fence = d.lease.fence
	}
	d.replica = r
	d.tail.Store(r.Tail())
	return nil
}

// recovered turns a panic of the machine into an error.
func (d *Driver) recovered(err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{ID: d.id, Value: v, Stack: debug.Stack()}
	}
}
