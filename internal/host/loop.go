package host

import (
	"errors"
	"slices"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

const (
	// maxInputs bounds the inputs of one batch, so that their answers are not
	// held up by what came long after them.
	maxInputs = 1024
	// maxAdvance is the number of facts that the state alone may add to a
	// batch before the batch is written and the inbox looked at again.
	maxAdvance = 4096
)

// loop is the driver's goroutine.
func (d *Driver) loop() {
	d.timer = time.NewTimer(maxSleep)
	d.timer.Stop()
	err := d.drive()
	d.timer.Stop()
	d.quit()
	d.retire(err)
	if err != nil {
		d.host.opts.Logger.Error("journal is not driven any more", "journal", d.id, "error", err)
		if p, ok := errors.AsType[*PanicError](err); ok {
			d.host.opts.Logger.Error("panic", "journal", d.id, "stack", string(p.Stack))
		}
	}
}

// drive runs batches until the driver should stop, which is no error, or
// cannot go on.
func (d *Driver) drive() (err error) {
	defer d.recovered(&err)
	if d.ending() {
		return nil
	}
	more, err := d.resume()
	for err == nil {
		if !more && !d.sleep() {
			return d.lost()
		}
		if d.ending() {
			return d.settle()
		}
		more, err = d.turn(more)
	}
	return err
}

// sleep waits until there is something to do; false means that the lease is
// lost.
func (d *Driver) sleep() bool {
	if d.arm() {
		return true
	}
	select {
	case <-d.inbox.wake:
	case <-d.timer.C:
		d.armed = time.Time{}
	case <-d.ended:
	case <-d.lease.done():
		return false
	}
	return true
}

// arm sets the timer for the first call that waits, and reports whether that
// is due already. A timer that is set too early does no harm.
func (d *Driver) arm() bool {
	if len(d.timers) == 0 {
		return false
	}
	at := d.timers[0].due
	if !d.armed.IsZero() && !at.Before(d.armed) {
		return false
	}
	now := d.now()
	wait := min(at.Sub(now), maxSleep)
	if wait <= 0 {
		return true
	}
	d.timer.Reset(wait)
	d.armed = now.Add(wait)
	return false
}

// now never goes back while the driver lives, whatever the wall clock does.
func (d *Driver) now() time.Time {
	if t := time.Now().UTC().Round(0); t.After(d.last) {
		d.last = t
	}
	return d.last
}

// resume brings a machine that was just folded to work.
func (d *Driver) resume() (more bool, err error) {
	now := d.now()
	more, err = d.replica.Advance(now, maxAdvance)
	if err == nil {
		err = d.flush()
	}
	if err != nil {
		return false, err
	}
	for _, cmd := range d.replica.Machine().Outstanding() {
		d.start(cmd, now)
	}
	return more, nil
}

// turn takes all that has come in, batch by batch.
func (d *Driver) turn(more bool) (bool, error) {
	msgs, err := d.receive(d.spare)
	if err != nil {
		return false, err
	}
	d.spare = nil
	for rest := msgs; ; {
		n := min(len(rest), maxInputs)
		if more, err = d.batch(rest[:n], more); err != nil {
			return false, err
		}
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
	}
	if cap(msgs) <= maxInputs {
		clear(msgs)
		d.spare = msgs[:0]
	}
	return more, nil
}

// receive empties the inbox. When the lease was lost the calls were told to
// end, and what they answered since is not to be believed.
func (d *Driver) receive(empty []message) ([]message, error) {
	msgs := d.inbox.swap(empty)
	for i := range msgs {
		if msgs[i].call != nil {
			d.away--
		}
	}
	return msgs, d.lost()
}

// batch is the host's duty of core.Machine for some messages and for what is
// due.
func (d *Driver) batch(msgs []message, more bool) (bool, error) {
	now := d.now()
	inputs, err := d.take(msgs, now)
	if err != nil {
		return false, err
	}
	if inputs > 0 || more {
		if more, err = d.replica.Advance(now, maxAdvance); err != nil {
			return false, err
		}
		if err := d.flush(); err != nil {
			return false, err
		}
		for _, cmd := range d.replica.Machine().Changes() {
			if cmd.Cancel {
				d.withdraw(cmd.ID)
			} else {
				d.start(cmd, now)
			}
		}
	}
	for _, c := range d.ready {
		if c.place == due && d.calls[c.cmd.ID] == c {
			d.dispatch(c)
		}
	}
	clear(d.ready)
	d.ready = d.ready[:0]
	d.answerOrders()
	if err := d.replica.Snapshot(d.host.writes, now); err != nil {
		return false, err
	}
	d.tail.Store(d.replica.Tail())
	return more, nil
}

// take gives the machine the messages and the timers that are due, and counts
// the inputs.
func (d *Driver) take(msgs []message, now time.Time) (inputs int, err error) {
	for i := range msgs {
		m := &msgs[i]
		in := core.Input{At: now}
		switch {
		case m.err != nil:
			return inputs, m.err
		case m.order != nil:
			d.orders = append(d.orders, m.order)
			if in.Request = m.order.request; m.order.look != nil {
				continue
			}
		case d.returned(m.call, m.ans, now):
			in.Command, in.Result = m.call.cmd.ID, m.ans.Result
		default:
			continue
		}
		inputs++
		if err := d.input(in, m.order); err != nil {
			return inputs, err
		}
	}
	for inputs < 2*maxInputs {
		c := d.timers.next(now)
		if c == nil {
			break
		}
		if c.place = due; c.cmd.Work != nil {
			d.ready = append(d.ready, c)
			continue
		}
		d.forget(c)
		inputs++
		if err := d.input(core.Input{At: now, Command: c.cmd.ID, Timer: true}, nil); err != nil {
			return inputs, err
		}
	}
	return inputs, nil
}

func (d *Driver) input(in core.Input, o *order) error {
	refused, err := d.replica.Take(in)
	if err != nil {
		return err
	}
	if o != nil {
		o.refused = refused
	}
	if d.replica.Full() {
		return d.flush()
	}
	return nil
}

func (d *Driver) flush() error {
	if err := d.replica.Flush(d.host.writes); err != nil {
		return err
	}
	d.tail.Store(d.replica.Tail())
	return nil
}

// answerOrders tells the callers of a batch that it is durable.
func (d *Driver) answerOrders() {
	for _, o := range d.orders {
		if o.look != nil {
			o.look(d)
		}
		o.done <- o.refused
	}
	clear(d.orders)
	d.orders = d.orders[:0]
}

// settle is the last batch of a driver that was told to stop: what has come in
// is a fact and is kept, but nothing new is decided on, since it would not be
// started.
func (d *Driver) settle() error {
	all, err := d.receive(nil)
	if err != nil {
		return err
	}
	for msgs := range slices.Chunk(all, maxInputs) {
		if _, err := d.take(msgs, d.now()); err != nil {
			return err
		}
		if err := d.flush(); err != nil {
			return err
		}
		d.answerOrders()
	}
	return nil
}

// retire ends all that the driver has begun, and then the driver.
func (d *Driver) retire(err error) {
	d.cancel()
	for _, c := range d.calls {
		if c.place == dispatched && d.host.dispatcher.drop(c) {
			d.away--
		}
	}
	for d.away > 0 {
		if _, _ = d.receive(nil); d.away > 0 {
			<-d.inbox.wake
		}
	}
	d.inbox.close()
	d.dropLease()
	d.replica, d.calls, d.timers = nil, nil, nil
	d.err = err
	d.host.remove(d)
	close(d.stopped)
}
