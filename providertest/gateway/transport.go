package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Transport gives a RoundTripper for clients in the same process: every
// request, whatever its host and scheme, goes to the gateway through a pipe in
// memory, as the bytes of HTTP/1.1. It may be used in a testing/synctest bubble
// if Transport is first called there; call Close before the bubble ends. All
// calls give the same transport, until Close.
func (g *Gateway) Transport() http.RoundTripper {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pipes == nil {
		g.pipes = newPipes(g)
	}
	return g.pipes
}

// Close ends the connections and goroutines that Transport started, and waits
// for them. The gateway goes on serving as a plain http.Handler.
func (g *Gateway) Close() error {
	g.quit()
	g.scripts.Wait()
	g.mu.Lock()
	p := g.pipes
	g.pipes = nil
	g.mu.Unlock()
	if p == nil {
		return nil
	}
	return p.close()
}

// pipes joins an HTTP client and a server by connections in memory.
type pipes struct {
	client *http.Transport
	server *http.Server
	dialed chan net.Conn
	done   chan struct{}
	closed sync.Once
	served sync.WaitGroup
	open   sync.WaitGroup // connections of the server
}

var errClosed = errors.New("the gateway's transport is closed")

func newPipes(h http.Handler) *pipes {
	p := &pipes{dialed: make(chan net.Conn), done: make(chan struct{})}
	p.client = &http.Transport{
		DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return p.dial(ctx) },
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     time.Minute,
	}
	p.server = &http.Server{Handler: h, MaxHeaderBytes: 1 << 20, ConnState: p.connState}
	p.served.Go(func() {
		_ = p.server.Serve(p) // ends with ErrServerClosed
	})
	return p
}

func (p *pipes) connState(_ net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		p.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		p.open.Done()
	}
}

// RoundTrip implements http.RoundTripper. The server sees the request's host and
// nothing of TLS.
func (p *pipes) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL != nil && r.URL.Scheme == "https" {
		plain := *r
		u := *r.URL
		u.Scheme = "http"
		plain.URL = &u
		r = &plain
	}
	return p.client.RoundTrip(r)
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.dialed <- there:
		return here, nil
	case <-p.done:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) close() error {
	err := p.server.Close()
	p.closed.Do(func() { close(p.done) })
	p.served.Wait()
	p.open.Wait()
	p.client.CloseIdleConnections()
	return err
}

// Accept, Close and Addr implement net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialed:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.closed.Do(func() { close(p.done) })
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// reset ends the connection of a request without an answer, or in the middle of
// one.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the way that net/http has for it
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset rather than an orderly end
	}
	_ = conn.Close()
}
