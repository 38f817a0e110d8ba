package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/bianpai/bianpai/oos"
)

// display shows the tasks: in place on a terminal, else a line for each change.
type display struct {
	out   io.Writer
	live  bool
	drawn int // lines that stand there
	rows  []*row
	tick  int
}

// row is a task of the runbook.
type row struct {
	name, title string
	status      oos.Status
	begun       time.Time
	took        time.Duration
	done, items int
	message     string
}

func newDisplay(out io.Writer, t *oos.Template) *display {
	d := &display{out: out, live: isTerminal(out)}
	for _, task := range t.Tasks {
		d.rows = append(d.rows, &row{name: task.Name, title: task.Node.Get("Description").Text()})
	}
	return d
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	term := os.Getenv("TERM")
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && term != "" && term != "dumb"
}

// show takes in an event. Those of children are part of their task.
func (d *display) show(ev *oos.Event) {
	var r *row
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
		if !d.live {
			fmt.Fprintf(d.out, "%-9s %s%s\n", r.status, r.label(), r.detail())
		}
	}
	d.redraw()
}

// ownTask reports whether an event is about a task of the runbook itself, or an
// item of its loop, and not about a child's task.
func ownTask(ev *oos.Event) bool {
	return strings.Count(ev.TaskExecutionID, ".t") == 1
}

func (r *row) label() string {
	if r.title == "" {
		return r.name
	}
	return r.name + ": " + r.title
}

func (r *row) detail() string {
	if r.message != "" {
		return ": " + r.message
	}
	return ""
}

const spinner = `|/-\`

// redraw writes the rows over those that stand there.
func (d *display) redraw() {
	if !d.live {
		return
	}
	d.tick++
	var b strings.Builder
	if d.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", d.drawn)
	}
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
			mark, took = string(spinner[d.tick%len(spinner)]), time.Since(r.begun)
		}
		line := mark + " " + r.label()
		if r.items > 0 {
			line += fmt.Sprintf(" (%d of %d)", r.done, r.items)
		}
		if took > 0 {
			line += fmt.Sprintf("  %.1fs", took.Seconds())
		}
		b.WriteString("\r\x1b[K" + line + "\n")
	}
	d.drawn = len(d.rows)
	_, _ = io.WriteString(d.out, b.String())
}

// text writes what stays; the rows go on below it.
func (d *display) text(s string) {
	fmt.Fprintln(d.out, s)
	d.drawn = 0
}
