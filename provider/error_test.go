package provider_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

func TestKind(t *testing.T) {
	for _, c := range []struct {
		kind  provider.Kind
		name  string
		retry bool
	}{
		{provider.Unknown, "unknown", false},
		{provider.NotFound, "not-found", false},
		{provider.Invalid, "invalid", false},
		{provider.Denied, "denied", false},
		{provider.Conflict, "conflict", true},
		{provider.Throttled, "throttled", true},
		{provider.Quota, "quota", false},
		{provider.Unavailable, "unavailable", false},
		{provider.Transient, "transient", true},
		{provider.Unsupported, "unsupported", false},
		{provider.NeedsReplacement, "needs-replacement", false},
		{provider.InDoubt, "in-doubt", false},
		{200, "kind(200)", false},
	} {
		if got := c.kind.String(); got != c.name {
			t.Errorf("Kind(%d).String() = %q, want %q", uint8(c.kind), got, c.name)
		}
		if got := c.kind.Retry(); got != c.retry {
			t.Errorf("%v.Retry() = %v, want %v", c.kind, got, c.retry)
		}
	}
}

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  provider.Error
		want string
	}{
		{provider.Error{}, "unknown"},
		{provider.Error{Kind: provider.Quota}, "quota"},
		{provider.Error{Kind: provider.Quota, Code: "QuotaExceed.Vpc", Message: "too many"}, "QuotaExceed.Vpc: too many"},
		{provider.Error{Kind: provider.Transient, Err: errors.New("connection reset")}, "transient: connection reset"},
		{provider.Error{Code: "C", Message: "m", Err: errors.New("cause")}, "C: m"},
		{provider.Error{Code: "C", Message: "m", Path: "Disk.Size", RequestID: "R-1"}, "C: m (property Disk.Size) (request id R-1)"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("Error() = %q, want %q", got, c.want)
		}
	}
}

func TestErrorWraps(t *testing.T) {
	refused := &provider.Error{Kind: provider.Transient, Err: context.DeadlineExceeded}
	err := fmt.Errorf("creating Vpc: %w", refused)
	got, ok := errors.AsType[*provider.Error](err)
	if !ok || got != refused || !got.Kind.Retry() {
		t.Errorf("AsType found %v, %v", got, ok)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the cause is not found")
	}
}
