package credential

import (
	"context"
	"errors"
)

// static gives the same credential for ever.
type static struct {
	name string
	c    *Credential // a pointer: what prints the source does not follow it
}

// AccessKey gives a long-lived key.
func AccessKey(id, secret string) Provider {
	return &static{"access key", &Credential{KeyID: id, Secret: secret}}
}

// SessionToken gives the credential of a session that somebody else began, and
// whose end is not known here.
func SessionToken(id, secret, token string) Provider {
	return &static{"session token", &Credential{KeyID: id, Secret: secret, Token: token}}
}

func (s *static) String() string { return s.name }

// Credential implements [Provider].
func (s *static) Credential(context.Context) (*Credential, error) {
	switch {
	case s.c.KeyID == "":
		return nil, errors.New("the access key's ID is empty")
	case s.c.Secret == "":
		return nil, errors.New("the secret of access key " + s.c.KeyID + " is empty")
	case s.name == "session token" && s.c.Token == "":
		return nil, errors.New("the session token of key " + s.c.KeyID + " is empty")
	}
	return s.c, nil
}
