package providertest_test

import (
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

const pairTemplate = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Name: {Type: String, Default: one}
Resources:
  Net:
    Type: ALIYUN::ECS::VPC
    Properties: {CidrBlock: 10.1.0.0/16, VpcName: {Ref: Name}}
  Group:
    Type: ALIYUN::ECS::SecurityGroup
    Properties: {VpcId: {Ref: Net}}
  Ready:
    Type: ALIYUN::ROS::Sleep
    DependsOn: Group
    Properties: {CreateDuration: 600}
`

// A stack's life, crashed at every write to the journal. Setup and Faults are
// called anew for each run; the ten minutes of the sleep cost nothing.
func TestCrashEverywhere(t *testing.T) {
	pair, err := template.Parse("pair.yaml", []byte(pairTemplate), nil)
	if err != nil {
		t.Fatal(err)
	}
	denied := &provider.Error{Kind: provider.Denied, Code: "NoPermission", Message: "not you"}
	report := providertest.CrashEverywhere(t, &providertest.CrashConfig{
		Cloud: &providertest.Options{Latency: func(verb, typ string) time.Duration { return 3 * time.Second }},
		Setup: func(c *providertest.Cloud) { c.Script("Net", map[string]any{"VRouterId": "vrt-scripted"}) },
		Again: true,
		Steps: []providertest.CrashStep{
			{Change: ros.Change{Template: pair}, Status: ros.CreateComplete},
			{
				Change: ros.Change{Template: pair, Parameters: map[string]any{"Name": "two"}},
				Faults: func(c *providertest.Cloud) { c.Inject(providertest.On("Update", "Net"), providertest.Fail(denied)) },
				Status: ros.RollbackFailed, // the way back is denied as well
			},
			{Change: ros.Change{Template: pair, Parameters: map[string]any{"Name": "two"}}, Status: ros.UpdateComplete},
			{Change: ros.Change{Delete: true}, Status: ros.DeleteComplete},
		},
	})
	t.Log(report)
	if report.Writes < 15 || report.Crashes < 2*report.Writes || report.Runs < 2*report.Writes {
		t.Errorf("a sweep that misses something: %v", report)
	}
}
