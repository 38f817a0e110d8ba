package transport_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

func TestRPCOnTheWire(t *testing.T) {
	req := describeVPCs()
	req.Query["Name"], req.Query["Empty"], req.Query["UserData"] = "a b*~/\u00e9&=", "", strings.Repeat("x", 100_000)
	req.Headers = map[string]string{"x-custom": "1"}
	got, err := captured(t, req, func(o *transport.Options) { o.UserAgent = "prog/1" })
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.Path != "/" || got.Host != "vpc.cn-shanghai.aliyuncs.com" {
		t.Errorf("%s %s at %s", got.Method, got.URL, got.Host)
	}
	if len(got.RequestURI) > 1000 {
		t.Errorf("the parameters are in the URL, which has %d bytes", len(got.RequestURI))
	}
	for name, value := range req.Query {
		if !slices.Equal(got.params[name], []string{value}) {
			t.Errorf("%s: %q, want %q", name, got.params[name], value)
		}
	}
	for name, value := range map[string]string{"Action": "DescribeVpcs", "Version": "2016-04-28", "RegionId": "cn-shanghai", "AccessKeyId": keyID, "SecurityToken": token, "Format": "JSON"} {
		if !slices.Equal(got.params[name], []string{value}) {
			t.Errorf("%s: %q, want %q", name, got.params[name], value)
		}
	}
	if got.params.Has("Absent") || got.Header.Get("X-Custom") != "1" || !strings.HasSuffix(got.UserAgent(), " bianpai prog/1") {
		t.Errorf("headers %v", got.Header)
	}
	if err := acs.RPCCheck("POST", got.params, secret); err != nil {
		t.Error(err)
	}
	if _, err := time.Parse(acs.TimeLayout, got.params.Get("Timestamp")); err != nil || got.params.Get("SignatureNonce") == "" {
		t.Errorf("time %q, nonce %q", got.params.Get("Timestamp"), got.params.Get("SignatureNonce"))
	}
}

func TestRegionOfACall(t *testing.T) {
	for _, c := range []struct{ region, said, want string }{
		{"cn-beijing", "", "cn-beijing"}, {"", "", "cn-hangzhou"}, {"cn-beijing", "cn-chengdu", "cn-chengdu"},
	} {
		req := describeVPCs()
		req.Region = c.region
		if c.said != "" {
			req.Query["RegionId"] = c.said
		}
		got, err := captured(t, req)
		if err != nil || !slices.Equal(got.params["RegionId"], []string{c.want}) {
			t.Errorf("%+v: %v %v", c, got.params["RegionId"], err)
		}
		if _, twice := req.Query["Action"]; twice {
			t.Error("the request was changed")
		}
	}
}

func TestROAOnTheWire(t *testing.T) {
	req := createCluster()
	req.Headers = map[string]string{"X-Acs-Custom": "1"}
	got, err := captured(t, req)
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.EscapedPath() != "/clusters/c%2F1" || got.Host != "cs.cn-shanghai.aliyuncs.com" || string(got.payload) != `{"name":"n"}` {
		t.Errorf("%s %s at %s: %s", got.Method, got.URL, got.Host, got.payload)
	}
	if !slices.Equal(got.params["a"], []string{""}) || got.params.Get("b") != "x y*~\u00e9" || len(got.params) != 2 {
		t.Errorf("query %v", got.params)
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "X-Acs-Version": "2015-12-15", "X-Acs-Action": "CreateCluster", "X-Acs-Security-Token": token, "X-Acs-Custom": "1"} {
		if v := got.Header.Get(name); v != value {
			t.Errorf("%s: %q, want %q", name, v, value)
		}
	}
	if id, _, ok := acs.ROAAuthorization(got.Header.Get("Authorization")); !ok || id != keyID {
		t.Errorf("Authorization %q", got.Header.Get("Authorization"))
	}
	if err := acs.ROACheck(got.Request, got.payload, secret); err != nil {
		t.Error(err)
	}
}

func TestACS3OnTheWire(t *testing.T) {
	for _, req := range []*alicloud.Request{describeVPCs(), createCluster(), {Product: "Ecs", Version: "2014-05-26", API: "DescribeRegions", Method: "GET", Query: map[string]string{"A": "b c"}}} {
		got, err := captured(t, req, acs3)
		if err != nil {
			t.Fatal(err)
		}
		if err := acs.ACS3Check(got.Request, got.payload, secret); err != nil {
			t.Errorf("%s: %v\n%s", req.API, err, got.Header.Get("Authorization"))
		}
		for name := range got.params {
			if strings.HasPrefix(name, "Signature") || name == "AccessKeyId" || name == "SecurityToken" || name == "Timestamp" || name == "Action" {
				t.Errorf("%s: the old signature's %s is still there", req.API, name)
			}
		}
		for name := range got.Header {
			if name == "Content-Md5" || name == "Date" || strings.HasPrefix(name, "X-Acs-Signature-") && name != "X-Acs-Signature-Nonce" {
				t.Errorf("%s: the old signature's %s is still there", req.API, name)
			}
		}
		if got.Header.Get("X-Acs-Action") != req.API || got.Header.Get("X-Acs-Version") != req.Version || got.Header.Get("X-Acs-Security-Token") != token {
			t.Errorf("%s: headers %v", req.API, got.Header)
		}
		for name, value := range req.Query {
			if !slices.Equal(got.params[name], []string{value}) {
				t.Errorf("%s: %s is %q, want %q", req.API, name, got.params[name], value)
			}
		}
	}
}

// TestSignaturesFit checks the SDK's signatures with those of package acs, over
// many parameters that are hard to encode.
func TestSignaturesFit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("aZ0-_.~!*'()&=+%/?#[]@:;, \"<>{}|\\^`\t\n\u00e9\u4e2d\U0001f600")
	text := func() string {
		runes := make([]rune, rng.IntN(8))
		for i := range runes {
			runes[i] = alphabet[rng.IntN(len(alphabet))]
		}
		return string(runes)
	}
	for i := range 300 {
		params := map[string]string{}
		for range rng.IntN(6) {
			params["P"+text()] = text()
		}
		rpc := describeVPCs()
		rpc.Query = params
		rpc.Method = []string{"", "GET"}[i%2]
		roa := createCluster()
		roa.Query = params
		roa.Method = []string{"PUT", "DELETE", "GET"}[i%3]
		if i%2 == 0 {
			roa.Body = nil
		}
		got, err := captured(t, rpc)
		if err != nil {
			t.Fatal(err)
		}
		if err := acs.RPCCheck(got.Method, got.params, secret); err != nil {
			t.Fatalf("RPC %q: %v", params, err)
		}
		if got, err = captured(t, roa); err != nil {
			t.Fatal(err)
		}
		if err := acs.ROACheck(got.Request, got.payload, secret); err != nil {
			t.Fatalf("ROA %q: %v\n%s", params, err, acs.ROAText(got.Request))
		}
		for _, req := range []*alicloud.Request{rpc, roa} {
			if got, err = captured(t, req, acs3); err != nil {
				t.Fatal(err)
			}
			if err := acs.ACS3Check(got.Request, got.payload, secret); err != nil {
				t.Fatalf("ACS3 %s %q: %v", req.API, params, err)
			}
			for name, value := range params {
				if got.params.Get(name) != value {
					t.Fatalf("%s: %q is %q, want %q", req.API, name, got.params.Get(name), value)
				}
			}
		}
	}
}

// TestWhatCannotBeSent checks requests that are refused before anything is
// asked for or sent.
func TestWhatCannotBeSent(t *testing.T) {
	cases := []struct {
		what   string
		change func(r *alicloud.Request)
		code   string
	}{
		{"style of the log service", func(r *alicloud.Request) { r.Style = alicloud.SLS }, "UnsupportedStyle"},
		{"no such product", func(r *alicloud.Request) { r.Product = "Nonesuch" }, "NoEndpoint"},
		{"account in the host", func(r *alicloud.Request) { r.Product, r.Version = "FC-Open", "2021-04-06" }, "NoEndpoint"},
		{"region as a host", func(r *alicloud.Request) { r.Region = "evil.example/" }, "BadRegion"},
		{"blank API", func(r *alicloud.Request) { r.API = "" }, "BadRequest"},
		{"method", func(r *alicloud.Request) { r.Method = "GET /" }, "BadRequest"},
		{"body of an RPC call", func(r *alicloud.Request) { r.Body = []byte("{}") }, "BadRequest"},
		{"key of another", func(r *alicloud.Request) { r.Query["AccessKeyId"] = "x" }, "ReservedParameter"},
		{"another action", func(r *alicloud.Request) { r.Query["Action"] = "DeleteVpc" }, "ReservedParameter"},
		{"another host", func(r *alicloud.Request) { r.Headers = map[string]string{"hOst": "x"} }, "BadHeader"},
		{"a second header", func(r *alicloud.Request) { r.Headers = map[string]string{"X-A": "x\r\nX-B: y"} }, "BadHeader"},
		{"another token", func(r *alicloud.Request) { r.Headers = map[string]string{"X-Acs-Security-Token": "x"} }, "BadHeader"},
		{"path", func(r *alicloud.Request) { r.Style, r.Path = alicloud.ROA, "/a b" }, "BadPath"},
		{"path with a query", func(r *alicloud.Request) { r.Style, r.Path = alicloud.ROA, "/a?b" }, "BadPath"},
		{"path of a host", func(r *alicloud.Request) { r.Style, r.Path = alicloud.ROA, "@evil.example/" }, "BadPath"},
		{"path with a bad escape", func(r *alicloud.Request) { r.Style, r.Path = alicloud.ROA, "/%zz" }, "BadPath"},
		{"http to another machine", func(r *alicloud.Request) { r.Endpoint = "http://vpc.aliyuncs.com" }, "BadEndpoint"},
		{"endpoint with a path", func(r *alicloud.Request) { r.Endpoint = "vpc.aliyuncs.com/x" }, "BadEndpoint"},
		{"endpoint that is written in two ways", func(r *alicloud.Request) { r.Endpoint = `"0000` }, "BadEndpoint"},
		{"endpoint with a user", func(r *alicloud.Request) { r.Endpoint = "a:b@vpc.aliyuncs.com" }, "BadEndpoint"},
	}
	for _, c := range cases {
		req := describeVPCs()
		c.change(req)
		got, err := captured(t, req)
		e := refusal(t, err)
		if e.Code != c.code || e.Kind.Retry() || got != nil {
			t.Errorf("%s: %v (%v), sent %v, want %s", c.what, err, e.Kind, got != nil, c.code)
		}
	}
	same := describeVPCs()
	same.Query["Action"], same.Query["Version"], same.Query["Format"] = "DescribeVpcs", "2016-04-28", "JSON"
	if _, err := captured(t, same); err != nil {
		t.Errorf("what the call says anyway is refused: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, o := range []transport.Options{
		{Endpoint: "127.0.0.1:80"}, {Endpoint: "https://h/path"}, {Endpoint: "ftp://h"}, {Endpoints: map[string]string{"ecs": "http://far.example"}},
		{Endpoints: map[string]string{"ecs": "a b"}}, {Signature: 7}, {Timeout: -1}, {MaxAnswer: -1}, {Region: "a/b"},
	} {
		if _, err := transport.New(provide(nil), &o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	if _, err := transport.New(nil, nil); err == nil {
		t.Error("no provider of credentials is taken")
	}
}

// TestEnvironmentOfTheSDK checks that variables which the SDK reads, and cannot
// all read, do not matter.
func TestEnvironmentOfTheSDK(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, "://%zz")
	}
	t.Setenv("NO_PROXY", "+,[::1]")
	if _, err := captured(t, describeVPCs()); err != nil {
		t.Error(err)
	}
}

// TestNoncesDiffer checks that no two calls carry the same nonce.
func TestNoncesDiffer(t *testing.T) {
	nonces := map[string]bool{}
	for i := range 50 {
		for _, change := range []func(*transport.Options){v1, acs3} {
			got, err := captured(t, describeVPCs(), change)
			if err != nil {
				t.Fatal(err)
			}
			nonce := got.params.Get("SignatureNonce") + got.Header.Get("X-Acs-Signature-Nonce")
			if nonce == "" || nonces[nonce] {
				t.Fatalf("call %d: nonce %q", i, nonce)
			}
			nonces[nonce] = true
		}
	}
}

var _ http.RoundTripper = roundTrip(nil)
