package oos

import (
	"errors"
	"fmt"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// TestCallFailed checks which failures leave a call in doubt: a call that is not
// safe to repeat is not made again after one.
func TestCallFailed(t *testing.T) {
	cases := []struct {
		err           error
		class         provider.CallClass
		unsure, doubt bool
	}{
		{&provider.Error{Kind: provider.Transient, Code: "Transport"}, provider.Once, true, true},
		{&provider.Error{Kind: provider.Transient, Code: "Transport"}, provider.ReadOnly, true, false},
		{&provider.Error{Kind: provider.Transient, Code: provider.NotSent, Err: errors.New("refused")}, provider.Once, false, false},
		{fmt.Errorf("a: %w", &provider.Error{Kind: provider.Transient, Code: provider.NotSent}), provider.Once, false, false},
		{&provider.Error{Kind: provider.Throttled, Code: "Throttling"}, provider.Once, false, false},
		{&provider.Error{Kind: provider.InDoubt}, provider.ReadOnly, true, true},
	}
	for _, c := range cases {
		res := callFailed(&provider.Call{Service: "ECS", API: "RunInstances"}, c.class, &work{}, c.err)
		if res.unsure != c.unsure || res.doubt != c.doubt {
			t.Errorf("%v of class %v: unsure %v, doubt %v", c.err, c.class, res.unsure, res.doubt)
		}
	}
}
