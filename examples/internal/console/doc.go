// Package console shows work that goes on: a stack's resources and a runbook's
// tasks, in place with a bar and durations on a terminal, line by line
// elsewhere; and asks questions.
package console
