// Package fn holds the pure functions that templates and runbooks share: text,
// lists, maps, numbers, networks, patterns, jq. They compute on values, read no
// clock and keep their work and their results within fixed budgets.
//
// The functions take values that have no unknown parts where they look, unless
// they say otherwise, and do not care for marks but where a result is a part of
// an argument: then the part keeps its mark. Each language decides in its own
// table of names which argument goes where.
//
// Errors are of type *Error.
package fn
