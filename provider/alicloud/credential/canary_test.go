package credential_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// printed gives a value in every way that programs print one.
func printed(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	for _, verb := range [...]string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%10.3v"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	fmt.Fprintln(&b, v)
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("credential", "c", v, slog.Group("g", "c", v))
	}
	text, err := json.Marshal(map[string]any{"c": v})
	if err != nil && !strings.Contains(err.Error(), "unsupported type") {
		t.Error(err)
	}
	b.Write(text)
	return b.String()
}

func TestNothingPrintsACredential(t *testing.T) {
	c := credential.Credential{KeyID: "LTAI1", Secret: secretKey, Token: secretToken, Expires: time.Unix(1e9, 0)}
	for _, v := range []any{c, &c, []credential.Credential{c}, map[string]*credential.Credential{"a": &c}, struct{ C credential.Credential }{c}} {
		text := printed(t, v)
		checkCanaries(t, fmt.Sprintf("%T", v), text)
		// Hexadecimal and quoted forms of the same.
		for _, secret := range [...]string{secretKey, secretToken} {
			if strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", secret)) {
				t.Errorf("%T: a secret in hexadecimal", v)
			}
		}
		if !strings.Contains(text, "LTAI1") {
			t.Errorf("%T: does not show the key's ID", v)
		}
	}
	if got := fmt.Sprintf("%v|%#v|%q", c, c, credential.Credential{KeyID: "a"}); got != `key LTAI1, secret ******, token ******, expires 2001-09-09T01:46:40Z|`+
		`credential.Credential{key LTAI1, secret ******, token ******, expires 2001-09-09T01:46:40Z}|"key a, secret \"\""` {
		t.Error(got)
	}
	if text, err := c.MarshalText(); err != nil || string(text) != c.String() {
		t.Errorf("%s %v", text, err)
	}
}

func TestNothingPrintsASource(t *testing.T) {
	c := newCloud()
	o := c.options(t, map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": "https://me:" + secretURI + "@hands.example/hand/"})
	key := credential.AccessKey("LTAI1", secretKey)
	session := credential.SessionToken("STS.9", secretKey, secretToken)
	role := closing(t, credential.AssumeRole(session, credential.Role{Name: "ops"}, o))
	uri := closing(t, credential.URI("", o))
	got, err := uri.Credential(t.Context())
	if err != nil || got.Secret != secretKey {
		t.Fatal(err)
	}
	for _, p := range []credential.Provider{
		key, session, role, uri, credential.Chain(key, uri), closing(t, credential.Default(o)), closing(t, credential.CLIProfile("", "", o)),
		closing(t, credential.INI("", "", o)), closing(t, credential.OIDC(credential.OIDCRole{}, o)),
	} {
		checkCanaries(t, fmt.Sprintf("%T", p), printed(t, p))
	}
}

// leaky fails and quotes all that it was given.
type leaky struct{}

// RoundTrip implements http.RoundTripper.
func (leaky) RoundTrip(r *http.Request) (*http.Response, error) {
	text := r.URL.String() + " " + url.QueryEscape(r.URL.String())
	for name, v := range r.Header {
		text += fmt.Sprint(" ", name, v)
	}
	return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New(text)}
}

// echo refuses, and quotes all that it was given.
type echo struct{ code string }

// RoundTrip implements http.RoundTripper.
func (e echo) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	var b bytes.Buffer
	if r.Body != nil {
		_, _ = b.ReadFrom(r.Body) // of a request in memory
	}
	values, _ := url.ParseQuery(b.String())
	rec.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(rec).Encode(map[string]string{ // to a recorder
		"Code": e.code, "Message": fmt.Sprint(b.String(), url.QueryEscape(b.String()), values, r.Header, r.URL),
	})
	return rec.Result(), nil
}

func TestNoErrorHasASecret(t *testing.T) {
	for name, rt := range map[string]http.RoundTripper{
		"leaky": leaky{}, "echo": echo{"InvalidParameter"}, "echo of a signature": echo{"SignatureDoesNotMatch"}, "incomplete": echo{"IncompleteSignature"},
	} {
		o := newCloud().options(t, nil)
		o.Transport, o.MetadataTransport = rt, rt
		token := write(t, secretOIDC, o.Home, "token")
		session := credential.SessionToken("STS.9", secretKey, secretToken)
		profile := write(t, cliText, o.Home, ".aliyun", "config.json")
		sources := []credential.Provider{
			closing(t, credential.AssumeRole(session, credential.Role{Name: "ops"}, o)),
			closing(t, credential.AssumeRole(session, credential.Role{Name: "acs:ram::1:role/ops", ExternalID: secretURI}, o)),
			closing(t, credential.OIDC(credential.OIDCRole{TokenFile: token, ProviderARN: "p", RoleARN: "r"}, o)),
			closing(t, credential.URI("https://me:"+secretURI+"@hands.example/hand/"+secretURI+"?t="+secretURI, o)),
			closing(t, credential.ECSRole("", o)),
		}
		for _, p := range []string{"ops", "chained", "uri", "instance", "denied"} {
			sources = append(sources, closing(t, credential.CLIProfile(profile, p, o)))
		}
		sources = append(sources, closing(t, credential.NewCache(credential.Chain(sources...))))
		for i, p := range sources {
			_, err := p.Credential(t.Context())
			if err == nil {
				t.Fatalf("%s %d: no error", name, i)
			}
			var b strings.Builder
			for e := err; e != nil; e = errors.Unwrap(e) {
				fmt.Fprintf(&b, "%v\n%+v\n%#v\n", e, e, e)
			}
			checkCanaries(t, fmt.Sprint(name, i), b.String())
			slog.New(slog.NewTextHandler(&b, nil)).Error("failed", "err", err)
			checkCanaries(t, fmt.Sprint(name, i), b.String())
		}
	}
}
