package gateway_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What clients of other languages were seen to do differently from the Go SDK.

// The Node and Python clients for ROA calls send no content type where there is
// no body, which takes an empty line of the signed text; they sign "name=" for a
// parameter without a value; and they send a nonce.
func TestROAWithoutContentType(t *testing.T) {
	_, c := newGateway(t, nil)
	n := nonce()
	for _, want := range []struct {
		status int
		code   string
	}{{200, ""}, {400, "SignatureNonceUsed"}} {
		r := request(t, "GET", "https://cs.cn-hangzhou.aliyuncs.com/clusters/sample-c1/nodes?pageSize=10&nodepool_id=", "")
		date := time.Now().UTC().Format(http.TimeFormat)
		for name, v := range map[string]string{
			"accept": "application/json", "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==", "date": date,
			"x-acs-signature-method": "HMAC-SHA1", "x-acs-signature-nonce": n, "x-acs-signature-version": "1.0", "x-acs-version": "2015-12-15",
		} {
			r.Header.Set(name, v)
		}
		text := "GET\napplication/json\n1B2M2Y8AsgTpgAmY7PhCfg==\n\n" + date + "\nx-acs-signature-method:HMAC-SHA1\nx-acs-signature-nonce:" + n +
			"\nx-acs-signature-version:1.0\nx-acs-version:2015-12-15\n/clusters/sample-c1/nodes?nodepool_id=&pageSize=10"
		h := hmac.New(sha1.New, []byte(c.secret))
		h.Write([]byte(text))
		r.Header.Set("authorization", "acs "+c.id+":"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
		c.want(c.send(r), want.status, want.code)
	}
}

// Clients generated with Tea put all parameters of an RPC call into the query of
// a POST whose body is empty, and escape by RFC 3986. Their hosts may be an
// address and a port.
func TestTea(t *testing.T) {
	g, c := newGateway(t, nil)
	query := "?Amount=2&InstanceIds=%5B%22i-1%22%5D&RegionId=cn-hangzhou&VpcName=%E7%BC%96%E6%8E%92%20a%2Ab~"
	c.want(c.acs3("POST", "http://127.0.0.1:18999/"+query, "2016-04-28", "CreateVpc", "", ""), 200, "")
	got := g.Requests()[0]
	if got.Service != "VPC" || string(got.Arguments) != `{"RegionId":"cn-hangzhou","VpcName":"编排 a*b~"}` || strings.Join(got.Ignored, " ") != "Amount InstanceIds" {
		t.Errorf("%+v %s", got, got.Arguments)
	}
	c.want(c.acs3("GET", "http://127.0.0.1:18999/clusters/sample%201/nodes?pageSize=5", "2015-12-15", "DescribeClusterNodes", "", ""), 200, "")
	c.want(c.acs3("POST", "http://127.0.0.1:18999/templates", "2015-12-15", "CreateTemplate", "application/json; charset=utf-8", `{"name":"n"}`), 200, "")
}

// Older clients ask the location service for hosts.
func TestLocation(t *testing.T) {
	_, c := newGateway(t, nil)
	ask := func(given map[string]string) *answer {
		return c.post("location-readonly.aliyuncs.com", "2015-06-12", "DescribeEndpoints", given)
	}
	a := ask(map[string]string{"Id": "cn-beijing", "ServiceCode": "ecs", "Type": "openAPI"})
	c.want(a, 200, "")
	if a.at("Endpoints.Endpoint.Endpoint") != "ecs.cn-beijing.aliyuncs.com" {
		t.Error(a.text)
	}
	a = ask(nil)
	c.want(a, 200, "")
	if list, ok := a.at("Endpoints.Endpoint").([]any); !ok || len(list) != 0 {
		t.Error(a.text)
	}
}
