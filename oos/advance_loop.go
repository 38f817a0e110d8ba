package oos

import (
	"fmt"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
)

// beginAtOnce bounds how many items one call of Advance begins.
const beginAtOnce = 256

// advanceLoop begins the items that have a slot, or ends the loop.
func (m *machine) advanceLoop(e *execution, k int, at stamp) []core.Event {
	l := e.tasks[k].loop
	if l.paused || l.doubts > 0 && l.open > 0 {
		return nil
	}
	if !l.spent() {
		var evs []core.Event
		allowed := l.rate.MaxErrors - l.failed
		for i := range l.ready.Next() {
			started := m.start(e, k, int32(i), at)
			evs = append(evs, started...)
			if _, failed := started[len(started)-1].(*unitFailed); failed {
				if allowed--; allowed < 0 {
					break
				}
			}
			if len(evs) >= beginAtOnce {
				break
			}
		}
		if len(evs) > 0 {
			return evs
		}
		if l.open > 0 {
			return nil
		}
	}
	if l.ready.Busy() > 0 {
		return nil
	}
	if l.spent() {
		return m.endLoop(e, k, Failed, l.message(), at)
	}
	if l.batch+1 < l.rate.Batches() && l.done+l.failed < l.items.Len() {
		if l.rate.PausesAfter(l.batch, m.loopMode()) {
			return []core.Event{&loopPaused{X: e.path, K: int32(k), T: at, Batch: l.batch}}
		}
		return []core.Event{&batchEntered{X: e.path, K: int32(k), Batch: l.batch + 1}}
	}
	return m.endLoop(e, k, Success, l.message(), at)
}

// loopMode is when loops pause whose template does not say so.
func (m *machine) loopMode() string {
	if m.head.LoopMode == "" {
		return runbook.PauseNever
	}
	return string(m.head.LoopMode)
}

// endLoop ends a loop whose items have ended.
func (m *machine) endLoop(e *execution, k int, status Status, message string, at stamp) []core.Event {
	if _, err := e.tasks[k].loop.aggregates(e.prog.tmpl.Tasks[k]); err != nil && status == Success {
		status, message = Failed, m.vault.Scrub(fmt.Sprint(err))
	}
	return []core.Event{&loopEnded{X: e.path, K: int32(k), T: at, Status: status, Message: message}}
}
