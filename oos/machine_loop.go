package oos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// loop is a loop under way. What an item that has ended costs is its value, a
// byte, two bits and its outputs.
type loop struct {
	items   value.Value // a list
	rate    runbook.Rate
	batch   int        // the one under way
	ready   core.Ready // items of the batch that may start
	status  []itemStatus
	open    int // items that have not ended, or not begun, of the batch
	failed  int
	done    int
	doubts  int
	paused  bool
	since   stamp
	units   map[int32]*unit // under way
	columns [][]value.Value // by output: its values by item; nil while there is none
	tally   []FailedTask    // the first ones
	past    map[int32]*pastItem
}

// itemStatus is where an item stands.
type itemStatus uint8

const (
	itemPending itemStatus = iota
	itemRunning
	itemDone
	itemFailed
	itemCancelled
)

var itemStatuses = [...]Status{Pending, Running, Success, Failed, Cancelled}

// pastItem is what a reader of the journal remembers of an item.
type pastItem struct {
	started, ended stamp
	message        string
	outputs        []value.Value
	props          value.Value
}

// maxTally bounds the failures that are remembered one by one.
const maxTally = 20

func newLoop(items value.Value, rate runbook.Rate, serial bool) *loop {
	l := &loop{items: items, rate: rate, status: make([]itemStatus, items.Len()), units: map[int32]*unit{}}
	if serial {
		l.rate.Mode = runbook.ModeConcurrency
	}
	l.enter(0, serial)
	return l
}

// enter lets the items of a batch go.
func (l *loop) enter(batch int, serial bool) {
	l.batch, l.open, l.ready = batch, 0, core.Ready{Slots: 1}
	if l.items.Len() == 0 {
		return
	}
	b := l.rate.Batch(batch)
	if !serial {
		l.ready.Slots = max(b.Concurrency, 1)
	}
	for i := b.Start; i < b.Start+b.Size; i++ {
		if l.status[i] == itemPending {
			l.open++
			l.ready.Add(i)
		}
	}
}

// spent reports whether more items failed than may.
func (l *loop) spent() bool { return l.failed > l.rate.MaxErrors }

// begin puts an item under way.
func (l *loop) begin(u *unit) {
	l.ready.Start(int(u.item))
	l.status[u.item] = itemRunning
	l.units[u.item] = u
}

// item gives the value of an item; null for none.
func (l *loop) item(i int32) value.Value {
	if v := l.items.At(int(i)); !v.IsAbsent() {
		return v
	}
	return value.Null()
}

// end takes in how an item ended, one that never began included.
func (l *loop) end(item int32, status itemStatus) {
	switch l.status[item] {
	case itemRunning:
		l.ready.Release()
		delete(l.units, item)
	case itemPending:
		l.ready.Drop(int(item))
	default:
		return
	}
	l.open--
	if l.status[item] = status; status == itemDone {
		l.done++
	} else {
		l.failed++
	}
}

// again lets items that failed go once more: those named, else all.
func (l *loop) again(items []int32, serial bool) {
	retry := func(i int) {
		if l.status[i] == itemFailed || l.status[i] == itemCancelled {
			l.status[i] = itemPending
			l.failed--
		}
	}
	for _, n := range items {
		if n > 0 && int(n) <= len(l.status) {
			retry(int(n) - 1)
		}
	}
	if len(items) == 0 {
		for i := range l.status {
			retry(i)
		}
	}
	l.tally = nil
	l.enter(l.firstOpen(), serial)
}

// firstOpen is the first batch with an item that has not ended.
func (l *loop) firstOpen() int {
	i := slices.Index(l.status, itemPending)
	if i < 0 {
		return l.batch
	}
	return l.rate.BatchOf(i)
}

// keep stores the outputs of an item that ended well.
func (l *loop) keep(item int32, outputs []value.Value) {
	if l.columns == nil {
		l.columns = make([][]value.Value, len(outputs))
	}
	for i, v := range outputs {
		if i >= len(l.columns) {
			return
		}
		if l.columns[i] == nil {
			l.columns[i] = make([]value.Value, l.items.Len())
		}
		l.columns[i][item] = v
	}
}

// column gives an output's values by item, null where there is none.
func (l *loop) column(i int) []value.Value {
	if i >= len(l.columns) || l.columns[i] == nil {
		values := make([]value.Value, l.items.Len())
		for k := range values {
			values[k] = value.Null()
		}
		return values
	}
	for k, v := range l.columns[i] {
		if v.IsAbsent() {
			l.columns[i][k] = value.Null()
		}
	}
	return l.columns[i]
}

// aggregates gives the outputs of the loop, followed by the lists of those of
// its items. One that cannot be made is null, and the first fault comes along.
func (l *loop) aggregates(t *runbook.Task) (outputs []value.Value, fault error) {
	if t.Loop != nil {
		for _, o := range t.Loop.Outputs {
			i := slices.IndexFunc(t.Outputs, func(own *runbook.TaskOutput) bool { return own.Name == o.AggregateField })
			v, err := value.Null(), error(nil)
			if i >= 0 {
				v, err = runbook.Aggregate(o.AggregateType, l.column(i))
			}
			if err != nil && fault == nil {
				fault = fmt.Errorf("output %s: %w", o.Name, err)
			}
			if err != nil {
				v = value.Null()
			}
			outputs = append(outputs, v)
		}
	}
	for i := range t.Outputs {
		outputs = append(outputs, value.List(l.column(i)))
	}
	return outputs, fault
}

// message says how many items failed, and why the first ones did.
func (l *loop) message() string {
	if l.failed == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d items failed, %d may", l.failed, l.items.Len(), l.rate.MaxErrors)
	for i, f := range l.tally {
		if i == 3 {
			break
		}
		fmt.Fprintf(&b, "; item %s: %s", f.TaskExecutionID[strings.LastIndexByte(f.TaskExecutionID, '.')+1:], f.Message)
	}
	return b.String()
}

// loops reports whether a task is a loop.
func loops(t *runbook.Task) bool { return t.Loop != nil || t.Action == runbook.LoopAction }

// makeLoop renders the items of a task and how many of them run at a time.
func (m *machine) makeLoop(e *execution, task int, at stamp) (*loop, error) {
	t := e.prog.tmpl.Tasks[task]
	scope := m.at(e, at, e.item)
	serial := m.head.Mode == Debug
	if only, ok := e.tasks[task].override.Get("item"); ok {
		rate, err := runbook.ParseRate(value.Null(), 1)
		return newLoop(value.List([]value.Value{only}), rate, serial), err
	}
	var items value.Value
	var rate runbook.Rate
	var err error
	if t.Loop != nil {
		if items, err = scope.Items(t.Loop); err == nil {
			rate, err = scope.Rate(t.Loop, items.Len())
		}
	} else if items, err = scope.ItemsOf(t.Properties.Get("LoopItems")); err == nil {
		rate, err = scope.RateOf(t.Properties.Get("LoopRateControl"), items.Len())
	}
	if err != nil {
		return nil, err
	}
	return newLoop(items, rate, serial), nil
}
