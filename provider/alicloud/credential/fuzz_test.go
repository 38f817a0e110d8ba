package credential

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dead is a network that fails at once.
type dead struct{}

// RoundTrip implements http.RoundTripper.
func (dead) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("down") }

// fuzzFile asks a source of files whatever is in them: what comes out is a whole
// credential or an error that does not quote the secret. The source is asked
// without a cache, whose goroutines make the fuzzer see new paths for ever.
func fuzzFile(f *testing.F, source func(path, profile string, o *Options) Provider) {
	path := filepath.Join(f.TempDir(), "file")
	o := &Options{Getenv: func(string) string { return "" }, Transport: dead{}, MetadataTransport: dead{}}
	planted := regexp.MustCompile(`access_key_secret"? ?[=:] ?"?CANARY`)
	f.Fuzz(func(t *testing.T, text, profile string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ask(t.Context(), source(path, profile, o))
		if (got == nil) == (err == nil) {
			t.Errorf("%v, %v", got, err)
		}
		if err != nil && strings.Contains(err.Error(), "CANARY") && planted.MatchString(text) && strings.Count(text+profile, "CANARY") == 1 {
			t.Errorf("a secret is in %q", err)
		}
	})
}

func FuzzCLIProfile(f *testing.F) {
	for _, mode := range [...]string{"AK", "StsToken", "RamRoleArn", "EcsRamRole", "OIDC", "ChainableRamRoleArn", "CredentialsURI"} {
		f.Add(`{"current":"x","profiles":[{"name":"x","mode":"`+mode+`","access_key_id":"i","access_key_secret":"CANARY","sts_token":"t",
			"ram_role_arn":"acs:ram::1:role/r","source_profile":"y","credentials_uri":"http://h/"},{"name":"y","expired_seconds":1800}]}`, "")
	}
	f.Add(`{"profiles":[{"name":"x","access_key_secret":"CANARY`, "x")
	fuzzFile(f, func(path, profile string, o *Options) Provider { return newCLISource(path, profile, o) })
}

func FuzzINI(f *testing.F) {
	f.Add("[default]\ntype = access_key\naccess_key_id = i\naccess_key_secret = \"CANARY\" ; x\n", "")
	f.Add("[x]\ntype: ram_role_arn\naccess_key_id='\naccess_key_secret=CANARY\nrole_arn=acs:ram::1:role/r", "x")
	f.Add("# \n[y]\ntype=ecs_ram_role\n[", "y")
	f.Add("[z]\nCANARY", "z")
	fuzzFile(f, func(path, profile string, o *Options) Provider { return newINISource(path, profile, o) })
}
