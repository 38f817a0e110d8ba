package ros

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/seal"
	"github.com/bianpai/bianpai/internal/value"
)

// Sealer keeps secrets: it gives a keyed digest of a value, and encrypts what
// a journal must hold. NewSealer makes one from a key.
type Sealer = seal.Sealer

// NewSealer makes a Sealer from a key of 32 bytes that the host program keeps.
// Every engine that is to go on with a stack's secrets needs the same key.
func NewSealer(key []byte) (Sealer, error) { return seal.New(key) }

// vault holds the secrets of one stack in clear, each under its keyed digest.
// It is not safe for concurrent use.
type vault struct {
	sealer  Sealer
	stackID string
	values  map[string]value.Value
	fresh   map[string]bool // added since the last seal
	broken  error           // why sealed secrets could not be opened
}

func newVault(s Sealer, stackID string) *vault {
	return &vault{sealer: s, stackID: stackID, values: map[string]value.Value{}, fresh: map[string]bool{}}
}

// keep stores a secret and gives its reference.
func (v *vault) keep(secret value.Value) string {
	ref := hex.EncodeToString(v.sealer.Digest(secret.AppendJSON(nil)))
	if _, ok := v.values[ref]; !ok {
		v.values[ref] = secret
		v.fresh[ref] = true
	}
	return ref
}

func (v *vault) open(ref string) (value.Value, bool) {
	secret, ok := v.values[ref]
	return secret, ok
}

func (v *vault) wire() *value.Wire { return &value.Wire{Secret: v.keep} }

// parse reads a wire value, its secrets opened.
func (v *vault) parse(wire []byte) (value.Value, error) {
	if len(wire) == 0 {
		return value.Value{}, nil
	}
	return value.ParseWire(wire, v.open)
}

// seal gives the secrets kept since it was last called, encrypted, or nil.
func (v *vault) seal() ([]byte, error) {
	if len(v.fresh) == 0 {
		return nil, nil
	}
	clear := make(map[string]json.RawMessage, len(v.fresh))
	for ref := range v.fresh {
		clear[ref] = v.values[ref].AppendJSON(nil)
	}
	sealed, err := v.sealAll(clear)
	if err == nil {
		v.fresh = map[string]bool{}
	}
	return sealed, err
}

// sealAll encrypts refs and their values. Go's encoder sorts the keys, and the
// sealer derives its nonce: equal secrets give equal bytes.
func (v *vault) sealAll(clear map[string]json.RawMessage) ([]byte, error) {
	plain, err := json.Marshal(clear)
	if err != nil {
		return nil, fmt.Errorf("seal secrets of stack %s: %w", v.stackID, err)
	}
	return v.sealer.Seal(plain, []byte(v.stackID))
}

// all gives every secret, encrypted, for a snapshot.
func (v *vault) all() ([]byte, error) {
	if len(v.values) == 0 {
		return nil, nil
	}
	clear := make(map[string]json.RawMessage, len(v.values))
	for _, ref := range slices.Sorted(maps.Keys(v.values)) {
		clear[ref] = v.values[ref].AppendJSON(nil)
	}
	return v.sealAll(clear)
}

// unseal adds sealed secrets. Without the key the vault remembers why: the
// stack stays readable and cannot be changed.
func (v *vault) unseal(sealed []byte) error {
	if len(sealed) == 0 {
		return nil
	}
	plain, err := v.sealer.Open(sealed, []byte(v.stackID))
	if err != nil {
		v.broken = err
		return err
	}
	var clear map[string]json.RawMessage
	if err := json.Unmarshal(plain, &clear); err != nil {
		v.broken = fmt.Errorf("sealed secrets of stack %s are not readable", v.stackID)
		return v.broken
	}
	for _, ref := range slices.Sorted(maps.Keys(clear)) {
		secret, err := value.ParseJSON(clear[ref])
		if err != nil {
			v.broken = fmt.Errorf("sealed secrets of stack %s are not readable", v.stackID)
			return v.broken
		}
		v.values[ref] = secret.WithSensitive()
	}
	return nil
}

// scrub takes the vault's secrets out of a text that came from outside.
func (v *vault) scrub(text string) string {
	for _, ref := range slices.Sorted(maps.Keys(v.values)) {
		if secret := v.values[ref]; secret.Kind() == value.KindString && len(secret.Text()) >= shortestSecret {
			text = strings.ReplaceAll(text, secret.Text(), "******")
		}
	}
	return text
}

// shows reports whether JSON from outside holds one of the vault's secrets in
// clear, as where a cloud gives back what it was given.
func (v *vault) shows(data []byte) bool {
	//bianpai:unordered whether any is there does not depend on which comes first
	for _, secret := range v.values {
		if secret.Kind() != value.KindString || len(secret.Text()) < shortestSecret {
			continue
		}
		quoted := secret.AppendJSON(nil)
		if bytes.Contains(data, quoted[1:len(quoted)-1]) {
			return true
		}
	}
	return false
}

// shortestSecret is the length under which a secret is not looked for in
// texts: it would be found everywhere.
const shortestSecret = 4
