package alicloud

import (
	"context"
	"errors"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

type unreachable struct{}

func (unreachable) Do(context.Context, *Request) (*Response, error) {
	return nil, &provider.Error{Kind: provider.Transient, Code: provider.NotSent}
}

// TestNotSentOfALaterCall checks that an operation says nothing had an effect
// only as long as that is so of all its calls.
func TestNotSentOfALaterCall(t *testing.T) {
	for moved, code := range map[bool]string{false: provider.NotSent, true: "Transport"} {
		o := &operation{p: newProvider(t, unreachable{}), moved: moved}
		_, err := o.send(t.Context(), &Request{Product: "Ecs", Version: "2014-05-26", API: "DescribeInstances"})
		if e, ok := errors.AsType[*provider.Error](err); !ok || e.Kind != provider.Transient || e.Code != code {
			t.Errorf("moved %v: %v, want the code %s", moved, err, code)
		}
	}
}
