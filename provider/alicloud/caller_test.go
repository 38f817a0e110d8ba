package alicloud

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

func newCaller(t testing.TB, tr Transport, opts *CallerOptions) *Caller {
	t.Helper()
	if opts == nil {
		opts = &CallerOptions{Region: "cn-hangzhou"}
	}
	c, err := NewCaller(tr, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shown writes a request as one line: style, method and host, product, version,
// API, path, and then what it carries, sorted.
func shown(r *Request) string {
	all := []string{[...]string{"RPC", "ROA", "SLS"}[r.Style], r.Method, r.Product, r.Version, r.API, "@" + r.Region}
	if r.Path != "" {
		all = append(all, r.Path)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Query)) {
		all = append(all, name+"="+r.Query[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		all = append(all, name+": "+r.Headers[name])
	}
	if r.Body != nil {
		all = append(all, "body "+string(r.Body))
	}
	return strings.Join(all, " ")
}

func TestCallerRequests(t *testing.T) {
	for _, test := range []struct {
		name, want string
		call       provider.Call
		params     string
	}{
		{"no parameters", "RPC POST Ecs 2014-05-26 DescribeInstances @cn-hangzhou", provider.Call{Service: "ECS", API: "DescribeInstances"}, ``},
		{"names in any case", "RPC POST Ecs 2014-05-26 DescribeInstances @cn-beijing InstanceName=web RegionId=cn-beijing",
			provider.Call{Service: "ecs", API: "describeinstances"}, `{"instancename": "web", "regionId": "cn-beijing"}`},
		{"the call's region", "RPC POST Ecs 2014-05-26 DescribeInstances @cn-shanghai RegionId=cn-beijing",
			provider.Call{Service: "ECS", API: "DescribeInstances", Region: "cn-shanghai"}, `{"RegionId": "cn-beijing"}`},
		{"a list for one text", `RPC POST Ecs 2014-05-26 DescribeInstances @cn-hangzhou InstanceIds=["i-1","i-2"] PageSize=10`,
			provider.Call{Service: "ECS", API: "DescribeInstances"}, `{"InstanceIds": ["i-1", "i-2"], "PageSize": 10, "VpcId": null}`},
		{"lists by elements", "RPC POST Ecs 2014-05-26 RunInstances @cn-hangzhou ClientToken=t DataDisk.1.Size=20 DataDisk.2.Category=cloud_essd DryRun=false " +
			"SecurityGroupIds.1=sg-1 SystemDisk.Size=40 Tag.1.Key=k Tag.1.Value=<v&>",
			provider.Call{Service: "ECS", API: "RunInstances", Token: "t"},
			`{"DataDisks": [{"size": 20}, null, {"Category": "cloud_essd"}], "SecurityGroupIds": "sg-1", "SystemDiskSize": 40, "Tags": [{"Key": "k", "Value": "<v&>"}], "DryRun": false}`},
		{"lists as JSON text", "RPC POST Ecs 2014-05-26 RunInstances @cn-hangzhou ClientToken=mine Tag.1.Key=k Tag.2.Key=l",
			provider.Call{Service: "ECS", API: "RunInstances", Token: "t"}, `{"Tag": "[{\"Key\": \"k\"}, {\"Key\": \"l\"}]", "ClientToken": "mine"}`},
		{"elements one by one", "RPC POST Ecs 2014-05-26 RunInstances @cn-hangzhou Tag.1.Key=a Tag.2.Key=b Tag.3.Key=c",
			provider.Call{Service: "ECS", API: "RunInstances"}, `{"Tag.1.Key": "a", "Tag2Key": "b", "Tag.3": {"key": "c"}}`},
		{"a struct whose members the table has", "RPC POST Ecs 2014-05-26 RunInstances @cn-hangzhou SystemDisk.Category=cloud SystemDisk.Size=40",
			provider.Call{Service: "ECS", API: "RunInstances"}, `{"SystemDisk": {"size": 40, "Category": "cloud"}}`},
		{"what the table lacks", `RPC POST Ecs 2014-05-26 StopInstance @cn-hangzhou Brand.1=a Brand.2.X=1 InstanceId=i-1 New={"a":{"b":1}} Nil=true`,
			provider.Call{Service: "ECS", API: "StopInstance"}, `{"InstanceId": "i-1", "Brand": ["a", {"X": 1}], "New": {"a": {"b": 1}}, "Nil": true}`},
		{"no token for what reads", "RPC POST ROS 2019-09-10 GetStack @cn-hangzhou StackId=s",
			provider.Call{Service: "ROS", API: "GetStack", Token: "t"}, `{"StackId": "s"}`},
		{"JSON text", `RPC POST Ens 2017-11-10 CreateNetworkInterface @cn-hangzhou SecurityGroupIds=["a"]`,
			provider.Call{Service: "ENS", API: "CreateNetworkInterface"}, `{"SecurityGroupIds": ["a"]}`},
		{"a map with free keys", "RPC POST SWAS-OPEN 2020-06-01 RunCommand @cn-hangzhou Parameters.a=1 Parameters.b=x",
			provider.Call{Service: "SWAS-OPEN", API: "RunCommand"}, `{"Parameters": {"a": 1, "b": "x"}}`},
		{"another version", "RPC POST Ecs 2030-01-01 RunInstances @cn-hangzhou ClientToken=t Tag.1.Key=k",
			provider.Call{Service: "ECS", API: "RunInstances", Version: "2030-01-01", Token: "t"}, `{"Tags": [{"Key": "k"}]}`},
		{"a newer API", `RPC POST Ecs 2014-05-26 FlyInstance @cn-hangzhou InstanceIds.1=i`,
			provider.Call{Service: "ECS", API: "FlyInstance", Version: "2014-05-26", Token: "t"}, `{"InstanceIds": ["i"]}`},
		{"a service of another day", "RPC GET Moon 2031-01-01 Land @cn-hangzhou Where=x",
			provider.Call{Service: "Moon", API: "Land", Version: "2031-01-01", Method: "get"}, `{"Where": "x"}`},
		{"a service of another day with paths", "ROA PUT Moon 2031-01-01 Land @cn-hangzhou /seas/a%20b q=1 r=2 body {\"x\":1}",
			provider.Call{Service: "Moon", API: "Land", Version: "2031-01-01", Method: "PUT", URI: "/seas/a b?q=1", Body: json.RawMessage(`{"x":1}`)}, `{"r": 2}`},
		{"a path", "ROA GET CS 2015-12-15 DescribeClusterNodes @cn-hangzhou /clusters/c%2F1/nodes pageSize=5",
			provider.Call{Service: "CS", API: "DescribeClusterNodes"}, `{"clusterid": "c/1", "pageSize": "5", "RegionId": "cn-hangzhou"}`},
		{"a URI", "ROA GET CS 2015-12-15 DescribeClusterNodes @cn-beijing /clusters/c%201/nodes pageSize=5 state=a b X-A: b",
			provider.Call{Service: "CS", API: "DescribeClusterNodes", Region: "cn-beijing", URI: "clusters/c%201/nodes?state=a+b", Header: map[string]string{"X-A": "b", "Content-MD5": ""}}, `{"pageSize": "5"}`},
		{"an API with a path that the table lacks", "ROA POST CS 2015-12-15 Paint @cn-hangzhou /paint body <xml/>",
			provider.Call{Service: "CS", API: "Paint", Method: "POST", URI: "/paint", Body: json.RawMessage(`"<xml/>"`)}, ``},
		{"a form", "ROA PUT Edas 2017-08-01 UpdateK8sSecret @cn-hangzhou /pop/v5/k8s/acs/k8s_secret Content-Type: application/x-www-form-urlencoded body Base64Encoded=true&Name=a%26b",
			provider.Call{Service: "EDAS", API: "UpdateK8sSecret"}, `{"Name": "a&b", "base64Encoded": true}`},
		{"a parameter that is the body", `ROA POST elasticsearch 2017-06-13 InstallLogstashSystemPlugin @cn-hangzhou /openapi/logstashes/ls-1/plugins/system/actions/install clientToken=t body ["p"]`,
			provider.Call{Service: "ELASTICSEARCH", API: "InstallLogstashSystemPlugin", Token: "t"}, `{"InstanceId": "ls-1", "body": ["p"]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.call.Parameters = json.RawMessage(test.params)
			got, err := newCaller(t, &table{}, nil).request(&test.call)
			if err != nil {
				t.Fatal(err)
			}
			if shown(got) != test.want {
				t.Errorf("got  %s\nwant %s", shown(got), test.want)
			}
		})
	}
}

func TestCallerRefuses(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for _, test := range []struct {
		call   provider.Call
		params string
		kind   provider.Kind
		says   string
	}{
		{provider.Call{Service: "ECS"}, ``, provider.Invalid, "a call needs a service and an API"},
		{provider.Call{API: "X", Version: "1"}, ``, provider.Invalid, "a call needs a service and an API"},
		{provider.Call{Service: "ECX", API: "RunInstances"}, ``, provider.Unsupported, "does not know the service ECX; a call with a Version is sent as it is; is EC"},
		{provider.Call{Service: "ECS", API: "RunInstance"}, ``, provider.Unsupported, "API RunInstance of service ECS; a call with a Version, or with Method and URI, is sent as it is; is RunInstances meant?"},
		{provider.Call{Service: "OSS", API: "GetBucketInfo"}, ``, provider.Unsupported, "the service OSS does not take calls as the gateway does"},
		{provider.Call{Service: "SLS", API: "GetLogs", Version: "2020-12-30"}, ``, provider.Unsupported, "the service SLS does not"},
		{provider.Call{Service: "ECS", API: "RunInstances"}, `[]`, provider.Invalid, "no JSON object"},
		{provider.Call{Service: "ECS", API: "RunInstances"}, `{"": 1}`, provider.Invalid, "without a name"},
		{provider.Call{Service: "ECS", API: "RunInstances"}, `{"ImageId": "CANARY", "imageid": "b"}`, provider.Invalid, "ImageId twice"},
		{provider.Call{Service: "SWAS-OPEN", API: "RunCommand"}, `{"Parameters": {"a": ` + deep + `}}`, provider.Unknown, ""}, // as text
		{provider.Call{Service: "ECS", API: "RunInstances"}, `{"Tag": [` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `]}`, provider.Invalid, "nested deeper than 32"},
		{provider.Call{Service: "ECS", API: "RunInstances", URI: "/x"}, ``, provider.Invalid, "is an RPC call"},
		{provider.Call{Service: "ECS", API: "RunInstances", Body: json.RawMessage(`1`)}, ``, provider.Invalid, "is an RPC call"},
		{provider.Call{Service: "CS", API: "DescribeClusterNodes"}, ``, provider.Invalid, "needs ClusterId"},
		{provider.Call{Service: "CS", API: "DescribeClusterNodes"}, `{"ClusterId": ".."}`, provider.Invalid, `has ".." as a part of its path`},
		{provider.Call{Service: "CS", API: "DescribeClusterNodes", URI: "/clusters/%2e%2e/x"}, ``, provider.Invalid, `has ".." as a part of its path`},
		{provider.Call{Service: "CS", API: "DescribeClusterNodes", URI: "https://evil.example/x"}, ``, provider.Invalid, "a URI with a host"},
		{provider.Call{Service: "CS", API: "DescribeClusterNodes", URI: "/x?a=%zz"}, ``, provider.Invalid, "cannot be read"},
		{provider.Call{Service: "CS", API: "Paint", Version: "2015-12-15"}, ``, provider.Invalid, "needs a URI"},
		{provider.Call{Service: "EDAS", API: "UpdateK8sSecret", Body: json.RawMessage(`{}`)}, `{"Name": "a"}`, provider.Invalid, "a body, and parameters that make one"},
		{provider.Call{Service: "CS", API: "Paint", Method: "POST", URI: "/x", Body: json.RawMessage(`{`)}, ``, provider.Invalid, "a body that is no JSON value"},
		{provider.Call{Service: "ECS", API: "RunInstances"}, `{"UserData": "` + strings.Repeat("x", callBytes/2) + `"}`, provider.Invalid, "more than 8388608 bytes"},
		{provider.Call{Service: "ECS", API: "RunInstances"}, `{"Tag": [` + strings.Repeat("1,", 30000) + `1]}`, provider.Invalid, "20000 names"},
		{provider.Call{Service: "ECS", API: "RunInstances", Role: "ops"}, ``, provider.Denied, "set CallerOptions.Role"},
	} {
		test.call.Parameters = json.RawMessage(test.params)
		_, err := newCaller(t, &table{answers: map[string]func(*Request) (int, any){"RunCommand": ok}}, nil).Call(t.Context(), &test.call)
		if test.says == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		e, typed := errors.AsType[*provider.Error](err)
		if !typed || e.Kind != test.kind || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s %s: %v, want %v, %q", test.call.Service, test.call.API, err, test.kind, test.says)
		}
		if err != nil && strings.Contains(err.Error(), "CANARY") {
			t.Errorf("a value is in %v", err)
		}
	}
}

func ok(*Request) (int, any) { return 200, map[string]any{"RequestId": "R-1", "Count": 1} }

func TestCallerAnswers(t *testing.T) {
	f := &table{answers: map[string]func(*Request) (int, any){
		"DescribeVpcs": ok,
		"DeleteVpc": func(*Request) (int, any) {
			return 404, map[string]any{"Code": "InvalidVpcId.NotFound", "Message": "no", "RequestId": "R-2"}
		},
		"CreateVpc": func(*Request) (int, any) {
			return 200, map[string]any{"Success": false, "Code": "Busy", "RequestId": "R-3"}
		},
		"DescribeVRouters": func(*Request) (int, any) { return 503, "<html>" },
		"DeleteVSwitch":    func(*Request) (int, any) { return 200, "" },
		"InvokeFunction":   func(*Request) (int, any) { return 200, "plain \"text\"" },
	}}
	c := newCaller(t, f, &CallerOptions{Region: "cn-hangzhou", Endpoints: map[string]string{"FC": "fc.example", "VPC": "http://127.0.0.1:1"}})
	for _, test := range []struct{ service, api, want string }{
		{"VPC", "DescribeVpcs", `R-1 {"Count":1,"RequestId":"R-1"}`},
		{"VPC", "DeleteVpc", "not-found InvalidVpcId.NotFound R-2"},
		{"VPC", "CreateVpc", "unknown Busy R-3"},
		{"VPC", "DescribeVRouters", "transient NoJSON "},
		{"VPC", "DeleteVSwitch", " "},
		{"FC", "InvokeFunction", ` "plain \"text\""`},
	} {
		got, err := c.Call(t.Context(), &provider.Call{Service: test.service, API: test.api, Parameters: json.RawMessage(`{"serviceName": "s", "functionName": "f"}`)})
		text := ""
		if e, typed := errors.AsType[*provider.Error](err); typed {
			text = e.Kind.String() + " " + e.Code + " " + e.RequestID
		} else if err == nil {
			text = got.RequestID + " " + string(got.Body)
		}
		if text != test.want {
			t.Errorf("%s: %q, want %q (%v)", test.api, text, test.want, err)
		}
	}
	if r := f.last("DescribeVpcs"); r.Endpoint != "http://127.0.0.1:1" {
		t.Errorf("endpoint %q", r.Endpoint)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Call(gone, &provider.Call{Service: "VPC", API: "DescribeVpcs"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := newCaller(t, mute{}, nil).Call(t.Context(), &provider.Call{Service: "VPC", API: "DescribeVpcs"}); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Error(err)
	}
}

// mute answers nothing.
type mute struct{}

func (mute) Do(context.Context, *Request) (*Response, error) { return nil, nil }

func TestCallerRolesAndOthers(t *testing.T) {
	own, assumed, other := &table{answers: map[string]func(*Request) (int, any){"DescribeVpcs": ok}}, &table{answers: map[string]func(*Request) (int, any){"DescribeVpcs": ok}}, &others{}
	c := newCaller(t, own, &CallerOptions{
		Region: "cn-hangzhou", Others: map[string]provider.Caller{"OSS": other}, Versions: map[string]string{"ECS": "2040-01-01", "MOON": "2031-01-01"},
		Role: func(_ context.Context, role string) (Transport, error) {
			switch role {
			case "ops":
				return assumed, nil
			case "nothing":
				return nil, nil
			}
			return nil, errors.New("no such role")
		},
	})
	call := func(role string) error {
		_, err := c.Call(t.Context(), &provider.Call{Service: "VPC", API: "DescribeVpcs", Role: role})
		return err
	}
	if err := errors.Join(call(""), call("ops")); err != nil || len(own.calls) != 1 || len(assumed.calls) != 1 {
		t.Errorf("%v, %d and %d calls", err, len(own.calls), len(assumed.calls))
	}
	for _, role := range []string{"nothing", "gone"} {
		if e, typed := errors.AsType[*provider.Error](call(role)); !typed || e.Kind != provider.Denied || !strings.Contains(e.Message, "role "+role) {
			t.Errorf("%s: %v", role, e)
		}
	}
	if _, err := c.Call(t.Context(), &provider.Call{Service: "oss", API: "GetBucketInfo"}); err != nil || other.calls != 1 {
		t.Error(err)
	}
	for _, call := range []provider.Call{{Service: "ecs", API: "DescribeInstances"}, {Service: "ECS", API: "Newer"}, {Service: "Moon", API: "Land"}} {
		r, err := c.request(&call)
		if err != nil || r.Version != c.opts.Versions[strings.ToUpper(call.Service)] {
			t.Errorf("%+v: %+v, %v", call, r, err)
		}
	}
	if _, err := NewCaller(nil, &CallerOptions{Region: "x"}); err == nil {
		t.Error("made a caller without a transport")
	}
	if _, err := NewCaller(own, nil); err == nil {
		t.Error("made a caller without a region")
	}
}

type others struct{ calls int }

func (o *others) Call(context.Context, *provider.Call) (*provider.Result, error) {
	o.calls++
	return &provider.Result{}, nil
}

func FuzzCaller(f *testing.F) {
	f.Add("ECS", "RunInstances", `{"Tags":[{"Key":"a"}],"SystemDisk":{"Size":1}}`, "", "")
	f.Add("CS", "DescribeClusterNodes", `{"ClusterId":"a/b"}`, "", "")
	f.Add("CS", "X", `{}`, "/a/%2f/../b?c=d", `"text"`)
	f.Add("EDAS", "UpdateK8sSecret", `{"Name":[1,{"a":null}]}`, "", "")
	f.Add("ECS", "RunInstances", `{"Tag.1":{"x":{"y":[[]]}},"DataDisk.2.Size":[1]}`, "", "")
	f.Fuzz(func(t *testing.T, service, api, params, uri, body string) {
		c := newCaller(t, &table{}, &CallerOptions{Region: "r"})
		call := &provider.Call{Service: service, API: api, Version: "1", Method: "POST", Parameters: json.RawMessage(params), URI: uri, Body: json.RawMessage(body), Token: "t"}
		r, err := c.request(call)
		if err != nil {
			if e, typed := errors.AsType[*provider.Error](err); !typed || e.Kind != provider.Invalid && e.Kind != provider.Unsupported {
				t.Error(err)
			}
			return
		}
		size := 0
		for name, v := range r.Query {
			size += len(name) + len(v)
		}
		if size+len(r.Body) > 2*callBytes || len(r.Query) > callNames {
			t.Errorf("%d bytes, %d parameters", size, len(r.Query))
		}
		for part := range strings.SplitSeq(r.Path, "/") {
			if part == ".." || part == "." || strings.ContainsAny(part, "?# \n") {
				t.Errorf("path %q", r.Path)
			}
		}
	})
}
