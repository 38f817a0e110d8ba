package signal

import (
	"encoding/json"
	"fmt"
	"strings"
)

// State is how far a wait condition is.
type State uint8

// The states.
const (
	Waiting State = iota
	Complete
	Failed
)

// Outcome says what signals make of a condition that counts to count, and in
// words why. A failure fails it, however many succeed. A warning counts, but
// warnings alone do not complete it. The timeout is the caller's.
func (s Set) Outcome(count int) (State, string) {
	good, sure := 0, false
	var failures []string
	for _, one := range s {
		switch one.Status {
		case Failure:
			failures = append(failures, one.reason())
		case Success:
			sure = true
		}
		good++
	}
	switch {
	case len(failures) > 0:
		return Failed, "a signal reports a failure: " + strings.Join(failures, "; ")
	case count <= 0 || good >= count && sure:
		return Complete, fmt.Sprintf("%d of %d signals received", good, count)
	case good >= count:
		return Waiting, fmt.Sprintf("%d of %d signals received, all of them warnings", good, count)
	}
	return Waiting, fmt.Sprintf("%d of %d signals received", good, count)
}

func (one *Signal) reason() string {
	if one.Reason != "" {
		return one.Reason
	}
	return "signal " + one.ID
}

// Attributes are what templates read of a condition: Data, ErrorData and
// JoinedErrorData of the signals since the last update, and the same with Last
// in their names of those before it. Data and ErrorData are JSON texts that map
// an ID to what its signal said.
func Attributes(now, before Set) map[string]string {
	out := make(map[string]string, 6)
	for _, part := range [...]struct {
		last string
		set  Set
	}{{"", now}, {"Last", before}} {
		data, failed := map[string]json.RawMessage{}, map[string]json.RawMessage{}
		var joined []string
		for _, one := range part.set {
			said := one.Data
			if said == nil {
				said = json.RawMessage("null")
			}
			if data[one.ID] = said; one.Status == Failure {
				failed[one.ID] = said
				joined = append(joined, one.reason())
			}
		}
		out[part.last+"Data"] = text(data)
		out[part.last+"ErrorData"] = text(failed)
		out["Joined"+part.last+"ErrorData"] = strings.Join(joined, "; ")
	}
	return out
}

// text writes a map as JSON; its values were JSON when they came in.
func text(m map[string]json.RawMessage) string {
	data, err := json.Marshal(m)
	if err != nil {
		return "{}"
	}
	return string(data)
}
