package credential

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"
)

// Credential is what requests are signed with. No way of printing, logging or
// encoding it shows the secret or the token; keep it by pointer, for fmt asks no
// method of what is in an unexported field. It is not changed once it was handed
// out.
type Credential struct {
	KeyID   string // public: it stands in every request
	Secret  string
	Token   string    // of a session; empty for a long-lived key
	Expires time.Time // zero: never
}

// Provider gives the credential to sign the next request with. It is called
// concurrently and for every request; a context that ends ends the waiting.
type Provider interface {
	Credential(ctx context.Context) (*Credential, error)
}

// hidden stands for what is not shown.
const hidden = "******"

// String shows the key's ID, and whether there is a token and until when.
func (c Credential) String() string {
	text := "key " + c.KeyID + ", secret " + mask(c.Secret)
	if c.Token != "" {
		text += ", token " + hidden
	}
	if !c.Expires.IsZero() {
		text += ", expires " + c.Expires.UTC().Format(time.RFC3339)
	}
	return text
}

func mask(secret string) string {
	if secret == "" {
		return `""`
	}
	return hidden
}

// GoString is String: %#v shows no more than %v.
func (c Credential) GoString() string { return "credential.Credential{" + c.String() + "}" }

// Format writes the same for every verb.
func (c Credential) Format(f fmt.State, verb rune) {
	text := c.String()
	switch {
	case verb == 'v' && f.Flag('#'):
		text = c.GoString()
	case verb == 'q':
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(f, text) // a printer has nowhere to report it
}

// LogValue implements slog.LogValuer.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON gives what String does: a credential does not travel as JSON.
func (c Credential) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// MarshalText gives what String does.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
