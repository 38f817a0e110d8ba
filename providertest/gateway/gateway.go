package gateway

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/bianpai/bianpai/provider/calls"
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
	// Observe is called with every request once its answer is made. Nil: nobody
	// looks.
	Observe func(Request)
	// Instances say how instances run their scripts.
	Instances Instances
}

// Gateway is the HTTP face of a Cloud. All methods may be called concurrently.
type Gateway struct {
	cloud   *providertest.Cloud
	options Options
	routes  *routes

	mu       sync.Mutex // never held while waiting
	number   int        // of requests so far
	log      []Request
	faults   []*injection
	nonces   nonceMemory
	sessions map[string]*Session
	pipes    *pipes

	closing context.Context // ends with Close
	quit    context.CancelFunc
	scripts sync.WaitGroup // of instances
}

var _ http.Handler = (*Gateway)(nil)

// New makes the face of a cloud.
func New(c *providertest.Cloud, opts *Options) *Gateway {
	g := &Gateway{cloud: c, routes: newRoutes(calls.Default()), sessions: make(map[string]*Session)}
	if opts != nil {
		g.options = *opts
	}
	g.closing, g.quit = context.WithCancel(context.Background())
	o := &g.options
	if o.Keys == nil {
		o.Keys = map[string]string{KeyID: KeySecret}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Skew = cmp.Or(o.Skew, 15*time.Minute)
	o.MaxBody = cmp.Or(o.MaxBody, 8<<20)
	o.Log = max(1, cmp.Or(o.Log, 1<<14))
	g.nonces = newNonceMemory(max(1, cmp.Or(o.Nonces, 1<<16)))
	return g
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := g.begin(r)
	out := x.serve()
	x.note(out)
	if g.options.Observe != nil {
		g.options.Observe(x.entry)
	}
	out.write(w, r, x.fault)
}

// begin gives a request its number and its entry in the log.
func (g *Gateway) begin(r *http.Request) *exchange {
	g.mu.Lock()
	g.number++
	n := g.number
	g.mu.Unlock()
	return &exchange{
		g: g, r: r, now: g.options.Now(),
		entry: Request{Method: r.Method, Host: r.Host, Path: r.URL.Path, RequestID: requestID(n), Time: g.options.Now()},
	}
}
