package alicloud

import (
	"errors"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

func rule(port string) map[string]any {
	return map[string]any{"IpProtocol": "tcp", "PortRange": port, "SourceCidrIp": "0.0.0.0/0"}
}

func TestSecurityGroupRules(t *testing.T) {
	ok := func(*Request) (int, any) { return 200, map[string]any{"RequestId": "r"} }
	f := &table{answers: map[string]func(*Request) (int, any){
		"CreateSecurityGroup":    func(*Request) (int, any) { return 200, map[string]any{"SecurityGroupId": "sg-1"} },
		"AuthorizeSecurityGroup": ok, "RevokeSecurityGroup": ok,
		"DescribeSecurityGroups": func(*Request) (int, any) {
			return 200, map[string]any{"SecurityGroups": map[string]any{"SecurityGroup": []any{map[string]any{"SecurityGroupId": "sg-1", "SecurityGroupName": "web"}}}}
		},
	}}
	p := newProvider(t, f)
	before := asJSON(t, map[string]any{"VpcId": "vpc-1", "SecurityGroupIngress": []any{rule("80/80"), rule("443/443")}})
	made, err := drive(t, p.Create, &provider.Request{Token: "t", Type: "ALIYUN::ECS::SecurityGroup", Desired: before})
	if err != nil || made.PhysicalID != "sg-1" || string(made.Attributes) != `{"SecurityGroupId":"sg-1","SecurityGroupName":"web"}` {
		t.Fatalf("%+v %v", made, err)
	}
	q := f.last("AuthorizeSecurityGroup").Query
	if q["Permissions.2.PortRange"] != "443/443" || q["Permissions.1.NicType"] != "intranet" || q["ClientToken"] == "t" || q["ClientToken"] == "" {
		t.Errorf("%v", q)
	}
	after := asJSON(t, map[string]any{"VpcId": "vpc-1", "SecurityGroupIngress": []any{rule("443/443"), rule("22/22")}})
	if _, err = drive(t, p.Update, &provider.Request{Token: "u", Type: "ALIYUN::ECS::SecurityGroup", PhysicalID: "sg-1", Prior: before, Desired: after}); err != nil {
		t.Fatal(err)
	}
	if q := f.last("AuthorizeSecurityGroup").Query; q["Permissions.1.PortRange"] != "22/22" || q["Permissions.2.PortRange"] != "" {
		t.Errorf("%v", q)
	}
	if q := f.last("RevokeSecurityGroup").Query; q["Permissions.1.PortRange"] != "80/80" || q["Permissions.2.PortRange"] != "" {
		t.Errorf("%v", q)
	}
}

// computer answers for one instance.
func computer() *table {
	status := ""
	set := func(s string) func(*Request) (int, any) {
		return func(*Request) (int, any) { status = s; return 200, map[string]any{"RequestId": "r"} }
	}
	return &table{answers: map[string]func(*Request) (int, any){
		"RunInstances": func(*Request) (int, any) {
			status = "Running"
			return 200, map[string]any{"InstanceIdSets": map[string]any{"InstanceIdSet": []any{"i-1"}}}
		},
		"StopInstance": set("Stopped"), "StartInstance": set("Running"), "DeleteInstance": set(""),
		"ModifyInstanceSpec":      func(*Request) (int, any) { return 200, map[string]any{} },
		"ModifyInstanceAttribute": func(*Request) (int, any) { return 200, map[string]any{} },
		"DescribeInstances": func(*Request) (int, any) {
			if status == "" {
				return 200, map[string]any{"Instances": map[string]any{"Instance": []any{}}}
			}
			return 200, map[string]any{"Instances": map[string]any{"Instance": []any{map[string]any{
				"InstanceId": "i-1", "Status": status, "HostName": "h", "ZoneId": "z",
				"VpcAttributes": map[string]any{"PrivateIpAddress": map[string]any{"IpAddress": []any{"10.0.0.1"}}},
			}}}}
		},
	}}
}

func TestInstanceStopsForItsType(t *testing.T) {
	f := computer()
	// The catalogue has most of these properties as fixed; a host program's own
	// may know better.
	p, err := New(f, &Options{Region: "cn-hangzhou", Types: func(string) *provider.Type { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	before := asJSON(t, map[string]any{"InstanceType": "ecs.g7.large", "UserData": "#!/bin/sh", "InstanceName": "a", "Password": "Secret-1"})
	made, err := drive(t, p.Create, &provider.Request{Token: "t", Type: "ALIYUN::ECS::Instance", Desired: before})
	if err != nil || string(made.Attributes) != `{"HostName":"h","InstanceId":"i-1","PrivateIp":"10.0.0.1","ZoneId":"z"}` {
		t.Fatalf("%+v %v", made, err)
	}
	if q := f.last("RunInstances").Query; q["UserData"] != "IyEvYmluL3No" || q["Amount"] != "1" {
		t.Errorf("%v", q)
	}
	update := func(change map[string]any) string {
		t.Helper()
		m, err := decodeObject(before)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range change {
			m[name] = v
		}
		f.calls = nil
		if _, err := drive(t, p.Update, &provider.Request{Token: "u", Type: "ALIYUN::ECS::Instance", PhysicalID: "i-1", Prior: before, Desired: asJSON(t, m)}); err != nil {
			t.Fatal(err)
		}
		var changing []string
		for _, name := range f.names() {
			if name != "DescribeInstances" {
				changing = append(changing, name)
			}
		}
		return lines2(changing)
	}
	if got := update(map[string]any{"InstanceType": "ecs.g7.xlarge"}); got != "StopInstance ModifyInstanceSpec StartInstance" {
		t.Error(got)
	}
	if got := update(map[string]any{"InstanceName": "b"}); got != "ModifyInstanceAttribute" {
		t.Error(got)
	}
	if q := f.last("ModifyInstanceAttribute").Query; q["InstanceName"] != "b" || q["Password"] != "" || q["UserData"] != "" {
		t.Errorf("%v", q)
	}
	if _, err := drive(t, p.Delete, &provider.Request{Token: "d", Type: "ALIYUN::ECS::Instance", PhysicalID: "i-1", Prior: before}); err != nil {
		t.Error(err)
	}
}

// TestFixedIsRefused holds Update to what Describe says: a property that a plan
// replaces for is not changed in place, though a call would take it.
func TestFixedIsRefused(t *testing.T) {
	f := computer()
	p := newProvider(t, f)
	_, err := p.Update(t.Context(), &provider.Request{
		Token: "u", Type: "ALIYUN::ECS::Instance", PhysicalID: "i-1",
		Prior: asJSON(t, map[string]any{"InstanceType": "ecs.g7.large"}), Desired: asJSON(t, map[string]any{"InstanceType": "ecs.g7.xlarge"}),
	})
	if e, ok := errors.AsType[*provider.Error](err); !ok || e.Kind != provider.NeedsReplacement || e.Path != "InstanceType" || len(f.calls) > 0 {
		t.Error(err, f.names())
	}
}

func TestDescribe(t *testing.T) {
	p := newProvider(t, &table{})
	vpc, err := p.Describe(t.Context(), "ALIYUN::ECS::VSwitch")
	if err != nil {
		t.Fatal(err)
	}
	if vpc.Properties["VpcId"].Update != provider.UpdateReplaces || vpc.Properties["VSwitchName"].Update != provider.UpdateInPlace || vpc.Grade == provider.GradeAbsent {
		t.Errorf("%+v", vpc.Properties["VpcId"])
	}
	for _, name := range []string{"ALIYUN::OSS::Bucket", "ALIYUN::SLS::Project", "ALIYUN::No::Such", ""} {
		_, err := p.Describe(t.Context(), name)
		if e, ok := errors.AsType[*provider.Error](err); !ok || e.Kind != provider.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
	effect, err := p.PlanUpdate(t.Context(), &provider.Request{Type: "ALIYUN::ECS::VPC"}, []string{"VpcName", "Tags"})
	if err != nil || effect != provider.EffectUpdate {
		t.Error(effect, err)
	}
	if _, err := p.PlanUpdate(t.Context(), &provider.Request{Type: "ALIYUN::POLARDB::DBCluster"}, []string{"DBNodeClass"}); err == nil {
		t.Error("a class that cannot be changed is planned")
	}
}
