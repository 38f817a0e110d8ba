package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// patience is how long requests may go on when the command ends.
const patience = 5 * time.Second

// serve answers requests until the context ends.
func serve(ctx context.Context, l net.Listener, set *settings, out io.Writer) (err error) {
	cloud, err := providertest.NewCloud(&providertest.Options{Region: set.region, File: set.state, Latency: latency(set.speed)})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	opts := &gateway.Options{}
	if set.signals {
		opts.Instances.Client = &http.Client{Timeout: patience}
	}
	if !set.quiet {
		opts.Observe = newRequestLog(out).show
	}
	face := gateway.New(cloud, opts)
	defer func() { err = errors.Join(err, face.Close()) }()
	server := &http.Server{Handler: face, ReadHeaderTimeout: patience}
	welcome(out, l.Addr(), cloud, set)

	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err = server.Shutdown(end)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if served := <-served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// latency makes the times of the real cloud shorter.
func latency(speed float64) func(verb, typ string) time.Duration {
	if speed == 0 {
		return func(string, string) time.Duration { return 0 }
	}
	return func(verb, typ string) time.Duration {
		return time.Duration(float64(providertest.Realistic(verb, typ)) / speed)
	}
}

// welcome says where the cloud is and how to call it.
func welcome(out io.Writer, addr net.Addr, cloud *providertest.Cloud, set *settings) {
	kept := "in memory; -state FILE keeps it"
	if set.state != "" {
		kept = fmt.Sprintf("%s, %d resources", set.state, len(cloud.Resources()))
	}
	fmt.Fprintf(out, `a cloud in %s at http://%s

  ALIBABA_CLOUD_ACCESS_KEY_ID=%s
  ALIBABA_CLOUD_ACCESS_KEY_SECRET=%s

  state: %s

Try it from another terminal:

  go run ./examples/deploy apply -endpoint http://%s -stack shop -p DatabasePassword=Change-me-1 examples/quickstart/templates/shop.yaml

Interrupt ends it.

`, cloud.Region(), addr, gateway.KeyID, gateway.KeySecret, kept, addr)
}

// requestLog shows requests, one a line.
type requestLog struct {
	mu sync.Mutex
	t  *console.Terminal
}

func newRequestLog(out io.Writer) *requestLog { return &requestLog{t: console.New(out)} }

func (l *requestLog) show(r gateway.Request) {
	what := r.Service + "." + r.API
	if r.API == "" {
		what = r.Method + " " + r.Path
	}
	result, style := fmt.Sprint(r.Status), console.Green
	if r.Status >= 400 {
		style = console.Red
	}
	took := time.Since(r.Time)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t.Printf("%s  %-42s %s %6.1f ms  %s\n", r.Time.Format(time.TimeOnly), what, l.t.Style(style, result), float64(took.Microseconds())/1000, r.Code)
}
