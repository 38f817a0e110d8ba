package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/provider/alicloud"
)

// exchange is one call on its way. It is what the SDK takes for its HTTP
// transport: the context comes in that way, and the answer goes out past the
// SDK, which reads a body without a limit, panics on some, and follows
// redirects with a signed URL.
type exchange struct {
	call *call
	opts *Options
	ctx  context.Context

	answer   *alicloud.Response
	err      error         // of the transport underneath, or of this one
	header   string        // the request ID that the headers told
	sent     *http.Request // as it was signed
	began    atomic.Bool   // a connection was asked for
	had      atomic.Bool   // a connection was there: something may have been sent
	reached  bool          // the SDK came as far as sending
	oversize bool
	cut      bool // the headers came, the body did not
}

// send makes the call. It leaves an answer or an error.
func (x *exchange) send(ctx context.Context) {
	x.ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { x.began.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { x.had.Store(true) },
	})
	defer func() {
		if p := recover(); p != nil && x.answer == nil && x.err == nil {
			x.err = fmt.Errorf("panic of type %T in the SDK", p) // its text may quote the request
		}
	}()
	if err := invoke(x.call, x.opts, x); err != nil && x.err == nil {
		x.err = err
	}
}

// RoundTrip implements [http.RoundTripper] for the SDK. What it returns only
// tells the SDK that all is done.
func (x *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	x.reached = true
	out, err := x.request(r)
	if err != nil {
		x.err = err
		return nil, err
	}
	resp, err := x.opts.HTTP.RoundTrip(out)
	if err != nil {
		x.err = err
		return nil, err
	}
	if err := x.read(resp); err != nil {
		x.err = err
		return nil, err
	}
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// request makes what is sent of what the SDK made.
func (x *exchange) request(r *http.Request) (*http.Request, error) {
	out := r.Clone(x.ctx)
	x.call.target.direct(out)
	out.Header.Set("User-Agent", strings.TrimSpace(out.Header.Get("User-Agent")+" bianpai "+x.opts.UserAgent))
	if x.opts.Signature == ACS3 {
		payload, err := payloadOf(r)
		if err != nil {
			return nil, err
		}
		x.resign(out, payload)
	}
	x.sent = out
	return out, nil
}

func payloadOf(r *http.Request) ([]byte, error) {
	if r.GetBody == nil {
		return nil, nil // a body that can be read once is none of the SDK's
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// resign puts a signature of the third generation in place of the SDK's, whose
// traces it removes: the gateway takes a request by the first it finds.
func (x *exchange) resign(r *http.Request, payload []byte) {
	query := r.URL.Query()
	if x.call.req.Style == alicloud.RPC {
		for _, name := range protocol {
			query.Del(name)
		}
	}
	r.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	for name := range r.Header {
		switch lower := strings.ToLower(name); {
		case lower == "authorization", lower == "content-md5", lower == "date", strings.HasPrefix(lower, "x-acs-signature"),
			lower == "x-acs-security-token", lower == "x-acs-credentials-provider":
			delete(r.Header, name)
		}
	}
	r.Header.Set("Accept", "application/json")
	c := x.call.cred
	acs.ACS3Sign(r, payload, c.KeyID, c.Secret, c.Token, time.Now(), strings.ToLower(rand.Text()))
}

// read takes an answer in. Of a redirection, which no API answers with, neither
// the target nor the body is kept: both may repeat the signed URL.
func (x *exchange) read(resp *http.Response) error {
	defer resp.Body.Close()
	a := &alicloud.Response{Status: resp.StatusCode, Header: make(map[string]string, len(resp.Header))}
	for name, values := range resp.Header {
		a.Header[name] = strings.Join(values, ",")
	}
	x.header = plainID(a.Header["X-Acs-Request-Id"])
	body, err := io.ReadAll(io.LimitReader(resp.Body, x.opts.MaxAnswer+1))
	switch {
	case err != nil:
		x.cut = true
		return err
	case int64(len(body)) > x.opts.MaxAnswer:
		x.oversize = true
		return fmt.Errorf("the answer is longer than %d bytes", x.opts.MaxAnswer)
	case a.Status >= 300 && a.Status < 400:
		delete(a.Header, "Location")
		delete(a.Header, "Refresh")
	default:
		a.Body = body
	}
	if a.Status >= 300 || !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		x.blot(a)
	}
	x.answer = a
	return nil
}

// blot blots secrets out of an answer that may end up in a message.
func (x *exchange) blot(a *alicloud.Response) {
	secrets := x.secrets()
	for name, value := range a.Header {
		a.Header[name] = scrub(value, secrets)
	}
	a.Body = []byte(scrub(string(a.Body), secrets))
}
