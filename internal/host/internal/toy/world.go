package toy

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/bianpai/bianpai/internal/core"
)

// Script says how the world answers for one thing.
type Script struct {
	Transient int           // calls that fail before the first that works
	Throttles int           // calls that are throttled before that
	Pending   int           // looks at which it is made but not ready
	Final     bool          // it can never be made
	Latency   time.Duration // of each call
	Hang      bool          // the call that makes it returns only when told to end
}

// World is what the machines act on. It outlives their crashes, and does the
// same token's work once.
type World struct {
	Scripts map[string]Script

	mu     sync.Mutex
	things map[string]*thing
	Calls  int
}

type thing struct {
	made, undone int // how often it came to be, and went
	looks        int
	refusals     int
}

// NewWorld makes an empty world.
func NewWorld(scripts map[string]Script) *World {
	return &World{Scripts: scripts, things: make(map[string]*thing)}
}

// Do implements host.Effector.
func (w *World) Do(ctx context.Context, cmd core.Command) core.Answer {
	var work Work
	switch cw := cmd.Work.(type) {
	case Work:
		work = cw
	case ItemWork:
		work = Work{Verb: "make", Name: cw.Token, Token: cw.Token}
	}
	script := w.Scripts[work.Name]
	if script.Hang && work.Verb == "make" {
		<-ctx.Done()
		return core.Answer{}
	}
	// Half of the latency before the effect, half after: a call that is
	// cancelled may or may not have had its effect.
	if !sleep(ctx, script.Latency/2) {
		return core.Answer{}
	}
	ans := w.act(&script, &work)
	sleep(ctx, script.Latency/2)
	return ans
}

func sleep(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func (w *World) act(script *Script, work *Work) core.Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Calls++
	t := w.things[work.Token]
	if t == nil {
		t = new(thing)
		w.things[work.Token] = t
	}
	if work.Verb == "undo" {
		if t.made > t.undone {
			t.undone++
		}
		return core.Answer{Result: Gone{}}
	}
	if t.refusals++; t.refusals <= script.Throttles {
		return core.Answer{Throttle: 3 * time.Millisecond}
	}
	if t.refusals <= script.Throttles+script.Transient {
		return core.Answer{Result: Refused{Why: "busy", Class: core.Transient}}
	}
	if script.Final {
		return core.Answer{Result: Refused{Why: "never"}}
	}
	if t.made == 0 {
		t.made++
	}
	id := "id-" + work.Name
	switch t.looks++; {
	case t.looks > script.Pending:
		return core.Answer{Result: Ready{ID: id}}
	case t.looks == 1:
		return core.Answer{Result: Pending{ID: id}}
	}
	return core.Answer{Again: 2 * time.Millisecond}
}

// Check reports what is not as it must be: things made twice, and, where all
// was undone, things left behind.
func (w *World) Check(undone bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for token, t := range w.things {
		switch {
		case t.made > 1:
			return fmt.Errorf("%s was made %d times", token, t.made)
		case undone && t.made > t.undone:
			return fmt.Errorf("%s was left behind", token)
		}
	}
	return nil
}

// Living counts the things that exist.
func (w *World) Living() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, t := range w.things {
		n += t.made - t.undone
	}
	return n
}
