// Command simulate takes ROS templates through the life of a stack, in a cloud
// in memory: plan, create, updates of each kind, delete. OOS templates it runs
// to their end, in virtual time.
//
//	go run ./examples/simulate [-v] [-json] [-run regexp] [-changes n] [-actions DIR] PATH...
//
// A PATH is a file, or a folder that is searched for *.yml, *.yaml and *.json.
// Parameters are made up, approvals given, triggers fired once by hand. Each
// template gets a line: passed, failed with the reason, or skipped with the
// reason (Terraform, a transform that does not exist, an OOS template without
// tasks). The line of a runbook tells which of its calls were answered by the
// shape of their response alone, with "fitted" where the answer was changed to
// what the runbook waits for. The last line counts. The exit code is 1 if a
// template failed, 2 if the command was misused.
//
// Runbooks that tasks name are looked for in -actions DIR, by the names of the
// files there, and then among the product actions of this module. One that
// neither has is stood in for by one that does nothing, which the line tells too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"time"

	"github.com/bianpai/bianpai/examples/internal/console"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const (
	exitFailed = 1 // at least one template failed
	exitMisuse = 2 // flags or paths that cannot be used
)

// settings are what the command line says.
type settings struct {
	paths   []string
	verbose bool
	json    bool
	only    *regexp.Regexp // nil: all
	limit   time.Duration
	workers int
	changes int // of each kind
	actions *library
}

// run is the whole command.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set, err := parseFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "simulate:", err)
		return exitMisuse
	}
	files, err := findFiles(set.paths, set.only)
	if err != nil {
		fmt.Fprintln(stderr, "simulate:", err)
		return exitMisuse
	}
	p := &printer{stdout: stdout, stderr: stderr, verbose: set.verbose, json: set.json}
	for report := range simulateAll(ctx, files, set) {
		p.print(report)
	}
	if err := p.finish(); err != nil {
		fmt.Fprintln(stderr, "simulate:", err)
		return exitMisuse
	}
	if p.failed > 0 || ctx.Err() != nil {
		return exitFailed
	}
	return 0
}

func parseFlags(args []string, stderr io.Writer) (*settings, error) {
	set := &settings{}
	fs := console.NewFlags("simulate", stderr)
	fs.BoolVar(&set.verbose, "v", false, "show the steps with what was changed and how long it took, and which files are no templates")
	fs.BoolVar(&set.json, "json", false, "print one JSON array, for machines; the counts go to standard error")
	fs.DurationVar(&set.limit, "limit", 30*time.Second, "time limit of a template")
	fs.IntVar(&set.changes, "changes", 1, "how many different updates of each kind to make")
	actions := fs.String("actions", "", "folder of OOS templates that tasks of others name, such as product actions; a file is named after its template")
	fs.IntVar(&set.workers, "workers", 2*runtime.GOMAXPROCS(0), "templates at the same time")
	fs.Func("run", "simulate only paths that match this regular expression", func(s string) (err error) {
		set.only, err = regexp.Compile(s)
		return err
	})
	var err error
	if set.paths, err = console.Paths(fs, args); err != nil {
		return nil, err
	}
	if set.workers < 1 || set.changes < 1 || set.limit <= 0 {
		return nil, errors.New("-workers, -changes and -limit must be above zero")
	}
	set.actions, err = newLibrary(*actions)
	return set, err
}
