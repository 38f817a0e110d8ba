package runbook

import (
	"math"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func timeFunctions() []function {
	return []function{
		{name: "Fn::AddHour", least: 2, most: 2, apply: pure(addHour)},
		{name: "Fn::FormatUTCTime", least: 2, most: 2, apply: pure(formatUTCTime)},
		{name: "Fn::DurationBetween", least: 2, most: 2, apply: pure(durationBetween)},
		{name: "Fn::CalculateTimeByOpsWindow", least: 2, most: 2, apply: timeByOpsWindow},
	}
}

// timeLayouts are the forms in which times are written, with and without
// seconds. All are in UTC.
var timeLayouts = [...]string{
	utcTime, "2006-01-02T15:04Z", "2006-01-02T15Z", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02",
}

// clockLayouts are those of times without a day.
var clockLayouts = [...]string{"15:04:05Z", "15:04Z", "15:04:05", "15:04"}

func parseTime(argument string, v value.Value) (t time.Time, layout string, err error) {
	text := strings.TrimSpace(v.Text())
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, layout, nil
		}
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), utcTime, nil
	}
	if v.Kind() != value.KindString {
		return time.Time{}, "", wrongType(argument, "string", v)
	}
	return time.Time{}, "", &fn.Error{Code: "time-invalid", Args: []string{argument, text}}
}

// addHour adds hours, which may be negative or have a fraction; the time keeps
// its form.
func addHour(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return args[0], nil
	}
	t, layout, err := parseTime("time", args[0])
	if err != nil {
		return value.Null(), err
	}
	hours, ok := fn.Number(args[1])
	if !ok || isBool(args[1]) {
		return value.Null(), wrongType("hours", "number", args[1])
	}
	if math.Abs(hours.Float()) > 1e6 {
		return value.Null(), &fn.Error{Code: fn.CodeRange, Args: []string{"hours", shown(args[1]), "±1000000"}}
	}
	if hours.Float() != math.Trunc(hours.Float()) && layout == "2006-01-02" {
		layout = utcTime
	}
	return value.String(t.Add(time.Duration(hours.Float() * float64(time.Hour))).Format(layout)), nil
}

func formatUTCTime(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return args[0], nil
	}
	t, _, err := parseTime("time", args[0])
	if err != nil {
		return value.Null(), err
	}
	return fn.FormatTime(t, args[1], value.Null())
}

// moment is a time, or a time of day.
type moment struct {
	time.Time
	clock bool
}

func parseMoment(argument string, v value.Value) (moment, error) {
	for _, layout := range clockLayouts {
		if t, err := time.Parse(layout, strings.TrimSpace(v.Text())); err == nil {
			return moment{t, true}, nil
		}
	}
	t, _, err := parseTime(argument, v)
	return moment{t, false}, err
}

// onDay puts a time of day onto the day of another moment.
func (m moment) onDay(of time.Time) time.Time {
	day := of.Truncate(24 * time.Hour)
	return day.Add(m.Sub(m.Truncate(24 * time.Hour)))
}

// durationBetween gives the time from one moment to another as an ISO 8601
// duration. A time of day that lies before the first moment means the next day;
// times with a day in the wrong order are a second apart, the least that a sleep
// takes.
func durationBetween(args []value.Value) (value.Value, error) {
	if args[0].IsNull() || args[1].IsNull() {
		return value.Null(), nil
	}
	from, err := parseMoment("from", args[0])
	if err != nil {
		return value.Null(), err
	}
	to, err := parseMoment("to", args[1])
	if err != nil {
		return value.Null(), err
	}
	start, stop := from.Time, to.Time
	switch {
	case from.clock && !to.clock:
		start = from.onDay(stop)
		if start.After(stop) {
			start = start.Add(-24 * time.Hour)
		}
	case to.clock:
		stop = to.onDay(start)
		if stop.Before(start) {
			stop = stop.Add(24 * time.Hour)
		}
	}
	return value.String(FormatDuration(max(stop.Sub(start), 0))), nil
}

// timeByOpsWindow gives the next moment, from now on, that lies in the daily
// window between two times of day.
func timeByOpsWindow(now time.Time, args []value.Value) (value.Value, error) {
	from, err := parseMoment("window start", args[0])
	if err != nil {
		return value.Null(), err
	}
	to, err := parseMoment("window end", args[1])
	if err != nil {
		return value.Null(), err
	}
	now = now.UTC()
	start, stop := from.Time, to.Time
	if from.clock {
		start = from.onDay(now)
	}
	if to.clock {
		if stop = to.onDay(start); !stop.After(start) { // past midnight
			stop = stop.Add(24 * time.Hour)
		}
	}
	if from.clock && to.clock {
		if earlier := stop.Add(-24 * time.Hour); !now.After(earlier) { // still in yesterday's
			return value.String(now.Format(utcTime)), nil
		}
		if now.After(stop) {
			start = start.Add(24 * time.Hour)
		}
	}
	if now.After(start) {
		start = now
	}
	return value.String(start.Format(utcTime)), nil
}
