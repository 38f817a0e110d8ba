// Package seal keeps secrets out of what is written in the clear: a keyed
// digest to compare values by, and authenticated encryption for what a journal
// must hold.
//
// The same key, value and associated data always give the same bytes, so that
// a journal written twice is the same journal. That tells an onlooker that two
// sealed values with the same associated data are equal, and nothing else.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// DigestSize is the length of a digest in bytes.
const DigestSize = 16

// Sealer seals and opens under one key. Implementations are safe for
// concurrent use and keep no reference to what they are given.
type Sealer interface {
	// KeyID names the key. It says nothing about the key's bytes.
	KeyID() string
	// Digest gives a keyed hash of DigestSize bytes: equal data, equal digest,
	// and no way to try out guesses without the key.
	Digest(data []byte) []byte
	// Seal encrypts plain so that it opens only with the same associated data.
	Seal(plain, associated []byte) ([]byte, error)
	// Open gives back what was sealed. It fails with a *KeyError when the data
	// was sealed under another key, and with a *DataError when it is cut,
	// changed, of a newer format, or was sealed with other associated data.
	Open(sealed, associated []byte) ([]byte, error)
}

// A sealed value is: one byte of format version, the key id, the nonce, and the
// ciphertext with its tag. Version and key id are authenticated too.
const (
	version    = 1
	keyIDSize  = 8
	nonceSize  = 12
	tagSize    = 16
	headerSize = 1 + keyIDSize
	maxPlain   = 1 << 32 // far below the limit of the cipher, far above a secret
)

type sealer struct {
	id       [keyIDSize]byte
	aead     cipher.AEAD
	nonceKey []byte
	digest   []byte
}

// New makes a Sealer from a key of KeySize random bytes. One key is good for
// 2^32 different values: nonces are derived from the values, and beyond that a
// coincidence of two nonces would no longer be negligible.
func New(key []byte) (Sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("seal: a key has %d bytes, this one has %d", KeySize, len(key))
	}
	s := &sealer{}
	var encrypt, id []byte
	for _, sub := range []struct {
		key  *[]byte
		use  string
		size int
	}{
		{&encrypt, "encrypt", 32},
		{&s.nonceKey, "nonce", 32},
		{&s.digest, "digest", 32},
		{&id, "key id", keyIDSize},
	} {
		derived, err := hkdf.Key(sha256.New, key, nil, "bianpai seal v1 "+sub.use, sub.size)
		if err != nil {
			return nil, fmt.Errorf("seal: derive the key for %s: %w", sub.use, err)
		}
		*sub.key = derived
	}
	copy(s.id[:], id)
	block, err := aes.NewCipher(encrypt)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return s, nil
}

// NewEphemeral makes a Sealer with a random key that ends with the process:
// what it seals cannot be opened by a later one.
func NewEphemeral() Sealer {
	key := make([]byte, KeySize)
	_, _ = rand.Read(key) // never fails: without randomness the runtime ends the process
	s, err := New(key)
	if err != nil {
		panic(err) // a key of the right length always works
	}
	return s
}

func (s *sealer) KeyID() string { return hex.EncodeToString(s.id[:]) }

func (s *sealer) Digest(data []byte) []byte {
	mac := hmac.New(sha256.New, s.digest)
	mac.Write(data)
	return mac.Sum(nil)[:DigestSize]
}

func (s *sealer) Seal(plain, associated []byte) ([]byte, error) {
	if uint64(len(plain)) > maxPlain {
		return nil, &DataError{Reason: fmt.Sprintf("a value of %d bytes is too large to seal", len(plain))}
	}
	out := make([]byte, 0, headerSize+nonceSize+len(plain)+tagSize)
	out = append(out, version)
	out = append(out, s.id[:]...)
	nonce := s.nonce(plain, associated)
	out = append(out, nonce...)
	return s.aead.Seal(out, nonce, plain, bind(out[:headerSize], associated)), nil
}

// nonce is a keyed hash of all that is sealed. The length keeps the two parts
// from flowing into one another.
func (s *sealer) nonce(plain, associated []byte) []byte {
	mac := hmac.New(sha256.New, s.nonceKey)
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(associated)))
	mac.Write(size[:])
	mac.Write(associated)
	mac.Write(plain)
	return mac.Sum(nil)[:nonceSize]
}

// bind joins the header, whose length is fixed, and the associated data.
func bind(header, associated []byte) []byte {
	return append(header[:len(header):len(header)], associated...)
}

func (s *sealer) Open(sealed, associated []byte) ([]byte, error) {
	if len(sealed) < headerSize+nonceSize+tagSize {
		return nil, &DataError{Reason: fmt.Sprintf("%d bytes are too few for a sealed value", len(sealed))}
	}
	if sealed[0] != version {
		return nil, &DataError{Reason: fmt.Sprintf("format version %d is not known to this release", sealed[0])}
	}
	if id := sealed[1:headerSize]; [keyIDSize]byte(id) != s.id {
		return nil, &KeyError{SealedWith: hex.EncodeToString(id), Have: s.KeyID()}
	}
	nonce := sealed[headerSize : headerSize+nonceSize]
	plain, err := s.aead.Open(nil, nonce, sealed[headerSize+nonceSize:], bind(sealed[:headerSize], associated))
	if err != nil {
		return nil, &DataError{Reason: "the data was changed, or was sealed for another place"}
	}
	return plain, nil
}

// Format keeps the keys out of any print of a Sealer, whatever the verb.
func (s *sealer) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "seal.Sealer("+s.KeyID()+")")
}

// KeyError says that data was sealed under another key.
type KeyError struct {
	SealedWith string // the id of the key that the data names
	Have       string // the id of the key that was tried
}

func (e *KeyError) Error() string {
	return fmt.Sprintf("seal: sealed with key %s, but the key at hand is %s", e.SealedWith, e.Have)
}

// DataError says that data cannot be sealed or opened though the key may be
// right.
type DataError struct{ Reason string }

func (e *DataError) Error() string { return "seal: " + e.Reason }
