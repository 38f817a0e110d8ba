// Command runbook updates an image by an OOS runbook, in an in-memory cloud:
// it runs an instance of a source image, runs commands there, asks whether to
// go on, makes the new image, and releases the instance.
//
//	go run ./examples/runbook [-yes] [-journal DIR] [-command TEXT]... [-image ID] [-name NAME]
//
// The tasks are shown as they go, in place on a terminal, else line by line. The
// approval is asked for on standard input; -yes gives it. A process that is
// killed or interrupted loses nothing: the same command line goes on where it
// was. Without -journal the journal is in a new temporary folder, whose name is
// printed. A command with "exit 1" in it fails, to see the instance released.
//
// The exit code is 1 if no image was made, 2 if the command was misused, 3 if
// the execution goes on later.
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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const (
	exitFailed      = 1 // no image was made
	exitMisuse      = 2 // flags that cannot be used
	exitInterrupted = 3 // the execution stands where it was
)

// settings are what the command line says.
type settings struct {
	yes      bool
	journal  string
	image    string
	name     string
	commands []string
}

// run is the whole command.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	set, err := parseFlags(args, errs)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errs, "runbook:", err)
		return exitMisuse
	}
	if set.journal == "" {
		if set.journal, err = os.MkdirTemp("", "bianpai-runbook-"); err != nil {
			fmt.Fprintln(errs, "runbook:", err)
			return exitFailed
		}
		fmt.Fprintf(out, "journal: %s\n", set.journal)
	}
	err = update(ctx, set, in, out)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintf(errs, "runbook: interrupted; to go on, add -journal %s to the same command line\n", set.journal)
		return exitInterrupted
	}
	fmt.Fprintln(errs, "runbook:", err)
	return exitFailed
}

func parseFlags(args []string, errs io.Writer) (*settings, error) {
	set := &settings{}
	fs := flag.NewFlagSet("runbook", flag.ContinueOnError)
	fs.SetOutput(errs)
	fs.BoolVar(&set.yes, "yes", false, "approve without asking")
	fs.StringVar(&set.journal, "journal", "", "folder that keeps the execution and the cloud; go on with what is there")
	fs.StringVar(&set.image, "image", "aliyun_3_x64_20G_alibase_20240528.vhd", "source image")
	fs.StringVar(&set.name, "name", "web-golden", "name of the new image")
	fs.Func("command", "a shell command to run on the instance; may be repeated", func(text string) error {
		set.commands = append(set.commands, text)
		return nil
	})
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("%q is too much", fs.Arg(0))
	}
	if len(set.commands) == 0 {
		set.commands = []string{"dnf -y upgrade", "dnf -y install nginx", "systemctl enable nginx"}
	}
	return set, nil
}
