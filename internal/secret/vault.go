package secret

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

// shortest is the length under which a secret is not looked for in texts: it
// would be found everywhere.
const shortest = 4

// Asterisks stand for a secret in what people read.
const Asterisks = "******"

// Vault holds secrets in clear, each under its keyed digest. It is not safe for
// concurrent use.
type Vault struct {
	sealer seal.Sealer
	owner  string
	values map[string]value.Value
	fresh  map[string]bool // added since the last Seal
	broken error
}

// New makes an empty vault. What it seals opens only for the same owner.
func New(s seal.Sealer, owner string) *Vault {
	return &Vault{sealer: s, owner: owner, values: map[string]value.Value{}, fresh: map[string]bool{}}
}

// SetOwner names the owner, where it is known later than the vault.
func (v *Vault) SetOwner(owner string) { v.owner = owner }

// Broken tells why sealed secrets could not be opened; nil if all could.
func (v *Vault) Broken() error { return v.broken }

// Empty reports whether there is no secret.
func (v *Vault) Empty() bool { return len(v.values) == 0 }

// Keep stores a secret and gives its reference.
func (v *Vault) Keep(secret value.Value) string {
	ref := hex.EncodeToString(v.sealer.Digest(secret.AppendJSON(nil)))
	if _, ok := v.values[ref]; !ok {
		v.values[ref] = secret
		v.fresh[ref] = true
	}
	return ref
}

// Open gives the secret of a reference.
func (v *Vault) Open(ref string) (value.Value, bool) {
	secret, ok := v.values[ref]
	return secret, ok
}

// Wire writes values with their secrets kept here.
func (v *Vault) Wire() *value.Wire { return &value.Wire{Secret: v.Keep} }

// Parse reads a wire value, its secrets opened. No data is an absent value.
func (v *Vault) Parse(wire []byte) (value.Value, error) {
	if len(wire) == 0 {
		return value.Value{}, nil
	}
	return value.ParseWire(wire, v.Open)
}

// Seal gives the secrets kept since it was last called, encrypted, or nil.
func (v *Vault) Seal() ([]byte, error) {
	if len(v.fresh) == 0 {
		return nil, nil
	}
	sealed, err := v.sealThese(v.fresh)
	if err == nil {
		v.fresh = map[string]bool{}
	}
	return sealed, err
}

// Forget drops the secrets kept since the last Seal: those of facts that come
// to nothing.
func (v *Vault) Forget() {
	//bianpai:unordered all are dropped
	for ref := range v.fresh {
		delete(v.values, ref)
	}
	v.fresh = map[string]bool{}
}

// All gives every secret, encrypted, for a snapshot.
func (v *Vault) All() ([]byte, error) {
	if len(v.values) == 0 {
		return nil, nil
	}
	every := make(map[string]bool, len(v.values))
	for ref := range v.values {
		every[ref] = true
	}
	return v.sealThese(every)
}

// sealThese encrypts refs and their values. Go's encoder sorts the keys, and
// the sealer derives its nonce: equal secrets give equal bytes.
func (v *Vault) sealThese(refs map[string]bool) ([]byte, error) {
	clear := make(map[string]json.RawMessage, len(refs))
	for ref := range refs {
		clear[ref] = v.values[ref].AppendJSON(nil)
	}
	plain, err := json.Marshal(clear)
	if err != nil {
		return nil, fmt.Errorf("seal secrets of %s: %w", v.owner, err)
	}
	return v.sealer.Seal(plain, []byte(v.owner))
}

// Unseal adds sealed secrets. Without the key the vault remembers why: what it
// belongs to stays readable and cannot be driven.
func (v *Vault) Unseal(sealed []byte) error {
	if len(sealed) == 0 {
		return nil
	}
	plain, err := v.sealer.Open(sealed, []byte(v.owner))
	if err != nil {
		v.broken = err
		return err
	}
	var clear map[string]json.RawMessage
	if err := json.Unmarshal(plain, &clear); err != nil {
		v.broken = fmt.Errorf("sealed secrets of %s are not readable", v.owner)
		return v.broken
	}
	for _, ref := range slices.Sorted(maps.Keys(clear)) {
		secret, err := value.ParseJSON(clear[ref])
		if err != nil {
			v.broken = fmt.Errorf("sealed secrets of %s are not readable", v.owner)
			return v.broken
		}
		v.values[ref] = secret.WithSensitive()
	}
	return nil
}

// Scrub takes the vault's secrets out of a text that came from outside.
func (v *Vault) Scrub(text string) string {
	for _, ref := range slices.Sorted(maps.Keys(v.values)) {
		text = Scrub(text, v.values[ref])
	}
	return text
}

// Scrub takes one secret out of a text, at any depth of its value.
func Scrub(text string, secret value.Value) string {
	each(secret, func(s value.Value) {
		text = strings.ReplaceAll(text, s.Text(), Asterisks)
	})
	return text
}

// Shows reports whether JSON from outside holds one of the vault's secrets in
// clear, as where a cloud gives back what it was given.
func (v *Vault) Shows(data []byte) bool {
	//bianpai:unordered whether any is there does not depend on which comes first
	for _, secret := range v.values {
		if Shows(data, secret) {
			return true
		}
	}
	return false
}

// Shows reports whether JSON holds a secret in clear.
func Shows(data []byte, secret value.Value) bool {
	found := false
	each(secret, func(s value.Value) {
		quoted := s.AppendJSON(nil)
		found = found || bytes.Contains(data, quoted[1:len(quoted)-1])
	})
	return found
}

// each visits the texts of a secret that are long enough to be looked for.
func each(secret value.Value, visit func(value.Value)) {
	switch secret.Kind() {
	case value.KindString:
		if len(secret.Text()) >= shortest {
			visit(secret)
		}
	case value.KindList, value.KindMap:
		for i := range secret.Len() {
			each(secret.At(i), visit)
		}
	}
}

// Redact puts asterisks in the place of what is secret.
func Redact(v value.Value) value.Value {
	switch {
	case v.Sensitive(), v.IsUnknown() && v.HasSensitive():
		return value.String(Asterisks)
	case !v.HasSensitive():
		return v
	case v.Kind() == value.KindList:
		items := make([]value.Value, v.Len())
		for i := range items {
			items[i] = Redact(v.At(i))
		}
		return value.List(items)
	}
	entries := make([]value.Entry, v.Len())
	for i := range entries {
		entries[i] = value.Entry{Key: v.KeyAt(i), Value: Redact(v.At(i))}
	}
	return value.Map(entries)
}

// Clone copies the vault: what is kept in the copy is not in the original.
func (v *Vault) Clone() *Vault {
	c := *v
	c.values, c.fresh = maps.Clone(v.values), maps.Clone(v.fresh)
	return &c
}

// Break makes the vault one whose secrets cannot be opened.
func (v *Vault) Break(why error) { v.broken = why }
