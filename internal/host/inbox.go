package host

import (
	"sync"

	"github.com/bianpai/bianpai/internal/core"
)

// message is what reaches a driver's goroutine: an answer of a call, or a
// caller's order.
type message struct {
	call *call
	ans  core.Answer
	err  error // the call panicked

	order *order
}

// order is a request, or a look at the machine.
type order struct {
	request any
	look    func(*Driver) // runs when all is durable
	refused error
	done    chan error // has room for the one answer
}

// inbox is an unbounded queue with many writers and one reader. What it holds
// is bounded by the calls in flight and the callers that wait.
type inbox struct {
	wake   chan struct{} // has room for one token
	mu     sync.Mutex
	msgs   []message
	closed bool
}

// put adds a message and wakes the reader. It reports false when the inbox is
// closed.
func (b *inbox) put(m message) bool {
	b.mu.Lock()
	ok := !b.closed
	if ok {
		b.msgs = append(b.msgs, m)
	}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return ok
}

// swap takes all messages and leaves the given empty buffer in their place.
func (b *inbox) swap(empty []message) []message {
	b.mu.Lock()
	defer b.mu.Unlock()
	msgs := b.msgs
	b.msgs = empty
	return msgs
}

// close makes further puts fail. What is still queued stays unanswered.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.msgs = true, nil
}
