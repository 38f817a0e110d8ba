package provider

import (
	"fmt"
	"strings"
	"time"
)

// Kind says what a caller can do about an error.
type Kind uint8

// The kinds of error. Unknown is treated as final.
const (
	Unknown     Kind = iota
	NotFound         // it is not there
	Invalid          // the request can never succeed
	Denied           // the identity may not do it
	Conflict         // the resource's state forbids it now; may pass
	Throttled        // too many calls; try later
	Quota            // a limit of the account is reached
	Unavailable      // out of stock or not offered in this zone
	Transient        // the service failed; try again
	Unsupported      // this provider cannot do it
	// NeedsReplacement: the property cannot be changed in place.
	NeedsReplacement
	// InDoubt: an earlier call with this token may have taken effect, and the
	// provider can neither repeat it nor look it up.
	InDoubt
)

var kindNames = [...]string{"unknown", "not-found", "invalid", "denied", "conflict", "throttled", "quota", "unavailable", "transient", "unsupported", "needs-replacement", "in-doubt"}

// String returns the kind's name: "not-found".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// NotSent is the code of an error of kind Transient that is certain to have had
// no effect: there was no connection to send the call by.
const NotSent = "NotSent"

// Retry reports whether the same call may succeed later.
func (k Kind) Retry() bool {
	return k == Conflict || k == Throttled || k == Transient
}

// Error is a cloud's refusal. Find it with errors.AsType[*provider.Error].
type Error struct {
	Kind      Kind
	Code      string        // the service's own: "InvalidVpcId.NotFound"
	Message   string        // the service's own words
	RequestID string        // what the service's support asks for
	Path      string        // property at fault, if known: "SystemDisk.Size"
	After     time.Duration // wait at least this long before the next try
	Err       error
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Code != "" {
		b.WriteString(e.Code)
	} else {
		b.WriteString(e.Kind.String())
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	} else if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Path != "" {
		b.WriteString(" (property " + e.Path + ")")
	}
	if e.RequestID != "" {
		b.WriteString(" (request id " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
