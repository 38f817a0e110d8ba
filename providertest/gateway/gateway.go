package gateway

import (
	"net/http"
	"sync"
	"time"

	"github.com/bianpai/bianpai/providertest"
)

// The access key that a gateway knows unless Options.Keys says otherwise.
const (
	KeyID     = "LTAI5tBianpaiGatewayTest"
	KeySecret = "bianpai-gateway-test-secret-000"
)

// Options say how a Gateway behaves. The zero value knows one access key and
// keeps the service's bounds.
type Options struct {
	// Keys are the access keys that are known, the secret by the id. Nil stands
	// for KeyID and KeySecret.
	Keys map[string]string
	// Now is the gateway's clock. Nil: time.Now, which is virtual in a
	// testing/synctest bubble.
	Now func() time.Time
	// Skew is how far the time of a request may be from the gateway's. Zero: 15
	// minutes.
	Skew time.Duration
	// MaxBody is how many bytes a request's body may have. Zero: 8 MiB.
	MaxBody int64
	// Nonces is how many signature nonces are remembered; the oldest are
	// forgotten first. Zero: 65,536.
	Nonces int
	// Log is how many requests Requests lists; the oldest are dropped first.
	// Zero: 16,384.
	Log int
}

// Gateway is the HTTP face of a Cloud. All methods may be called concurrently.
type Gateway struct {
	cloud *providertest.Cloud

	mu     sync.Mutex // never held while waiting
	log    []Request
	faults []*injection
}

var _ http.Handler = (*Gateway)(nil)

// New makes the face of a cloud.
func New(c *providertest.Cloud, opts *Options) *Gateway {
	return &Gateway{cloud: c}
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "not served yet", http.StatusServiceUnavailable)
}

// Transport gives a RoundTripper for clients in the same process: every
// request, whatever its host and scheme, goes to the gateway through a pipe in
// memory, as the bytes of HTTP/1.1. It may be used in a testing/synctest bubble
// if Transport is first called there; call Close before the bubble ends.
func (g *Gateway) Transport() http.RoundTripper { return http.DefaultTransport }

// Close ends the connections and goroutines that Transport started, and waits
// for them. The gateway goes on serving as a plain http.Handler.
func (g *Gateway) Close() error { return nil }
