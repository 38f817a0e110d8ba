package journal

import (
	"fmt"
	"time"
)

// leaseState is the newest lease of one journal. The journal's write lock
// guards it, so that an append that passed its fence check is done before a
// newer lease is given.
type leaseState struct {
	fence int64 // of the newest lease; 0: there never was one
	owner string
	until time.Time // zero when released
}

func (s *leaseState) check(id string, fence int64) error {
	if fence < s.fence {
		return &FencedError{ID: id, Fence: fence, Current: s.fence}
	}
	return nil
}

func (s *leaseState) acquire(id, owner string, ttl time.Duration, now time.Time) (*Lease, error) {
	if owner != s.owner && now.Before(s.until) {
		return nil, &HeldError{ID: id, Owner: s.owner, Until: s.until}
	}
	s.fence++
	s.owner, s.until = owner, now.Add(ttl)
	return &Lease{ID: id, Owner: owner, Fence: s.fence, Until: s.until}, nil
}

func (s *leaseState) renew(l *Lease, ttl time.Duration, now time.Time) error {
	if l.Fence != s.fence || l.Owner != s.owner || s.until.IsZero() {
		return &FencedError{ID: l.ID, Fence: l.Fence, Current: s.fence}
	}
	s.until = now.Add(ttl)
	l.Until = s.until
	return nil
}

func (s *leaseState) release(l *Lease) {
	if l.Fence == s.fence && l.Owner == s.owner {
		s.until = time.Time{}
	}
}

func validLease(id, owner string, ttl time.Duration) error {
	if err := ValidID(id); err != nil {
		return err
	}
	if owner == "" {
		return &InvalidError{ID: id, Reason: "a lease needs an owner"}
	}
	if ttl <= 0 {
		return &InvalidError{ID: id, Reason: fmt.Sprintf("a lease cannot run for %s", ttl)}
	}
	return nil
}
