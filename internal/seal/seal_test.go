package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func testKey(b byte) []byte { return bytes.Repeat([]byte{b}, KeySize) }

func mustNew(t *testing.T, key []byte) Sealer {
	t.Helper()
	s, err := New(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var values = [][]byte{nil, {0}, []byte("p"), []byte("pässword 密码"), bytes.Repeat([]byte("long "), 20_000)}

func TestRoundTripAndSameBytes(t *testing.T) {
	s, again := mustNew(t, testKey(1)), mustNew(t, testKey(1))
	if s.KeyID() != again.KeyID() {
		t.Error("the same key has two ids")
	}
	for _, plain := range values {
		for _, associated := range [][]byte{nil, []byte("stack/parameter")} {
			sealed, err := s.Seal(plain, associated)
			if err != nil {
				t.Fatal(err)
			}
			if twice, _ := again.Seal(plain, associated); !bytes.Equal(sealed, twice) {
				t.Error("sealing twice gives different bytes")
			}
			if len(plain) > 1 && bytes.Contains(sealed, plain) {
				t.Error("the value stands in its sealed form")
			}
			got, err := again.Open(sealed, associated)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("opened %d bytes, %v; want %d", len(got), err, len(plain))
			}
		}
	}
}

func TestSealedFormIsStable(t *testing.T) {
	s := mustNew(t, testKey(7))
	sealed, err := s.Seal([]byte("value"), []byte("place"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "0152a67ad479a9e5366c691f4a3e989b45f186838b6d7318e9ac32612e5ef8b0d926b1e73ff2d5b11a1d"
	if got := hex.EncodeToString(sealed); got != want {
		t.Errorf("sealed form is %s, want %s: journals already written would not open", got, want)
	}
	const digest = "748ab29c187b73fa7c9c781b0daa66c5"
	if got := hex.EncodeToString(s.Digest([]byte("value"))); got != digest {
		t.Errorf("digest is %s, want %s", got, digest)
	}
}

func TestTamperAtEveryByte(t *testing.T) {
	s := mustNew(t, testKey(1))
	sealed, err := s.Seal([]byte("hunter2"), []byte("here"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		for _, flip := range []byte{1, 0x80, 0xff} {
			bad := bytes.Clone(sealed)
			bad[i] ^= flip
			got, err := s.Open(bad, []byte("here"))
			if err == nil || got != nil {
				t.Fatalf("byte %d changed: opened %q", i, got)
			}
			_, isKey := errors.AsType[*KeyError](err)
			_, isData := errors.AsType[*DataError](err)
			if inID := i >= 1 && i < headerSize; isKey != inID || isData == inID {
				t.Errorf("byte %d changed: %T", i, err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells the secret: %v", err)
			}
		}
	}
	for n := range sealed {
		if _, err := s.Open(sealed[:n], []byte("here")); err == nil {
			t.Errorf("opened a value cut to %d bytes", n)
		}
	}
	if _, err := s.Open(append(bytes.Clone(sealed), 0), []byte("here")); err == nil {
		t.Error("opened a value with a byte too many")
	}
}

func TestWrongKeyNamesBothKeys(t *testing.T) {
	a, b := mustNew(t, testKey(1)), mustNew(t, testKey(2))
	sealed, err := a.Seal([]byte("hunter2"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Open(sealed, nil)
	wrong, ok := errors.AsType[*KeyError](err)
	if !ok || wrong.SealedWith != a.KeyID() || wrong.Have != b.KeyID() {
		t.Fatalf("error is %v", err)
	}
	if bytes.Equal(a.Digest([]byte("x")), b.Digest([]byte("x"))) {
		t.Error("two keys give one digest")
	}
}

func TestWrongAssociatedData(t *testing.T) {
	s := mustNew(t, testKey(1))
	sealed, err := s.Seal([]byte("value"), []byte("ab"))
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"", "a", "abc", "abv", "AB"} {
		_, err := s.Open(sealed, []byte(other))
		if _, ok := errors.AsType[*DataError](err); !ok {
			t.Errorf("associated data %q: %v", other, err)
		}
	}
}

func TestAssociatedDataAndValueDoNotMix(t *testing.T) {
	s := mustNew(t, testKey(1)).(*sealer)
	if bytes.Equal(s.nonce([]byte("bc"), []byte("a")), s.nonce([]byte("c"), []byte("ab"))) {
		t.Error("two different messages share a nonce")
	}
}

func TestKeysAreNeverPrinted(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	s := mustNew(t, key)
	inner := s.(*sealer)
	secrets := [][]byte{key, inner.nonceKey, inner.digest}
	holder := struct{ S Sealer }{s}
	js, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	prints := []string{string(js)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		prints = append(prints, fmt.Sprintf(verb, s), fmt.Sprintf(verb, holder), fmt.Sprintf(verb, []Sealer{s}))
	}
	for _, text := range prints {
		for _, secret := range secrets {
			for _, form := range []string{string(secret), hex.EncodeToString(secret), fmt.Sprint(secret)[1:20]} {
				if strings.Contains(text, form) {
					t.Errorf("a print tells a key: %s", text)
				}
			}
		}
	}
}

func TestKeyLength(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33, 64} {
		if _, err := New(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
}

func TestEphemeralKeysDiffer(t *testing.T) {
	a, b := NewEphemeral(), NewEphemeral()
	if a.KeyID() == b.KeyID() {
		t.Error("two ephemeral sealers share a key")
	}
}

func TestConcurrentUse(t *testing.T) {
	s := NewEphemeral()
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 50 {
				plain := fmt.Appendf(nil, "%d-%d", n, i)
				sealed, err := s.Seal(plain, s.Digest(plain))
				if err != nil {
					t.Error(err)
				}
				if got, err := s.Open(sealed, s.Digest(plain)); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzOpen(f *testing.F) {
	s, err := New(testKey(3))
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := s.Seal([]byte("seed"), []byte("a"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed, []byte("a"))
	f.Add([]byte{version}, []byte(nil))
	f.Fuzz(func(t *testing.T, data, associated []byte) {
		if plain, err := s.Open(data, associated); err == nil {
			if again, _ := s.Seal(plain, associated); !bytes.Equal(again, data) {
				t.Error("opened something that Seal does not write")
			}
		}
		sealed, err := s.Seal(data, associated)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := s.Open(sealed, associated); err != nil || !bytes.Equal(plain, data) {
			t.Errorf("round trip: %q, %v", plain, err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	s, plain := NewEphemeral(), bytes.Repeat([]byte("x"), 64)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Seal(plain, plain[:16]); err != nil {
			b.Fatal(err)
		}
	}
}
