package journal

import (
	"context"
	"sync"
)

// watchers wakes those who wait for a journal to grow. The zero value is
// ready. Channels are made by those who wait, so that a store works in the
// synctest bubble of its user.
type watchers struct {
	mu    sync.Mutex
	byID  map[string]*waiters
	ended error // what all watches return from now on
}

type waiters struct {
	n     int
	grown chan struct{}
}

// wait returns nil once reached does. It registers before it asks, so that an
// append between the two is not missed.
func (w *watchers) wait(ctx context.Context, id string, reached func() (bool, error)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		ws, err := w.join(id)
		if err != nil {
			return err
		}
		ok, err := reached()
		if ok || err != nil {
			w.leave(id, ws)
			return err
		}
		select {
		case <-ws.grown:
		case <-ctx.Done():
			w.leave(id, ws)
			return ctx.Err()
		}
	}
}

func (w *watchers) join(id string) (*waiters, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended != nil {
		return nil, w.ended
	}
	ws := w.byID[id]
	if ws == nil {
		if w.byID == nil {
			w.byID = make(map[string]*waiters)
		}
		ws = &waiters{grown: make(chan struct{})}
		w.byID[id] = ws
	}
	ws.n++
	return ws, nil
}

func (w *watchers) leave(id string, ws *waiters) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ws.n--; ws.n == 0 && w.byID[id] == ws {
		delete(w.byID, id)
	}
}

// wake is called after the tail has moved.
func (w *watchers) wake(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ws := w.byID[id]; ws != nil {
		delete(w.byID, id)
		close(ws.grown)
	}
}

// end makes all watches, running and later ones, return err.
func (w *watchers) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = err
	for id, ws := range w.byID {
		delete(w.byID, id)
		close(ws.grown)
	}
}
