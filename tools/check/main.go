// Command check runs every check of this module; it is what CI calls and what
// the README names. It needs Go and a module proxy, nothing else.
//
//	go run ./tools/check                     all stages
//	go run ./tools/check -stage fuzz,readme  some stages
//	go run ./tools/check -list               names the stages
//	go run ./tools/check nightly             all stages, long: BIANPAI_LONG=1, a minute of each fuzz target
//	go run ./tools/check bench               benchmarks as ratios to their floors
//
// All stages run even when one fails; a table at the end says which. The exit
// status is 1 when a stage failed, 2 on misuse.
//
// Tests over public templates and data read the folders that BIANPAI_CORPUS and
// BIANPAI_DATA name, and are skipped without them.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: it gives the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	mode := "check"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		mode, args = args[0], args[1:]
	}
	fs := flag.NewFlagSet("check "+mode, flag.ContinueOnError)
	fs.SetOutput(stderr)
	r := &runner{ctx: ctx, out: stdout, fuzzTime: 3 * time.Second}
	switch mode {
	case "bench":
		b := &bench{runner: r}
		b.flags(fs)
		if fs.Parse(args) != nil || fs.NArg() > 0 {
			return 2
		}
		return b.run()
	case "nightly":
		r.long, r.fuzzTime = true, time.Minute
	case "check":
	default:
		fmt.Fprintf(stderr, "check: unknown mode %q: use bench, nightly, or none\n", mode)
		return 2
	}
	only := fs.String("stage", "", "run these `stages` only, separated by commas")
	list := fs.Bool("list", false, "print the names of the stages and stop")
	fs.DurationVar(&r.fuzzTime, "fuzztime", r.fuzzTime, "how long each fuzz target runs")
	if fs.Parse(args) != nil || fs.NArg() > 0 {
		return 2
	}
	if *list {
		for _, s := range stages {
			fmt.Fprintf(stdout, "%-12s %s\n", s.name, s.what)
		}
		return 0
	}
	chosen, err := choose(*only)
	if err != nil {
		fmt.Fprintln(stderr, "check:", err)
		return 2
	}
	return r.stages(chosen)
}

// choose picks stages by name, in the order of the table; all for no names.
func choose(names string) ([]stage, error) {
	if names == "" {
		return stages, nil
	}
	wanted := strings.Split(names, ",")
	var chosen []stage
	for _, s := range stages {
		if slices.Contains(wanted, s.name) {
			chosen = append(chosen, s)
			wanted = slices.DeleteFunc(wanted, func(n string) bool { return n == s.name })
		}
	}
	if len(wanted) > 0 {
		return nil, fmt.Errorf("no stage %s: -list names them", strings.Join(wanted, ", "))
	}
	return chosen, nil
}

// stages runs the chosen stages and prints the table.
func (r *runner) stages(chosen []stage) int {
	fmt.Fprintf(r.out, "%s %s/%s, %d cores, corpus %s, data %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), given("BIANPAI_CORPUS"), given("BIANPAI_DATA"))
	type outcome struct {
		name, result string
		took         time.Duration
	}
	var outcomes []outcome
	begin, code := time.Now(), 0
	for _, s := range chosen {
		if r.ctx.Err() != nil {
			outcomes = append(outcomes, outcome{s.name, "not run", 0})
			continue
		}
		fmt.Fprintf(r.out, "\n=== %s: %s\n", s.name, s.what)
		start, result := time.Now(), "ok"
		if err := s.run(r); err != nil {
			fmt.Fprintf(r.out, "%s: %v\n", s.name, err)
			result = "FAILED"
			if isSkip(err) {
				result = "skipped"
			}
		}
		took := time.Since(start)
		fmt.Fprintf(r.out, "--- %s: %s in %s\n", s.name, result, took.Round(100*time.Millisecond))
		outcomes = append(outcomes, outcome{s.name, result, took})
	}
	fmt.Fprintf(r.out, "\n%-12s %-8s %s\n", "stage", "result", "time")
	for _, o := range outcomes {
		fmt.Fprintf(r.out, "%-12s %-8s %8.1fs\n", o.name, o.result, o.took.Seconds())
		if o.result == "FAILED" || o.result == "not run" {
			code = 1
		}
	}
	fmt.Fprintf(r.out, "%-12s %-8s %8.1fs\n", "all", []string{"ok", "FAILED"}[code], time.Since(begin).Seconds())
	return code
}

// given says whether an environment variable names a folder that exists.
func given(name string) string {
	dir := os.Getenv(name)
	if dir == "" {
		return "not given"
	}
	if _, err := os.Stat(dir); err != nil {
		return "missing"
	}
	return "given"
}
