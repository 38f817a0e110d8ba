package core

import (
	"fmt"
	"testing"
	"time"
)

func TestRetry(t *testing.T) {
	tests := []struct {
		rule  Retry
		class Class
		n     int
		asked time.Duration
		low   time.Duration
		high  time.Duration
		again bool
	}{
		{Retry{}, Final, 1, 0, 0, 0, false},
		{Retry{}, Transient, 1, 0, 500 * time.Millisecond, time.Second, true},
		{Retry{}, Transient, 4, 0, 4 * time.Second, 8 * time.Second, true},
		{Retry{}, Transient, 5, 0, 0, 0, false},
		{Retry{}, Throttled, 99, 0, 30 * time.Second, time.Minute, true},
		{Retry{}, Throttled, 100, 0, 0, 0, false},
		{Retry{Attempts: 1}, Transient, 1, 0, 0, 0, false},
		{Retry{Attempts: 1000}, Transient, 900, 0, 30 * time.Second, time.Minute, true},
		{Retry{Min: time.Minute, Max: time.Second}, Transient, 1, 0, 500 * time.Millisecond, time.Second, true},
		{Retry{}, Transient, 1, time.Hour, time.Hour, time.Hour + time.Second, true},
		{Retry{Throttles: 3}, Throttled, 2, 10 * time.Second, 10 * time.Second, 11 * time.Second, true},
	}
	for _, tt := range tests {
		seen := make(map[time.Duration]bool)
		for i := range 200 {
			id := fmt.Sprint("step/", i)
			wait, again := tt.rule.Next(id, tt.class, tt.n, tt.asked)
			if again != tt.again || wait < tt.low || wait > tt.high {
				t.Errorf("%+v: %s %t", tt, wait, again)
			}
			if same, _ := tt.rule.Next(id, tt.class, tt.n, tt.asked); same != wait {
				t.Errorf("%+v: %s, then %s", tt, wait, same)
			}
			seen[wait] = true
		}
		if tt.again && len(seen) < 190 {
			t.Errorf("%+v: only %d waits for 200 steps", tt, len(seen))
		}
	}
}

func TestShare(t *testing.T) {
	tests := []struct {
		share                  Share
		total, atMost, atLeast int
	}{
		{Share{}, 10, 0, 1},
		{Share{N: 3}, 10, 3, 3},
		{Share{N: 30, Percent: true}, 10, 3, 3},
		{Share{N: 25, Percent: true}, 10, 2, 3},
		{Share{N: 1, Percent: true}, 10, 0, 1},
		{Share{N: 100, Percent: true}, 7, 7, 7},
		{Share{N: 100, Percent: true}, 0, 0, 1},
	}
	for _, tt := range tests {
		if a, b := tt.share.AtMost(tt.total), tt.share.AtLeast(tt.total); a != tt.atMost || b != tt.atLeast {
			t.Errorf("%+v of %d: at most %d, at least %d", tt.share, tt.total, a, b)
		}
		budget := Budget{Errors: tt.share, Total: tt.total}
		if budget.Spent(tt.atMost) || !budget.Spent(tt.atMost+1) {
			t.Errorf("%+v of %d: the budget is wrong", tt.share, tt.total)
		}
	}
}

func TestDeadline(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 6, time.UTC)
	none, soon, late := Deadline(at, 0), Deadline(at, time.Second), Deadline(at, time.Hour)
	if !none.IsZero() || !Earliest(none, late, soon).Equal(soon) || !Earliest(none).IsZero() {
		t.Error("the earliest deadline is wrong")
	}
	if Passed(none, at) || Passed(soon, at) || !Passed(soon, soon) || !Passed(soon, late) {
		t.Error("a deadline passes at the wrong time")
	}
}
