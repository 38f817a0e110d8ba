package transport_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

// hijacked answers with raw bytes and closes the connection.
func hijacked(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, raw)
		conn.Close()
	}
}

func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestServersThatMisbehave calls servers over real connections. An answer is
// judged by alicloud.AnswerError, as the provider does.
func TestServersThatMisbehave(t *testing.T) {
	huge := `{"RequestId":"` + strings.Repeat("x", 200_000) + `"}`
	cases := []struct {
		what      string
		server    http.HandlerFunc
		answered  bool
		kind      provider.Kind
		code      string
		requestID string
	}{
		{"all is well", says(200, `{"RequestId":"r1"}`), true, 0, "", ""},
		{"no body", says(200, ""), true, 0, "", ""},
		{"no content", says(204, ""), true, 0, "", ""},
		{"wrong type, right body", says(200, `{"RequestId":"r1"}`, "Content-Type", "text/plain"), true, 0, "", ""},
		{"block page", says(405, "<html>blocked</html>", "Content-Type", "text/html"), true, provider.Invalid, "NoJSON", ""},
		{"block page of status 200", says(200, "<html>blocked</html>", "Content-Type", "text/html"), true, provider.Transient, "NoJSON", ""},
		{"block page of status 403", says(403, "<html>blocked</html>"), true, provider.Denied, "NoJSON", ""},
		{"cut JSON of full length", says(200, `{"VpcId":"vpc`), true, provider.Transient, "NoJSON", ""},
		{"busy", says(503, ""), true, provider.Transient, "NoJSON", ""},
		{"busy gateway with an ID", says(503, "<h1>503</h1>", "x-acs-request-id", "r2"), true, provider.Transient, "NoJSON", "r2"},
		{"throttled", says(429, `{"Code":"Throttling.User","RequestId":"r3"}`), true, provider.Throttled, "Throttling.User", "r3"},
		{"code is a number", says(400, `{"Code":40001,"Message":"m","RequestId":"r4"}`), true, provider.Invalid, "40001", "r4"},
		{"message is an object", says(400, `{"Code":"X","Message":{"a":1},"RequestId":5,"AccessDeniedDetail":"no object"}`), true, provider.Invalid, "X", ""},
		{"body is a list", says(500, `[1]`), true, provider.Transient, "NoJSON", ""},
		{"body is null", says(500, `null`), true, provider.Transient, "NoJSON", ""},
		{"failure of status 200", says(200, `{"Success":false,"Code":"Busy","RequestId":"r5"}`), true, provider.Unknown, "Busy", "r5"},
		{"redirected", says(302, "<a href=x>", "Location", "/elsewhere"), true, provider.Unknown, "NoJSON", ""},
		{"redirected with its method", says(307, "", "Location", "/elsewhere"), true, provider.Unknown, "NoJSON", ""},
		{"not modified", says(304, ""), true, provider.Unknown, "NoJSON", ""},
		{"body ends too soon", hijacked("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nX-Acs-Request-Id: r6\r\n\r\n{\"VpcId\":"), false, provider.Transient, "Truncated", "r6"},
		{"chunk ends too soon", hijacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99\r\n{\"VpcId\":"), false, provider.Transient, "Truncated", ""},
		{"headers end too soon", hijacked("HTTP/1.1 200 OK\r\nContent-Le"), false, provider.Transient, "Transport", ""},
		{"closed without a word", hijacked(""), false, provider.Transient, "Transport", ""},
		{"no HTTP", hijacked("SSH-2.0-OpenSSH_9.9\r\n"), false, provider.Transient, "Transport", ""},
		{"huge body", says(200, huge, "x-acs-request-id", "r7"), false, provider.Unknown, "AnswerTooLarge", "r7"},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { calls++; c.server(w, r) }))
			defer server.Close()
			tr := made(t, &http.Transport{}, func(o *transport.Options) { o.Endpoint, o.MaxAnswer = server.URL, 100_000 })
			defer tr.CloseIdleConnections()
			req := describeVPCs()
			resp, err := tr.Do(t.Context(), req)
			if calls != 1 {
				t.Errorf("sent %d times", calls)
			}
			var e *provider.Error
			if c.answered {
				if err != nil {
					t.Fatal(err)
				}
				if e = alicloud.AnswerError(req, resp); c.code == "" {
					if e != nil {
						t.Errorf("refused: %v", e)
					}
					return
				}
				if e == nil {
					t.Fatal("not refused")
				}
			} else {
				e = refusal(t, err)
				if resp != nil {
					t.Error("both an answer and an error")
				}
			}
			if e.Kind != c.kind || e.Code != c.code || e.RequestID != c.requestID {
				t.Errorf("%v: kind %v code %s request ID %q, want %v %s %q", e, e.Kind, e.Code, e.RequestID, c.kind, c.code, c.requestID)
			}
		})
	}
}

func TestRedirectionsTellNothing(t *testing.T) {
	tr := made(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		return answer(302, `<a href="`+r.URL.String()+`">Found</a>`, "Location", r.URL.String(), "Refresh", "0;url="+r.URL.String()), nil
	}))
	resp, err := tr.Do(t.Context(), describeVPCs())
	if err != nil || resp.Status != 302 || len(resp.Body) > 0 || resp.Header["Location"]+resp.Header["Refresh"] != "" {
		t.Errorf("%+v, %v", resp, err)
	}
}

// TestNotSent checks what is certain: without a connection nothing happened.
func TestNotSent(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := httptest.NewServer(says(200, "{}"))
	defer plain.Close()
	self := httptest.NewUnstartedServer(says(200, "{}"))
	self.Config.ErrorLog = log.New(io.Discard, "", 0)
	self.StartTLS() // with a certificate by nobody the client trusts
	defer self.Close()
	dialed := errors.New("no route")
	cases := []struct {
		what, endpoint string
		rt             http.RoundTripper
		code           string
	}{
		{"refused", closed.URL, &http.Transport{}, provider.NotSent},
		{"no TLS there", "https://" + plain.Listener.Addr().String(), &http.Transport{}, provider.NotSent},
		{"certificate", self.URL, &http.Transport{}, provider.NotSent},
		{"no such host", "https://h.invalid", &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "h.invalid", IsNotFound: true}
		}}, provider.NotSent},
		{"dial of another transport", "", roundTrip(func(*http.Request) (*http.Response, error) { return nil, &net.OpError{Op: "dial", Err: dialed} }), provider.NotSent},
		{"reset", "", roundTrip(func(*http.Request) (*http.Response, error) { return nil, &net.OpError{Op: "read", Err: dialed} }), "Transport"},
		{"nobody knows", "", roundTrip(func(*http.Request) (*http.Response, error) { return nil, dialed }), "Transport"},
		{"panic", "", roundTrip(func(*http.Request) (*http.Response, error) { panic("p") }), "Transport"},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			tr := made(t, c.rt, func(o *transport.Options) { o.Endpoint = c.endpoint })
			_, err := tr.Do(t.Context(), describeVPCs())
			if e := refusal(t, err); e.Kind != provider.Transient || e.Code != c.code {
				t.Errorf("%v: kind %v code %s, want %s", err, e.Kind, e.Code, c.code)
			}
		})
	}
}

// piped serves connections in memory, which virtual time knows to be idle.
func piped(serve func(net.Conn)) *http.Transport {
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go serve(far)
		return near, nil
	}}
}

// silent takes a request and says no more than this.
func silent(words string) func(net.Conn) {
	return func(conn net.Conn) {
		if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		_, _ = io.WriteString(conn, words)
		_, _ = io.Copy(io.Discard, conn) // until the other side closes
		conn.Close()
	}
}

func TestTimeInACall(t *testing.T) {
	ended := errors.New("ended by the caller")
	var hung chan struct{} // of the case's bubble
	cases := []struct {
		what    string
		rt      *http.Transport
		context time.Duration // 0: it does not end
		after   time.Duration
		code    string // empty: the context's error
	}{
		{"no headers", piped(silent("")), 0, 2 * time.Minute, "Timeout"},
		{"no body", piped(silent("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX-Acs-Request-Id: r\r\n\r\n{")), 0, 2 * time.Minute, "Timeout"},
		{"no headers, canceled", piped(silent("")), time.Second, time.Second, ""},
		{"no body, canceled", piped(silent("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")), time.Second, time.Second, ""},
		{"no connection", &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			<-hung // net/http dials on for the next request
			return nil, ended
		}}, 0, 2 * time.Minute, provider.NotSent},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := made(t, c.rt, func(o *transport.Options) { o.Endpoint = "http://server" })
				hung = make(chan struct{})
				defer close(hung)
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.context > 0 {
					time.AfterFunc(c.context, func() { cancel(ended) })
				}
				start := time.Now()
				_, err := tr.Do(ctx, describeVPCs())
				if took := time.Since(start); took != c.after {
					t.Errorf("it took %v, want %v", took, c.after)
				}
				if c.code == "" {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("%v is not the context's error", err)
					}
					return
				}
				if e := refusal(t, err); e.Kind != provider.Transient || e.Code != c.code {
					t.Errorf("%v: kind %v code %s, want %s", err, e.Kind, e.Code, c.code)
				}
			})
		})
	}
}

// TestCredentials checks calls that cannot be signed.
func TestCredentials(t *testing.T) {
	moment := &provider.Error{Kind: provider.Throttled, Code: "Throttling", After: time.Second}
	canceled, cancel := context.WithCancel(t.Context())
	cases := []struct {
		what string
		err  error
		kind provider.Kind
	}{
		{"none", errors.New("none found"), provider.Denied},
		{"denied", &provider.Error{Kind: provider.Denied, Code: "NoPermission"}, provider.Denied},
		{"not now", fmt.Errorf("assuming a role: %w", moment), provider.Throttled},
	}
	for _, c := range cases {
		tr, err := transport.New(provide(func(context.Context) (*credential.Credential, error) { return nil, c.err }), &transport.Options{HTTP: roundTrip(nil)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Do(t.Context(), describeVPCs())
		if e := refusal(t, err); e.Kind != c.kind || e.Code != "NoCredential" || !errors.Is(err, c.err) {
			t.Errorf("%s: %v (%v)", c.what, err, e.Kind)
		}
	}
	tr, err := transport.New(provide(func(ctx context.Context) (*credential.Credential, error) {
		cancel()
		return nil, ctx.Err()
	}), &transport.Options{HTTP: roundTrip(nil)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds it ended
		if _, err := tr.Do(canceled, describeVPCs()); !errors.Is(err, context.Canceled) {
			t.Errorf("%v is not the context's error", err)
		}
	}
}
