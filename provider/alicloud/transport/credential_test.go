package transport

import (
	"context"
	"errors"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// without is a source of credentials that fails.
type without struct{ err error }

func (w without) Credential(context.Context) (*credential.Credential, error) { return nil, w.err }

// A call that could not be signed was not sent: whoever made it may make it
// again, if the source may have one later, and need not settle anything.
func TestNoCredentialIsNoDoubt(t *testing.T) {
	for _, test := range []struct {
		err  error
		kind provider.Kind
	}{
		{errors.New("none"), provider.Denied},
		{&credential.ChainError{}, provider.Denied},
		{&credential.ServiceError{Status: 403, Code: "NoPermission"}, provider.Denied},
		{&credential.ServiceError{Status: 503}, provider.Throttled},
		{&credential.NoAnswer{Host: "sts", Err: errors.New("cut")}, provider.Throttled},
	} {
		tr, err := New(without{test.err}, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Do(t.Context(), &alicloud.Request{Product: "Ecs", Version: "2014-05-26", API: "RunInstances", Region: "cn-hangzhou"})
		e, ok := errors.AsType[*provider.Error](err)
		if !ok || e.Kind != test.kind || !errors.Is(err, test.err) || (e.After > 0) != e.Kind.Retry() {
			t.Errorf("%v: %+v", test.err, err)
		}
	}
}
