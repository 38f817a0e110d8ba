package host

import (
	"context"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

// defaultAgain is when a command is asked again whose answer had neither a
// result nor a time: often enough for people, too seldom to spin.
const defaultAgain = time.Second

// place is where the driver has a call.
type place uint8

const (
	due        place = iota // its time has come in this batch
	waiting                 // in the timers
	dispatched              // with the dispatcher
)

// call is a command in the hands of the host. It belongs to the driver's
// goroutine, but for the fields that the dispatcher guards.
type call struct {
	driver *Driver
	cmd    core.Command
	ctx    context.Context
	cancel context.CancelFunc

	place place
	due   time.Time
	seq   int64
	pos   int // in the timers

	// dropped calls were cancelled while they ran. The command of the same ID
	// that came since waits in next, so that no two of them ever overlap.
	dropped bool
	next    *core.Command

	// The dispatcher's.
	stage stage
	limit *limit
}

// start takes a command of the machine.
func (d *Driver) start(cmd core.Command, now time.Time) {
	c := d.calls[cmd.ID]
	switch {
	case c == nil:
		d.seq++
		c = &call{driver: d, cmd: cmd, seq: d.seq}
		d.calls[cmd.ID] = c
	case c.dropped:
		c.next = &cmd
		return
	case c.place == dispatched:
		return // the same work is under way
	default:
		c.cmd = cmd
	}
	d.schedule(c, cmd.NotBefore, now)
}

// schedule waits until a call is due, or dispatches it.
func (d *Driver) schedule(c *call, at, now time.Time) {
	if c.cmd.Work == nil || at.After(now) {
		c.due = at
		d.timers.add(c)
		return
	}
	if c.place == waiting {
		d.timers.remove(c)
	}
	d.dispatch(c)
}

// dispatch hands a call to the dispatcher, unless the driver is about to stop.
func (d *Driver) dispatch(c *call) {
	if d.ending() {
		c.place = due
		return
	}
	if c.cancel == nil {
		c.ctx, c.cancel = context.WithCancel(d.effects)
	}
	c.place = dispatched
	d.away++
	d.host.dispatcher.start(c)
}

// withdraw takes back a command that the machine cancelled.
func (d *Driver) withdraw(id string) {
	c := d.calls[id]
	switch {
	case c == nil:
	case c.dropped:
		c.next = nil
	case c.place == due:
		d.forget(c)
	case c.place == waiting:
		d.timers.remove(c)
		d.forget(c)
	case d.host.dispatcher.drop(c):
		d.away--
		d.forget(c)
	default:
		c.cancel()
		c.dropped = true
	}
}

func (d *Driver) forget(c *call) {
	if c.cancel != nil {
		c.cancel()
	}
	delete(d.calls, c.cmd.ID)
}

// returned handles the return of a call. It reports whether the answer has a
// result for the machine.
func (d *Driver) returned(c *call, ans core.Answer, now time.Time) bool {
	c.place = due
	switch {
	case c.dropped:
		d.forget(c)
		if c.next != nil {
			d.start(*c.next, now)
		}
		return false
	case ans.Result != nil:
		d.forget(c)
		return true
	case ans.Again > 0:
		d.schedule(c, now.Add(ans.Again), now)
	case ans.Throttle > 0 && c.cmd.Limit != "":
		d.dispatch(c) // which holds it back with the others of its limit
	case ans.Throttle > 0:
		d.schedule(c, now.Add(ans.Throttle), now)
	default:
		d.schedule(c, now.Add(defaultAgain), now)
	}
	return false
}
