package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// runner runs commands in the current folder, the module's root, and shows
// what they print as they print it.
type runner struct {
	ctx      context.Context
	out      io.Writer
	long     bool          // nightly: long sweeps too
	fuzzTime time.Duration // for each fuzz target
}

// skip is the error of a stage that has nothing to do here.
type skip string

func (s skip) Error() string { return string(s) }

func isSkip(err error) bool {
	_, ok := errors.AsType[skip](err)
	return ok
}

func (r *runner) command(args []string) *exec.Cmd {
	cmd := exec.CommandContext(r.ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if r.long {
		cmd.Env = append(os.Environ(), "BIANPAI_LONG=1")
	}
	return cmd
}

// show runs a command with its output in sight.
func (r *runner) show(args ...string) error {
	fmt.Fprintf(r.out, "$ %s\n", strings.Join(args, " "))
	cmd := r.command(args)
	cmd.Stdout, cmd.Stderr = r.out, r.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// read runs a command for its output, which is shown only when it fails.
func (r *runner) read(args ...string) ([]byte, error) {
	cmd := r.command(args)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s%s", strings.Join(args, " "), err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

// target is one fuzz target or benchmark of a package.
type target struct{ pkg, name string }

// targets finds the fuzz targets or benchmarks of the module by their prefix.
func (r *runner) targets(prefix string) ([]target, error) {
	out, err := r.read("go", "test", "-list", "^"+prefix, "./...")
	if err != nil {
		return nil, err
	}
	return parseList(string(out), prefix), nil
}

// parseList reads what `go test -list` prints: names, and after those of each
// package a line "ok <package> <time>".
func parseList(out, prefix string) []target {
	var found []target
	var names []string
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 1 && strings.HasPrefix(fields[0], prefix):
			names = append(names, fields[0])
		case len(fields) >= 2 && fields[0] == "ok":
			for _, name := range names {
				found = append(found, target{fields[1], name})
			}
			names = nil
		}
	}
	return found
}
