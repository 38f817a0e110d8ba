// Package core holds the contract of a durable state machine and the rules
// that all machines share: scheduling under a limit of parallel steps, retry
// with backoff, error budgets.
//
// A machine is pure. Inputs go in, facts come out, and a host (package
// internal/host) journals the facts before it acts on them. After a crash the
// host folds the journal into a fresh machine and asks what should be in
// flight; nothing is decided twice. The lint tests of this module hold the
// package to it: no clock, no goroutine, no context, no map order.
package core
