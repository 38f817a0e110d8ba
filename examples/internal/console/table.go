package console

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bianpai/bianpai/ros"
)

const (
	frameEvery = 80 * time.Millisecond
	barWidth   = 24
	tableWidth = 78 // of a line: a narrow terminal must not wrap it
)

// table is a live display: a line for what is done to each resource, drawn anew
// over itself.
type table struct {
	t     *Terminal
	total int
	quit  chan struct{}
	done  sync.WaitGroup

	mu     sync.Mutex
	rows   []*row          // in the order in which the work began
	byWork map[string]*row // by logical ID and what is done to it
	stack  row
	drawn  int // lines on the screen
	frames int
}

// row is what is done to a resource, or to the stack.
type row struct {
	name, what   string
	status       ros.Status
	began, ended time.Time
}

func newTable(t *Terminal, total int) *table {
	d := &table{t: t, total: total, quit: make(chan struct{}), byWork: map[string]*row{}}
	d.done.Go(func() {
		tick := time.NewTicker(frameEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				d.draw()
			case <-d.quit:
				return
			}
		}
	})
	return d
}

func (d *table) Recall(ev ros.Event) { d.Show(ev) }

func (d *table) Show(ev ros.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ev.Kind == ros.StackEvent {
		d.stack.name = "stack " + ev.Stack
		d.stack.take(ev)
		return
	}
	verb, _, _ := strings.Cut(string(ev.Status), "_")
	work := ev.LogicalID + " " + verb
	r := d.byWork[work]
	if r == nil {
		r = &row{name: ev.LogicalID}
		d.byWork[work] = r
		d.rows = append(d.rows, r)
	}
	r.take(ev)
}

func (r *row) take(ev ros.Event) {
	if working(ev.Status) && (r.began.IsZero() || !r.ended.IsZero() && ev.Kind == ros.ResourceEvent) {
		r.began, r.ended = ev.At, time.Time{}
	}
	if !working(ev.Status) {
		r.ended = ev.At
	}
	r.status = ev.Status
	if r.what = ev.PhysicalID; r.what == "" || strings.HasSuffix(string(ev.Status), "FAILED") {
		r.what = ev.Reason
	}
}

func working(s ros.Status) bool { return strings.HasSuffix(string(s), "IN_PROGRESS") }

// End draws the last state and leaves it on the screen.
func (d *table) End() {
	close(d.quit)
	d.done.Wait()
	d.draw()
}

func (d *table) draw() {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	b.WriteString(up(d.drawn))
	done := 0
	for _, r := range d.rows {
		if !working(r.status) {
			done++
		}
		d.line(&b, r)
	}
	d.line(&b, &d.stack)
	of, word := d.total, ""
	if of < len(d.rows) {
		of, word = len(d.rows), " begun"
	}
	filled := 0
	if of > 0 {
		filled = barWidth * done / of
	}
	bar := d.t.Style(Green, strings.Repeat("█", filled)) + d.t.Style(Faint, strings.Repeat("░", barWidth-filled))
	fmt.Fprintf(&b, "  %s %d done of %d%s"+endLine, bar, done, of, word)
	d.drawn = len(d.rows) + 2
	d.frames++
	d.t.Printf("%s", b.String())
}

func (d *table) line(b *strings.Builder, r *row) {
	mark, took := spinner[d.frames%len(spinner)], time.Since(r.began)
	switch {
	case r.began.IsZero():
		mark, took = " ", 0
	case strings.HasSuffix(string(r.status), "FAILED"):
		mark, took = d.t.Style(Red, "✗"), r.ended.Sub(r.began)
	case !working(r.status):
		mark, took = d.t.Style(Green, "✓"), r.ended.Sub(r.began)
	}
	text := fmt.Sprintf("%-12s %-27s %5.1fs  ", r.name, r.status, took.Seconds())
	what := []rune(r.what)
	what = what[:min(len(what), max(tableWidth-4-len(text), 0))]
	fmt.Fprintf(b, "  %s %s%s"+endLine, mark, text, d.t.Style(Faint, string(what)))
}
