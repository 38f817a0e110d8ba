package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// drive calls until done, as an engine does.
func drive(ctx context.Context, call func(context.Context, *provider.Request) (*provider.Progress, error), req *provider.Request) (*provider.Progress, error) {
	for {
		p, err := call(ctx, req)
		if err != nil || p.Done {
			return p, err
		}
		req.PhysicalID, req.Resume = p.PhysicalID, p.Resume
		time.Sleep(max(p.After, time.Microsecond))
	}
}

func request(typ, id, properties string) *provider.Request {
	return &provider.Request{Token: "create-" + id, Stack: "web", Type: "ALIYUN::" + typ, LogicalID: id, Desired: json.RawMessage(properties)}
}

func make1(t *testing.T, c *providertest.Cloud, typ, id, properties string) string {
	t.Helper()
	p, err := drive(t.Context(), c.Create, request(typ, id, properties))
	if err != nil {
		t.Fatalf("create %s: %v", id, err)
	}
	return p.PhysicalID
}

func refused(t *testing.T, err error, kind provider.Kind, code string) {
	t.Helper()
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		t.Fatalf("error = %v, want a *provider.Error %s", err, code)
	}
	if e.Kind != kind || e.Code != code || e.RequestID == "" {
		t.Errorf("error = %v (%v), want %v %s with a request id", e, e.Kind, kind, code)
	}
}

func network(t *testing.T, c *providertest.Cloud) (vpc, vswitch, group string) {
	t.Helper()
	vpc = make1(t, c, "ECS::VPC", "Vpc", `{"CidrBlock":"192.168.0.0/16","VpcName":"web"}`)
	vswitch = make1(t, c, "ECS::VSwitch", "VSwitch", `{"VpcId":"`+vpc+`","CidrBlock":"192.168.1.0/24","ZoneId":"cn-hangzhou-h"}`)
	group = make1(t, c, "ECS::SecurityGroup", "Group", `{"VpcId":"`+vpc+`"}`)
	return vpc, vswitch, group
}

func erase(ctx context.Context, c *providertest.Cloud, typ, logical, id string) error {
	_, err := drive(ctx, c.Delete, &provider.Request{Token: "delete-" + logical, Type: "ALIYUN::" + typ, LogicalID: logical, PhysicalID: id})
	return err
}

func TestThreeTiers(t *testing.T) {
	providertest.Run(t, func(t *testing.T, c *providertest.Cloud) {
		vpc, vswitch, group := network(t, c)
		if !strings.HasPrefix(vpc, "vpc-bp1") || len(vpc) != len("vpc-bp15zckdt37pq72zvabcd")-0 {
			t.Errorf("VPC id %q is not in the service's style", vpc)
		}
		group2 := make1(t, c, "ECS::InstanceGroup", "Web", `{"MaxAmount":3,"VSwitchId":"`+vswitch+`","SecurityGroupId":"`+group+`","ImageId":"centos_7","InstanceType":"ecs.g7.large","Password":"S3cret-Value"}`)
		web, ok := c.Resource("Web")
		if !ok || web.PhysicalID != group2 {
			t.Fatalf("Web = %+v", web)
		}
		ids, _ := web.Attribute("InstanceIds").([]any)
		if len(ids) != 3 || ids[0] == ids[1] {
			t.Errorf("InstanceIds = %v, want 3", ids)
		}
		for _, ip := range web.Attribute("PrivateIps").([]any) {
			if !strings.HasPrefix(ip.(string), "192.168.1.") {
				t.Errorf("private address %v is not in the VSwitch", ip)
			}
		}
		if strings.Contains(string(web.Properties), "S3cret") {
			t.Error("the cloud tells a password")
		}
		state, err := c.Read(t.Context(), &provider.Request{Type: "DATASOURCE::ECS::Instances", LogicalID: "Query", Desired: json.RawMessage(`{"InstanceIds":["` + ids[1].(string) + `"]}`)})
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			InstanceIds []string
			Instances   []struct {
				InstanceId       string
				SecurityGroupIds []string
				PrivateIpAddress []string
			}
		}
		if err := json.Unmarshal(state.Attributes, &answer); err != nil {
			t.Fatal(err)
		}
		if len(answer.Instances) != 1 || answer.Instances[0].InstanceId != ids[1] || answer.Instances[0].SecurityGroupIds[0] != group {
			t.Errorf("query = %s", state.Attributes)
		}
		refused(t, erase(t.Context(), c, "ECS::VPC", "Vpc", vpc), provider.Conflict, "DependencyViolation.VSwitch")
		refused(t, erase(t.Context(), c, "ECS::SecurityGroup", "Group", group), provider.Conflict, "DependencyViolation")
		for _, r := range []struct{ typ, logical, id string }{
			{"ECS::InstanceGroup", "Web", group2}, {"ECS::SecurityGroup", "Group", group}, {"ECS::VSwitch", "VSwitch", vswitch}, {"ECS::VPC", "Vpc", vpc},
		} {
			if err := erase(t.Context(), c, r.typ, r.logical, r.id); err != nil {
				t.Errorf("delete %s: %v", r.logical, err)
			}
		}
		c.AssertEmpty(t)
	})
}

func TestRefusals(t *testing.T) {
	c := providertest.New(t, nil)
	vpc, vswitch, _ := network(t, c)
	other := make1(t, c, "ECS::VPC", "Other", `{"CidrBlock":"10.0.0.0/8"}`)
	elsewhere := make1(t, c, "ECS::SecurityGroup", "Elsewhere", `{"VpcId":"`+other+`"}`)
	make1(t, c, "RAM::Role", "Role", `{"RoleName":"admin","AssumeRolePolicyDocument":{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["ecs.aliyuncs.com"]}}]}}`)
	tests := []struct {
		name, typ, properties string
		kind                  provider.Kind
		code                  string
	}{
		{"no such VPC", "ECS::SecurityGroup", `{"VpcId":"vpc-bp1aaaaaaaaaaaaaaaaaa"}`, provider.NotFound, "InvalidVpcId.NotFound"},
		{"a VSwitch for a VPC", "ECS::SecurityGroup", `{"VpcId":"` + vswitch + `"}`, provider.NotFound, "InvalidVpcId.NotFound"},
		{"outside the VPC", "ECS::VSwitch", `{"VpcId":"` + vpc + `","CidrBlock":"10.0.1.0/24","ZoneId":"z"}`, provider.Invalid, "InvalidCidrBlock"},
		{"overlap", "ECS::VSwitch", `{"VpcId":"` + vpc + `","CidrBlock":"192.168.0.0/20","ZoneId":"z"}`, provider.Invalid, "InvalidCidrBlock.Overlapped"},
		{"no range", "ECS::VSwitch", `{"VpcId":"` + vpc + `","CidrBlock":"192.168.2/24","ZoneId":"z"}`, provider.Invalid, "InvalidCidrBlock.Malformed"},
		{"missing", "ECS::VSwitch", `{"CidrBlock":"192.168.2.0/24","ZoneId":"z"}`, provider.Invalid, "MissingParameter"},
		{"null is missing", "ECS::VSwitch", `{"VpcId":null,"CidrBlock":"192.168.2.0/24","ZoneId":"z"}`, provider.Invalid, "MissingParameter"},
		{"unknown", "ECS::VPC", `{"Colour":"red"}`, provider.Invalid, "InvalidParameter"},
		{"type", "ECS::InstanceGroup", `{"MaxAmount":"many","ImageId":"x","InstanceType":"y"}`, provider.Invalid, "InvalidParameter"},
		{"range", "ECS::InstanceGroup", `{"MaxAmount":2000,"ImageId":"x","InstanceType":"y"}`, provider.Invalid, "InvalidParameter"},
		{"two networks", "ECS::Instance", `{"VSwitchId":"` + vswitch + `","SecurityGroupId":"` + elsewhere + `","InstanceType":"t"}`, provider.Invalid, "InvalidParameter.Mismatch"},
		{"name taken", "RAM::Role", `{"RoleName":"admin","AssumeRolePolicyDocument":{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["ecs.aliyuncs.com"]}}]}}`, provider.Invalid, "EntityAlreadyExists.Role"},
		{"no such type", "ECS::Nothing", `{}`, provider.NotFound, "ResourceTypeNotFound"},
		{"not an object", "ECS::VPC", `[1]`, provider.Invalid, "InvalidParameter"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := len(c.Resources())
			_, err := c.Create(t.Context(), request(test.typ, "Bad", test.properties))
			refused(t, err, test.kind, test.code)
			if len(c.Resources()) != before {
				t.Error("something was created")
			}
		})
	}
}

func TestScalarsAreConverted(t *testing.T) {
	c := providertest.New(t, nil)
	make1(t, c, "ECS::InstanceGroup", "Web", `{"MaxAmount":"2","ImageId":"x","InstanceType":"y","AllocatePublicIP":"True"}`)
	web, _ := c.Resource("Web")
	if ids, _ := web.Attribute("InstanceIds").([]any); len(ids) != 2 {
		t.Errorf("InstanceIds = %v, want 2", ids)
	}
}

func TestToken(t *testing.T) {
	c := providertest.New(t, nil)
	a, err := c.Create(t.Context(), request("ECS::SecurityGroup", "Group", `{}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Create(t.Context(), request("ECS::SecurityGroup", "Group", `{}`))
	if err != nil || a.PhysicalID != b.PhysicalID || len(c.Resources()) != 1 {
		t.Errorf("the same token made %v and %v, %v", a, b, err)
	}
	_, err = c.Create(t.Context(), request("ECS::SecurityGroup", "Group", `{"Description":"x"}`))
	refused(t, err, provider.Invalid, "IdempotentParameterMismatch")
	state, err := c.Find(t.Context(), request("ECS::SecurityGroup", "Group", `{}`))
	if err != nil || state.PhysicalID != a.PhysicalID {
		t.Errorf("Find = %v, %v", state, err)
	}
	_, err = c.Find(t.Context(), &provider.Request{Token: "never", Type: "ALIYUN::ECS::SecurityGroup"})
	refused(t, err, provider.NotFound, "InvalidClientToken.NotFound")
	twin := providertest.New(t, nil)
	make1(t, twin, "ECS::VPC", "First", `{}`)
	if id := make1(t, twin, "ECS::SecurityGroup", "Group", `{}`); id != a.PhysicalID {
		t.Errorf("the same token gave %s in one cloud and %s in another", a.PhysicalID, id)
	}
}

func TestUpdate(t *testing.T) {
	c := providertest.New(t, nil)
	vpc, vswitch, group := network(t, c)
	id := make1(t, c, "ECS::InstanceGroup", "Web", `{"MaxAmount":1,"VSwitchId":"`+vswitch+`","SecurityGroupId":"`+group+`","ImageId":"x","InstanceType":"ecs.g7.large"}`)
	before, _ := c.Resource("Web")
	change := func(token, properties string) (*provider.Progress, error) {
		return drive(t.Context(), c.Update, &provider.Request{Token: token, Type: "ALIYUN::ECS::InstanceGroup", LogicalID: "Web", PhysicalID: id, Desired: json.RawMessage(properties)})
	}
	if _, err := change("u1", `{"MaxAmount":2,"VSwitchId":"`+vswitch+`","SecurityGroupId":"`+group+`","ImageId":"x","InstanceType":"ecs.g7.large"}`); err != nil {
		t.Fatal(err)
	}
	after, _ := c.Resource("Web")
	was, is := before.Attribute("InstanceIds").([]any), after.Attribute("InstanceIds").([]any)
	if len(is) != 2 || is[0] != was[0] || after.Attribute("PrivateIps").([]any)[0] != before.Attribute("PrivateIps").([]any)[0] {
		t.Errorf("InstanceIds %v became %v", was, is)
	}
	_, err := change("u2", `{"MaxAmount":2,"VSwitchId":"vsw-none","SecurityGroupId":"`+group+`","ImageId":"x","InstanceType":"ecs.g7.large"}`)
	e, ok := errors.AsType[*provider.Error](err)
	if !ok || e.Code == "" {
		t.Errorf("err = %v", err)
	}
	_, err = drive(t.Context(), c.Update, &provider.Request{Token: "u3", Type: "ALIYUN::ECS::VSwitch", LogicalID: "VSwitch", PhysicalID: vswitch, Desired: json.RawMessage(`{"VpcId":"` + vpc + `","CidrBlock":"192.168.9.0/24","ZoneId":"cn-hangzhou-h"}`)})
	refused(t, err, provider.NeedsReplacement, "OperationDenied.ImmutableProperty")
	_, err = drive(t.Context(), c.Update, &provider.Request{Token: "u4", Type: "ALIYUN::ECS::VPC", LogicalID: "Vpc", PhysicalID: "vpc-gone"})
	refused(t, err, provider.NotFound, "InvalidVpcID.NotFound")
}

func TestSecretsAreNotKept(t *testing.T) {
	c := providertest.New(t, nil)
	id := make1(t, c, "RAM::User", "User", `{"UserName":"ann","LoginProfile":{"Password":"S3cret-Value","PasswordResetRequired":true}}`)
	state, err := c.Read(t.Context(), &provider.Request{Type: "ALIYUN::RAM::User", PhysicalID: id})
	if err != nil || strings.Contains(string(state.Properties), "S3cret") || !strings.Contains(string(state.Properties), "PasswordResetRequired") {
		t.Errorf("Read = %s, %v", state.Properties, err)
	}
	db := `{"Engine":"MySQL","EngineVersion":"8.0","DBInstanceClass":"c","DBInstanceStorage":100,"SecurityIPList":"0.0.0.0/0"`
	id = make1(t, c, "RDS::DBInstance", "Db", db+`,"MasterUsername":"ann","MasterUserPassword":"S3cret-One"}`)
	change := func(token, prior, desired string) error {
		_, err := drive(t.Context(), c.Update, &provider.Request{
			Token: token, Type: "ALIYUN::RDS::DBInstance", LogicalID: "Db", PhysicalID: id,
			Prior: json.RawMessage(prior), Desired: json.RawMessage(desired),
		})
		return err
	}
	one, two := db+`,"MasterUsername":"ann","MasterUserPassword":"S3cret-One"}`, db+`,"MasterUsername":"ann","MasterUserPassword":"S3cret-Two"}`
	if err := change("same", one, one); err != nil {
		t.Error(err)
	}
	if err := change("unknown", "", two); err != nil {
		t.Error(err)
	}
	err = change("other", one, two)
	refused(t, err, provider.NeedsReplacement, "OperationDenied.ImmutableProperty")
	for _, op := range c.Calls() {
		if strings.Contains(op.Err+op.String(), "S3cret") {
			t.Errorf("the log tells a secret: %v", op)
		}
	}
	if strings.Contains(err.Error(), "S3cret") {
		t.Error(err)
	}
}

func TestDeleteOfWhatIsGone(t *testing.T) {
	c := providertest.New(t, nil)
	if err := erase(t.Context(), c, "ECS::VPC", "Vpc", "vpc-gone"); err != nil {
		t.Error(err)
	}
	id := make1(t, c, "ECS::VPC", "Vpc", `{}`)
	if err := c.Vanish("Vpc"); err != nil {
		t.Fatal(err)
	}
	if err := erase(t.Context(), c, "ECS::VPC", "Vpc2", id); err != nil {
		t.Error(err)
	}
	_, err := c.Read(t.Context(), &provider.Request{Type: "ALIYUN::ECS::VPC", PhysicalID: id})
	refused(t, err, provider.NotFound, "InvalidVpcID.NotFound")
}

func TestExisting(t *testing.T) {
	c := providertest.New(t, nil)
	vpc := c.Existing("ALIYUN::ECS::VPC")
	vswitch := make1(t, c, "ECS::VSwitch", "VSwitch", `{"VpcId":"`+vpc+`","CidrBlock":"172.16.1.0/24","ZoneId":"z"}`)
	_, err := c.Create(t.Context(), request("ECS::VSwitch", "Twin", `{"VpcId":"`+vpc+`","CidrBlock":"172.16.1.0/25","ZoneId":"z"}`))
	refused(t, err, provider.Invalid, "InvalidCidrBlock.Overlapped")
	state, err := c.Read(t.Context(), &provider.Request{Type: "ALIYUN::ECS::VPC", PhysicalID: vpc})
	if err != nil || !strings.Contains(string(state.Attributes), vpc) {
		t.Errorf("Read of an existing VPC = %v, %v", state, err)
	}
	if err := erase(t.Context(), c, "ECS::VSwitch", "VSwitch", vswitch); err != nil {
		t.Error(err)
	}
	c.AssertEmpty(t)
}

func TestDrift(t *testing.T) {
	c := providertest.New(t, nil)
	id := make1(t, c, "ECS::VPC", "Vpc", `{"VpcName":"web"}`)
	if err := c.Drift("Vpc", "VpcName", "changed"); err != nil {
		t.Fatal(err)
	}
	state, err := c.Read(t.Context(), &provider.Request{Type: "ALIYUN::ECS::VPC", PhysicalID: id})
	if err != nil || string(state.Properties) != `{"VpcName":"changed"}` {
		t.Errorf("Read = %s, %v", state.Properties, err)
	}
	if err := c.Drift("None", "X", 1); err == nil {
		t.Error("drift of nothing is no error")
	}
}

func TestConcurrentUse(t *testing.T) {
	c := providertest.New(t, nil)
	vpc := make1(t, c, "ECS::VPC", "Vpc", `{}`)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			id := "G" + string(rune('A'+i%26)) + string(rune('a'+i/26))
			p, err := drive(t.Context(), c.Create, request("ECS::SecurityGroup", id, `{"VpcId":"`+vpc+`"}`))
			if err != nil {
				t.Error(err)
				return
			}
			_ = c.Resources()
			if err := erase(t.Context(), c, "ECS::SecurityGroup", id, p.PhysicalID); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(c.Resources()); n != 1 {
		t.Errorf("%d resources are left", n)
	}
}

func BenchmarkCreate(b *testing.B) {
	c := providertest.New(b, nil)
	p, err := c.Create(b.Context(), request("ECS::SecurityGroup", "Warm", `{}`))
	if err != nil || !p.Done {
		b.Fatal(err)
	}
	req := request("ECS::SecurityGroup", "Group", `{"Description":"one of many","SecurityGroupName":"group"}`)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := *req
		r.Token = req.Token + string(rune('a'+i%26)) + time.Duration(i).String()
		if _, err := c.Create(b.Context(), &r); err != nil {
			b.Fatal(err)
		}
	}
}
