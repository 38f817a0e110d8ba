package overhttp_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// transportOf makes the SDK's transport to a gateway.
func transportOf(t *testing.T, g *gateway.Gateway, cred credential.Provider) alicloud.Transport {
	t.Helper()
	tr, err := transport.New(cred, &transport.Options{HTTP: g.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// callerTo makes a caller of a cloud behind HTTP that assumes roles, once each.
func callerTo(t *testing.T, cloud *providertest.Cloud, g *gateway.Gateway) *alicloud.Caller {
	t.Helper()
	key := credential.AccessKey(gateway.KeyID, gateway.KeySecret)
	ops := credential.AssumeRole(key, credential.Role{Name: "ops"}, &credential.Options{Transport: g.Transport(), Getenv: func(string) string { return "" }})
	t.Cleanup(func() {
		if err := ops.Close(); err != nil {
			t.Error(err)
		}
	})
	assumed := transportOf(t, g, ops)
	c, err := alicloud.NewCaller(transportOf(t, g, key), &alicloud.CallerOptions{
		Region: cloud.Region(),
		Role:   func(context.Context, string) (alicloud.Transport, error) { return assumed, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// made makes a call and gives a member of its answer.
func made(t *testing.T, c provider.Caller, service, api, params, member string) string {
	t.Helper()
	got, err := c.Call(t.Context(), &provider.Call{Service: service, API: api, Token: "make-" + api, Parameters: json.RawMessage(params)})
	if err != nil {
		t.Fatalf("%s: %v", api, err)
	}
	var all map[string]any
	if err := json.Unmarshal(got.Body, &all); err != nil || got.RequestID == "" {
		t.Fatalf("%s: %v, request %q", api, err, got.RequestID)
	}
	text, _ := all[member].(string)
	return text
}

const lifeOfInstances = `
FormatVersion: OOS-2019-06-01
RamRole: '{{ OOSAssumeRole }}'
Parameters:
  OOSAssumeRole: {Type: String, Default: ''}
  vSwitchId: {Type: String}
  securityGroupId: {Type: String}
Tasks:
- Name: run
  Action: ACS::ECS::RunInstances
  Properties:
    vSwitchId: '{{ vSwitchId }}'
    securityGroupId: '{{ securityGroupId }}'
    instanceType: ecs.g7.large
    imageId: aliyun_3_x64_20G_alibase_20240528.vhd
    amount: 2
    tags: [{Key: team, Value: web}]
  Outputs:
    ids: {Type: List, ValueSelector: 'instanceIds[]'}
- Name: stop
  Action: ACS::ECS::StopInstance
  Loop: {Items: '{{ run.ids }}', RateControl: {Mode: Concurrency, Concurrency: 2, MaxErrors: 0}}
  Properties: {instanceId: '{{ ACS::TaskLoopItem }}'}
- Name: start
  Action: ACS::ECS::StartInstance
  Loop: {Items: '{{ run.ids }}', RateControl: {Mode: Concurrency, Concurrency: 2, MaxErrors: 0}}
  Properties: {instanceId: '{{ ACS::TaskLoopItem }}'}
- Name: tagged
  Action: ACS::CheckFor
  Properties:
    Service: ECS
    API: DescribeInstances
    Parameters: {Tags: [{Key: team, Value: web}], InstanceIds: '{{ run.ids }}'}
    PropertySelector: .Instances.Instance | length
    DesiredValues: [2]
- Name: remove
  Action: ACS::ECS::DeleteInstance
  Loop: {Items: '{{ run.ids }}', RateControl: {Mode: Concurrency, Concurrency: 2, MaxErrors: 0}}
  Properties: {instanceId: '{{ ACS::TaskLoopItem }}', force: true}
`

// TestRunbookOverHTTP runs product actions through the caller, the SDK's
// transport and the gateway, under the program's identity and under a role.
func TestRunbookOverHTTP(t *testing.T) {
	for _, role := range []string{"", "ops"} {
		synctest.Test(t, func(t *testing.T) {
			cloud := providertest.New(t, &providertest.Options{AccountID: account})
			g := gateway.New(cloud, nil)
			defer func() {
				if err := g.Close(); err != nil {
					t.Error(err)
				}
			}()
			c := callerTo(t, cloud, g)
			vpc := made(t, c, "VPC", "CreateVpc", `{"CidrBlock": "10.0.0.0/8"}`, "VpcId")
			vsw := made(t, c, "VPC", "CreateVSwitch", `{"VpcId": "`+vpc+`", "CidrBlock": "10.1.0.0/16", "ZoneId": "`+cloud.Region()+`-h"}`, "VSwitchId")
			sg := made(t, c, "ECS", "CreateSecurityGroup", `{"VpcId": "`+vpc+`"}`, "SecurityGroupId")
			g.ForgetRequests()
			tmpl, err := oos.Parse("life.yml", []byte(lifeOfInstances))
			if err != nil {
				t.Fatal(err)
			}
			engine, err := oos.New(c, &oos.Options{Region: cloud.Region(), Account: account})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := engine.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
			}()
			x, err := engine.StartExecution(t.Context(), &oos.Start{Template: tmpl, Parameters: map[string]any{"OOSAssumeRole": role, "vSwitchId": vsw, "securityGroupId": sg}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := x.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			checkRequests(t, g, role)
		})
	}
}

// checkRequests looks at what the gateway saw: who signed, which tokens there
// were, and no parameter that an API does not take.
func checkRequests(t *testing.T, g *gateway.Gateway, role string) {
	count, tokens, sessions := map[string]int{}, map[string]bool{}, map[string]bool{}
	for _, r := range g.Requests() {
		count[r.API]++
		if len(r.Ignored) > 0 || r.Code != "" {
			t.Errorf("%s ignored %v, answered %s", r.API, r.Ignored, r.Code)
		}
		if session := strings.HasPrefix(r.KeyID, "STS."); r.Service != "STS" && session != (role != "") {
			t.Errorf("role %q: %s was signed by %s", role, r.API, r.KeyID)
		}
		if r.Service != "STS" {
			sessions[r.KeyID] = true
		}
		if r.API == "RunInstances" && r.Token == "" || r.Token != "" && tokens[r.Token] {
			t.Errorf("%s has the token %q", r.API, r.Token)
		}
		tokens[r.Token] = true
	}
	if count["RunInstances"] != 1 || count["StopInstance"] < 2 || count["StartInstance"] < 2 || count["DeleteInstance"] < 2 || len(sessions) != 1 {
		t.Errorf("calls %v, keys %v", count, sessions)
	}
	if want := map[string]int{"": 0, "ops": 1}[role]; count["AssumeRole"] != want {
		t.Errorf("assumed a role %d times, want %d", count["AssumeRole"], want)
	}
}
