package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CLIProfile reads the configuration file of the aliyun CLI, and begins sessions
// as the profile says: the modes AK, StsToken, RamRoleArn, EcsRamRole, OIDC,
// ChainableRamRoleArn and CredentialsURI. An empty path stands for
// .aliyun/config.json in the user's folder; an empty profile for
// Options.Profile, ALIBABA_CLOUD_PROFILE, or the file's current one. It has none
// where ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true.
func CLIProfile(path, profile string, opts *Options) *Cache {
	return NewCache(newCLISource(path, profile, opts.orDefault()))
}

// cliSource reads the file each time it is asked.
type cliSource struct {
	path, profile string
	o             *Options
}

func newCLISource(path, profile string, o *Options) *cliSource {
	return &cliSource{path: path, profile: cmp.Or(profile, o.Profile, o.env("ALIBABA_CLOUD_PROFILE")), o: o}
}

func (s *cliSource) String() string { return "CLI profile" }

// Credential implements [Provider].
func (s *cliSource) Credential(ctx context.Context) (*Credential, error) {
	if s.o.says("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") {
		return nil, errors.New("ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true")
	}
	data, path, err := s.o.read(s.path, ".aliyun", "config.json")
	if err != nil {
		return nil, err
	}
	f := &cliFile{}
	if err := decode(data, f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	source, err := f.source(cmp.Or(s.profile, f.Current, "default"), s.o, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ask(ctx, source)
}

// cliFile is the file as the CLI writes it.
type cliFile struct {
	Current  string       `json:"current"`
	Profiles []cliProfile `json:"profiles"`
}

type cliProfile struct {
	Name            string `json:"name"`
	Mode            string `json:"mode"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	StsToken        string `json:"sts_token"`
	StsRegion       string `json:"sts_region"`
	StsEndpoint     string `json:"sts_endpoint"`
	EnableVPC       bool   `json:"enable_vpc"`
	RAMRoleName     string `json:"ram_role_name"`
	RAMRoleARN      string `json:"ram_role_arn"`
	RAMSessionName  string `json:"ram_session_name"`
	ExpiredSeconds  int64  `json:"expired_seconds"`
	Policy          string `json:"policy"`
	ExternalID      string `json:"external_id"`
	SourceProfile   string `json:"source_profile"`
	OIDCTokenFile   string `json:"oidc_token_file"`
	OIDCProviderARN string `json:"oidc_provider_arn"`
	CredentialsURI  string `json:"credentials_uri"`
}

// source makes the source that a profile describes. The names are those of the
// profiles that led to it.
func (f *cliFile) source(name string, o *Options, names []string) (Provider, error) {
	if slices.Contains(names, name) {
		return nil, fmt.Errorf("profiles name each other as their source: %s", excerpt(strings.Join(append(names, name), ", ")))
	}
	i := slices.IndexFunc(f.Profiles, func(p cliProfile) bool { return p.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no profile %s", excerpt(name))
	}
	source, err := f.sourceOf(&f.Profiles[i], o, append(names, name))
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", excerpt(name), err)
	}
	return named{source, "profile " + excerpt(name)}, nil
}

func (f *cliFile) sourceOf(p *cliProfile, o *Options, names []string) (Provider, error) {
	switch p.Mode {
	case "AK", "":
		return AccessKey(p.AccessKeyID, p.AccessKeySecret), nil
	case "StsToken":
		return SessionToken(p.AccessKeyID, p.AccessKeySecret, p.StsToken), nil
	case "RamRoleArn":
		base := AccessKey(p.AccessKeyID, p.AccessKeySecret)
		if p.StsToken != "" {
			base = SessionToken(p.AccessKeyID, p.AccessKeySecret, p.StsToken)
		}
		return p.assume(base, o), nil
	case "ChainableRamRoleArn":
		// A chain of profiles in a file has few links; a long one is an attack
		// on the stack.
		const longest = 10
		if len(names) > longest {
			return nil, fmt.Errorf("it is reached through more than %d others", longest)
		}
		base, err := f.source(p.SourceProfile, o, names)
		if err != nil {
			return nil, err
		}
		return p.assume(base, o), nil
	case "EcsRamRole":
		return newMetadata(p.RAMRoleName, o), nil
	case "OIDC":
		return newOIDCSource(OIDCRole{
			TokenFile: p.OIDCTokenFile, ProviderARN: p.OIDCProviderARN, RoleARN: p.RAMRoleARN,
			Session: p.RAMSessionName, Duration: p.duration(), Policy: p.Policy,
		}, o, p.endpoint(o)), nil
	case "CredentialsURI":
		return newURISource(p.CredentialsURI, o), nil
	}
	return nil, fmt.Errorf("mode %s is not supported here; those are AK, StsToken, RamRoleArn, EcsRamRole, OIDC, ChainableRamRoleArn and CredentialsURI", excerpt(p.Mode))
}

func (p *cliProfile) assume(base Provider, o *Options) Provider {
	return newRoleSource(base, Role{
		Name: p.RAMRoleARN, Session: p.RAMSessionName, Duration: p.duration(), ExternalID: p.ExternalID, Policy: p.Policy,
	}, o, p.endpoint(o))
}

// endpoint gives the service's URL. What the program says counts more than the
// file.
func (p *cliProfile) endpoint(o *Options) string {
	with := *o
	with.STS = cmp.Or(with.STS, p.StsEndpoint)
	return with.endpoint(p.StsRegion, p.EnableVPC)
}

// duration reads the seconds; a number out of range is left to be refused as too
// short.
func (p *cliProfile) duration() time.Duration {
	const most = 365 * 24 * 3600
	return time.Duration(max(min(p.ExpiredSeconds, most), -1)) * time.Second
}
