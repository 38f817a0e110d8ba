// Command deploy works on stacks and runs runbooks, on Alibaba Cloud or on a
// local cloud:
//
//	go run ./examples/deploy plan    -stack NAME [-p NAME=VALUE]... TEMPLATE
//	go run ./examples/deploy apply   -stack NAME [-p NAME=VALUE]... [-yes] TEMPLATE
//	go run ./examples/deploy destroy -stack NAME [-yes]
//	go run ./examples/deploy show    [-stack NAME]
//	go run ./examples/deploy run     [-p NAME=VALUE]... [-yes] RUNBOOK
//
// plan tells what apply would do. apply shows the plan, asks, and goes through
// with it: on a terminal with a line for each resource and a bar, elsewhere line
// by line. destroy asks too. run starts an OOS runbook and asks what that asks.
//
// Everything is kept in the folder that -state names (.bianpai): the journal,
// and the key that the secrets in it are encrypted with. A process that is
// killed or interrupted loses nothing: the same command goes on where it was.
//
// Credentials come from where the aliyun CLI and the SDKs have them: the
// environment, a profile, the role of an ECS instance. With -endpoint, all calls
// go to one server, such as that of examples/localcloud; if it is on this
// machine and there are no credentials, the key of localcloud is used.
//
// Instances signal wait conditions to this program while it works: -signals is
// the address that it listens on, -signal-url how instances reach it. Without
// the latter, templates with wait conditions are refused, unless the cloud is on
// this machine too.
//
// The exit code is 1 if what was wanted was not reached, 2 if the command was
// misused, 3 if it goes on later.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/examples/internal/console"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const (
	exitFailed      = 1 // what was wanted was not reached
	exitMisuse      = 2 // a command line that cannot be used
	exitInterrupted = 3 // the same command goes on
)

// commands are what the first argument may be.
var commands = map[string]func(*session, context.Context) error{
	"plan": (*session).plan, "apply": (*session).apply, "destroy": (*session).destroy, "show": (*session).show, "run": (*session).runbook,
}

// misuse is an error of the command line.
type misuse struct{ error }

// run is the whole command.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	set, err := parse(args, errs)
	if err == nil {
		err = set.work(ctx, in, out)
	}
	var wrong misuse
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintln(errs, "deploy:", err)
		return exitMisuse
	case ctx.Err() != nil:
		fmt.Fprintln(errs, "deploy: interrupted; nothing is lost, the same command goes on")
		return exitInterrupted
	}
	tell(err, errs)
	return exitFailed
}

// tell says what is wrong: of a file all of it, with the places.
func tell(err error, errs io.Writer) {
	faulty, ok := errors.AsType[*diag.ListError](err)
	if !ok {
		fmt.Fprintln(errs, "deploy:", err)
		return
	}
	if err := diag.Fprint(errs, faulty.List, &diag.PrintOptions{Snippet: true, Color: console.New(errs).Color}); err != nil {
		fmt.Fprintln(errs, "deploy:", faulty)
	}
}

// work opens a session for the command and closes it.
func (set *settings) work(ctx context.Context, in io.Reader, out io.Writer) error {
	s, err := open(set, in, out)
	if err != nil {
		return err
	}
	return errors.Join(commands[set.command](s, ctx), s.close())
}
