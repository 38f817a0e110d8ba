package transport

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// Transport signs requests and sends them. Make one with [New] and share it: it
// keeps connections. All methods may be called concurrently.
type Transport struct {
	credentials credential.Provider
	opts        Options
	hosts       *hosts
}

var _ alicloud.Transport = (*Transport)(nil)

// New makes a transport that signs with what a provider of credentials gives,
// which is asked before each call.
func New(cred credential.Provider, opts *Options) (*Transport, error) {
	if cred == nil {
		return nil, errors.New("transport: no provider of credentials")
	}
	full, err := opts.complete()
	if err != nil {
		return nil, err
	}
	h, err := newHosts(&full)
	if err != nil {
		return nil, err
	}
	return &Transport{credentials: cred, opts: full, hosts: h}, nil
}

// CloseIdleConnections closes the connections that no call uses now.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.opts.HTTP.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Do implements [alicloud.Transport]. Its errors are of type [*provider.Error],
// with a code of this package, or the context's.
func (t *Transport) Do(ctx context.Context, req *alicloud.Request) (*alicloud.Response, error) {
	start := time.Now()
	resp, err := t.do(ctx, req)
	t.log(ctx, req, resp, err, time.Since(start))
	return resp, err
}

func (t *Transport) do(ctx context.Context, req *alicloud.Request) (*alicloud.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	call, err := t.prepare(req)
	if err != nil {
		return nil, err
	}
	call.cred, err = t.credentials.Credential(ctx)
	if err != nil {
		return nil, noCredential(ctx, err)
	}
	x := &exchange{call: call, opts: &t.opts}
	timed, cancel := context.WithTimeoutCause(ctx, t.opts.Timeout, errTimeout)
	defer cancel()
	x.send(timed)
	if x.answer == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, x.failure(timed)
	}
	return x.answer, nil
}

// noCredential gives the error of a call that cannot be signed. Nothing was
// sent. A source that failed for a moment says so itself.
func noCredential(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	e := &provider.Error{Kind: provider.Denied, Code: codeNoCredential, Message: "no credential to sign with: " + err.Error(), Err: err}
	if credential.Retryable(err) {
		// Not Transient, which says that the request may have arrived.
		const pause = 5 * time.Second
		e.Kind, e.After = provider.Throttled, pause
	}
	if refused, ok := errors.AsType[*provider.Error](err); ok && refused.Kind.Retry() {
		e.Kind, e.After, e.RequestID = refused.Kind, refused.After, refused.RequestID
	}
	return e
}

var errTimeout = errors.New("no answer within the time of a call")

var _ http.RoundTripper = (*exchange)(nil)
