package ros

import "github.com/bianpai/bianpai/internal/seal"

// Sealer keeps secrets: it gives a keyed digest of a value, and encrypts what
// a journal must hold. NewSealer makes one from a key.
type Sealer = seal.Sealer

// NewSealer makes a Sealer from a key of 32 bytes that the host program keeps.
// Every engine that is to go on with a stack's secrets needs the same key.
func NewSealer(key []byte) (Sealer, error) { return seal.New(key) }
