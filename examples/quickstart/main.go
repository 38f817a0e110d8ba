// Command quickstart tells, in one run and without an account, what bianpai
// does: a web shop in three tiers is checked, planned, created in an in-memory
// cloud while the process is killed, resumed from its journal, changed by
// difference, rolled back after a fault, and deleted.
//
//	go run ./examples/quickstart
//
// It checks its own story: a line with ✓ is a check that held. The exit code is
// 0 if all of them did. It writes to a temporary folder alone, and removes it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/bianpai/bianpai/examples/internal/console"
)

func main() {
	// A reader that goes away, as in a pipe to head, ends the story too: the
	// temporary folder is removed whatever happens.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	code := run(ctx, os.Stdout)
	stop()
	os.Exit(code)
}

// exitFailed is not 1, which Windows gives to a process that was killed.
const exitFailed = 3

// run is the program: the story, or the part of a child process in it.
func run(ctx context.Context, out *os.File) int {
	s := &story{out: console.New(out)}
	part, err := s.place.fromEnvironment()
	switch {
	case err != nil:
	case part == "":
		err = s.tell(ctx)
	default:
		err = s.child(ctx, part)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		return exitFailed
	}
	return 0
}
