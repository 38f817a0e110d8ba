package providertest_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/template"
)

const sampled = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Vpc: {Type: String, AssociationProperty: 'ALIYUN::ECS::VPC::VPCId'}
  OldVpc: {Type: String, Default: vpc-bp15zckdt37pq72z****, AssociationProperty: 'ALIYUN::ECS::VPC::VPCId'}
  Zone: {Type: String, AssociationProperty: 'ALIYUN::ECS::Instance::ZoneId'}
  SpareZone: {Type: String, AssociationProperty: 'ALIYUN::ECS::Instance:ZoneId', Default: null}
  Range: {Type: String, AssociationProperty: 'ALIYUN::VPC::VSwitch::CidrBlock'}
  Taken: {Type: String, Default: 192.168.2.0/24}
  Range2: {Type: String, AssociationProperty: 'ALIYUN::VPC::VSwitch::CidrBlock'}
  Password: {Type: String, NoEcho: true, MinLength: 8, MaxLength: 12, AllowedPattern: '^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[@#$])[A-Za-z\d@#$]{8,30}$'}
  Code: {Type: String, AllowedPattern: '[A-Z]{2}\d{3}'}
  Word: {Type: String, MinLength: 30, MaxLength: 31}
  Charge: {Type: String, AllowedValues: [PostPaid, PrePaid]}
  Size: {Type: Number, MinValue: 200, MaxValue: 500}
  Nodes: {Type: Number, Default: 3}
  Count: {Type: Number}
  Flag: {Type: Boolean}
  Names: {Type: CommaDelimitedList, MinLength: 2}
  Tags: {Type: Json}
  Servers: {Type: Json, AssociationProperty: 'List[Parameters]', AssociationPropertyMetadata: {Parameters: {Kind: {Type: String, AllowedValues: [a, b]}, Weight: {Type: Number, Default: 5}}}}
  Hidden: {Type: String, Default: null, AssociationPropertyMetadata: {Visible: {Condition: {'Fn::Equals': ['${Flag}', true]}}}}
  Shown: {Type: String, Default: null, Required: true, AssociationPropertyMetadata: {Visible: {Condition: {'Fn::Equals': ['${Charge}', PostPaid]}}}}
Resources:
  VSwitch:
    Type: ALIYUN::ECS::VSwitch
    Properties: {VpcId: {Ref: Vpc}, ZoneId: {Ref: SpareZone}, CidrBlock: {Ref: Range}, Tags: {Ref: Tags}}
  Web:
    Type: ALIYUN::ECS::InstanceGroup
    Properties: {MaxAmount: {Ref: Count}, ImageId: centos_7, InstanceType: ecs.g7.large, VSwitchId: {Ref: VSwitch}}
`

func TestSampleParameters(t *testing.T) {
	tmpl, err := template.Parse("sampled.yml", []byte(sampled), nil)
	if err != nil {
		t.Fatal(err)
	}
	params, err := providertest.SampleParameters(tmpl)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := providertest.SampleParameters(tmpl)
	if !reflect.DeepEqual(params, again) {
		t.Error("the same template gave other values")
	}
	for name, want := range map[string]string{
		"Vpc":       `^"vpc-bp1\w{18}"$`,
		"OldVpc":    `^"vpc-bp1\w{18}"$`,
		"Zone":      `^"cn-hangzhou-[a-z]"$`,
		"SpareZone": `^"cn-hangzhou-[a-z]"$`,
		"Range":     `^"192\.168\.1\.0/24"$`,
		"Range2":    `^"192\.168\.3\.0/24"$`,
		"Code":      `^"[A-Z]{2}\d{3}"$`,
		"Charge":    `^"PostPaid"$`,
		"Size":      `^200$`,
		"Nodes":     `^3$`,
		"Count":     `^1$`,
		"Flag":      `^false$`,
		"Names":     `^\["\w+","\w+"\]$`,
		"Tags":      `^\[\{"Key":"\w+"\}\]$`,
		"Servers":   `^\[\{"Kind":"a","Weight":5\}\]$`,
		"Hidden":    `^null$`,
		"Shown":     `^"\w+"$`,
	} {
		text, err := json.Marshal(params[name])
		if err != nil || !regexp.MustCompile(want).Match(text) {
			t.Errorf("%s = %s, want %s", name, text, want)
		}
	}
	if params["Vpc"] == params["OldVpc"] || params["Zone"] == params["SpareZone"] {
		t.Error("two parameters got the same thing")
	}
	if err := runThrough(t, tmpl, params); err != nil {
		t.Error(err)
	}
}

func TestSampleParametersThatCannotBe(t *testing.T) {
	tmpl, err := template.Parse("never.yml", []byte(`
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Never: {Type: String, AllowedPattern: '(?!a)a', MinLength: 3}
`), nil)
	if tmpl == nil {
		t.Fatal(err)
	}
	_, err = providertest.SampleParameters(tmpl)
	if err == nil || !strings.Contains(err.Error(), "Never") {
		t.Errorf("err = %v", err)
	}
}
