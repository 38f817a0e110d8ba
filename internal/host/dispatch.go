package host

import (
	"runtime/debug"
	"sync"
	"time"
)

// stage is how far the dispatcher is with a call.
type stage uint8

const (
	queued stage = iota // for a worker, or under its limit
	running
	withdrawn // while it was queued
)

// dispatcher runs the calls of all drivers of a host, each in a goroutine,
// at most workers at a time, and holds back those under a limit that the other
// side has asked to respect. A call that must wait holds no goroutine.
type dispatcher struct {
	workers int

	mu      sync.Mutex
	running int
	queue   queue
	limits  map[string]*limit
	closed  bool
}

// limit is what is known of one rate limit. Until someone is throttled there
// is no window. Then nothing starts until the time asked for; after it, half
// as many calls as before may run at once, and one more each time that as many
// have returned unthrottled, so that those held back do not all rush in again.
type limit struct {
	flying int       // calls admitted and not returned
	window int       // how many may be; 0: any number
	good   int       // calls that returned unthrottled since the window grew
	high   int       // flying when it was throttled: the window may go when it is back there
	until  time.Time // nothing starts before
	timer  *time.Timer
	held   queue
}

func (l *limit) shut(now time.Time) bool {
	return l.window > 0 && (l.flying >= l.window || now.Before(l.until))
}

// start runs a call as soon as its limit and the workers allow.
func (p *dispatcher) start(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.stage = queued
	if c.cmd.Limit != "" {
		c.limit = p.limit(c.cmd.Limit)
		if c.limit.shut(time.Now()) {
			c.limit.held.push(c)
			return
		}
		c.limit.flying++
	}
	p.admit(c)
}

func (p *dispatcher) limit(name string) *limit {
	l := p.limits[name]
	if l == nil {
		if p.limits == nil {
			p.limits = make(map[string]*limit)
		}
		l = new(limit)
		p.limits[name] = l
	}
	return l
}

func (p *dispatcher) admit(c *call) {
	if p.workers > 0 && p.running >= p.workers {
		p.queue.push(c)
		return
	}
	p.running++
	c.stage = running
	go p.work(c)
}

// drop withdraws a call that does not run yet, and reports whether it could.
func (p *dispatcher) drop(c *call) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.stage != queued {
		return false
	}
	c.stage = withdrawn // its queue passes over it
	return true
}

func (p *dispatcher) work(c *call) {
	for c != nil {
		c = p.run(c)
	}
}

// run makes one call, delivers its answer, and gives the next call that has a
// worker. A panic, or a runtime.Goexit as from a failing test, becomes an
// error: without an answer the machine would wait for ever.
func (p *dispatcher) run(c *call) (next *call) {
	m := message{call: c}
	returned := false
	defer func() {
		v := recover()
		if !returned {
			goexit := v == nil
			if goexit {
				v = "runtime.Goexit"
			}
			m.err = &PanicError{ID: c.driver.id, Command: c.cmd.ID, Value: v, Stack: debug.Stack()}
			if goexit {
				defer func() { go p.work(next) }()
			}
		}
		next = p.done(c, m.ans.Throttle)
		c.driver.inbox.put(m)
	}()
	m.ans = c.driver.def.Effector.Do(c.ctx, c.cmd)
	returned = true
	return nil
}

// done books the return of a call and hands its worker to the next one.
func (p *dispatcher) done(c *call, throttle time.Duration) *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	// The worker is given up last, so that nothing that a limit releases
	// meanwhile overtakes the queue.
	if l := c.limit; l != nil {
		p.book(l, throttle)
	}
	next := p.queue.pop()
	for next != nil && next.stage == withdrawn {
		p.left(next)
		next = p.queue.pop()
	}
	if next == nil {
		p.running--
	} else {
		next.stage = running
	}
	return next
}

// left takes a call out of its limit that was withdrawn after it was admitted.
func (p *dispatcher) left(c *call) {
	if c.limit != nil {
		c.limit.flying--
		p.release(c.limit)
	}
}

func (p *dispatcher) book(l *limit, throttle time.Duration) {
	now := time.Now()
	l.flying--
	switch {
	case throttle > 0:
		if !now.Before(l.until) { // not an echo of the same refusal
			l.high = l.flying + 1
			l.window, l.good = max(1, l.high/2), 0
		}
		if until := now.Add(throttle); until.After(l.until) {
			l.until = until
			p.wake(l, throttle)
		}
	case l.window > 0 && !now.Before(l.until):
		if l.good++; l.good >= l.window {
			l.window, l.good = l.window+1, 0
		}
		if l.held.empty() && l.window >= l.high {
			l.window = 0
		}
	}
	p.release(l)
}

// wake releases a limit after a time.
func (p *dispatcher) wake(l *limit, after time.Duration) {
	if p.closed {
		return
	}
	if l.timer != nil {
		l.timer.Reset(after)
		return
	}
	l.timer = time.AfterFunc(after, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.release(l)
	})
}

// release admits what a limit has held back and now allows.
func (p *dispatcher) release(l *limit) {
	now := time.Now()
	for !l.shut(now) {
		c := l.held.pop()
		if c == nil {
			return
		}
		if c.stage != withdrawn {
			l.flying++
			p.admit(c)
		}
	}
}

// close stops the timers; the drivers have dropped their calls by then.
func (p *dispatcher) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, l := range p.limits {
		if l.timer != nil {
			l.timer.Stop()
		}
	}
}

// queue is first in, first out, in constant time a call.
type queue struct {
	calls []*call
	head  int
}

func (q *queue) empty() bool { return q.head == len(q.calls) }

func (q *queue) push(c *call) { q.calls = append(q.calls, c) }

func (q *queue) pop() *call {
	if q.empty() {
		return nil
	}
	c := q.calls[q.head]
	q.calls[q.head] = nil
	q.head++
	switch {
	case q.empty():
		q.calls, q.head = q.calls[:0], 0
	case q.head >= 1024 && q.head*2 >= len(q.calls):
		n := copy(q.calls, q.calls[q.head:])
		clear(q.calls[n:])
		q.calls, q.head = q.calls[:n], 0
	}
	return c
}
