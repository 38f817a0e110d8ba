package runbook

import (
	"time"

	"github.com/bianpai/bianpai/internal/value"
)

// The ways in which the wait between polls grows.
const (
	Exponential = "Exponential" // 2, 4, 8, … seconds
	Constant    = "Constant"    // Delay
	Linear      = "Linear"      // Delay + n·BackOff
)

// Polling is the schedule of an ACS::WaitFor, with the defaults filled in. An
// ACS::CheckFor has no retries unless it says so. Times are in seconds.
type Polling struct {
	Retries          int // polls after the first one
	DelayType        string
	Delay            int
	BackOff          int
	MaxRetryInterval int
}

// Wait gives the time before the n-th retry, from 1; false if there is no such
// retry any more.
func (p *Polling) Wait(n int) (time.Duration, bool) {
	if n < 1 || n > p.Retries {
		return 0, false
	}
	seconds := p.MaxRetryInterval
	switch p.DelayType {
	case Constant:
		seconds = p.Delay
	case Linear:
		seconds = p.Delay + p.BackOff*n
	default:
		if n < 31 {
			seconds = 1 << n
		}
	}
	return time.Duration(min(seconds, p.MaxRetryInterval)) * time.Second, true
}

// Total is the time that all waits take together.
func (p *Polling) Total() time.Duration {
	var total time.Duration
	for n := 1; n <= p.Retries; n++ {
		wait, _ := p.Wait(n)
		total += wait
	}
	return total
}

// Verdict is what the value that a property selector found means.
type Verdict uint8

// The verdicts.
const (
	Undecided Verdict = iota // poll again; a check fails
	Met                      // as desired
	Stopped                  // it will not become so
)

// Judge compares a value with DesiredValues, NotDesiredValues and
// StopRetryValues of rendered properties. Desired values count before those that
// stop, and a list of values that is empty says nothing.
func Judge(v, properties value.Value) Verdict {
	met, stated := true, false
	if wanted := values(properties, "DesiredValues"); len(wanted) > 0 {
		met, stated = contains(wanted, v), true
	}
	if unwanted := values(properties, "NotDesiredValues"); len(unwanted) > 0 {
		met, stated = met && !contains(unwanted, v), true
	}
	if met && stated {
		return Met
	}
	if contains(values(properties, "StopRetryValues"), v) {
		return Stopped
	}
	return Undecided
}

// values gives the members of a list in a map; a single value counts as a list.
func values(properties value.Value, key string) []value.Value {
	list, ok := properties.Get(key)
	if !ok || list.IsNull() || list.IsAbsent() {
		return nil
	}
	if list.Kind() != value.KindList {
		return []value.Value{list}
	}
	items := make([]value.Value, list.Len())
	for i := range items {
		items[i] = list.At(i)
	}
	return items
}

func contains(list []value.Value, v value.Value) bool {
	for _, item := range list {
		if equal(item, v) {
			return true
		}
	}
	return false
}
