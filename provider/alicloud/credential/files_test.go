package credential_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

const cliText = `{"current": "team", "meta_path": "", "profiles": [
 {"name": "team", "mode": "AK", "access_key_id": "LTAI1", "access_key_secret": "` + secretKey + `", "region_id": "cn-hangzhou", "retry_count": 0},
 {"name": "old", "access_key_id": "LTAI9", "access_key_secret": "` + secretKey + `"},
 {"name": "half", "mode": "AK", "access_key_id": "LTAI1"},
 {"name": "session", "mode": "StsToken", "access_key_id": "STS.9", "access_key_secret": "` + secretKey + `", "sts_token": "` + secretToken + `"},
 {"name": "tokenless", "mode": "StsToken", "access_key_id": "STS.9", "access_key_secret": "` + secretKey + `"},
 {"name": "ops", "mode": "RamRoleArn", "access_key_id": "LTAI1", "access_key_secret": "` + secretKey + `", "ram_role_arn": "acs:ram::1:role/ops",
  "ram_session_name": "me", "expired_seconds": 1800, "sts_region": "cn-beijing", "enable_vpc": true, "policy": "{}", "external_id": "x1"},
 {"name": "chained", "mode": "ChainableRamRoleArn", "source_profile": "ops", "ram_role_arn": "acs:ram::2:role/work"},
 {"name": "a", "mode": "ChainableRamRoleArn", "source_profile": "b", "ram_role_arn": "acs:ram::2:role/work"},
 {"name": "b", "mode": "ChainableRamRoleArn", "source_profile": "a", "ram_role_arn": "acs:ram::2:role/work"},
 {"name": "lost", "mode": "ChainableRamRoleArn", "source_profile": "gone", "ram_role_arn": "acs:ram::2:role/work"},
 {"name": "short", "mode": "RamRoleArn", "access_key_id": "LTAI1", "access_key_secret": "` + secretKey + `", "ram_role_arn": "acs:ram::1:role/ops", "expired_seconds": -9223372036854775808},
 {"name": "denied", "mode": "RamRoleArn", "access_key_id": "LTAI1", "access_key_secret": "` + secretKey + `", "ram_role_arn": "acs:ram::1:role/forbidden"},
 {"name": "wrong", "mode": "RamRoleArn", "access_key_id": "LTAI1", "access_key_secret": "CANARY-wrong", "ram_role_arn": "acs:ram::1:role/ops"},
 {"name": "instance", "mode": "EcsRamRole", "ram_role_name": "web"},
 {"name": "anyrole", "mode": "EcsRamRole"},
 {"name": "uri", "mode": "CredentialsURI", "credentials_uri": "http://hands.example/hand/` + secretURI + `"},
 {"name": "login", "mode": "OAuth"}
]}`

func TestCLIProfile(t *testing.T) {
	for _, test := range []struct {
		profile string
		env     map[string]string
		want    string // of the credential, or
		fails   string
		calls   string
	}{
		{want: "key LTAI1, secret ******"},
		{profile: "old", want: "key LTAI9, secret ******"},
		{env: map[string]string{"ALIBABA_CLOUD_PROFILE": "session"}, want: "key STS.9, secret ******, token ******"},
		{profile: "old", env: map[string]string{"ALIBABA_CLOUD_PROFILE": "session"}, want: "key LTAI9, secret ******"},
		{env: map[string]string{"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "True"}, fails: "ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true"},
		{profile: "half", fails: "profile half: the secret of access key LTAI1 is empty"},
		{profile: "tokenless", fails: "profile tokenless: the session token of key STS.9 is empty"},
		{profile: "none", fails: "there is no profile none"},
		{profile: "ops", want: "key STS.1", calls: "AssumeRole sts-vpc.cn-beijing.aliyuncs.com"},
		{profile: "chained", want: "key STS.2", calls: "AssumeRole sts-vpc.cn-beijing.aliyuncs.com, AssumeRole sts.aliyuncs.com"},
		{profile: "a", fails: "profiles name each other as their source: a, b, a"},
		{profile: "lost", fails: "profile lost: there is no profile gone"},
		{profile: "short", fails: "too short"},
		{profile: "denied", fails: "profile denied: assume role acs:ram::1:role/forbidden: NoPermission: token  (request id R-1)", calls: "AssumeRole sts.aliyuncs.com"},
		{profile: "wrong", fails: "SignatureDoesNotMatch: the access key secret is wrong", calls: "AssumeRole sts.aliyuncs.com"},
		{profile: "instance", want: "key STS.1", calls: "token, metadata web"},
		{profile: "anyrole", want: "key STS.1", calls: "token, metadata , metadata web"},
		{profile: "uri", want: "key STS.1", calls: "uri"},
		{profile: "login", fails: "profile login: mode OAuth is not supported here"},
	} {
		t.Run(test.profile, func(t *testing.T) {
			c := newCloud()
			o := c.options(t, test.env)
			write(t, cliText, o.Home, ".aliyun", "config.json")
			check(t, closing(t, credential.CLIProfile("", test.profile, o)), test.want, test.fails)
			if got := strings.Join(c.seen(), ", "); got != test.calls {
				t.Errorf("called %s, want %s", got, test.calls)
			}
		})
	}
}

// check asks a source.
func check(t *testing.T, p credential.Provider, want, fails string) {
	t.Helper()
	got, err := p.Credential(t.Context())
	switch {
	case err != nil:
		checkCanaries(t, "error", err.Error())
		if fails == "" || !strings.Contains(err.Error(), fails) {
			t.Errorf("error %q, want %q", err, fails)
		}
	case fails != "":
		t.Errorf("got %v, want the error %q", got, fails)
	case !strings.HasPrefix(got.String(), want):
		t.Errorf("got %v, want %s", got, want)
	case got.Secret != secretKey:
		t.Errorf("the secret of %v is another", got)
	}
}

func TestCLIProfileParametersOfARole(t *testing.T) {
	c := newCloud()
	o := c.options(t, nil)
	path := write(t, cliText, o.Home, "elsewhere.json")
	check(t, closing(t, credential.CLIProfile(path, "ops", o)), "key STS.1", "")
	want := map[string]string{
		"RoleArn": "acs:ram::1:role/ops", "RoleSessionName": "me", "DurationSeconds": "1800", "Policy": "{}", "ExternalId": "x1",
	}
	for name, v := range want {
		if got := c.bodies[0].Get(name); got != v {
			t.Errorf("%s is %q, want %q", name, got, v)
		}
	}
	if len(c.bodies[0]) != len(want) {
		t.Errorf("sent %v", c.bodies[0])
	}
}

func TestCLIProfileOIDC(t *testing.T) {
	c := newCloud()
	o := c.options(t, nil)
	token := write(t, secretOIDC+"\n", o.Home, "token")
	path := write(t, `{"profiles": [{"name": "default", "mode": "OIDC", "oidc_token_file": "`+token+`", "oidc_provider_arn": "acs:ram::1:oidc-provider/p",
		"ram_role_arn": "acs:ram::1:role/pod", "sts_endpoint": "sts.example"}]}`, o.Home, "c.json")
	check(t, closing(t, credential.CLIProfile(path, "", o)), "key STS.1", "")
	if got := strings.Join(c.seen(), ", "); got != "AssumeRoleWithOIDC sts.example" {
		t.Error(got)
	}
}

func TestCLIProfileBadFiles(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "no valid JSON at byte 0",
		"{":                "no valid JSON at byte 1",
		`{"profiles": {}}`: "profiles at byte",
		`{"profiles": []}`: "there is no profile default",
		`{"current": "x"}`: "there is no profile x",
		`{"profiles": [{"name": "default", "mode": "AK", "access_key_id": "i", "access_key_secret": 5}]}`: "access_key_secret at byte",
		`{"a": "` + strings.Repeat("x", 2<<20) + `"}`:                                                     "larger than 1048576 bytes",
		strings.Repeat("[", 100000):                                                                       "no valid JSON",
		`{"access_key_secret": "` + secretKey + `" x`:                                                     "no valid JSON at byte",
	} {
		o := newCloud().options(t, nil)
		path := write(t, text, o.Home, "c.json")
		check(t, closing(t, credential.CLIProfile(path, "", o)), "", want)
	}
	o := newCloud().options(t, nil)
	check(t, closing(t, credential.CLIProfile(o.Home, "", o)), "", "is no regular file")
	check(t, closing(t, credential.CLIProfile("", "", o)), "", "there is no "+o.Home)
}

// A chain of profiles that is long without a circle must not cost a stack.
func TestCLIProfileLongChain(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"current": "p0", "profiles": [`)
	name := func(i int) string { return "p" + strings.Repeat("0", i) }
	for i := range 500 {
		b.WriteString(`{"name": "` + name(i+1) + `", "mode": "ChainableRamRoleArn", "source_profile": "` + name(i+2) + `"},`)
	}
	b.WriteString(`{"name": "z"}]}`)
	o := newCloud().options(t, nil)
	check(t, closing(t, credential.CLIProfile(write(t, b.String(), o.Home, "c"), "", o)), "", "reached through more than 10 others")
}

const iniText = "\uFEFF# keys\n" + `
stray = 1
[default]   ; the first
type = access_key
access_key_id = LTAI1
access_key_secret = "` + secretKey + `" # quoted
[ops]
type: ram_role_arn
access_key_id: LTAI1
access_key_secret: ` + secretKey + ` ; plain
role_arn = acs:ram::1:role/ops
role_session_name = 'me'
policy = "{"Version":"1"}"

[web]
type=ecs_ram_role
role_name=web
[any]
type=ecs_ram_role
[default]
enable = true
[strange]
type = rsa_key_pair
[empty]
[half]
type = access_key
access_key_secret = ` + secretKey + `
`

func TestINI(t *testing.T) {
	for _, test := range []struct {
		section string
		env     map[string]string
		want    string
		fails   string
		calls   string
	}{
		{want: "key LTAI1, secret ******"},
		{section: "ops", want: "key STS.1", calls: "AssumeRole sts.cn-shanghai.aliyuncs.com", env: map[string]string{"ALIBABA_CLOUD_STS_REGION": "cn-shanghai"}},
		{section: "web", want: "key STS.1", calls: "token, metadata web"},
		{section: "any", want: "key STS.1", calls: "token, metadata , metadata web"},
		{section: "strange", fails: "section strange: type rsa_key_pair is not supported here"},
		{section: "empty", fails: "section empty: it has no type"},
		{section: "half", fails: "section half: the access key's ID is empty"},
		{section: "none", fails: "there is no section none"},
		{env: map[string]string{"ALIBABA_CLOUD_PROFILE": "web"}, want: "key STS.1", calls: "token, metadata web"},
	} {
		t.Run(test.section, func(t *testing.T) {
			c := newCloud()
			o := c.options(t, test.env)
			write(t, iniText, o.Home, ".alibabacloud", "credentials")
			check(t, closing(t, credential.INI("", test.section, o)), test.want, test.fails)
			if got := strings.Join(c.seen(), ", "); got != test.calls {
				t.Errorf("called %s, want %s", got, test.calls)
			}
			if test.section == "ops" && (c.bodies[0].Get("Policy") != `{"Version":"1"}` || c.bodies[0].Get("RoleSessionName") != "me") {
				t.Errorf("sent %v", c.bodies[0])
			}
		})
	}
}

func TestINIBadFiles(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "there is no section default",
		"[default":                           "line 1: the section's name does not end",
		"[default]\n" + secretKey:            "line 2 is neither a section nor a key with a value",
		"[default]\n=" + secretKey:           "line 2 is neither",
		"[default]\ntype = " + "\x00":        "is not supported here",
		strings.Repeat("[a]\n", 300000):      "larger than 1048576 bytes",
		"[default]\ntype = access_key\ntype": "line 3 is neither",
	} {
		o := newCloud().options(t, nil)
		path := write(t, text, o.Home, "credentials")
		o.Getenv = func(name string) string {
			return map[string]string{"ALIBABA_CLOUD_CREDENTIALS_FILE": path}[name]
		}
		check(t, closing(t, credential.INI("", "", o)), "", want)
	}
}
