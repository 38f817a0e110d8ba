package transport_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

// TestConcurrentCalls makes many calls at a time, of both styles and signatures,
// and checks that each gets its own answer, over few connections.
func TestConcurrentCalls(t *testing.T) {
	const parallel, rounds = 100, 3
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a part of it has a wrong signature
		if r.Header.Get("X-Acs-Content-Sha256") != "" {
			if err := acs.ACS3Check(r, body, secret); err != nil {
				w.WriteHeader(400)
			}
		}
		fmt.Fprintf(w, `{"Echo":%q}`, r.Header.Get("X-Mark"))
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	for _, change := range []func(*transport.Options){v1, acs3} {
		connections.Store(0)
		tr := made(t, nil, change, func(o *transport.Options) { o.Endpoint, o.Connections = server.URL, parallel })
		for range rounds {
			var wg sync.WaitGroup
			for i := range parallel {
				wg.Go(func() {
					req := []*alicloud.Request{describeVPCs(), createCluster()}[i%2]
					req.Headers = map[string]string{"X-Mark": fmt.Sprint(i)}
					resp, err := tr.Do(t.Context(), req)
					if err != nil || resp.Status != 200 || string(resp.Body) != fmt.Sprintf(`{"Echo":"%d"}`, i) {
						t.Errorf("call %d: %+v, %v", i, resp, err)
					}
				})
			}
			wg.Wait()
		}
		tr.CloseIdleConnections()
		if n := connections.Load(); n > parallel {
			t.Errorf("%d connections for %d calls at a time: they are not kept", n, parallel)
		}
	}
}

// TestConcurrentFailures cancels some calls while others go on.
func TestConcurrentFailures(t *testing.T) {
	tr := made(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		switch mark := r.Header.Get("X-Mark"); {
		case strings.HasSuffix(mark, "0"):
			<-r.Context().Done()
			return nil, r.Context().Err()
		case strings.HasSuffix(mark, "1"):
			return answer(400, `{"Code":1}`), nil
		default:
			return answer(200, "{}"), nil
		}
	}))
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%10 == 0 {
				go cancel()
			}
			req := describeVPCs()
			req.Headers = map[string]string{"X-Mark": fmt.Sprint(i)}
			resp, err := tr.Do(ctx, req)
			if (i%10 == 0) != (err != nil) || i%10 == 1 && resp.Status != 400 {
				t.Errorf("call %d: %+v, %v", i, resp, err)
			}
		})
	}
	wg.Wait()
}
