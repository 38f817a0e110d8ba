package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/oos"
)

// TaskDisplay shows the tasks of a runbook: in place on a terminal, else a line
// for each change. It is not for concurrent use.
type TaskDisplay struct {
	t     *Terminal
	drawn int // lines that stand there
	rows  []*task
	tick  int
}

// task is a task of the runbook.
type task struct {
	name, title string
	status      oos.Status
	begun       time.Time
	took        time.Duration
	done, items int
	message     string
}

// NewTaskDisplay makes a display for an execution of a runbook.
func (t *Terminal) NewTaskDisplay(runbook *oos.Template) *TaskDisplay {
	d := &TaskDisplay{t: t}
	for _, known := range runbook.Tasks {
		d.rows = append(d.rows, &task{name: known.Name, title: known.Node.Get("Description").Text()})
	}
	return d
}

// Show takes in an event. Those of children are part of their task.
func (d *TaskDisplay) Show(ev *oos.Event) {
	var r *task
	for _, known := range d.rows {
		if known.name == ev.TaskName && ownTask(ev) {
			r = known
		}
	}
	if r == nil {
		return
	}
	if ev.Kind == oos.ItemEvent || ev.Items > 0 {
		r.done, r.items = ev.Done, ev.Items
	}
	if ev.Kind == oos.TaskEvent && ev.Status != r.status {
		if r.status = ev.Status; r.begun.IsZero() {
			r.begun = ev.At
		}
		r.took = ev.At.Sub(r.begun)
		if ev.Status == oos.Failed {
			r.message = ev.Message
		}
		if !d.t.Live {
			d.t.Printf("%-9s %s%s\n", r.status, r.label(), r.detail())
		}
	}
	d.Redraw()
}

// ownTask reports whether an event is about a task of the runbook itself, or an
// item of its loop, and not about a child's task.
func ownTask(ev *oos.Event) bool {
	return strings.Count(ev.TaskExecutionID, ".t") == 1
}

func (r *task) label() string {
	if r.title == "" {
		return r.name
	}
	return r.name + ": " + r.title
}

func (r *task) detail() string {
	if r.message != "" {
		return ": " + r.message
	}
	return ""
}

// Redraw writes the rows over those that stand there.
func (d *TaskDisplay) Redraw() {
	if !d.t.Live {
		return
	}
	d.tick++
	var b strings.Builder
	b.WriteString(up(d.drawn))
	for _, r := range d.rows {
		mark, took := " ", r.took
		switch r.status {
		case oos.Success:
			mark = "✓"
		case oos.Failed, oos.Cancelled:
			mark = "✗"
		case oos.Skipped:
			mark = "-"
		case "":
		default:
			mark, took = spinner[d.tick%len(spinner)], time.Since(r.begun)
		}
		line := mark + " " + r.label()
		if r.items > 0 {
			line += fmt.Sprintf(" (%d of %d)", r.done, r.items)
		}
		if took > 0 {
			line += fmt.Sprintf("  %.1fs", took.Seconds())
		}
		b.WriteString("\r" + line + endLine)
	}
	d.drawn = len(d.rows)
	d.t.Printf("%s", b.String())
}

// Text writes what stays; the rows go on below it.
func (d *TaskDisplay) Text(s string) {
	d.t.Printf("%s\n", s)
	d.drawn = 0
}
