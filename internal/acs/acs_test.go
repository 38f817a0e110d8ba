package acs_test

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
)

func vpcs() url.Values {
	params := url.Values{}
	for _, pair := range []string{
		"AccessKeyId=testid", "Action=DescribeVpcs", "Format=JSON", "RegionId=cn-hangzhou", "SecurityToken=testtoken", "SignatureMethod=HMAC-SHA1",
		"SignatureNonce=ad232cd5026a4fc03cb162bf10c05eaf", "SignatureType=", "SignatureVersion=1.0", "Timestamp=2026-11-23T10:56:29Z", "Version=2014-05-26",
		"VpcId=vpc-1", "Name=a b*~/\u00e9",
	} {
		name, value, _ := strings.Cut(pair, "=")
		params.Set(name, value)
	}
	return params
}

func TestRPCVector(t *testing.T) {
	params := vpcs()
	const want = "vESFhffbcj6G6vngr2eMQB0b1Kw="
	if got := acs.RPCSignature("POST", params, "testsecret"); got != want {
		t.Errorf("signature %q, want %q, of %s", got, want, acs.RPCText("POST", params))
	}
	params.Set("Signature", want)
	if err := acs.RPCCheck("POST", params, "testsecret"); err != nil {
		t.Errorf("its own signature does not fit: %v", err)
	}
	text := acs.RPCText("POST", params)
	if !strings.HasPrefix(text, "POST&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeVpcs%26") || !strings.Contains(text, "Name%3Da%2520b%252A~%252F%25C3%25A9") {
		t.Errorf("text %s", text)
	}
}

// TestRPCCheckSeesEachChange changes one thing at a time.
func TestRPCCheckSeesEachChange(t *testing.T) {
	signed := vpcs()
	signed.Set("Signature", acs.RPCSignature("POST", signed, "testsecret"))
	refused := func(what, method string, params url.Values, secret string) {
		t.Helper()
		err := acs.RPCCheck(method, params, secret)
		if m, ok := errors.AsType[*acs.Mismatch](err); !ok || m.Text != acs.RPCText(method, params) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("method", "GET", signed, "testsecret")
	refused("secret", "POST", signed, "testsecres")
	for name := range signed {
		changed := maps.Clone(signed)
		changed[name] = []string{signed.Get(name) + "x"}
		refused("value of "+name, "POST", changed, "testsecret")
		delete(changed, name)
		refused("without "+name, "POST", changed, "testsecret")
		changed = maps.Clone(signed)
		changed[name] = append([]string{"first"}, signed[name]...)
		refused("twice "+name, "POST", changed, "testsecret")
	}
}

func cluster() *http.Request {
	r := httptest.NewRequest("POST", "https://cs.cn-hangzhou.aliyuncs.com/clusters/c1?a=&b=x+y", nil)
	r.Header = http.Header{}
	for name, value := range map[string]string{
		"Accept": "application/json", "Content-Type": "application/json", "Content-MD5": "roqAcLujb/wGhUDEFYKA/Q==", "Date": "Mon, 23 Nov 2026 10:56:29 GMT",
		"x-acs-action": "CreateCluster", "x-acs-credentials-provider": "static_sts", "x-acs-security-token": "testtoken",
		"x-acs-signature-method": "HMAC-SHA1", "x-acs-signature-version": "1.0", "x-acs-version": "2015-12-15", "X-Sdk-Client": "unsigned",
	} {
		r.Header[name] = []string{value}
	}
	return r
}

func TestROAVector(t *testing.T) {
	const want = "7FVQCpIaPCbS0MUGNsVHXFy+lZs="
	body := []byte(`{"name":"n"}`)
	r := cluster()
	if got := acs.ROASignature(r, "testsecret"); got != want {
		t.Errorf("signature %q, want %q", got, want)
	}
	if text := acs.ROAText(r); !strings.HasSuffix(text, "\n/clusters/c1?a&b=x y") || strings.Contains(text, "unsigned") {
		t.Errorf("text %s", text)
	}
	for _, canonical := range []bool{false, true} {
		r := cluster()
		r.Header.Set("Authorization", "acs testid:"+want)
		if canonical {
			h := http.Header{}
			for name, values := range r.Header {
				h.Set(name, values[0]) // as a server has them
			}
			r.Header = h
		}
		if err := acs.ROACheck(r, body, "testsecret"); err != nil {
			t.Errorf("canonical %v: its own signature does not fit: %v", canonical, err)
		}
		if err := acs.ROACheck(r, append(body, ' '), "testsecret"); err == nil {
			t.Error("another body fits")
		}
		if err := acs.ROACheck(r, body, "another"); err == nil {
			t.Error("another secret fits")
		}
		r.URL.RawQuery = "a=&b=x+z"
		if err := acs.ROACheck(r, body, "testsecret"); err == nil {
			t.Error("another query fits")
		}
	}
}

func TestROAAuthorization(t *testing.T) {
	for header, ok := range map[string]bool{"acs id:sig=": true, "acs id:": false, "acs :sig": false, "acs id": false, "Basic id:sig": false, "": false} {
		id, signature, got := acs.ROAAuthorization(header)
		if got != ok || ok && (id != "id" || signature != "sig=") {
			t.Errorf("%q: %q %q %v", header, id, signature, got)
		}
	}
}

// TestACS3DocumentedExample is the example with fixed values of the official
// documentation.
func TestACS3DocumentedExample(t *testing.T) {
	r := httptest.NewRequest("POST", "https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai", nil)
	r.Header = http.Header{"x-acs-action": {"RunInstances"}, "X-Acs-Version": {"2014-05-26"}}
	at := time.Date(2023, 10, 26, 18, 22, 32, 0, time.FixedZone("", 8*3600))
	acs.ACS3Sign(r, nil, "YourAccessKeyId", "YourAccessKeySecret", "", at, "3156853299f313e23d1673dc12e1703d")
	const want = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := acs.ACS3Check(r, nil, "YourAccessKeySecret"); err != nil {
		t.Error(err)
	}
}

// TestACS3OverTheWire signs as a client and checks as a server, after a real
// request was written and read.
func TestACS3OverTheWire(t *testing.T) {
	cases := []struct{ method, path, contentType, body, token string }{
		{"POST", "/", "application/x-www-form-urlencoded", "Name=a+b%2A&Password=p%26q", ""},
		{"GET", "/?RegionId=cn-hangzhou&Empty=", "", "", "a token/with+signs=="},
		{"PUT", "/clusters/c%2F1/nodes%20a?b=x%20y&a=1&a=0&z=~*'()", "application/json", `{"a":1}`, ""},
		{"DELETE", "", "", "", ""},
		{"POST", "/\u4e2d?q=\u4e2d", "application/json; charset=utf-8", "\x00\xff", "t"},
	}
	for _, c := range cases {
		var verdict error
		var seen *acs.ACS3Authorization
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			verdict = acs.ACS3Check(r, []byte(c.body), "secret")
			seen, _ = acs.ParseACS3(r.Header.Get("Authorization"))
		}))
		defer server.Close()
		r, err := http.NewRequest(c.method, server.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.contentType != "" {
			r.Header.Set("Content-Type", c.contentType)
		}
		r.Header["x-acs-action"] = []string{" Act "}
		acs.ACS3Sign(r, []byte(c.body), "id", "secret", c.token, time.Now(), "nonce")
		acs.ACS3Sign(r, []byte(c.body), "id", "secret", c.token, time.Now(), "nonce2") // replaces the first
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if verdict != nil || seen == nil || seen.KeyID != "id" {
			t.Errorf("%s %s: %v %+v", c.method, c.path, verdict, seen)
		}
	}
}

func TestACS3CheckSeesEachChange(t *testing.T) {
	signed := func() *http.Request {
		r := httptest.NewRequest("POST", "https://h.aliyuncs.com/p?a=1", nil)
		r.Header = http.Header{"Content-Type": {"application/json"}, "X-Acs-Action": {"A"}}
		acs.ACS3Sign(r, []byte("body"), "id", "secret", "token", time.Unix(0, 0), "nonce")
		return r
	}
	if err := acs.ACS3Check(signed(), []byte("body"), "secret"); err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(r *http.Request){
		"method":    func(r *http.Request) { r.Method = "PUT" },
		"path":      func(r *http.Request) { r.URL.Path = "/q" },
		"query":     func(r *http.Request) { r.URL.RawQuery = "a=2" },
		"host":      func(r *http.Request) { r.Host = "i.aliyuncs.com" },
		"type":      func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		"token":     func(r *http.Request) { r.Header.Set("X-Acs-Security-Token", "other") },
		"no token":  func(r *http.Request) { r.Header.Del("X-Acs-Security-Token") },
		"unsigned":  func(r *http.Request) { r.Header.Set("X-Acs-Owner", "1") },
		"digest":    func(r *http.Request) { r.Header.Set("X-Acs-Content-Sha256", strings.Repeat("0", 64)) },
		"no header": func(r *http.Request) { r.Header.Del("Authorization") },
		"no headers signed": func(r *http.Request) {
			r.Header.Set("Authorization", strings.ReplaceAll(r.Header.Get("Authorization"), "host;", ""))
		},
		"signature": func(r *http.Request) { r.Header.Set("Authorization", r.Header.Get("Authorization")+"0") },
	}
	for what, change := range changes {
		r := signed()
		change(r)
		if _, ok := errors.AsType[*acs.Mismatch](acs.ACS3Check(r, []byte("body"), "secret")); !ok {
			t.Errorf("%s: fits all the same", what)
		}
	}
	if acs.ACS3Check(signed(), []byte("bodz"), "secret") == nil || acs.ACS3Check(signed(), []byte("body"), "secre") == nil {
		t.Error("another body or secret fits")
	}
}

// FuzzRPC checks that what is signed fits, and that the text tells parameters
// apart however odd they are.
func FuzzRPC(f *testing.F) {
	f.Add("Name", "a b*~/", "Other", "=&%")
	f.Add("", "", "A.1", "\x00\xff")
	f.Add("a", "b&c=d", "a", "b")
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2 string) {
		params := url.Values{}
		params.Add(n1, v1)
		params.Add(n2, v2)
		params.Del("Signature")
		text := acs.RPCText("POST", params)
		once, err := url.PathUnescape(strings.TrimPrefix(text, "POST&%2F&"))
		if err != nil {
			t.Fatal(err)
		}
		back, err := url.ParseQuery(once)
		if err != nil || back.Encode() != params.Encode() {
			t.Fatalf("%q reads back as %v, %v", text, back, err)
		}
		params.Set("Signature", acs.RPCSignature("POST", params, "s"))
		if err := acs.RPCCheck("POST", params, "s"); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzAuthorization checks that no header makes a check panic or succeed.
func FuzzAuthorization(f *testing.F) {
	f.Add("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=00")
	f.Add("acs a:b")
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("POST", "https://h/", nil)
		r.Header.Set("Authorization", header)
		if acs.ACS3Check(r, nil, "secret") == nil || acs.ROACheck(r, nil, "secret") == nil {
			t.Fatalf("%q passes", header)
		}
	})
}
