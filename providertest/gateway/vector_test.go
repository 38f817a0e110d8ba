package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/providertest"
)

// vectors are requests as the Go SDK sent them, with the signatures that it
// computed.
var vectors = []struct {
	name, method, target, body string
	header                     map[string]string
}{
	{
		name: "RPC", method: "POST",
		target: "/?AccessKeyId=testid&Action=DescribeVpcs&Format=JSON&RegionId=cn-hangzhou&SecurityToken=testtoken&SignatureMethod=HMAC-SHA1" +
			"&SignatureNonce=ad232cd5026a4fc03cb162bf10c05eaf&SignatureType=&SignatureVersion=1.0&Timestamp=2026-11-23T10%3A56%3A29Z" +
			"&Version=2014-05-26&VpcId=vpc-1&Signature=vESFhffbcj6G6vngr2eMQB0b1Kw%3D",
		body:   "Name=a+b%2A~%2F%C3%A9",
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	},
	{
		name: "ROA", method: "POST", target: "/clusters/c1?a=&b=x+y", body: `{"name":"n"}`,
		header: map[string]string{
			"Accept": "application/json", "Content-Type": "application/json", "Content-MD5": "roqAcLujb/wGhUDEFYKA/Q==", "Date": "Mon, 23 Nov 2026 10:56:29 GMT",
			"x-acs-action": "CreateCluster", "x-acs-credentials-provider": "static_sts", "x-acs-security-token": "testtoken",
			"x-acs-signature-method": "HMAC-SHA1", "x-acs-signature-version": "1.0", "x-acs-version": "2015-12-15",
			"Authorization": "acs testid:7FVQCpIaPCbS0MUGNsVHXFy+lZs=",
		},
	},
}

func TestVectors(t *testing.T) {
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	for _, v := range vectors {
		for _, wrong := range []bool{false, true} {
			cloud := providertest.New(t, nil)
			cloud.OnCall("OTHER", "CreateCluster").Answer(map[string]any{})
			g := New(cloud, &Options{Now: func() time.Time { return now }})
			g.sessions["testid"] = &Session{KeyID: "testid", Secret: "testsecret", Token: "testtoken", Expires: now.Add(time.Hour)}
			body := v.body
			if wrong {
				body = strings.Replace(body, "a", "b", 1)
			}
			r := httptest.NewRequest(v.method, "http://ecs.cn-hangzhou.aliyuncs.com"+v.target, strings.NewReader(body))
			for name, value := range v.header {
				r.Header.Set(name, value)
			}
			if v.name == "ROA" {
				r.Host = "other.cn-hangzhou.aliyuncs.com" // CS has no such path
			}
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			text, err := io.ReadAll(w.Result().Body)
			if refused := strings.Contains(string(text), "SignatureDoesNotMatch"); err != nil || refused != wrong || !wrong && w.Code != http.StatusOK {
				t.Errorf("%s, changed: %v: %d %s, %v", v.name, wrong, w.Code, text, err)
			}
		}
	}
}

func TestSessionsAreBounded(t *testing.T) {
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	g := New(providertest.New(t, nil), &Options{Now: func() time.Time { return now }})
	first := g.Issue("acs:ram::1:role/r", "s1", time.Second)
	for range maxSessions {
		g.Issue("acs:ram::1:role/r", "s1", time.Minute)
	}
	if len(g.sessions) != maxSessions || g.sessions[first.KeyID] != nil {
		t.Errorf("%d sessions, the first among them: %v", len(g.sessions), g.sessions[first.KeyID] != nil)
	}
}
