package overhttp_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

const tenantTemplate = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Instance: {Type: String}
  Name: {Type: String}
Resources:
  Account:
    Type: ALIYUN::RDS::Account
    Properties:
      DBInstanceId: {Ref: Instance}
      AccountName: {Ref: Name}
      AccountPassword: 'Tenant-0000'
`

// TestRollbackLeavesWhatWasThere fails to create an account whose name is taken:
// the rollback must not take the other one for its own.
func TestRollbackLeavesWhatWasThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := providertest.New(t, &providertest.Options{AccountID: account})
		p, w := dial(t, cloud)
		engine := engineOver(t, p, nil)
		c := callerTo(t, cloud, w.gateway)
		vpc := made(t, c, "VPC", "CreateVpc", `{"CidrBlock": "10.0.0.0/8"}`, "VpcId")
		vsw := made(t, c, "VPC", "CreateVSwitch", `{"VpcId": "`+vpc+`", "CidrBlock": "10.1.0.0/16", "ZoneId": "`+cloud.Region()+`-h"}`, "VSwitchId")
		db := made(t, c, "RDS", "CreateDBInstance", `{"Engine": "MySQL", "EngineVersion": "8.0", "DBInstanceClass": "mysql.n2.small.1", "DBInstanceStorage": 20, "DBInstanceNetType": "Intranet", "PayType": "Postpaid", "SecurityIPList": "10.0.0.0/8", "VSwitchId": "`+vsw+`", "VPCId": "`+vpc+`"}`, "DBInstanceId")
		made(t, c, "RDS", "CreateAccount", `{"DBInstanceId": "`+db+`", "AccountName": "shop", "AccountPassword": "Other-0000"}`, "")
		before := len(cloud.Resources())
		tmpl, err := template.Parse("tenant.yml", []byte(tenantTemplate), nil)
		if err != nil {
			t.Fatal(err)
		}
		run, err := engine.CreateStack(t.Context(), &ros.Change{Stack: "tenant", Template: tmpl, Parameters: map[string]any{"Instance": db, "Name": "shop"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = run.Wait(t.Context())
		failed, ok := errors.AsType[*ros.FailedError](err)
		if !ok || failed.Status != ros.CreateRollbackComplete {
			t.Errorf("the account's name is taken, and the stack ended with %v", err)
		}
		if after := len(cloud.Resources()); after != before {
			t.Errorf("%d resources were there, now %d", before, after)
		}
	})
}

// TestLostCreateIsFoundByToken loses each answer of a call that makes the shop's
// parts, until the stack gives up, and rolls back: what the call has made is
// found and deleted, without a person.
func TestLostCreateIsFoundByToken(t *testing.T) {
	first, _ := shopChanges(t)
	first.Stack = "shop"
	// How many resources each call makes at a time: with one lost answer more than four for
	// each, one of them fails five times. 0: the properties name what was made, so
	// that the second try finds it.
	calls := map[string]int{
		"CreateVpc": 1, "CreateVSwitch": 2, "CreateSecurityGroup": 1, "CreateLoadBalancer": 1, "RunInstances": 1, "CreateDBInstance": 1,
		"CreateLoadBalancerHTTPListener": 0, "AddBackendServers": 0, "CreateDatabase": 0, "CreateAccount": 0, "GrantAccountPrivilege": 0,
	}
	for api, resources := range calls {
		synctest.Test(t, func(t *testing.T) {
			cloud := providertest.New(t, &providertest.Options{Latency: providertest.Realistic, AccountID: account})
			p, w := dial(t, cloud)
			engine := engineOver(t, p, nil)
			w.gateway.Inject(gateway.Match{API: api, Times: 4*resources + 1}, gateway.ResetAfter())
			run, err := engine.CreateStack(t.Context(), &first)
			if err != nil {
				t.Fatal(err)
			}
			_, err = run.Wait(t.Context())
			failed, ok := errors.AsType[*ros.FailedError](err)
			if ok != (resources > 0) || ok && failed.Status != ros.CreateRollbackComplete {
				t.Errorf("%s: the stack ended with %v", api, err)
			}
			if err == nil {
				run, err = engine.DeleteStack(t.Context(), "shop", nil)
				if err == nil {
					_, err = run.Wait(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			}
			cloud.AssertEmpty(t)
		})
	}
}

// engineOver makes an engine that ends with the test's bubble.
func engineOver(t *testing.T, p provider.Provider, opts *ros.Options) *ros.Engine {
	t.Helper()
	engine, err := ros.New(p, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return engine
}
