package providertest

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// Match selects calls. Make one with On or OnType.
type Match struct {
	verb, logicalID, typ string
	service, api         string
	nth, times           int
}

// On selects the calls of a verb ("Create", "Read", "Update", "Delete",
// "Find"; empty: all) for a logical id (empty: all). Looks at a running
// operation are calls too.
func On(verb, logicalID string) Match { return Match{verb: verb, logicalID: logicalID} }

// OnType selects the calls of a verb for a resource type.
func OnType(verb, typ string) Match { return Match{verb: verb, typ: typ} }

// OnCall selects the raw calls of a service (empty: all) and an API (empty:
// all), case not counted.
func OnCall(service, api string) Match { return Match{verb: callVerb, service: service, api: api} }

// Nth narrows to the n-th of the selected calls, counted from 1.
func (m Match) Nth(n int) Match { m.nth = n; return m }

// Times narrows to the first n of the selected calls.
func (m Match) Times(n int) Match { m.times = n; return m }

// subject is what a match looks at.
type subject struct {
	verb, logicalID, typ, service, api, token string
}

func (m *Match) fits(s *subject) bool {
	return (m.verb == "" || m.verb == s.verb) && (m.logicalID == "" || m.logicalID == s.logicalID) && (m.typ == "" || m.typ == s.typ) &&
		(m.service == "" || strings.EqualFold(m.service, s.service)) && (m.api == "" || strings.EqualFold(m.api, s.api))
}

// Fault is what goes wrong with a call.
type Fault struct {
	fail  error
	after bool
	slow  time.Duration
	hang  bool
}

// Fail refuses the call with err; nothing has happened.
func Fail(err error) Fault { return Fault{fail: err} }

// FailAfterEffect does what the call asks for, but answers with err: the
// caller does not know that it took effect.
func FailAfterEffect(err error) Fault { return Fault{fail: err, after: true} }

// Slow holds the answer back for d, once an operation: looks at an operation
// that was slow to start are not slow.
func Slow(d time.Duration) Fault { return Fault{slow: d} }

// Throttle refuses the call with Throttled.
func Throttle() Fault { return Fault{fail: Throttled()} }

// Hang gives no answer until the caller's context ends; nothing has happened.
func Hang() Fault { return Fault{hang: true} }

// Throttled is the error of a service that is called too often.
func Throttled() *provider.Error {
	return &provider.Error{Kind: provider.Throttled, Code: "Throttling.User", Message: "Request was denied due to user flow control."}
}

type injection struct {
	match  Match
	fault  Fault
	seen   int
	slowed map[string]bool // tokens
}

// Inject makes the selected calls go wrong. Several faults may select the same
// call: delays add up, and the first failure counts.
func (c *Cloud) Inject(m Match, f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &injection{match: m, fault: f})
}

// Heal takes all faults back.
func (c *Cloud) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// fate is what happens to one call.
type fate struct {
	slow  time.Duration
	hang  bool
	first error // before the effect
	after error // after the effect
}

// decide settles the fate of a call. The caller holds the mutex.
func (c *Cloud) decide(s *subject) fate {
	var f fate
	for _, in := range c.faults {
		if !in.match.fits(s) {
			continue
		}
		if in.fault.slow > 0 && in.slowed[s.token] {
			continue
		}
		in.seen++
		if in.match.nth > 0 && in.seen != in.match.nth || in.match.times > 0 && in.seen > in.match.times {
			continue
		}
		in.apply(&f, s.token)
	}
	return f
}

func (in *injection) apply(f *fate, token string) {
	switch fault := in.fault; {
	case fault.hang:
		f.hang = true
	case fault.slow > 0:
		f.slow += fault.slow
		if token != "" {
			if in.slowed == nil {
				in.slowed = make(map[string]bool)
			}
			in.slowed[token] = true
		}
	case fault.after:
		if f.after == nil {
			f.after = fault.fail
		}
	case f.first == nil:
		f.first = fault.fail
	}
}

// before lives through what happens to a call before its effect.
func (f *fate) before(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	if f.slow > 0 {
		t := time.NewTimer(f.slow)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f.first
}

// numbered gives the error as the service would send it: with a request id.
func numbered(err error, requestID string) error {
	if refusal, ok := errors.AsType[*provider.Error](err); ok && refusal == err {
		with := *refusal
		if with.RequestID == "" {
			with.RequestID = requestID
		}
		return &with
	}
	return err
}
