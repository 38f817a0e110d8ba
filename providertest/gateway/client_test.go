package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// client signs requests in the gateway's three ways.
type client struct {
	t                 testing.TB
	cloud             *providertest.Cloud
	rt                http.RoundTripper
	id, secret, token string
	skew              time.Duration // of its clock
}

// nonces are new in the whole process.
var nonces atomic.Int64

func nonce() string { return fmt.Sprint("nonce-", nonces.Add(1)) }

// newGateway makes a gateway that ends with the test, and a client of it.
func newGateway(t testing.TB, opts *gateway.Options) (*gateway.Gateway, *client) {
	t.Helper()
	cloud := providertest.New(t, nil)
	g := gateway.New(cloud, opts)
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g, &client{t: t, cloud: cloud, rt: g.Transport(), id: gateway.KeyID, secret: gateway.KeySecret}
}

// answer is what a client got.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (a *answer) code() string {
	for _, name := range []string{"Code", "code", "ErrorCode"} {
		if s, ok := a.body[name].(string); ok {
			return s
		}
	}
	return ""
}

func (a *answer) at(path string) any {
	var v any = a.body
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			if len(in) == 0 {
				return nil
			}
			m, _ := in[0].(map[string]any)
			v = m[name]
		}
	}
	return v
}

// try sends a request; the error is the connection's.
func (c *client) try(r *http.Request) (*answer, error) {
	resp, err := c.rt.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	a := &answer{status: resp.StatusCode, header: resp.Header, text: string(text)}
	if err != nil {
		return a, err
	}
	_ = json.Unmarshal(text, &a.body) // what is no JSON has no members
	return a, nil
}

func (c *client) send(r *http.Request) *answer {
	c.t.Helper()
	a, err := c.try(r)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

func (c *client) now() time.Time { return time.Now().Add(c.skew).UTC() }

// params are those of a signed RPC call.
func (c *client) params(version, action string, given map[string]string) url.Values {
	p := url.Values{
		"Action": {action}, "Version": {version}, "Format": {"JSON"}, "RegionId": {"cn-hangzhou"}, "AccessKeyId": {c.id},
		"SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureNonce": {nonce()}, "Timestamp": {c.now().Format(acs.TimeLayout)},
	}
	if c.token != "" {
		p.Set("SecurityToken", c.token)
	}
	for name, v := range given {
		p.Set(name, v)
	}
	return p
}

// post makes an RPC call, its parameters in the form.
func (c *client) post(host, version, action string, given map[string]string) *answer {
	c.t.Helper()
	return c.send(c.signed(host, c.params(version, action, given)))
}

func (c *client) signed(host string, p url.Values) *http.Request {
	c.t.Helper()
	p.Set("Signature", acs.RPCSignature(http.MethodPost, p, c.secret))
	return form(c.t, host, p)
}

func form(t testing.TB, host string, p url.Values) *http.Request {
	t.Helper()
	r := request(t, http.MethodPost, "https://"+host+"/", p.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func request(t testing.TB, method, target, body string) *http.Request {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, target, content)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *client) vpc(action string, given map[string]string) *answer {
	c.t.Helper()
	return c.post("vpc.cn-hangzhou.aliyuncs.com", "2016-04-28", action, given)
}

func (c *client) ecs(action string, given map[string]string) *answer {
	c.t.Helper()
	return c.post("ecs.cn-hangzhou.aliyuncs.com", "2014-05-26", action, given)
}

// roa makes a ROA call with the older signature.
func (c *client) roa(method, target, version, body string) *answer {
	c.t.Helper()
	r := request(c.t, method, target, body)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Md5", acs.ContentMD5([]byte(body)))
	r.Header.Set("Date", c.now().Format(http.TimeFormat))
	r.Header.Set("X-Acs-Version", version)
	if c.token != "" {
		r.Header.Set("X-Acs-Security-Token", c.token)
	}
	r.Header.Set("Authorization", "acs "+c.id+":"+acs.ROASignature(r, c.secret))
	return c.send(r)
}

// acs3 makes a call with the newest signature.
func (c *client) acs3(method, target, version, action, contentType, body string) *answer {
	c.t.Helper()
	r := request(c.t, method, target, body)
	r.Header.Set("X-Acs-Version", version)
	r.Header.Set("X-Acs-Action", action)
	r.Header.Set("Accept", "application/json")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	acs.ACS3Sign(r, []byte(body), c.id, c.secret, c.token, c.now(), nonce())
	return c.send(r)
}

// want checks status and code of an answer.
func (c *client) want(a *answer, status int, code string) {
	c.t.Helper()
	if a.status != status || a.code() != code {
		c.t.Errorf("answered with %d %s, want %d %s", a.status, bytes.TrimSpace([]byte(a.text)), status, code)
	}
	if a.header.Get("X-Acs-Request-Id") == "" {
		c.t.Errorf("no request id in the header of %s", a.text)
	}
}
