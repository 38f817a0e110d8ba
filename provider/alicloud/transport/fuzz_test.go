package transport_test

import (
	"testing"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
)

// FuzzRequest checks that a request is refused before it is sent, with a reason
// that does not pass, or arrives as it is meant and with a signature that fits.
func FuzzRequest(f *testing.F) {
	f.Add("Vpc", "2016-04-28", "DescribeVpcs", "cn-hangzhou", "", "", "Name", "a b*~", "X-A", "b", "", false, false)
	f.Add("CS", "2015-12-15", "CreateCluster", "", "PUT", "/clusters/c%2F1", "a", "", "x-acs-b", "c", "", true, true)
	f.Add("Ecs", "1", "A", "r", "GET", "/", "RegionId", "x", "Host", "evil", "https://a:b@c/", true, false)
	f.Fuzz(func(t *testing.T, product, version, api, region, method, path, name, value, header, content, endpoint string, roa, third bool) {
		req := &alicloud.Request{Product: product, Version: version, API: api, Region: region, Method: method, Path: path,
			Query: map[string]string{name: value}, Headers: map[string]string{header: content}, Endpoint: endpoint}
		if roa {
			req.Style = alicloud.ROA
		}
		signature := v1
		if third {
			signature = acs3
		}
		got, err := captured(t, req, signature)
		if err != nil {
			if e := refusal(t, err); got != nil || e.Kind != provider.Invalid && e.Kind != provider.Unsupported {
				t.Fatalf("%+v: sent %v, %v of kind %v", req, got != nil, err, e.Kind)
			}
			return
		}
		switch {
		case third:
			err = acs.ACS3Check(got.Request, got.payload, secret)
		case roa:
			err = acs.ROACheck(got.Request, got.payload, secret)
		default:
			err = acs.RPCCheck(got.Method, got.params, secret)
		}
		if err != nil {
			t.Fatalf("%+v: %v", req, err)
		}
		if v := got.params[name]; len(v) != 1 || v[0] != value {
			t.Fatalf("%+v: the parameter arrived as %q", req, v)
		}
	})
}
