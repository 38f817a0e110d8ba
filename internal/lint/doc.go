// Package lint holds the rules of this module that no compiler knows, as
// tests: which package may import which, what a deterministic package must not
// do, how long a file may be. Each rule is one test named after it, and its
// failure says where and what to do. The rules themselves are tested on small
// programs that break them.
package lint
