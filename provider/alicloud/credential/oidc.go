package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// OIDCRole is a role to which a token of an identity provider is the key, as a
// pod has one in a cluster with RRSA.
type OIDCRole struct {
	TokenFile   string // is read each time: the cluster renews it
	ProviderARN string
	RoleARN     string
	Session     string        // as in [Role]
	Duration    time.Duration // as in [Role]
	Policy      string        // as in [Role]
}

// OIDC gives sessions of a role. What is empty in it is taken from
// ALIBABA_CLOUD_OIDC_TOKEN_FILE, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and
// ALIBABA_CLOUD_ROLE_ARN.
func OIDC(role OIDCRole, opts *Options) *Cache {
	o := opts.orDefault()
	return NewCache(newOIDCSource(role, o, o.endpoint("", false)))
}

type oidcSource struct {
	role OIDCRole
	sts  sts
}

func newOIDCSource(role OIDCRole, o *Options, endpoint string) *oidcSource {
	role.TokenFile = cmp.Or(role.TokenFile, o.env("ALIBABA_CLOUD_OIDC_TOKEN_FILE"))
	role.ProviderARN = cmp.Or(role.ProviderARN, o.env("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"))
	role.RoleARN = cmp.Or(role.RoleARN, o.env("ALIBABA_CLOUD_ROLE_ARN"))
	role.Session = o.session(role.Session)
	return &oidcSource{role: role, sts: sts{url: endpoint, transport: o.transport()}}
}

func (s *oidcSource) String() string { return "OIDC" }

// Credential implements [Provider].
func (s *oidcSource) Credential(ctx context.Context) (*Credential, error) {
	switch {
	case s.role.TokenFile == "":
		return nil, errors.New("no token file: ALIBABA_CLOUD_OIDC_TOKEN_FILE is not set")
	case s.role.ProviderARN == "":
		return nil, errors.New("no provider: ALIBABA_CLOUD_OIDC_PROVIDER_ARN is not set")
	case s.role.RoleARN == "":
		return nil, errors.New("no role: ALIBABA_CLOUD_ROLE_ARN is not set")
	}
	seconds, err := secondsOf(s.role.Duration)
	if err != nil {
		return nil, err
	}
	token, err := readFile(s.role.TokenFile)
	if err != nil {
		return nil, err
	}
	a, err := s.sts.call(ctx, nil, "AssumeRoleWithOIDC", map[string]string{
		"RoleArn": s.role.RoleARN, "OIDCProviderArn": s.role.ProviderARN, "OIDCToken": strings.TrimSpace(string(token)),
		"RoleSessionName": s.role.Session, "DurationSeconds": seconds, "Policy": s.role.Policy,
	})
	if err != nil {
		return nil, fmt.Errorf("assume role %s with a token: %w", s.role.RoleARN, err)
	}
	return a.Credentials.credential()
}
