package transport_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
	"github.com/bianpai/bianpai/provider/calls"
)

// where tells where a request goes, as "scheme://address host".
func where(t *testing.T, req *alicloud.Request, change func(*transport.Options)) string {
	t.Helper()
	var got string
	tr := made(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		got = r.URL.Scheme + "://" + r.URL.Host + " " + r.Host
		return answer(200, "{}"), nil
	}), change)
	if _, err := tr.Do(t.Context(), req); err != nil {
		return err.Error()
	}
	return got
}

func TestEndpoints(t *testing.T) {
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	cases := []struct {
		product, version, region, endpoint string
		change                             func(*transport.Options)
		want                               string // a host, or all that where tells
	}{
		{"Ecs", "2014-05-26", "cn-hangzhou", "", nil, "ecs.cn-hangzhou.aliyuncs.com"},
		{"ECS", "2014-05-26", "me-central-1", "", nil, "ecs.me-central-1.aliyuncs.com"},
		{"Vpc", "2016-04-28", "cn-hangzhou", "", nil, "vpc.aliyuncs.com"},
		{"Vpc", "2016-04-28", "cn-shanghai", "", nil, "vpc.cn-shanghai.aliyuncs.com"},
		{"R-kvstore", "2015-01-01", "cn-beijing", "", nil, "r-kvstore.aliyuncs.com"},
		{"R-kvstore", "2015-01-01", "eu-central-1", "", nil, "r-kvstore.eu-central-1.aliyuncs.com"},
		{"Ram", "2015-05-01", "cn-beijing", "", nil, "ram.aliyuncs.com"},
		{"Sts", "2015-04-01", "cn-beijing", "", nil, "sts.cn-beijing.aliyuncs.com"},
		{"fnf", "2019-03-15", "cn-beijing", "", nil, "cn-beijing.fnf.aliyuncs.com"},
		{"FC-Open", "2021-04-06", "cn-beijing", "", func(o *transport.Options) { o.Account = "123" }, "123.cn-beijing.fc.aliyuncs.com"},

		{"Ecs", "2014-05-26", "cn-beijing", "", func(o *transport.Options) { o.VPC = true }, "ecs-vpc.cn-beijing.aliyuncs.com"},
		{"Rds", "2014-08-15", "cn-beijing", "", func(o *transport.Options) { o.VPC = true }, "rds-vpc.cn-beijing.aliyuncs.com"},
		{"Ram", "2015-05-01", "cn-beijing", "", func(o *transport.Options) { o.VPC = true }, "ram.vpc-proxy.aliyuncs.com"},
		{"Cdn", "2018-05-10", "cn-beijing", "", func(o *transport.Options) { o.VPC = true }, "cdn.aliyuncs.com"},
		{"ROS", "2019-09-10", "cn-beijing", "", nil, "ros.aliyuncs.com"},
		{"ROS", "2019-09-10", "ap-southeast-1", "", func(o *transport.Options) { o.International = true }, "ros-intl.aliyuncs.com"},
		{"Ecs", "2014-05-26", "ap-southeast-1", "", func(o *transport.Options) { o.International = true }, "ecs.ap-southeast-1.aliyuncs.com"},

		{"Ecs", "2014-05-26", "cn-beijing", "", func(o *transport.Options) { o.Endpoints = map[string]string{"eCS": "ecs.REGION.example"} }, "ecs.cn-beijing.example"},
		{"Nonesuch", "1", "cn-beijing", "", func(o *transport.Options) { o.Endpoints = map[string]string{"nonesuch": "https://n.example:8443/"} }, "n.example:8443"},
		{"Ecs", "2014-05-26", "cn-beijing", "mine.example", func(o *transport.Options) { o.Endpoints = map[string]string{"ecs": "x.example"} }, "mine.example"},
		{"Ecs", "2014-05-26", "cn-beijing", "http://127.0.0.1:8080", nil, "http://127.0.0.1:8080 127.0.0.1:8080"},
		{"Ecs", "2014-05-26", "cn-beijing", "http://[::1]:8080", nil, "http://[::1]:8080 [::1]:8080"},

		{"Ecs", "2014-05-26", "cn-beijing", "", func(o *transport.Options) { o.Getenv = env("ECS_ENDPOINT", "old.example") }, "old.example"},
		{"Ecs", "2014-05-26", "cn-beijing", "", func(o *transport.Options) {
			o.Getenv = env("ECS_ENDPOINT", "old.example", "ALIBABA_CLOUD_ENDPOINT_ECS", " https://new.example ")
		}, "new.example"},
		{"R-kvstore", "2015-01-01", "cn-beijing", "", func(o *transport.Options) { o.Getenv = env("ALIBABA_CLOUD_ENDPOINT_R_KVSTORE", "r.example") }, "r.example"},
		{"R-kvstore", "2015-01-01", "cn-beijing", "", func(o *transport.Options) { o.Getenv = env("KVSTORE_ENDPOINT", "k.example") }, "k.example"},
		{"Ecs", "2014-05-26", "cn-beijing", "", func(o *transport.Options) {
			o.Getenv, o.Endpoints = env("ECS_ENDPOINT", "env.example"), map[string]string{"ecs": "option.example"}
		}, "option.example"},
		{"Ecs", "2014-05-26", "cn-beijing", "", func(o *transport.Options) { o.Getenv = env("ECS_ENDPOINT", "http://far.example") }, ""},

		{"Ecs", "2014-05-26", "cn-beijing", "", func(o *transport.Options) { o.Endpoint = "http://local:80/" }, "http://local:80 ecs.cn-beijing.aliyuncs.com"},
		{"Ecs", "2014-05-26", "cn-beijing", "mine.example", func(o *transport.Options) { o.Endpoint = "https://local" }, "https://local mine.example"},
		{"No Such_One", "1", "cn-beijing", "", func(o *transport.Options) { o.Endpoint = "https://local" }, "https://local no-such_one.cn-beijing.aliyuncs.com"},
	}
	for _, c := range cases {
		change := c.change
		if change == nil {
			change = v1
		}
		got := where(t, &alicloud.Request{Product: c.product, Version: c.version, API: "A", Region: c.region, Endpoint: c.endpoint}, change)
		want := c.want
		switch {
		case want == "":
			want = "BadEndpoint: the endpoint of Ecs: it is a URL of http, by which credentials do not travel to another machine"
		case !strings.Contains(want, "://"):
			want = "https://" + want + " " + want
		}
		if got != want {
			t.Errorf("%s in %s: %s, want %s", c.product, c.region, got, want)
		}
	}
}

// TestEnvironmentIsNotRead checks that nothing is asked but what Getenv says.
func TestEnvironmentIsNotRead(t *testing.T) {
	t.Setenv("ECS_ENDPOINT", "env.example")
	req := &alicloud.Request{Product: "Ecs", Version: "2014-05-26", API: "A", Region: "cn-beijing"}
	if got := where(t, req, v1); strings.Contains(got, "env.example") {
		t.Error(got)
	}
	if got := where(t, req, func(o *transport.Options) { o.Getenv = os.Getenv }); !strings.Contains(got, "env.example") {
		t.Error(got)
	}
}

// TestServicesHaveEndpoints goes through the services whose calls are known.
// These have none: they are no public services of the gateway, or of a protocol
// of their own.
func TestServicesHaveEndpoints(t *testing.T) {
	without := map[string]bool{"devops-inner": true, "rdc-inner": true, "Oss": true, "Mns": true, "FC": true}
	for s := range calls.Default().Services() {
		got := where(t, &alicloud.Request{Product: s.Product, Version: s.Version, API: "A", Region: "cn-beijing"}, func(o *transport.Options) { o.Account = "1" })
		if has := strings.HasPrefix(got, "https://"); has == without[s.Product] {
			t.Errorf("%s %s: %s", s.Product, s.Version, got)
		}
	}
}
