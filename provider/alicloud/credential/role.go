package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Role is a RAM role and how it is assumed.
type Role struct {
	// Name is an ARN, acs:ram::ACCOUNT:role/NAME, or the name of a role.
	Name string
	// Account is the account of a role that is given by its name; empty: that of
	// the one who assumes it, which the service is asked for.
	Account string
	Session string // name of the session; empty: ALIBABA_CLOUD_ROLE_SESSION_NAME, or "bianpai"
	// Duration of a session, at least 15 minutes and at most what the role
	// allows; zero stands for an hour.
	Duration   time.Duration
	ExternalID string
	Policy     string // JSON, what the session may do at most
}

// AssumeRole gives sessions of a role to which another source's credential is
// the key. The other source stays the caller's.
func AssumeRole(base Provider, role Role, opts *Options) *Cache {
	o := opts.orDefault()
	return NewCache(newRoleSource(base, role, o, o.endpoint("", false)))
}

// roleSource begins a session each time it is asked.
type roleSource struct {
	base Provider
	role Role
	sts  sts
}

func newRoleSource(base Provider, role Role, o *Options, endpoint string) *roleSource {
	role.Session = o.session(role.Session)
	return &roleSource{base: base, role: role, sts: sts{url: endpoint, transport: o.transport()}}
}

// session gives the name of sessions.
func (o *Options) session(given string) string {
	return cmp.Or(given, o.env("ALIBABA_CLOUD_ROLE_SESSION_NAME"), "bianpai")
}

func (s *roleSource) String() string { return "role " + s.role.Name }

// Credential implements [Provider].
func (s *roleSource) Credential(ctx context.Context) (*Credential, error) {
	seconds, err := secondsOf(s.role.Duration)
	if err != nil {
		return nil, err
	}
	key, err := ask(ctx, s.base)
	if err != nil {
		return nil, fmt.Errorf("the credential to assume role %s with: %w", s.role.Name, err)
	}
	arn, err := s.arn(ctx, key)
	if err != nil {
		return nil, err
	}
	a, err := s.sts.call(ctx, key, "AssumeRole", map[string]string{
		"RoleArn": arn, "RoleSessionName": s.role.Session, "DurationSeconds": seconds,
		"ExternalId": s.role.ExternalID, "Policy": s.role.Policy,
	})
	if err != nil {
		return nil, fmt.Errorf("assume role %s: %w", s.role.Name, err)
	}
	c, err := a.Credentials.credential()
	if err != nil {
		return nil, fmt.Errorf("assume role %s: %w", s.role.Name, err)
	}
	return c, nil
}

// arn gives the role's name in full.
func (s *roleSource) arn(ctx context.Context, key *Credential) (string, error) {
	name, account := s.role.Name, s.role.Account
	switch {
	case name == "":
		return "", errors.New("the role to assume has no name")
	case strings.HasPrefix(name, "acs:ram::"):
		return name, nil
	case strings.Contains(name, ":"):
		return "", fmt.Errorf("role %s is neither a name nor an ARN, acs:ram::ACCOUNT:role/NAME", excerpt(name))
	case account == "":
		a, err := s.sts.call(ctx, key, "GetCallerIdentity", nil)
		if err != nil {
			return "", fmt.Errorf("ask whose the key is that assumes role %s: %w", name, err)
		}
		account = a.AccountID
	}
	if account == "" {
		return "", fmt.Errorf("the account of role %s is not known", name)
	}
	return "acs:ram::" + account + ":role/" + name, nil
}

// secondsOf writes a session's duration.
func secondsOf(d time.Duration) (string, error) {
	const least = 15 * time.Minute
	if d = cmp.Or(d, time.Hour); d < least {
		return "", fmt.Errorf("sessions of %s are too short: at least %s", d, least)
	}
	return strconv.Itoa(int(d / time.Second)), nil
}
