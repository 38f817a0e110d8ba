package oos

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/value"
)

// schedule is when a timer fires.
type schedule struct {
	cron  *cron
	every time.Duration
	once  time.Time
	start time.Time
	end   time.Time // zero: never ends
}

// readSchedule reads the rendered properties of an ACS::TimerTrigger that was
// begun at a time.
func readSchedule(props value.Value, begun time.Time) (*schedule, error) {
	s := &schedule{start: begun}
	var err error
	if from := text(props, "StartDate"); from != "" {
		if s.start, err = readDate("StartDate", from); err != nil {
			return nil, err
		}
	}
	if to := text(props, "EndDate"); to != "" {
		if s.end, err = readDate("EndDate", to); err != nil {
			return nil, err
		}
	}
	expression := strings.TrimSpace(text(props, "Expression"))
	zone, err := zoneOf(text(props, "TimeZone"))
	if err != nil {
		return nil, invalid(err.Error())
	}
	switch kind := text(props, "Type"); kind {
	case "cron":
		s.cron, err = parseCron(expression, zone)
	case "rate":
		s.every, err = parseRate(expression)
	case "at":
		s.once, err = readAt(expression, zone)
	default:
		err = fmt.Errorf("the Type is %q, it must be cron, rate or at", kind)
	}
	if err != nil {
		return nil, invalid(err.Error())
	}
	return s, nil
}

func invalid(message string) error { return &TaskError{Code: "InvalidParameter", Message: message} }

// next is the first firing after a time; zero if there is none.
func (s *schedule) next(after time.Time) time.Time {
	var at time.Time
	from := after
	if s.start.After(from) {
		from = s.start.Add(-time.Nanosecond) // a firing at the start counts
	}
	switch {
	case s.cron != nil:
		at = s.cron.next(from)
	case s.every > 0:
		n := int64(1)
		if after.After(s.start) {
			n = int64(after.Sub(s.start)/s.every) + 1
		}
		at = s.start.Add(time.Duration(n) * s.every)
	case s.once.After(after):
		at = s.once
	}
	if !s.end.IsZero() && at.After(s.end) {
		return time.Time{}
	}
	return at
}

// readDate reads a day or a time in UTC.
func readDate(key, t string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z", "2006-01-02"} {
		if at, err := time.Parse(layout, t); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, invalid(fmt.Sprintf("%s is %q, it must be YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ", key, t))
}

// readAt reads the one time of a schedule: with a Z in UTC, else in its zone.
func readAt(t string, zone *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, t); err == nil {
		return at.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(layout, t, zone); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("the Expression is %q, it must be a time such as 2024-01-02T03:04:05Z", t)
}

// parseRate reads "30 minutes".
func parseRate(t string) (time.Duration, error) {
	number, unit, _ := strings.Cut(t, " ")
	n, err := strconv.Atoi(number)
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	length, ok := units[strings.TrimSuffix(strings.ToLower(strings.TrimSpace(unit)), "s")]
	if err != nil || !ok || n < 1 || n > 100_000 {
		return 0, fmt.Errorf("the Expression is %q, it must be a number and minutes, hours or days", t)
	}
	return time.Duration(n) * length, nil
}
