package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/ros"
)

// StackDisplay shows the events of an operation on a stack.
type StackDisplay interface {
	Show(ros.Event)   // as it happens
	Recall(ros.Event) // from the past: not news
	End()             // leaves the last state on the screen
}

// NewStackDisplay makes a display for one operation. total is how many things
// the operation is to do, for the bar; 0: not known.
func (t *Terminal) NewStackDisplay(total int) StackDisplay {
	if t.Live {
		return newTable(t, total)
	}
	return &lines{t: t}
}

// lines prints a line an event, for files and pipes.
type lines struct {
	t     *Terminal
	began time.Time
}

func (l *lines) Recall(ev ros.Event) {
	if l.began.IsZero() || ev.Kind == ros.StackEvent {
		l.began = ev.At
	}
}

func (l *lines) Show(ev ros.Event) {
	if l.began.IsZero() {
		l.began = ev.At
	}
	if ev.Kind == ros.ProgressEvent {
		return
	}
	what := ev.PhysicalID
	if strings.HasSuffix(string(ev.Status), "FAILED") || ev.Kind != ros.ResourceEvent {
		what = ev.Reason
	}
	name := ev.LogicalID
	if ev.Kind == ros.StackEvent {
		name = "stack " + ev.Stack
	}
	line := fmt.Sprintf("%7.2fs  %-12s %-28s %s", ev.At.Sub(l.began).Seconds(), name, ev.Status, what)
	l.t.Printf("%s\n", strings.TrimRight(line, " "))
}

func (l *lines) End() {}
