package credential

import (
	"context"
	"errors"
	"os"
)

// environment reads the process's variables, each time anew.
type environment struct{ getenv func(string) string }

// Environment reads ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET
// and ALIBABA_CLOUD_SECURITY_TOKEN, of which the last may be missing. A nil
// getenv stands for os.Getenv.
func Environment(getenv func(string) string) Provider {
	if getenv == nil {
		getenv = os.Getenv
	}
	return environment{getenv}
}

func (environment) String() string { return "environment" }

// Credential implements [Provider].
func (e environment) Credential(context.Context) (*Credential, error) {
	const id, secret = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	c := &Credential{KeyID: e.getenv(id), Secret: e.getenv(secret), Token: e.getenv("ALIBABA_CLOUD_SECURITY_TOKEN")}
	switch {
	case c.KeyID == "":
		return nil, errors.New(id + " is not set")
	case c.Secret == "":
		return nil, errors.New(secret + " is not set")
	}
	return c, nil
}
