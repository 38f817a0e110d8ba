// Package toy holds two small machines and a world for them to act on, as
// unlike as a stack and a runbook: Graph makes things that need each other and
// undoes them when one fails, Loop goes over many items under rate control.
// The tests of the hosts and of the machine contract are written with them.
package toy
