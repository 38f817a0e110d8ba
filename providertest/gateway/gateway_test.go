package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

func TestCallsOfEveryProtocol(t *testing.T) {
	_, c := newGateway(t, nil)
	made := c.vpc("CreateVpc", map[string]string{"CidrBlock": "10.0.0.0/8", "VpcName": "a b*~/é 编排", "Tag.1.Key": "k", "Tag.1.Value": "v"})
	c.want(made, 200, "")
	id, _ := made.at("VpcId").(string)
	if id == "" || made.at("RequestId") != made.header.Get("X-Acs-Request-Id") {
		t.Fatalf("made %s", made.text)
	}
	look := map[string]*answer{
		"form":       c.vpc("DescribeVpcs", map[string]string{"VpcId": id}),
		"no host":    c.post("127.0.0.1:8080", "2016-04-28", "DescribeVpcs", map[string]string{"VpcId": id}),
		"ACS3 query": c.acs3("POST", "https://vpc.aliyuncs.com/?RegionId=cn-hangzhou&VpcId="+id, "2016-04-28", "DescribeVpcs", "", ""),
		"ACS3 GET":   c.acs3("GET", "https://vpc.aliyuncs.com?RegionId=cn-hangzhou&VpcId="+id, "2016-04-28", "DescribeVpcs", "", ""),
		"ACS3 form":  c.acs3("POST", "https://vpc.aliyuncs.com/", "2016-04-28", "DescribeVpcs", "application/x-www-form-urlencoded", "VpcId="+id),
		"ACS3 JSON":  c.acs3("POST", "https://vpc.aliyuncs.com/", "2016-04-28", "DescribeVpcs", "application/json; charset=utf-8", `{"VpcId":"`+id+`"}`),
	}
	for name, a := range look {
		c.want(a, 200, "")
		if a.at("Vpcs.Vpc.VpcId") != id || a.at("Vpcs.Vpc.VpcName") != "a b*~/é 编排" || a.at("Vpcs.Vpc.Tags.Tag.Key") != "k" {
			t.Errorf("%s: %s", name, a.text)
		}
	}
	c.want(c.vpc("DeleteVpc", map[string]string{"VpcId": id}), 200, "")
	c.want(c.vpc("DescribeVpcAttribute", map[string]string{"VpcId": id}), 404, "InvalidVpcId.NotFound")
}

func TestXML(t *testing.T) {
	_, c := newGateway(t, nil)
	a := c.vpc("DescribeVpcs", map[string]string{"Format": "XML"})
	if a.status != 200 || !strings.Contains(a.text, "<DescribeVpcsResponse>") || !strings.Contains(a.text, "<Vpcs><Vpc><") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/xml") {
		t.Error(a.status, a.header, a.text)
	}
	if a := c.vpc("DescribeVpcAttribute", map[string]string{"Format": "xml", "VpcId": "vpc-a<b>"}); a.status != 404 || !strings.Contains(a.text, "<Error><Code>InvalidVpcId.NotFound</Code>") || strings.Contains(a.text, "a<b>") {
		t.Error(a.status, a.text)
	}
	c.want(c.vpc("DescribeVpcs", map[string]string{"Format": "YAML"}), 400, "InvalidParameter.Format")
}

func TestROA(t *testing.T) {
	_, c := newGateway(t, nil)
	var got *provider.Call
	for _, api := range []string{"CreateCluster", "DescribeClusterNodes", "ModifyCluster", "DescribeClusterDetail", "NewCall"} {
		c.cloud.OnCall("CS", api).Do(func(_ context.Context, call *provider.Call) (json.RawMessage, error) {
			got = call
			return json.RawMessage(`{"ok":true}`), nil
		})
	}
	host := "https://cs.cn-beijing.aliyuncs.com"
	c.want(c.roa("GET", host+"/clusters/sample%201%2F/nodes?pageSize=5&state=&nope=1", "2015-12-15", ""), 200, "")
	if got.API != "DescribeClusterNodes" || got.Method != "GET" || !strings.HasPrefix(got.URI, "/clusters/sample%201%2F/nodes?") || string(got.Parameters) != `{"pageSize":"5","state":""}` || got.Region != "cn-beijing" {
		t.Errorf("%+v %s", got, got.Parameters)
	}
	c.want(c.roa("POST", host+"/clusters", "2015-12-15", `{"name":"n"}`), 200, "")
	if got.API != "CreateCluster" || string(got.Body) != `{"name":"n"}` {
		t.Errorf("%+v %s", got, got.Body)
	}
	c.want(c.acs3("PUT", host+"/api/v2/clusters/sample-c1", "2015-12-15", "ModifyCluster", "application/json", `{"deletion_protection":true}`), 200, "")
	c.want(c.roa("GET", host+"/clusters/sample-c1", "2015-12-15", ""), 200, "")
	c.want(c.acs3("POST", host+"/new/call", "2015-12-15", "NewCall", "text/plain", "no JSON"), 200, "")
	if got.API != "NewCall" || string(got.Body) != `"no JSON"` {
		t.Errorf("%+v %s", got, got.Body)
	}
	c.want(c.roa("DELETE", host+"/api/v2/clusters/sample-c1/nothing", "2015-12-15", ""), 404, "InvalidAction.NotFound")
	c.want(c.roa("GET", host+"/nope", "2015-12-15", ""), 404, "InvalidAction.NotFound")
	c.want(c.acs3("PUT", host+"/clusters/sample-c1/nodes", "2015-12-15", "DescribeClusterNodes", "", ""), 404, "InvalidAction.NotFound")
}

// What parameters become on their way to the cloud.
func TestParameters(t *testing.T) {
	g, c := newGateway(t, nil)
	many := map[string]string{}
	for i := range 100 {
		many[fmt.Sprintf("Tag.%d.Key", i+1)] = fmt.Sprint(i)
	}
	for name, test := range map[string]struct {
		api     string
		given   map[string]string
		want    string
		ignored []string
	}{
		"lists":           {"RunInstances", map[string]string{"Tag.1.Key": "a", "Tag.1.Value": "b", "Tag.3.Key": "c", "SecurityGroupIds.2": "y", "SecurityGroupIds.1": "x"}, `{"SecurityGroupIds":["x","y"],"Tag":[{"Key":"a","Value":"b"},{"Key":"c"}]}`, nil},
		"deep":            {"RunInstances", map[string]string{"NetworkInterface.1.SecurityGroupIds.1": "s", "DataDisk.1.Size": "20", "DataDisk.1.Category": "cloud"}, `{"DataDisk":[{"Category":"cloud","Size":"20"}],"NetworkInterface":[{"SecurityGroupIds":["s"]}]}`, nil},
		"dots in a name":  {"RunInstances", map[string]string{"SystemDisk.Size": "40", "Amount": "2", "DryRun": "false"}, `{"Amount":2,"DryRun":false,"SystemDisk.Size":"40"}`, nil},
		"JSON text":       {"RunInstances", map[string]string{"Tag": `[{"Key":"a","Value":1.50}]`}, `{"Tag":[{"Key":"a","Value":1.50}]}`, nil},
		"no number":       {"RunInstances", map[string]string{"Amount": "many", "DryRun": "yes"}, `{"Amount":"many","DryRun":"yes"}`, nil},
		"unknown":         {"RunInstances", map[string]string{"Colour": "red", "Tags": "x", "tag.1.Key": "a", "Tag.x.Key": "b", "Tag..Key": "c"}, `{"Tag":{"x":{"Key":"b"}}}`, []string{"Colour", "Tag..Key", "Tags", "tag.1.Key"}},
		"whole and part":  {"RunInstances", map[string]string{"Tag": "[]", "Tag.1.Key": "a"}, `{"Tag":[]}`, []string{"Tag.1.Key"}},
		"part and deeper": {"RunInstances", map[string]string{"Tag.1": "x", "Tag.1.Key": "a"}, `{"Tag":["x"]}`, []string{"Tag.1.Key"}},
		"huge index":      {"RunInstances", map[string]string{"Tag.1000000000.Key": "a"}, `{"Tag":[{"Key":"a"}]}`, nil},
		"secrets":         {"RunInstances", map[string]string{"Password": "p"}, `{"Password":"******"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			g.ForgetRequests()
			c.cloud.OnCall("ECS", test.api).Answer(map[string]any{})
			c.want(c.ecs(test.api, test.given), 200, "")
			got := g.Requests()[0]
			var args map[string]json.RawMessage
			if err := json.Unmarshal(got.Arguments, &args); err != nil {
				t.Fatal(err)
			}
			delete(args, "RegionId")
			if text, _ := json.Marshal(args); string(text) != test.want || !slices.Equal(got.Ignored, test.ignored) {
				t.Errorf("%s, ignored %q; want %s, %q", text, got.Ignored, test.want, test.ignored)
			}
		})
	}
	g.ForgetRequests()
	c.want(c.ecs("RunInstances", many), 200, "")
	var args struct{ Tag []struct{ Key string } }
	if err := json.Unmarshal(g.Requests()[0].Arguments, &args); err != nil || len(args.Tag) != 100 || args.Tag[99].Key != "99" || args.Tag[9].Key != "9" {
		t.Errorf("%v, %v", args, err)
	}
}

func TestUnknownTargets(t *testing.T) {
	_, c := newGateway(t, nil)
	c.want(c.vpc("NoSuchCall", nil), 404, "InvalidAction.NotFound")
	c.want(c.vpc("describevpcs", nil), 404, "InvalidAction.NotFound")
	c.want(c.post("vpc.aliyuncs.com", "2014-05-26", "DescribeVpcs", nil), 400, "InvalidVersion")
	c.want(c.post("localhost", "1999-01-01", "DescribeVpcs", nil), 400, "InvalidVersion")
	c.want(c.post("localhost", "2014-05-26", "DescribeVpcs", nil), 200, "") // ECS has such a call too
	c.want(c.post("localhost", "", "DescribeVpcs", nil), 400, "MissingVersion")
	c.want(c.post("localhost", "2014-05-26", "", nil), 400, "MissingAction")
	c.want(c.acs3("PUT", "https://ecs.aliyuncs.com/", "2014-05-26", "DescribeVpcs", "", ""), 400, "UnsupportedHTTPMethod")
	// What two services have in the same version is told apart by the host.
	for host, want := range map[string]string{"oos.cn-hangzhou.aliyuncs.com": "OOS", "smc.aliyuncs.com": "SMC"} {
		g, c := newGateway(t, nil)
		c.post(host, "2019-06-01", "ListTagResources", map[string]string{"ResourceType": "template"})
		if got := g.Requests()[0].Service; got != want {
			t.Errorf("%s is taken for %s", host, got)
		}
	}
}

// A script may answer for a call, a version or a service that is not known.
func TestScripts(t *testing.T) {
	_, c := newGateway(t, nil)
	c.cloud.OnCall("VPC", "BrandNew").Answer(map[string]any{"New": true})
	c.cloud.OnCall("PAI-DSW", "ListInstances").Answer(map[string]any{"Instances": []any{}})
	a := c.vpc("BrandNew", map[string]string{"List.1.Name": "x"})
	c.want(a, 200, "")
	if a.at("New") != true {
		t.Error(a.text)
	}
	c.want(c.post("pai-dsw.cn-hangzhou.aliyuncs.com", "2022-01-01", "ListInstances", nil), 200, "")
	c.want(c.post("pai-dsw.cn-hangzhou.aliyuncs.com", "2022-01-01", "DeleteInstance", nil), 404, "InvalidAction.NotFound")
	if calls := c.cloud.Calls(); string(calls[0].Parameters) != `{"List":[{"Name":"x"}],"RegionId":"cn-hangzhou"}` {
		t.Errorf("%s", calls[0].Parameters)
	}
}

func TestErrorsOfServices(t *testing.T) {
	_, c := newGateway(t, nil)
	for _, test := range []struct {
		err    error
		status int
		code   string
	}{
		{&provider.Error{Kind: provider.NotFound, Code: "X.NotFound"}, 404, "X.NotFound"},
		{&provider.Error{Kind: provider.Denied, Code: "Forbidden.RAM"}, 403, "Forbidden.RAM"},
		{&provider.Error{Kind: provider.Conflict, Code: "IncorrectStatus"}, 400, "IncorrectStatus"},
		{&provider.Error{Kind: provider.Invalid, Code: "InvalidX"}, 400, "InvalidX"},
		{&provider.Error{Kind: provider.Throttled, Code: "Throttling.User", After: 1500e6}, 400, "Throttling.User"},
		{&provider.Error{Kind: provider.Throttled, Code: "TooManyRequests"}, 429, "TooManyRequests"},
		{&provider.Error{Kind: provider.Quota, Code: "QuotaExceeded.X"}, 400, "QuotaExceeded.X"},
		{&provider.Error{Kind: provider.Transient, Code: "ServiceUnavailable"}, 503, "ServiceUnavailable"},
		{&provider.Error{}, 500, "InternalError"},
		{errors.New("a script's own"), 500, "InternalError"},
	} {
		c.cloud.OnCall("VPC", "DescribeVpcs").Fail(test.err)
		c.cloud.OnCall("CS", "DescribeClusterDetail").Fail(test.err)
		c.cloud.OnCall("FC", "ListServices").Fail(test.err)
		a := c.vpc("DescribeVpcs", nil)
		c.want(a, test.status, test.code)
		for _, name := range []string{"RequestId", "HostId", "Recommend"} {
			if s, _ := a.at(name).(string); s == "" {
				t.Errorf("no %s in %s", name, a.text)
			}
		}
		if detail, _ := a.at("AccessDeniedDetail.AuthAction").(string); (detail == "vpc:DescribeVpcs") != (test.status == 403) {
			t.Errorf("the detail of %d is %q", test.status, detail)
		}
		if test.code == "Throttling.User" && a.header.Get("X-Acs-Retry-After") != "1500" {
			t.Error(a.header)
		}
		if a := c.roa("GET", "https://cs.cn-hangzhou.aliyuncs.com/clusters/sample-c1", "2015-12-15", ""); a.status != test.status || a.at("code") != test.code || a.at("requestId") == nil {
			t.Error(a.status, a.text)
		}
		if a := c.roa("GET", "https://1234567890123456.cn-hangzhou.fc.aliyuncs.com/services", "2016-08-15", ""); a.status != test.status || a.at("ErrorCode") != test.code {
			t.Error(a.status, a.text)
		}
	}
}

func TestPlainServer(t *testing.T) {
	g, c := newGateway(t, nil)
	server := httptest.NewServer(g)
	defer server.Close()
	c.rt = server.Client().Transport
	req := c.signed(strings.TrimPrefix(server.URL, "http://"), c.params("2016-04-28", "DescribeVpcs", nil))
	req.URL.Scheme = "http"
	c.want(c.send(req), 200, "")
}
