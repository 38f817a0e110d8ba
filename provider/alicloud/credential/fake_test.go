package credential_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// What must be seen nowhere.
const (
	secretKey   = "CANARY-secret-0f1e2d"
	secretToken = "CANARY-token+/=3c4b"
	secretOIDC  = "CANARY.oidc.5a69"
	secretURI   = "CANARY-uri-7788"
)

// cloud is a security token service, a metadata service and a server of
// credentials, in memory.
type cloud struct {
	mu     sync.Mutex
	keys   map[string]string // id -> secret
	calls  []string
	bodies []url.Values
	count  int
	life   time.Duration
	refuse func(r *http.Request) *http.Response // first word
	plain  bool                                 // no token mode
}

func newCloud() *cloud {
	return &cloud{keys: map[string]string{"LTAI1": secretKey}, life: time.Hour}
}

// RoundTrip implements http.RoundTripper.
func (c *cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		if resp := c.refuse(r); resp != nil {
			return resp, nil
		}
	}
	c.serve(rec, r)
	return rec.Result(), nil
}

func (c *cloud) serve(w http.ResponseWriter, r *http.Request) {
	const folder = "/latest/meta-data/ram/security-credentials/"
	switch {
	case r.URL.Path == "/latest/api/token":
		c.calls = append(c.calls, "token")
		if c.plain || r.Method != http.MethodPut || r.Header.Get("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds") == "" {
			http.Error(w, "no", http.StatusMethodNotAllowed)
			return
		}
		fmt.Fprint(w, "metadata-token")
	case strings.HasPrefix(r.URL.Path, folder):
		if token := r.Header.Get("X-Aliyun-Ecs-Metadata-Token"); !c.plain && token != "metadata-token" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		role := strings.TrimPrefix(r.URL.Path, folder)
		c.calls = append(c.calls, "metadata "+role)
		switch role {
		case "":
			fmt.Fprint(w, "web\n")
		case "web":
			c.begin(w, "")
		default:
			http.NotFound(w, r)
		}
	case strings.HasPrefix(r.URL.Path, "/hand/"):
		c.calls = append(c.calls, "uri")
		c.begin(w, "")
	default:
		c.sts(w, r)
	}
}

// sts answers a call of the security token service.
func (c *cloud) sts(w http.ResponseWriter, r *http.Request) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	form, _ := url.ParseQuery(string(body))
	action := r.Header.Get("X-Acs-Action")
	c.calls = append(c.calls, action+" "+r.URL.Host)
	c.bodies = append(c.bodies, form)
	if r.Method != http.MethodPost || r.Header.Get("X-Acs-Version") != "2015-04-01" {
		c.answer(w, http.StatusBadRequest, map[string]any{"Code": "InvalidVersion", "Message": "no"})
		return
	}
	if action == "AssumeRoleWithOIDC" {
		if r.Header.Get("Authorization") != "" || r.URL.Query().Get("Action") != action || form.Get("OIDCToken") != secretOIDC {
			c.answer(w, http.StatusBadRequest, map[string]any{"Code": "AuthenticationFail.OIDCToken", "Message": "not " + form.Get("OIDCToken")})
			return
		}
		c.begin(w, "Credentials")
		return
	}
	a, ok := acs.ParseACS3(r.Header.Get("Authorization"))
	if !ok || c.keys[a.KeyID] == "" {
		c.answer(w, http.StatusNotFound, map[string]any{"Code": "InvalidAccessKeyId.NotFound", "Message": "no such key"})
		return
	}
	if acs.ACS3Check(r, body, c.keys[a.KeyID]) != nil {
		c.answer(w, http.StatusBadRequest, map[string]any{"Code": "SignatureDoesNotMatch", "Message": "signed was " + r.Header.Get("X-Acs-Security-Token")})
		return
	}
	switch action {
	case "AssumeRole":
		if strings.HasSuffix(form.Get("RoleArn"), "/forbidden") {
			c.answer(w, http.StatusForbidden, map[string]any{"Code": "NoPermission", "Message": "token " + r.Header.Get("X-Acs-Security-Token"), "RequestId": "R-1"})
			return
		}
		c.begin(w, "Credentials")
	case "GetCallerIdentity":
		c.answer(w, http.StatusOK, map[string]any{"AccountId": "1234"})
	default:
		c.answer(w, http.StatusBadRequest, map[string]any{"Code": "InvalidAction.NotFound"})
	}
}

// begin begins a session.
func (c *cloud) begin(w http.ResponseWriter, under string) {
	c.count++
	s := map[string]any{
		"AccessKeyId": fmt.Sprintf("STS.%d", c.count), "AccessKeySecret": secretKey, "SecurityToken": secretToken,
		"Expiration": time.Now().Add(c.life).UTC().Format(time.RFC3339), "Code": "Success",
	}
	c.keys[fmt.Sprintf("STS.%d", c.count)] = secretKey
	if under != "" {
		s = map[string]any{under: s, "RequestId": "R"}
	}
	c.answer(w, http.StatusOK, s)
}

func (c *cloud) answer(w http.ResponseWriter, status int, body map[string]any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // to a recorder
}

// seen gives what was called, and forgets it.
func (c *cloud) seen() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// options are a world in which there is the cloud, and nothing else.
func (c *cloud) options(t testing.TB, env map[string]string) *credential.Options {
	return &credential.Options{
		Getenv: func(name string) string { return env[name] }, Home: t.TempDir(), Transport: c, MetadataTransport: c,
	}
}

// write makes a file under a folder.
func write(t testing.TB, text string, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// closing closes a source at the end of a test.
func closing(t testing.TB, c *credential.Cache) *credential.Cache {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// down is a network that is not there.
type down struct{}

// RoundTrip implements http.RoundTripper.
func (down) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: errors.New("connection refused")}
}

// checkCanaries looks for secrets.
func checkCanaries(t testing.TB, where, text string) {
	t.Helper()
	if strings.Contains(text, "CANARY") {
		t.Errorf("%s: a secret is in %q", where, text)
	}
}
