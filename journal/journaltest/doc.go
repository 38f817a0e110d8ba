// Package journaltest holds what tests of and with journals need: [Run], the
// contract that any [journal.Store] has to keep, and two stores that wrap
// another one. [Crasher] fails at a chosen write, so that a test can stop a
// program at each of its writes in turn; [Counter] counts writes, so that a
// benchmark can tell what a run costs.
//
// All of it is safe for use by several goroutines at once.
package journaltest
