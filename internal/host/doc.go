// Package host drives machines (package internal/core) on journals (package
// journal): it folds a journal into a machine, writes the facts that inputs
// give rise to, and only then makes the calls and sets the timers that the
// machine lists.
//
// A Host serves many journals in one process. Each open journal has a Driver:
// one goroutine with an inbox, which alone touches the machine. All inputs
// that wait are taken as one batch and written in one append, so the cost of
// a durable write is shared by all that happens at the same time. Calls run in
// goroutines of their own; a call that has nothing to tell yet, a command that
// is not due, and a limit that the other side asked for hold no goroutine.
//
// A Host takes time from package time only, and so runs under virtual time in
// a testing/synctest bubble. Package internal/host/sim drives the same
// machines in one goroutine in a seeded order.
package host
