package runbook

import (
	"sort"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
)

// The modes of a loop's rate control.
const (
	ModeConcurrency = "Concurrency"
	ModeBatch       = "Batch"
)

// When a loop in batches pauses.
const (
	PauseNever = "Automatic"
	PauseFirst = "FirstBatchPause"
	PauseEvery = "EveryBatchPause"
)

// Rate says how many items of a loop run at a time, for a known number of items.
type Rate struct {
	Mode        string
	Items       int
	Concurrency int // items at a time in mode Concurrency
	MaxErrors   int // items that may fail; Items if all may
	// Pause is one of PauseNever, PauseFirst and PauseEvery; empty if the
	// template leaves it open, so that the execution's loop mode decides.
	Pause string

	sizes   []int // of the batches that are listed; the last one repeats
	starts  []int // of each of them
	batched []int // items at a time within each of them; the last one repeats
}

// Batch is one batch of items.
type Batch struct {
	Start, Size int // the items Start to Start+Size-1
	Concurrency int // how many of them run at a time
}

// batchConcurrency is how many items of a batch run at a time unless told.
const batchConcurrency = 20

// Batches gives the number of batches; 1 in mode Concurrency, 0 without items.
func (r *Rate) Batches() int {
	if r.Items == 0 {
		return 0
	}
	return r.BatchOf(r.Items-1) + 1
}

// Batch gives the k-th batch, from 0.
func (r *Rate) Batch(k int) Batch {
	if len(r.sizes) == 0 {
		return Batch{0, r.Items, r.Concurrency}
	}
	last := len(r.sizes) - 1
	listed := min(k, last)
	size := r.sizes[listed]
	start := min(r.starts[listed]+(k-listed)*size, r.Items)
	concurrency := r.batched[min(k, len(r.batched)-1)]
	if concurrency == 0 {
		concurrency = size
	}
	return Batch{start, min(size, r.Items-start), concurrency}
}

// BatchOf gives the batch that an item belongs to.
func (r *Rate) BatchOf(item int) int {
	if len(r.sizes) == 0 {
		return 0
	}
	last := len(r.sizes) - 1
	if item >= r.starts[last] {
		return last + (item-r.starts[last])/r.sizes[last]
	}
	return sort.SearchInts(r.starts, item+1) - 1
}

// PausesAfter reports whether the loop pauses once the k-th batch is done;
// fallback is what counts where the template leaves it open. It never does
// after the last batch.
func (r *Rate) PausesAfter(k int, fallback string) bool {
	pause := r.Pause
	if pause == "" {
		pause = fallback
	}
	if r.Mode != ModeBatch || k+1 >= r.Batches() {
		return false
	}
	return pause == PauseEvery || pause == PauseFirst && k == 0
}

// ParseRate reads a rate control, which is a map with the keys Mode,
// Concurrency, Batch, ConcurrencyInBatches, MaxErrors and BatchPauseOption, its
// JSON text, or null for one item at a time without errors. Percentages are
// those of items: rounded up, but at least 1, for sizes, and down for errors.
// In the form of 2019 Concurrency may be a list, which is one of batches. The
// error is an *Error.
func ParseRate(v value.Value, items int) (Rate, error) {
	r := Rate{Mode: ModeConcurrency, Items: items, Concurrency: 1}
	if v.Kind() == value.KindString {
		if parsed, err := value.ParseJSON([]byte(v.Text())); err == nil {
			v = parsed
		}
	}
	switch v.Kind() {
	case value.Absent, value.KindNull:
		return r, nil
	case value.KindMap:
	default:
		return r, failed("rate-not-map", v.Kind().String())
	}
	if errors, ok := member(v, "MaxErrors"); ok {
		share, err := readShare("MaxErrors", errors, 0)
		if err != nil {
			return r, err
		}
		r.MaxErrors = min(share.AtMost(items), items)
	}
	if pause, ok := member(v, "BatchPauseOption"); ok {
		r.Pause = pause.Text()
		if r.Pause != PauseNever && r.Pause != PauseFirst && r.Pause != PauseEvery {
			return r, failed("rate-pause", shown(pause))
		}
	}
	return r, r.readMode(v)
}

func (r *Rate) readMode(v value.Value) error {
	concurrency, hasConcurrency := member(v, "Concurrency")
	batches, hasBatches := member(v, "Batch")
	mode, hasMode := member(v, "Mode")
	switch text := strings.TrimRight(mode.Text(), ", "); {
	case hasMode && strings.EqualFold(text, ModeBatch):
		r.Mode = ModeBatch
	case hasMode && !strings.EqualFold(text, ModeConcurrency):
		return failed("rate-mode", shown(mode))
	case !hasMode && hasBatches:
		r.Mode = ModeBatch
	}
	if concurrency.Kind() == value.KindList {
		r.Mode = ModeBatch
		return r.readBatches("Concurrency", concurrency, value.List([]value.Value{value.String("100%")}))
	}
	if r.Mode == ModeBatch {
		if !hasBatches {
			return failed("rate-batches-missing")
		}
		within, _ := member(v, "ConcurrencyInBatches")
		return r.readBatches("Batch", batches, within)
	}
	if hasConcurrency {
		share, err := readShare("Concurrency", concurrency, 1)
		if err != nil {
			return err
		}
		r.Concurrency = share.AtLeast(r.Items)
	}
	return nil
}

// readBatches reads the sizes of batches and how many items of each run at a
// time; "100%" of a batch is all of it.
func (r *Rate) readBatches(key string, sizes, within value.Value) error {
	list := sizes
	if list.Kind() != value.KindList {
		list = value.List([]value.Value{sizes})
	}
	if list.Len() == 0 && r.Items > 0 {
		return failed("rate-batches-missing")
	}
	start := 0
	for _, item := range list.Items() {
		share, err := readShare(key, item, 1)
		if err != nil {
			return err
		}
		size := share.AtLeast(r.Items)
		if len(r.sizes) > 0 && start >= r.Items {
			continue // read for its faults only
		}
		r.sizes, r.starts = append(r.sizes, size), append(r.starts, start)
		start += size
	}
	r.batched = []int{batchConcurrency}
	if within.Kind() == value.KindInt || within.Kind() == value.KindString {
		within = value.List([]value.Value{within})
	}
	if within.Kind() != value.KindList || within.Len() == 0 {
		return nil
	}
	r.batched = r.batched[:0]
	for _, item := range within.Items() {
		share, err := readShare("ConcurrencyInBatches", item, 1)
		if err != nil {
			return err
		}
		n := share.N
		if share.Percent {
			n = 0 // of a batch: all of it
			if share.N < 100 {
				n = share.AtLeast(r.Items)
			}
		}
		r.batched = append(r.batched, n)
	}
	return nil
}

// member gives a member of a map that is not null.
func member(v value.Value, key string) (value.Value, bool) {
	m, ok := v.Get(key)
	return m, ok && !m.IsNull() && !m.IsAbsent()
}

// maxShare bounds a number of items.
const maxShare = 1 << 30

// readShare reads a number or "N%". A stray comma at the end, which a public
// template has, is not minded.
func readShare(key string, v value.Value, least int) (core.Share, error) {
	text := ""
	switch v.Kind() {
	case value.KindInt:
		text = strconv.FormatInt(v.Int(), 10)
	case value.KindFloat:
		text = strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case value.KindString:
		text = strings.TrimRight(strings.TrimSpace(v.Text()), ", ")
	}
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(strings.TrimSpace(digits))
	if err != nil || n < least || n > maxShare {
		return core.Share{}, failed("rate-number", key, shown(v))
	}
	if percent {
		n = min(n, 100)
	}
	return core.Share{N: n, Percent: percent}, nil
}
