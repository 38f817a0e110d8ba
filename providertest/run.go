package providertest

import (
	"testing"
	"testing/synctest"
)

// Run runs a test with a cloud of its own in a synctest bubble: waiting costs
// no time, and whoever is still running at the end fails the test.
func Run(t *testing.T, f func(t *testing.T, c *Cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t, New(t, nil))
	})
}
