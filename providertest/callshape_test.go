package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
	"github.com/bianpai/bianpai/providertest"
)

// TestEveryCallIsAnswered makes every call that is known, without parameters
// and with one id.
func TestEveryCallIsAnswered(t *testing.T) {
	c := providertest.New(t, nil)
	index := calls.Default()
	made := 0
	for s := range index.Services() {
		for name := range index.APIs(s.Code) {
			a, _ := index.API(s.Code, name)
			p := parameters{}
			for _, param := range a.Parameters {
				if strings.HasSuffix(param.Name, "Id") && !strings.Contains(param.Name, ".") {
					p[param.Name] = "x-1"
					break
				}
			}
			for _, p := range []parameters{nil, p} {
				_, err := tryCall(t, c, s.Code+" "+name, p)
				if refusal, ok := errors.AsType[*provider.Error](err); err != nil && (!ok || refusal.Code == "" || refusal.RequestID == "") {
					t.Errorf("%s %s: %v", s.Code, name, err)
				}
				made++
			}
		}
	}
	shaped := len(c.ShapeAnswered())
	t.Logf("%d calls, %d APIs answered by shape", made, shaped)
	if shaped < 5500 {
		t.Errorf("only %d APIs are answered by shape", shaped)
	}
}

func TestShapes(t *testing.T) {
	// Of what was there from the start nothing is known but the shape.
	rm, ngw := providertest.New(t, nil).Existing("ALIYUN::RDS::DBInstance"), providertest.New(t, nil).Existing("ALIYUN::VPC::NatGateway")
	for _, test := range []struct {
		api  string
		p    parameters
		at   string
		want string
	}{
		{"RDS DescribeDBInstances", parameters{"DBInstanceId": rm}, "Items.DBInstance.0.DBInstanceId", rm},
		{"RDS DescribeDBInstances", parameters{"DBInstanceId": rm}, "Items.DBInstance.0.DBInstanceStatus", "Running"},
		{"RDS DescribeDatabases", parameters{"DBInstanceId": rm, "DBName": "shop"}, "Databases.Database.0.DBName", "shop"},
		{"ESS DescribeScalingGroups", parameters{"ScalingGroupIds": []string{"asg-1", "asg-2"}}, "ScalingGroups.ScalingGroup.1.ScalingGroupId", "asg-2"},
		{"ESS DescribeScalingGroups", parameters{"ScalingGroupIds": []string{"asg-1", "asg-2"}}, "TotalCount", "2"},
		{"ESS DescribeScalingGroups", parameters{"ScalingGroupId1": "asg-1"}, "ScalingGroups.ScalingGroup.0.ScalingGroupId", "asg-1"},
		{"ESS EnterStandby", parameters{"ScalingGroupId": "asg-1"}, "Code", ""},
		{"ECD DescribeDesktops", parameters{"DesktopId": []string{"ecd-1"}}, "Desktops.0.DesktopStatus", "Running"},
		{"BSSOPENAPI GetOrderDetail", parameters{"OrderId": "1"}, "Data.OrderList.Order.0.PaymentStatus", "Paid"},
		{"R-KVSTORE DescribeBackupTasks", parameters{"InstanceId": "r-1"}, "BackupJobs.0.BackupProgressStatus", "Finished"},
		{"VPC DescribeNatGateways", parameters{"NatGatewayId": ngw}, "NatGateways.NatGateway.0.Status", "Available"},
		{"ESS DescribeScalingActivities", parameters{"ScalingGroupId": "asg-1"}, "NextToken", ""},
		{"ECS DescribeInstanceTypes", parameters{}, "InstanceTypes.InstanceType.0.CpuCoreCount", "1"},
		{"KMS DescribeKey", parameters{"KeyId": "k-1"}, "KeyMetadata.KeyState", "Enabled"},
		{"COMPUTENESTSUPPLIER GetServiceInstance", parameters{"ServiceInstanceId": "si-1"}, "Status", "Deployed"},
	} {
		c := providertest.New(t, nil)
		a := call(t, c, test.api, test.p)
		if got := a.text(test.at); got != test.want {
			t.Errorf("%s: %s is %q, want %q: %v", test.api, test.at, got, test.want, a)
		}
		if got, want := c.ShapeAnswered(), strings.ReplaceAll(test.api, " ", ".")+" 1"; len(got) != 1 || got[0] != want {
			t.Errorf("%s: answered by shape: %v", test.api, got)
		}
		if ops := c.Calls(); len(ops) != 1 || !ops[0].Shaped || ops[0].RequestID != a.text("RequestId") {
			t.Errorf("%s: %+v", test.api, ops)
		}
	}
}

func TestShapesRemember(t *testing.T) {
	c := providertest.New(t, nil)
	tell(t, c, []step{
		{api: "ECD ModifyDesktopChargeType", p: parameters{"DesktopId": []string{"ecd-1"}, "ChargeType": "PrePaid"}},
		{api: "ECD DescribeDesktops", p: parameters{"DesktopId": []string{"ecd-1", "ecd-2"}}, at: "Desktops.0.ChargeType", want: "PrePaid"},
		{api: "ECD StopDesktops", p: parameters{"DesktopId": []string{"ecd-1"}}},
		{api: "ECD DescribeDesktops", p: parameters{"DesktopId": []string{"ecd-1"}}, at: "Desktops.0.DesktopStatus", want: "Stopped"},
		{api: "ECD StartDesktops", p: parameters{"DesktopId": []string{"ecd-1"}}},
		{api: "ECD DescribeDesktops", p: parameters{"DesktopId": []string{"ecd-1"}}, at: "Desktops.0.DesktopStatus", want: "Running"},
		{api: "RDS DeleteDBInstance", p: parameters{"DBInstanceId": c.Existing("ALIYUN::RDS::DBInstance")}},
		{api: "RDS DescribeDBInstances", p: parameters{"DBInstanceId": c.Existing("ALIYUN::RDS::DBInstance")}, at: "Items.DBInstance.0", want: ""},
	})
}

func TestBucketsRemember(t *testing.T) {
	c := providertest.New(t, nil)
	do := func(api, body string) string {
		t.Helper()
		res, err := c.Call(t.Context(), &provider.Call{Service: "OSS", API: api, URI: "?x", Parameters: json.RawMessage(`{"BucketName": "b", "RegionId": "cn-hangzhou"}`), Body: json.RawMessage(body)})
		if err != nil {
			t.Fatal(err)
		}
		return string(res.Body)
	}
	do("PutBucketPolicy", `"{\"Version\": \"1\"}"`)
	if got := do("GetBucketPolicy", `null`); got != `{"Version":"1"}` {
		t.Error(got)
	}
	do("PutBucketReferer", `"<?xml version=\"1.0\"?><RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList><Referer>a</Referer><Referer>b</Referer></RefererList></RefererConfiguration>"`)
	if got, want := do("GetBucketReferer", ``), `{"RefererConfiguration":{"AllowEmptyReferer":"false","RefererList":{"Referer":["a","b"]}}}`; got != want {
		t.Error(got)
	}
	if got := do("GetBucketVersioning", ``); !strings.Contains(got, "VersioningConfiguration") {
		t.Error(got)
	}
	if got := call(t, c, "OSS GenerateUrl", parameters{"BucketName": "b", "Expires": 60, "Internal": "true"}).text("Url"); !strings.HasPrefix(got, "https://b.oss-cn-hangzhou-internal.aliyuncs.com/?Expires=60") {
		t.Error(got)
	}
}

func TestCallRefusals(t *testing.T) {
	c := providertest.New(t, nil)
	for _, test := range []struct {
		api  string
		p    parameters
		code string
		kind provider.Kind
	}{
		{"ECS MakeCoffee", nil, "InvalidAction.NotFound", provider.Unsupported},
		{"TEA DescribeInstances", nil, "InvalidAction.NotFound", provider.Unsupported},
		{"ECS DescribeInstances", parameters{"Colour": "red"}, "InvalidParameter", provider.Invalid},
		{"ESS CompleteLifecycleAction", parameters{"Colour": "red"}, "InvalidParameter", provider.Invalid},
		{"ECS StopInstance", nil, "MissingParameter", provider.Invalid},
		{"ECS StopInstance", parameters{"InstanceId": "i-none"}, "InvalidInstanceId.NotFound", provider.NotFound},
		{"ECS RunInstances", parameters{"Amount": 101, "ImageId": "a", "InstanceType": "b"}, "InvalidParameter.Amount", provider.Invalid},
		{"ECS RunInstances", nil, "MissingParameter", provider.Invalid},
		{"ECS RunInstances", parameters{"ImageId": "a", "InstanceType": "b", "VSwitchId": "vsw-none"}, "InvalidVSwitchId.NotFound", provider.NotFound},
	} {
		callRefused(t, c, test.api, test.p, test.code, test.kind)
	}
	if _, err := c.Call(t.Context(), &provider.Call{Service: "ECS", API: "DescribeInstances", Parameters: json.RawMessage(`[`)}); err == nil {
		t.Error("parameters that are no JSON are taken")
	}
}

func TestCallTokens(t *testing.T) {
	c := providertest.New(t, nil)
	run := func(token, typ string) (string, error) {
		res, err := c.Call(t.Context(), &provider.Call{Token: token, Service: "ECS", API: "RunInstances", Parameters: json.RawMessage(`{"ImageId": "a", "InstanceType": "` + typ + `"}`)})
		if err != nil {
			return "", err
		}
		var a answer
		if err := json.Unmarshal(res.Body, &a); err != nil || a.text("RequestId") != res.RequestID {
			t.Error(err, a)
		}
		return a.text("InstanceIdSets.InstanceIdSet.0"), nil
	}
	first, err := run("t1", "x")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := run("t1", "x"); err != nil || again != first {
		t.Errorf("repeated: %s, %v", again, err)
	}
	if other, err := run("t2", "x"); err != nil || other == first {
		t.Errorf("another token: %s, %v", other, err)
	}
	if _, err := run("t1", "y"); err == nil || !strings.Contains(err.Error(), "IdempotentParameterMismatch") {
		t.Errorf("same token, other parameters: %v", err)
	}
	if n := len(c.Resources()); n != 2 {
		t.Errorf("%d instances, want 2", n)
	}
	// The token may also be a parameter, and is the same then.
	if got := call(t, c, "ECS RunInstances", parameters{"ImageId": "b", "InstanceType": "y", "ClientToken": "t3"}); got.text("InstanceIdSets.InstanceIdSet.0") == "" {
		t.Error(got)
	}
}

func TestCallFaults(t *testing.T) {
	c := providertest.New(t, nil)
	lost := errors.New("connection reset")
	c.Inject(providertest.OnCall("ecs", "RunInstances").Nth(1), providertest.FailAfterEffect(lost))
	c.Inject(providertest.OnCall("ECS", "DescribeInstances").Times(2), providertest.Throttle())
	if _, err := tryCall(t, c, "ECS RunInstances", parameters{"ImageId": "a", "InstanceType": "b"}); !errors.Is(err, lost) {
		t.Error(err)
	}
	if n := len(c.Resources()); n != 1 {
		t.Errorf("%d instances, want 1", n)
	}
	for range 2 {
		callRefused(t, c, "ECS DescribeInstances", nil, "Throttling.User", provider.Throttled)
	}
	call(t, c, "ECS DescribeInstances", nil)
	c.Inject(providertest.OnCall("", ""), providertest.Hang())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Call(ctx, &provider.Call{Service: "ECS", API: "DescribeInstances"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestScripts(t *testing.T) {
	c := providertest.New(t, nil)
	denied := &provider.Error{Kind: provider.Denied, Code: "Forbidden.RAM"}
	c.OnCall("ESS", "CompleteLifecycleAction").Fail(denied)
	c.OnCall("ess", "completelifecycleaction").Where("ScalingActivityId", "asa-1").Times(1).Answer(parameters{"Done": true})
	c.OnCall("MINE", "Anything").Do(func(_ context.Context, req *provider.Call) (json.RawMessage, error) {
		return req.Parameters, nil
	})
	if got := call(t, c, "ESS CompleteLifecycleAction", parameters{"ScalingActivityId": "asa-1"}).text("Done"); got != "true" {
		t.Error(got)
	}
	callRefused(t, c, "ESS CompleteLifecycleAction", parameters{"ScalingActivityId": "asa-1"}, "Forbidden.RAM", provider.Denied)
	callRefused(t, c, "ESS CompleteLifecycleAction", parameters{"ScalingActivityId": "asa-2"}, "Forbidden.RAM", provider.Denied)
	if got := call(t, c, "MINE Anything", parameters{"a": "b"}).text("a"); got != "b" {
		t.Error(got)
	}
	c.Answers(func(req *provider.Call, byShape json.RawMessage) (json.RawMessage, bool) {
		return json.RawMessage(`{"Items": 1}`), req.API == "DescribeDBInstances"
	})
	if got := call(t, c, "RDS DescribeDBInstances", nil).text("Items"); got != "1" {
		t.Error(got)
	}
	if got := call(t, c, "RDS DescribeDatabases", parameters{"DBInstanceId": c.Existing("ALIYUN::RDS::DBInstance")}).text("Databases.Database.0.DBStatus"); got != "Running" {
		t.Error(got)
	}
	if got := c.ShapeAnswered(); !slices.Equal(got, []string{"RDS.DescribeDBInstances 1", "RDS.DescribeDatabases 1"}) {
		t.Error(got)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	c := providertest.New(t, nil)
	a := call(t, c, "RDS CreateAccount", parameters{"DBInstanceId": c.Existing("ALIYUN::RDS::DBInstance"), "AccountName": "a", "AccountPassword": "Hunter2_Hunter"})
	call(t, c, "ECS RunInstances", parameters{"ImageId": "a", "InstanceType": "b", "Password": "Hunter2_Hunter"})
	for _, op := range c.Calls() {
		if text := fmt.Sprintf("%+v %s", op, op.Parameters); strings.Contains(text, "Hunter2_Hunter") || !strings.Contains(text, "******") {
			t.Error(text)
		}
	}
	if text := fmt.Sprint(a, c.Resources(), call(t, c, "ECS DescribeInstances", nil)); strings.Contains(text, "Hunter2_Hunter") {
		t.Error(text)
	}
}

func TestCallsAreKept(t *testing.T) {
	opts := &providertest.Options{File: filepath.Join(t.TempDir(), "cloud")}
	c := providertest.New(t, opts)
	id := runOne(t, c, parameters{"ClientToken": "t"})
	call(t, c, "ECS StopInstance", parameters{"InstanceId": id})
	call(t, c, "ECS TagResources", parameters{"ResourceType": "instance", "ResourceId": []string{id}, "Tag": []parameters{{"Key": "k", "Value": "v"}}})
	standing := c.Existing("ALIYUN::ECS::Instance")
	invoke := call(t, c, "ECS RunCommand", parameters{"Type": "RunShellScript", "CommandContent": "x", "InstanceId": []string{standing}}).text("InvokeId")
	call(t, c, "ECS StopInstance", parameters{"InstanceId": standing})
	call(t, c, "ECD StopDesktops", parameters{"DesktopId": []string{"ecd-1"}})
	for range 2 {
		c = providertest.New(t, opts) // as after a kill: the other never closed
		tell(t, c, []step{
			{api: "ECS DescribeInstances", p: parameters{"InstanceIds": []string{id}}, at: "Instances.Instance.0.Status", want: "Stopped"},
			{api: "ECS DescribeInstances", p: parameters{"InstanceIds": []string{id}}, at: "Instances.Instance.0.Tags.Tag.0.TagValue", want: "v"},
			{api: "ECS DescribeInstances", p: parameters{"InstanceIds": []string{standing}}, at: "Instances.Instance.0.Status", want: "Stopped"},
			{api: "ECS DescribeInvocations", p: parameters{"InvokeId": invoke}, at: "Invocations.Invocation.0.InvokeStatus", want: "Finished"},
			{api: "ECD DescribeDesktops", p: parameters{"DesktopId": []string{"ecd-1"}}, at: "Desktops.0.DesktopStatus", want: "Stopped"},
		})
		if again := runOne(t, c, parameters{"ClientToken": "t"}); again != id {
			t.Errorf("repeated: %s, want %s", again, id)
		}
		if n := len(c.Resources()); n != 1 {
			t.Errorf("%d resources, want 1", n)
		}
	}
}

func TestCallsAtOnce(t *testing.T) {
	c := providertest.New(t, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			id := runOne(t, c, parameters{"ClientToken": fmt.Sprint(i / 2)})
			for range 5 {
				call(t, c, "ECS DescribeInstances", parameters{"InstanceIds": []string{id}})
				call(t, c, "ESS DescribeScalingGroups", nil)
				call(t, c, "ECS TagResources", parameters{"ResourceType": "instance", "ResourceId": []string{id}, "Tag": []parameters{{"Key": "k", "Value": fmt.Sprint(i)}}})
			}
			c.Calls()
			c.ShapeAnswered()
		})
	}
	wg.Wait()
	if n := len(c.Resources()); n != 4 {
		t.Errorf("%d instances for 4 tokens", n)
	}
}

func FuzzCall(f *testing.F) {
	for _, seed := range [][3]string{
		{"ECS", "DescribeInstances", `{"InstanceIds": "[\"i-1\"]", "PageSize": -1, "Tag.1.Key": "a"}`},
		{"ECS", "RunInstances", `{"ImageId": ["a"], "InstanceType": {"b": null}, "Amount": "2", "Tags": [1, {"key": {}}]}`},
		{"ECS", "AuthorizeSecurityGroup", `{"SecurityGroupId": "sg-1", "Permissions": [{"IpProtocol": 1}], "Permissions.900.Policy": 1}`},
		{"TAG", "TagResources", `{"ResourceARN": ["a"], "Tags": "{}"}`},
		{"ROS", "CreateStack", `{"StackName": "s", "TemplateBody": "{\"Outputs\": {\"a\": 1}}"}`},
		{"CS", "DescribeClusterNodes", `{"ClusterId": "c"}`},
		{"OSS", "PutBucketPolicy", `{"BucketName": "b"}`},
		{"ECS", "RunCommand", `{"Type": "x", "CommandContent": "y", "InstanceId": ["i-1"], "Parameters": "{"}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	c, err := providertest.NewCloud(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, service, api, p string) {
		res, err := c.Call(t.Context(), &provider.Call{Service: service, API: api, Parameters: json.RawMessage(p), Body: json.RawMessage(p), URI: p})
		if err == nil && !json.Valid(res.Body) {
			t.Errorf("%s", res.Body)
		}
	})
}
