package journal

import (
	"context"
	"time"
)

// The leases of a Dir are in memory: no other process has the directory open,
// and the drivers of an earlier one died with it.

// Acquire implements Leaser.
func (d *Dir) Acquire(ctx context.Context, id, owner string, ttl time.Duration) (*Lease, error) {
	if err := validLease(id, owner, ttl); err != nil {
		return nil, err
	}
	if err := d.usable(ctx); err != nil {
		return nil, err
	}
	j := d.lockWrites(id)
	defer j.writing.Unlock()
	return j.lease.acquire(id, owner, ttl, time.Now())
}

// Renew implements Leaser.
func (d *Dir) Renew(ctx context.Context, l *Lease, ttl time.Duration) error {
	if err := validLease(l.ID, l.Owner, ttl); err != nil {
		return err
	}
	if err := d.usable(ctx); err != nil {
		return err
	}
	j := d.lockWrites(l.ID)
	defer j.writing.Unlock()
	return j.lease.renew(l, ttl, time.Now())
}

// Release implements Leaser.
func (d *Dir) Release(ctx context.Context, l *Lease) error {
	if err := d.usable(ctx); err != nil {
		return err
	}
	j := d.lockWrites(l.ID)
	defer j.writing.Unlock()
	j.lease.release(l)
	d.forget(j)
	return nil
}
