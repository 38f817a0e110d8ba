package transport

import (
	"cmp"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Signature is a generation of request signatures.
type Signature uint8

// The generations. All of today's services take both.
const (
	V1   Signature = iota // HMAC-SHA1, as the SDK signs
	ACS3                  // ACS3-HMAC-SHA256, put in place of the SDK's
)

// Options are how a transport reaches the services. Nil and the zero value are
// the public services of the mainland site.
type Options struct {
	// HTTP carries the requests; it is shared by all calls. Nil: a transport of
	// its own, with the proxy variables of the environment and Connections
	// connections kept to each host.
	HTTP        http.RoundTripper
	Connections int // 0: 64

	// Endpoint is the URL, without a path, of a server that plays all services:
	// a cloud for tests. Every request goes there, whatever else says where, and
	// its header Host names the service's own host.
	Endpoint string
	// Endpoints are hosts, or https URLs without a path, by product ("Ecs"), in
	// any case. REGION in one stands for the region. A request's own goes first.
	Endpoints map[string]string
	// Getenv is asked for ALIBABA_CLOUD_ENDPOINT_ECS and ECS_ENDPOINT where
	// Endpoints has none; nil: the environment is not asked.
	Getenv func(string) string
	// VPC uses the hosts that are reached from inside a VPC.
	VPC bool
	// International uses the hosts for accounts of the international site, where
	// they are others.
	International bool
	Account       string // the account's ID, for services with it in their host

	Region    string        // of requests that name none; empty: cn-hangzhou
	Signature Signature     // default V1
	Timeout   time.Duration // of one call, its answer included; 0: two minutes
	MaxAnswer int64         // bytes of a body; 0: 32 MiB
	UserAgent string        // added to the header: "myprogram/1.2"

	// Logger gets one record of each call: product, API, region, duration, status,
	// code and request ID, and never a URL, a header, a parameter or a body. A
	// call that went well is of level Debug, a refused one Info, a failed one
	// Warn. Nil: nothing is logged.
	Logger *slog.Logger
}

const (
	defaultRegion      = "cn-hangzhou"
	defaultTimeout     = 2 * time.Minute
	defaultMaxAnswer   = 32 << 20
	defaultConnections = 64
)

// complete gives the options with their defaults.
func (o *Options) complete() (Options, error) {
	var full Options
	if o != nil {
		full = *o
	}
	full.Region = cmp.Or(full.Region, defaultRegion)
	full.Timeout = cmp.Or(full.Timeout, defaultTimeout)
	full.MaxAnswer = cmp.Or(full.MaxAnswer, defaultMaxAnswer)
	full.Connections = cmp.Or(full.Connections, defaultConnections)
	if full.HTTP == nil {
		full.HTTP = pooled(full.Connections)
	}
	switch {
	case full.Signature > ACS3:
		return full, errors.New("transport: Options.Signature is neither V1 nor ACS3")
	case full.Timeout < 0 || full.MaxAnswer < 0 || full.Connections < 0:
		return full, errors.New("transport: a negative Timeout, MaxAnswer or Connections")
	case !validRegion(full.Region):
		return full, errors.New("transport: Options.Region is no region's name")
	}
	return full, nil
}

// pooled makes a transport that keeps as many connections to a host as calls
// are made at a time. The call's context bounds the whole; the rest is for hosts
// that do not answer at all.
func pooled(connections int) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   connections,
		ForceAttemptHTTP2:     true,
	}
}
