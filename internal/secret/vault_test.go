package secret

import (
	"errors"
	"testing"

	"github.com/bianpai/bianpai/internal/seal"
	"github.com/bianpai/bianpai/internal/value"
)

func TestVaultCarriesSecretsOver(t *testing.T) {
	sealer := seal.NewEphemeral()
	a, b := New(sealer, "x"), New(sealer, "x")
	secret := value.Map([]value.Entry{{Key: "p", Value: value.String("geheim").WithSensitive()}, {Key: "q", Value: value.Int(1)}})
	wire := secret.AppendWire(nil, a.Wire())
	sealed, err := a.Seal()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := a.Seal(); again != nil {
		t.Error("what was sealed is sealed again")
	}
	if err := b.Unseal(sealed); err != nil {
		t.Fatal(err)
	}
	got, err := b.Parse(wire)
	if err != nil || !value.Equal(got, secret) || !got.HasSensitive() {
		t.Errorf("%v, %v", got, err)
	}
	if text := b.Scrub("it is geheim!"); text != "it is ******!" {
		t.Error(text)
	}
	if !b.Shows([]byte(`{"a":"geheim"}`)) || b.Shows([]byte(`{"a":"gehei"}`)) {
		t.Error("Shows is wrong")
	}
	if got := Redact(got).String(); got != `{"p":"******","q":1}` {
		t.Error(got)
	}
}

func TestVaultWithoutTheKey(t *testing.T) {
	a := New(seal.NewEphemeral(), "x")
	a.Keep(value.String("geheim").WithSensitive())
	sealed, err := a.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, sealer := range []seal.Sealer{seal.NewEphemeral(), Keyless("ros")} {
		b := New(sealer, "x")
		if err := b.Unseal(sealed); err == nil || b.Broken() == nil {
			t.Error("opened with another key")
		}
	}
	if b := New(Keyless("ros"), "x"); b.Keep(value.String("geheim")) != "" {
		_, err := b.Seal()
		if _, missing := errors.AsType[*KeyMissingError](err); !missing {
			t.Error(err)
		}
		if b.Forget(); !b.Empty() {
			t.Error("a forgotten secret is there")
		}
	}
}
