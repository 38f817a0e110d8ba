package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// FuzzRequest sends what no client would: the answer is never the server's
// fault, and always one that a client can read.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][6]string{
		{"POST", "/", "Action=DescribeVpcs&Version=2016-04-28", "application/x-www-form-urlencoded", "", "Tag.1.Key=a"},
		{"GET", "/", "Action=RunInstances&Version=2014-05-26&Tag.1.Key=%zz", "", "", ""},
		{"PUT", "/clusters/c%2F1/nodes", "pageSize=1;a", "application/json", "acs x:y", `{"a":1`},
		{"POST", "/", "Version=2014-05-26", "application/json", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=,Signature=b", `[1]`},
		{"POST", "/", "Version=2014-05-26&Action=DescribeVpcs&Format=XML", "a;b=\"", "ACS3-HMAC-SHA256 Credential", "\xff\x00"},
		{"HEAD", "//..//", "Version=2015-12-15", "", "Basic x", ""},
		{"POST", "/", "Action=AssumeRoleWithOIDC&Version=2015-04-01&OIDCToken=a.e30.c&OIDCProviderArn=a&RoleArn=b&RoleSessionName=c", "", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5])
	}
	g := gateway.New(providertest.New(f, nil), &gateway.Options{Log: 1, Nonces: 8})
	f.Fuzz(func(t *testing.T, method, path, query, contentType, authorization, body string) {
		r := httptest.NewRequest(http.MethodPost, "http://vpc.aliyuncs.com/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Acs-Version", "2015-12-15")
		readable(t, g, r)
	})
}

// FuzzParameters sends signed calls with parameters of any name.
func FuzzParameters(f *testing.F) {
	f.Add("RunInstances", "Tag.1.Key", "a", "Tag.1", "b", `{"Tag":[{"Key":1}]}`)
	f.Add("RunInstances", "Tag.2.Key.3.4", "[", "DataDisk.99999999999999999999.Size", "{}", `{"DataDisk":"x","ImageId":{}}`)
	f.Add("DescribeInstances", "InstanceIds", `["i-1"`, "PageSize", "-1", `{"PageNumber":1e999}`)
	f.Add("DescribeInstances", "NextToken", "AAAA", "MaxResults", "0x10", `null`)
	f.Add("TagResources", "ResourceId.1", "", ".", ".", `{"":{}}`)
	f.Add("RunInstances", "Tag.1."+strings.Repeat("1.", 100), "x", "Amount", "1e3", `{"Amount":-5}`)
	g := gateway.New(providertest.New(f, nil), &gateway.Options{Log: 1})
	f.Fuzz(func(t *testing.T, action, name, value, other, second, body string) {
		q := url.Values{"RegionId": {"cn-hangzhou"}}
		q.Add(name, value)
		q.Add(other, second)
		r := httptest.NewRequest(http.MethodPost, "http://ecs.aliyuncs.com/?"+q.Encode(), strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Acs-Version", "2014-05-26")
		r.Header.Set("X-Acs-Action", action)
		acs.ACS3Sign(r, []byte(body), gateway.KeyID, gateway.KeySecret, "", time.Now(), nonce())
		readable(t, g, r)
	})
}

func readable(t *testing.T, g *gateway.Gateway, r *http.Request) {
	t.Helper()
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code >= 500 {
		t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
	}
	if r.Method != http.MethodHead && strings.Contains(w.Header().Get("Content-Type"), "json") && !json.Valid(w.Body.Bytes()) {
		t.Errorf("%s %s: not JSON: %s", r.Method, r.URL, w.Body)
	}
}
