// Package overhttp_test joins the real provider with the SDK's transport and the
// in-memory cloud's gateway: every call crosses HTTP, signed and parsed.
package overhttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
	"github.com/bianpai/bianpai/provider/signal"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

const account = "1234567890123456"

// dial makes the real provider, on a cloud of its own behind HTTP.
func dial(t testing.TB, cloud *providertest.Cloud) (*alicloud.Provider, *wire) {
	t.Helper()
	inbox, err := signal.NewInbox(new(journal.Memory), &signal.Options{URL: "https://ops.example.com/waitcondition", Key: []byte("the key of the wait conditions' addresses")})
	if err != nil {
		t.Fatal(err)
	}
	g := gateway.New(cloud, &gateway.Options{Instances: gateway.Instances{Client: &http.Client{Transport: served{inbox}}, Boot: time.Minute}})
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	sdk, err := transport.New(credential.AccessKey(gateway.KeyID, gateway.KeySecret), &transport.Options{HTTP: g.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{gateway: g, inner: sdk}
	p, err := alicloud.New(w, &alicloud.Options{Region: cloud.Region(), Account: account, Signals: inbox})
	if err != nil {
		t.Fatal(err)
	}
	return p, w
}

// served carries the requests of instances to a handler in the same process.
type served struct{ http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

// wire is the transport with a fault at the gateway ahead of it.
type wire struct {
	gateway *gateway.Gateway
	inner   alicloud.Transport

	mu   sync.Mutex
	lose bool // the answer of the next call that changes something
}

func (w *wire) Do(ctx context.Context, req *alicloud.Request) (*alicloud.Response, error) {
	w.mu.Lock()
	if w.lose && provider.ClassByName(req.Product, req.API) != provider.ReadOnly {
		w.lose = false
		w.gateway.Inject(gateway.Match{Service: req.Product, API: req.API, Times: 1}, gateway.ResetAfter())
	}
	w.mu.Unlock()
	return w.inner.Do(ctx, req)
}

// fail makes the next call go wrong.
func (w *wire) fail(f providertest.ConformanceFault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gateway.Heal()
	w.lose = f == providertest.FaultLost
	switch f {
	case providertest.FaultThrottled:
		w.gateway.Inject(gateway.Match{Times: 1}, gateway.Throttle(0))
	case providertest.FaultDenied:
		w.gateway.Inject(gateway.Match{Times: 1}, gateway.Status(http.StatusForbidden, `{"Code":"Forbidden.RAM","Message":"not authorized"}`))
	}
}

// subject is what the conformance suite works on.
func subject(t *testing.T) *providertest.ConformanceSubject {
	cloud := providertest.New(t, &providertest.Options{Latency: providertest.Realistic, AccountID: account})
	p, w := dial(t, cloud)
	return &providertest.ConformanceSubject{
		Provider: p,
		Region:   cloud.Region(), Account: account,
		Count:       func() int { return len(cloud.Resources()) },
		Fault:       w.fail,
		Unsimulated: cloud.ShapeAnswered,
	}
}
