package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/journal"
)

// leaseKeeper renews a lease until it is stopped or the lease is lost.
type leaseKeeper struct {
	store journal.Leaser
	lease *journal.Lease
	ttl   time.Duration
	fence int64
	end   context.CancelFunc
	over  chan struct{} // closed when the goroutine has ended
	gone  chan struct{} // closed when the lease is lost
	err   error         // why; written before gone is closed
}

// done is closed when the lease is lost: never, without a lease.
func (k *leaseKeeper) done() <-chan struct{} {
	if k == nil {
		return nil
	}
	return k.gone
}

// takeLease acquires the lease of the driver's journal, where the store has
// leases and the host has a name.
func (d *Driver) takeLease(ctx context.Context) error {
	store, ok := d.host.store.(journal.Leaser)
	if !ok || d.host.opts.Owner == "" {
		return nil
	}
	ttl := d.host.opts.LeaseTTL
	lease, err := store.Acquire(ctx, d.id, d.host.opts.Owner, ttl)
	if err != nil {
		return err
	}
	k := &leaseKeeper{store: store, lease: lease, ttl: ttl, fence: lease.Fence}
	k.over, k.gone = make(chan struct{}), make(chan struct{})
	renew, end := context.WithCancel(d.host.writes)
	k.end = end
	d.lease = k
	go k.keep(renew, d.cancel)
	return nil
}

// keep renews at a third of the lease's time. An error that may pass is tried
// again until the lease runs out.
func (k *leaseKeeper) keep(ctx context.Context, stop context.CancelFunc) {
	defer close(k.over)
	tick := time.NewTicker(k.ttl / 3)
	defer tick.Stop()
	until := time.Now().Add(k.ttl)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := time.Now()
		err := k.store.Renew(ctx, k.lease, k.ttl)
		if err == nil {
			until = asked.Add(k.ttl)
			continue
		}
		_, fenced := errors.AsType[*journal.FencedError](err)
		_, held := errors.AsType[*journal.HeldError](err)
		if fenced || held || !time.Now().Add(k.ttl/3).Before(until) {
			if ctx.Err() != nil {
				return
			}
			k.err = fmt.Errorf("the lease is lost: %w", err)
			close(k.gone) // first: the driver must not take the calls' last words
			stop()
			return
		}
	}
}

// lost gives the error of a lost lease.
func (d *Driver) lost() error {
	select {
	case <-d.lease.done():
		return d.lease.err
	default:
		return nil
	}
}

// dropLease ends the renewal and gives back a lease that still holds. An error
// is of no consequence: the lease runs out by itself.
func (d *Driver) dropLease() {
	k := d.lease
	if k == nil {
		return
	}
	k.end()
	<-k.over
	if d.lost() == nil {
		ctx, cancel := context.WithTimeout(d.host.writes, k.ttl)
		defer cancel()
		_ = k.store.Release(ctx, k.lease)
	}
}
