// Package sim drives one machine in one goroutine, in an order that a seed
// decides: which call is made next, which answer arrives next and with which
// others in one batch, while time passes only when nothing else is left to
// happen. It crashes at the appends it is told to and goes on from the
// journal. The same seed gives the same run, if the machine and the effector
// are deterministic.
//
// Crasher alone makes the store of a concurrent host fail at an append.
package sim
