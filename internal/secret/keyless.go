package secret

import (
	"crypto/sha256"
	"fmt"

	"github.com/bianpai/bianpai/internal/seal"
)

// KeyMissingError says that there are secrets and no key to seal them with.
type KeyMissingError struct {
	Package string // whose options the key belongs to
}

func (e *KeyMissingError) Error() string {
	return fmt.Sprintf("%s: there are secrets, and the journal outlives this process: set Options.Sealer, with %s.NewSealer and a key that you keep", e.Package, e.Package)
}

// Keyless stands for a key that nobody gave, with a journal that outlives the
// process. Its digests are the same in the next process; secrets it refuses,
// with a *KeyMissingError that names the package.
func Keyless(pkg string) seal.Sealer { return keyless{pkg} }

type keyless struct{ pkg string }

func (keyless) KeyID() string { return "none" }

func (keyless) Digest(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:seal.DigestSize]
}

func (k keyless) Seal([]byte, []byte) ([]byte, error) { return nil, &KeyMissingError{k.pkg} }

func (k keyless) Open([]byte, []byte) ([]byte, error) { return nil, &KeyMissingError{k.pkg} }
