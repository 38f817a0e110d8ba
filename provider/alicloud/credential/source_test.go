package credential_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		env         map[string]string
		want, fails string
	}{
		{map[string]string{}, "", "ALIBABA_CLOUD_ACCESS_KEY_ID is not set"},
		{map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI1"}, "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set"},
		{map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI1", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secretKey}, "key LTAI1, secret ******", ""},
		{map[string]string{
			"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI1", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secretKey, "ALIBABA_CLOUD_SECURITY_TOKEN": secretToken,
		}, "key LTAI1, secret ******, token ******", ""},
	} {
		check(t, credential.Environment(func(name string) string { return test.env[name] }), test.want, test.fails)
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI7")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secretKey)
	check(t, credential.Environment(nil), "key LTAI7", "")
}

func TestStatic(t *testing.T) {
	check(t, credential.AccessKey("a", secretKey), "key a, secret ******", "")
	check(t, credential.AccessKey("", secretKey), "", "ID is empty")
	check(t, credential.AccessKey("a", ""), "", "secret of access key a is empty")
	check(t, credential.SessionToken("a", secretKey, "t"), "key a, secret ******, token ******", "")
	check(t, credential.SessionToken("a", secretKey, ""), "", "session token of key a is empty")
}

func TestAssumeRole(t *testing.T) {
	key := credential.AccessKey("LTAI1", secretKey)
	for _, test := range []struct {
		role        credential.Role
		want, fails string
		calls       string
	}{
		{role: credential.Role{Name: "acs:ram::5:role/ops"}, want: "key STS.1", calls: "AssumeRole"},
		{role: credential.Role{Name: "ops"}, want: "key STS.1", calls: "GetCallerIdentity AssumeRole"},
		{role: credential.Role{Name: "ops", Account: "77"}, want: "key STS.1", calls: "AssumeRole"},
		{role: credential.Role{Name: "forbidden"}, fails: "NoPermission", calls: "GetCallerIdentity AssumeRole"},
		{role: credential.Role{}, fails: "no name"},
		{role: credential.Role{Name: "acs:oss::5:x"}, fails: "neither a name nor an ARN"},
		{role: credential.Role{Name: "ops", Duration: time.Minute}, fails: "sessions of 1m0s are too short"},
	} {
		c := newCloud()
		check(t, closing(t, credential.AssumeRole(key, test.role, c.options(t, nil))), test.want, test.fails)
		var actions []string
		for _, call := range c.seen() {
			action, _, _ := strings.Cut(call, " ")
			actions = append(actions, action)
		}
		if got := strings.Join(actions, " "); got != test.calls {
			t.Errorf("%+v: called %s", test.role, got)
		}
		if test.want != "" {
			form := c.bodies[len(c.bodies)-1]
			arn := form.Get("RoleArn")
			if !strings.HasPrefix(arn, "acs:ram::") || !strings.HasSuffix(arn, ":role/ops") || form.Get("DurationSeconds") != "3600" || form.Get("RoleSessionName") != "bianpai" {
				t.Errorf("%+v: sent %v", test.role, form)
			}
		}
	}
	c := newCloud()
	o := c.options(t, map[string]string{"ALIBABA_CLOUD_ROLE_SESSION_NAME": "nightly"})
	first := closing(t, credential.AssumeRole(key, credential.Role{Name: "ops"}, o))
	check(t, closing(t, credential.AssumeRole(first, credential.Role{Name: "next"}, o)), "key STS.2", "")
	if got := c.bodies[len(c.bodies)-1].Get("RoleSessionName"); got != "nightly" {
		t.Error(got)
	}
	check(t, closing(t, credential.AssumeRole(credential.AccessKey("who", "x"), credential.Role{Name: "acs:ram::1:role/a"}, o)), "", "InvalidAccessKeyId.NotFound")
	check(t, closing(t, credential.AssumeRole(nothing{}, credential.Role{Name: "a"}, o)), "", "to assume role a with: the source gave no credential")
}

// The same over a socket: what a local cloud at some address is asked.
func TestAssumeRoleOverHTTP(t *testing.T) {
	c := newCloud()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.serve(w, r)
	}))
	defer server.Close()
	o := &credential.Options{STS: server.URL, Metadata: server.URL, Home: t.TempDir(), Getenv: func(string) string { return "" }}
	key := credential.AccessKey("LTAI1", secretKey)
	check(t, closing(t, credential.AssumeRole(key, credential.Role{Name: "ops"}, o)), "key STS.1", "")
	check(t, closing(t, credential.ECSRole("", o)), "key STS.2", "")
	check(t, closing(t, credential.URI(server.URL+"/hand/x", o)), "key STS.3", "")
	check(t, closing(t, credential.Default(o)), "key STS.4", "")
}

func TestECSRole(t *testing.T) {
	for _, test := range []struct {
		role        string
		env         map[string]string
		plain       bool
		want, fails string
		calls       string
	}{
		{want: "key STS.1", calls: "token, metadata , metadata web"},
		{role: "web", want: "key STS.1", calls: "token, metadata web"},
		{env: map[string]string{"ALIBABA_CLOUD_ECS_METADATA": "web"}, want: "key STS.1", calls: "token, metadata web"},
		{role: "db", fails: "session of role db: status 404: the instance has no such role", calls: "token, metadata db"},
		{plain: true, want: "key STS.1", calls: "token, metadata , metadata web"},
		{plain: true, env: map[string]string{"ALIBABA_CLOUD_IMDSV1_DISABLED": "true"}, fails: "token of the metadata service: status 405", calls: "token"},
		{env: map[string]string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "1"}, fails: "ALIBABA_CLOUD_ECS_METADATA_DISABLED is true"},
	} {
		c := newCloud()
		c.plain = test.plain
		check(t, closing(t, credential.ECSRole(test.role, c.options(t, test.env))), test.want, test.fails)
		if got := strings.Join(c.seen(), ", "); got != test.calls {
			t.Errorf("%+v: called %s", test, got)
		}
	}
}

// silent never answers.
type silent struct{}

// RoundTrip implements http.RoundTripper.
func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestECSRoleAwayFromAnInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newCloud().options(t, nil)
		o.MetadataTransport = silent{}
		began := time.Now()
		check(t, closing(t, credential.ECSRole("", o)), "", "no answer from 100.100.100.200: context deadline exceeded: none within 1s")
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestURI(t *testing.T) {
	c := newCloud()
	o := c.options(t, map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": "https://me:" + secretURI + "@hands.example/hand/a?t=1"})
	var user string
	c.refuse = func(r *http.Request) *http.Response {
		user, _, _ = r.BasicAuth()
		return nil
	}
	check(t, closing(t, credential.URI("", o)), "key STS.1", "")
	if user != "me" {
		t.Errorf("user %q", user)
	}
	for address, want := range map[string]string{
		"ftp://" + secretURI + "/x":           "is no http or https URL",
		"https://" + secretURI + " /":         "is no http or https URL",
		"http://x.example/other/" + secretURI: "status 400",
		"%":                                   "is no http or https URL",
	} {
		check(t, closing(t, credential.URI(address, o)), "", want)
	}
	check(t, closing(t, credential.URI("", newCloud().options(t, nil))), "", "ALIBABA_CLOUD_CREDENTIALS_URI is not set")
}

func TestDefaultOrder(t *testing.T) {
	env := map[string]string{}
	c := newCloud()
	c.life = 30 * 24 * time.Hour
	o := c.options(t, env)
	o.Metadata, o.MetadataTransport = "http://metadata.example", down{}
	ask := func(want string) {
		t.Helper()
		check(t, closing(t, credential.Default(o)), want, "")
	}
	source := closing(t, credential.Default(o))
	_, err := source.Credential(t.Context())
	failed, ok := errors.AsType[*credential.ChainError](err)
	if !ok || len(failed.Tried) != 6 {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{
		"no credentials; tried environment (ALIBABA_CLOUD_ACCESS_KEY_ID is not set); OIDC (no token file: ALIBABA_CLOUD_OIDC_TOKEN_FILE is not set); CLI profile (there is no " + o.Home,
		"; credentials file (there is no " + o.Home, "; ECS instance role (the instance's role: no answer from metadata.example: connection refused); credentials URI (ALIBABA_CLOUD_CREDENTIALS_URI is not set)",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if credential.Retryable(err) {
		t.Error("there is nothing to wait for")
	}
	const file = "[default]\ntype=access_key\naccess_key_id=INI\naccess_key_secret=" + secretKey
	path := write(t, file, o.Home, ".alibabacloud", "credentials")
	at(t, "after a complete failure", source, "INI")
	if got := source.String(); got != "credentials file" {
		t.Errorf("the source is %s", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	env["ALIBABA_CLOUD_CREDENTIALS_URI"] = "http://hands.example/hand/"
	ask("key STS.1")
	o.MetadataTransport = c
	ask("key STS.2")
	if got := c.seen(); got[len(got)-1] != "metadata web" {
		t.Errorf("called %v", got)
	}
	write(t, file, path)
	ask("key INI")
	write(t, `{"profiles":[{"name":"default","mode":"AK","access_key_id":"CLI","access_key_secret":"`+secretKey+`"}]}`, o.Home, ".aliyun", "config.json")
	ask("key CLI")
	env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = write(t, secretOIDC, o.Home, "oidc")
	env["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"], env["ALIBABA_CLOUD_ROLE_ARN"] = "acs:ram::1:oidc-provider/p", "acs:ram::1:role/pod"
	ask("key STS.3")
	if got := c.seen(); got[len(got)-1] != "AssumeRoleWithOIDC sts.aliyuncs.com" {
		t.Errorf("called %v", got)
	}
	env["ALIBABA_CLOUD_ACCESS_KEY_ID"], env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "ENV", secretKey
	ask("key ENV")
}

// A chain that found a source stays with it.
func TestChainKeepsItsIdentity(t *testing.T) {
	first, second := &issuer{life: time.Hour}, &issuer{life: time.Hour, forget: true}
	first.set(errors.New("not yet"))
	chain := credential.Chain(first, second)
	at(t, "at first", chain, "STS.1")
	first.set(nil)
	at(t, "when the first came up", chain, "STS.2")
	second.set(&credential.NoAnswer{Host: "sts", Err: errors.New("cut")})
	_, err := chain.Credential(t.Context())
	if err == nil || err.Error() != "issuer: no answer from sts: cut" || !credential.Retryable(err) {
		t.Errorf("%v", err)
	}
	if _, err := credential.Chain().Credential(t.Context()); err == nil || err.Error() != "no credentials: no source was tried" {
		t.Error(err)
	}
}

func TestRetryable(t *testing.T) {
	answers := func(status int, body string) func(*http.Request) *http.Response {
		return func(*http.Request) *http.Response {
			rec := httptest.NewRecorder()
			rec.WriteHeader(status)
			rec.WriteString(body)
			return rec.Result()
		}
	}
	for _, test := range []struct {
		status int
		body   string
		want   bool
		says   string
	}{
		{500, "", true, "status 500"},
		{503, "<html>" + secretKey, true, "status 503"},
		{429, `{"Code": "X", "Message": "` + secretKey + `"}`, true, "X: ******"},
		{400, `{"Code": "Throttling.User"}`, true, "Throttling.User"},
		{400, `{"Code": "InvalidParameter.RoleArn", "Message": "no"}`, false, "InvalidParameter.RoleArn: no"},
		{302, "", false, "status 302"},
		{200, "{", false, "no valid JSON at byte 1"},
		{200, `{"Credentials": {}}`, false, "no AccessKeyId"},
		{200, `{"Credentials": {"AccessKeyId": 7}}`, false, "Credentials.AccessKeyId at byte"},
		{200, `{"Credentials": {"AccessKeyId": "a", "AccessKeySecret": "` + secretKey + `", "Expiration": "` + secretKey + `"}}`, false, "Expiration is no time"},
		{200, strings.Repeat(" ", 2<<20), true, "larger than 1048576 bytes"},
	} {
		c := newCloud()
		c.refuse = answers(test.status, test.body)
		source := closing(t, credential.AssumeRole(credential.AccessKey("LTAI1", secretKey), credential.Role{Name: "acs:ram::1:role/x"}, c.options(t, nil)))
		_, err := source.Credential(t.Context())
		if err == nil || !strings.Contains(err.Error(), test.says) || credential.Retryable(err) != test.want {
			t.Errorf("%d %.40s: %v, retryable is %v", test.status, test.body, err, credential.Retryable(err))
		}
		checkCanaries(t, "error", err.Error())
	}
	busy := &credential.ServiceError{Status: 503}
	if _, err := credential.Chain(nothing{}, failing{busy}).Credential(t.Context()); !credential.Retryable(err) {
		t.Errorf("%v can pass", err)
	}
}

// failing is a source that fails.
type failing struct{ err error }

// Credential implements credential.Provider.
func (f failing) Credential(context.Context) (*credential.Credential, error) { return nil, f.err }
