package rule_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

const mendable = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Network: {Type: String, Default: 10.0.0.0/8, Description: d}
  Other: {Type: String}
Mappings:
  Images: {cn-hangzhou: {linux: img-1}, cn-beijing: {linux: img-2}}
Conditions:
  IsLarge: {Fn::Equals: [{Ref: Network}, 10.0.0.0/8]}
Resources:
  Cloud:
    Type: ALIYUN::ECS::VPC
    Condition: IsLarge
    DeletionPolicy: Retain
    Properties:
      CidrBlock: {Ref: Network}
      VpcName: {Fn::Sub: 'a ${Network} ${Other}'}
      Description: {Fn::If: [IsLarge, {Fn::FindInMap: [Images, cn-hangzhou, linux]}, x]}
  Subnet:
    Type: ALIYUN::ECS::VSwitch
    DependsOn: [Cloud]
    Properties:
      VpcId: {Fn::GetAtt: [Cloud, VpcId]}
      ZoneId: {Fn::Select: [0, {Fn::GetAZs: {Ref: ALIYUN::Region}}]}
      CidrBlock: !GetAtt Cloud.VRouterId
Outputs:
  Id: {Value: {Ref: Subnet}, Description: d}
`

// TestFixes misspells a name in a sound template, and has it mended.
func TestFixes(t *testing.T) {
	for _, c := range []struct{ right, wrong string }{
		{"{Ref: Network}, 10", "{Ref: Netwrok}, 10"},
		{"{Ref: Network}\n", "{Ref: network}\n"},
		{"${Network}", "${Netwrk}"},
		{"[Cloud, VpcId]", "[Clod, VpcId]"},
		{"[Cloud, VpcId]", "[cloud, VpcId]"},
		{"[Cloud, VpcId]", "[Cloud, VpcID]"},
		{"[Cloud, VpcId]", "[Cloud, VPCId]"},
		{"DependsOn: [Cloud]", "DependsOn: [Cluod]"},
		{"DependsOn: [Cloud]", "DependOn: [Cloud]"},
		{"Condition: IsLarge", "Condition: IsLagre"},
		{"Fn::If: [IsLarge", "Fn::If: [isLarge"},
		{"[Images, cn-hangzhou", "[Imges, cn-hangzhou"},
		{"[Images, cn-hangzhou", "[Images, cn-hangzho"},
		{"cn-hangzhou, linux]", "cn-hangzhou, Linux]"},
		{"Outputs:", "Ouputs:"},
		{"Mappings:", "mappings:"},
		{"10.0.0.0/8, Description", "10.0.0.0/8, Descripton"},
		{"{Type: String}", "{Type: Strng}"},
		{"{Type: String}", "{Type: string}"},
		{"Properties:\n      VpcId", "Propreties:\n      VpcId"},
		{"Subnet}, Description", "Subnet}, description"},
		{"Fn::Select", "Fn::Selct"},
		{"Fn::Select", "Fn:Select"},
		{"Fn::Sub", "FN::Sub"},
		{"ALIYUN::ECS::VSwitch", "ALIYUN::VPC::VSwitch"},
		{"DeletionPolicy: Retain", "DeletionPolicy: retain"},
		{"      VpcName", "      VpcNmae"},
		{"ALIYUN::Region}", "ALIYUN::Regoin}"},
	} {
		src := strings.Replace(mendable, c.right, c.wrong, 1)
		if src == mendable {
			t.Fatalf("%q is not in the template", c.right)
		}
		tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
		var fixes []diag.Fix
		for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default()}) {
			if len(d.Fixes) == 1 {
				fixes = append(fixes, d.Fixes[0])
			}
		}
		if out, _ := diag.Apply([]byte(src), fixes); string(out) != mendable {
			t.Errorf("%s is not mended to %s: %d fixes\n%s", c.wrong, c.right, len(fixes), out)
		}
	}
}

// TestNoFixes has names that nobody can be sure of.
func TestNoFixes(t *testing.T) {
	for _, c := range []struct{ right, wrong string }{
		{"{Ref: Network}\n", "{Ref: Netzteil}\n"},
		{"Condition: IsLarge", "Condition: IsLarge2"},
		{"DependsOn: [Cloud]", "DependsOn: [Clouds2]"},
		{"Fn::Sub", "Fn::Pub"},
	} {
		src := strings.Replace(mendable, c.right, c.wrong, 1)
		tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
		found := rule.Check(tmpl, &rule.Options{Types: schema.Default()})
		if found.Count(diag.Error) == 0 {
			t.Errorf("%s is not found", c.wrong)
		}
		for _, d := range found {
			if len(d.Fixes) > 0 {
				t.Errorf("%s: %s offers %v", c.wrong, d.Code, d.Fixes)
			}
		}
	}
}
