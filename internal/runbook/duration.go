package runbook

import (
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// maxSleep bounds a duration: a hundred years.
const maxSleep = 100 * 365 * 24 * time.Hour

// ParseDuration reads an ISO 8601 duration in days, hours, minutes and seconds,
// such as PT1H2M or P1DT6H, or its short form without P and T: 1H2M, 4m, 10s.
// The case of letters does not matter; M is always minutes. The error is an
// *Error.
func ParseDuration(text string) (time.Duration, error) {
	invalid := func() (time.Duration, error) { return 0, failed("duration-invalid", diag.Clip(text)) }
	rest := strings.ToUpper(strings.TrimSpace(text))
	inTime := true
	if after, ok := strings.CutPrefix(rest, "P"); ok {
		rest, inTime = after, false
	}
	total, any := time.Duration(0), false
	for rest != "" {
		if rest[0] == 'T' {
			inTime, rest = true, rest[1:]
			continue
		}
		end := 0
		for end < len(rest) && (rest[end] >= '0' && rest[end] <= '9' || rest[end] == '.') {
			end++
		}
		if end == 0 || end == len(rest) || end > 12 {
			return invalid()
		}
		n, err := strconv.ParseFloat(rest[:end], 64)
		if err != nil {
			return invalid()
		}
		unit := unitOf(rest[end], inTime)
		if unit == 0 || n*float64(unit) > float64(maxSleep) {
			return invalid()
		}
		total += time.Duration(n * float64(unit))
		any, rest = true, rest[end+1:]
		if total > maxSleep {
			return invalid()
		}
	}
	if !any {
		return invalid()
	}
	return total, nil
}

func unitOf(letter byte, inTime bool) time.Duration {
	switch letter {
	case 'D':
		return 24 * time.Hour
	case 'W':
		return 7 * 24 * time.Hour
	case 'H':
		return time.Hour
	case 'M':
		if inTime { // else months, whose length nobody knows
			return time.Minute
		}
	case 'S':
		return time.Second
	}
	return 0
}

// FormatDuration writes a duration as ISO 8601 in whole seconds: PT9H30M.
func FormatDuration(d time.Duration) string {
	seconds := int64(d / time.Second)
	buf := []byte("PT")
	for _, unit := range [...]struct {
		seconds int64
		letter  byte
	}{{3600, 'H'}, {60, 'M'}, {1, 'S'}} {
		if n := seconds / unit.seconds; n > 0 || unit.letter == 'S' && len(buf) == 2 {
			buf = append(strconv.AppendInt(buf, n, 10), unit.letter)
		}
		seconds %= unit.seconds
	}
	return string(buf)
}

// SleepUntil gives the end of a sleep that starts now, from the rendered
// properties of an ACS::Sleep: Duration or EndDate, which may be past. The error
// is an *Error.
func SleepUntil(properties value.Value, now time.Time) (time.Time, error) {
	duration, hasDuration := member(properties, "Duration")
	end, hasEnd := member(properties, "EndDate")
	switch {
	case hasDuration == hasEnd:
		return time.Time{}, failed("sleep-shape")
	case hasEnd:
		t, _, err := parseTime("EndDate", end)
		if err != nil {
			return time.Time{}, functionError(doc.Node{}, err, end.HasSensitive())
		}
		return t, nil
	}
	text := string(appendText(nil, duration, ""))
	if duration.Kind() == value.KindInt { // seconds, as nobody documents
		text += "S"
	}
	d, err := ParseDuration(text)
	if err != nil {
		return time.Time{}, err
	}
	return now.Add(d), nil
}
