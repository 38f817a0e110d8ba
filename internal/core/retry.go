package core

import "time"

// Class says what an error means for the next try.
type Class uint8

// The classes of errors.
const (
	Final     Class = iota // the same call cannot succeed
	Transient              // it may succeed later
	Throttled              // it was refused for the rate of calls, not for itself
)

// Retry is a rule for the tries of one piece of work. The zero value takes the
// defaults.
type Retry struct {
	Min time.Duration // before the second try; 0: one second
	Max time.Duration // never wait longer, unless asked to; 0: one minute
	// Attempts bounds the tries that failed in class Transient; 0 means 5.
	Attempts int
	// Throttles bounds the tries that failed in class Throttled; 0 means 100.
	Throttles int
}

// Next says whether to try again after the n-th failure of that class in a row
// (from 1), and how long to wait before. The wait doubles with n and is
// spread over its upper half by a hash of id and n: the same in each run, but
// different for steps that failed together. asked is what the other side wants
// to be waited at least; zero for nothing.
func (r Retry) Next(id string, class Class, n int, asked time.Duration) (wait time.Duration, again bool) {
	switch class {
	case Transient:
		again = n < or(r.Attempts, 5)
	case Throttled:
		again = n < or(r.Throttles, 100)
	}
	if !again {
		return 0, false
	}
	return Backoff(id, n, or(r.Min, time.Second), or(r.Max, time.Minute), asked), true
}

// Backoff is the wait before the try that follows the n-th failure (from 1):
// exponential from low to high, spread over its upper half by a hash of id and
// n. A longer time that was asked for is kept, plus a part of the spread, so
// that those who were asked the same do not come back together.
func Backoff(id string, n int, low, high, asked time.Duration) time.Duration {
	wait := high
	if shift := max(n-1, 0); shift < 62 && low <= high>>shift {
		wait = low << shift
	}
	spread := time.Duration(hash(id, n) % uint64(wait/2+1))
	return max(wait-spread, asked+min(spread, asked/10))
}

// hash is FNV-1a over id and n, with a final mix: the plain hash differs too
// little in its low bits for ids that differ in their last byte.
func hash(id string, n int) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	h = (h ^ uint64(n)) * 1099511628211
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	return h ^ h>>33
}

func or[T int | time.Duration](v, zero T) T {
	if v == 0 {
		return zero
	}
	return v
}
