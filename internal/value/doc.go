// Package value holds the data that templates and runbooks compute with: JSON
// values that keep the order of keys and tell integers from floats, and that
// may be unknown (an attribute of a resource that does not exist yet) or
// sensitive (derived from a secret).
//
// Values are immutable and safe for concurrent use. Whether a value holds an
// unknown or a sensitive part at any depth is known without a walk.
package value
