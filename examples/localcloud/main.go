// Command localcloud serves the in-memory Alibaba Cloud over HTTP, for the
// programs and SDKs that call Alibaba Cloud: without an account, without cost.
//
//	go run ./examples/localcloud [-listen ADDRESS] [-state FILE] [-region REGION] [-speed N] [-signals=false] [-quiet]
//
// Clients need the printed URL as the endpoint of every product and the printed
// access key. examples/deploy takes the URL with -endpoint. Requests are
// checked like the services do it: their signature, their time, their
// parameters. Each is shown with what became of it.
//
// Operations take a part of the time that they take in the real cloud: -speed
// says how many times faster it goes, 0 that nothing takes time. With -state the
// resources are there again after a restart. Instances do not run their scripts,
// except that they signal the wait conditions named in them; -signals=false
// keeps them silent.
//
// The address is of this machine alone unless -listen says otherwise. Anybody
// who reaches it can use it: the key is no secret.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const (
	exitFailed = 1
	exitMisuse = 2
)

// settings are what the command line says.
type settings struct {
	listen  string
	state   string
	region  string
	speed   float64
	signals bool
	quiet   bool
}

// run is the whole command. It ends with its context.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	set, err := parseFlags(args, errs)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errs, "localcloud:", err)
		return exitMisuse
	}
	listener, err := net.Listen("tcp", set.listen)
	if err == nil {
		err = serve(ctx, listener, set, out)
	}
	if err != nil {
		fmt.Fprintln(errs, "localcloud:", err)
		return exitFailed
	}
	return 0
}

func parseFlags(args []string, errs io.Writer) (*settings, error) {
	set := &settings{}
	fs := flag.NewFlagSet("localcloud", flag.ContinueOnError)
	fs.SetOutput(errs)
	fs.StringVar(&set.listen, "listen", "127.0.0.1:8642", "address to serve at; port 0 takes a free one")
	fs.StringVar(&set.state, "state", "", "file that keeps the resources; empty: memory only")
	fs.StringVar(&set.region, "region", "cn-hangzhou", "region of the cloud")
	fs.Float64Var(&set.speed, "speed", 200, "how many times faster than the real cloud operations are; 0: they take no time")
	fs.BoolVar(&set.signals, "signals", true, "let instances signal the wait conditions in their scripts")
	fs.BoolVar(&set.quiet, "quiet", false, "do not show the requests")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case fs.NArg() > 0:
		return nil, fmt.Errorf("%q is too much: all that this command takes are flags", fs.Arg(0))
	case set.speed < 0:
		return nil, fmt.Errorf("-speed %v is below 0", set.speed)
	}
	return set, nil
}
