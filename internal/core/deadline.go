package core

import "time"

// Deadline is the end of a time limit that starts at a time; zero, for none,
// when there is no limit.
func Deadline(start time.Time, limit time.Duration) time.Time {
	if limit <= 0 {
		return time.Time{}
	}
	return start.Add(limit)
}

// Earliest is the first of the deadlines that are not zero.
func Earliest(deadlines ...time.Time) time.Time {
	var first time.Time
	for _, t := range deadlines {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// Passed reports whether a deadline, if there is one, has come.
func Passed(deadline, at time.Time) bool {
	return !deadline.IsZero() && !at.Before(deadline)
}
