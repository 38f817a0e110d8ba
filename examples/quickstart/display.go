package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/ros"
)

// display shows the events of an operation.
type display interface {
	show(ros.Event)   // as it happens
	recall(ros.Event) // from the past: not news
	end()
}

func (t *terminal) newDisplay() display {
	if t.live {
		return newTable(t)
	}
	return &lines{t: t}
}

// lines prints a line an event, for files and pipes.
type lines struct {
	t     *terminal
	began time.Time
}

func (l *lines) recall(ev ros.Event) {
	if l.began.IsZero() || ev.Kind == ros.StackEvent {
		l.began = ev.At
	}
}

func (l *lines) show(ev ros.Event) {
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
	l.t.printf("%s\n", strings.TrimRight(line, " "))
}

func (l *lines) end() {}
