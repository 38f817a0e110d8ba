package template_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/template"
)

var moduleTexts = map[string]string{
	"MODULE::My::Net::Base default": `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Cidr: {Type: String, Default: 10.0.0.0/8, AllowedPattern: never}
  Zones: {Type: Json}
  Public: {Type: Boolean, Default: false}
Mappings: {Sizes: {s: {n: 2}}}
Conditions:
  Public: {Ref: Public}
  Private: {Fn::Not: Public}
Locals: {Tag: {Value: {Fn::Join: ['-', [net, {Ref: Cidr}]]}}}
Resources:
  Vpc: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: {Ref: Cidr}, Description: {Fn::Sub: '${Cidr} of ${ALIYUN::StackName}'}}}
  Zone:
    Type: ALIYUN::ECS::VSwitch
    DependsOn: Vpc
    Count: {Fn::Length: {Ref: Zones}}
    Properties:
      VpcId: {Ref: Vpc}
      ZoneId: {Fn::Select: [{Ref: 'ALIYUN::Index'}, {Ref: Zones}]}
      Name: {Ref: Tag}
      Note: {Fn::Sub: ['${Vpc.VpcId} ${n}', {n: {Fn::FindInMap: [Sizes, s, n]}}]}
  Ip: {Type: 'ALIYUN::VPC::EIP', Condition: Public, Properties: {Name: {Fn::If: [Private, a, b]}}}
Outputs:
  VpcId: {Value: {Ref: Vpc}}
  Zones: {Value: {Ref: Zone}}
  Ip: {Value: {Fn::GetAtt: [Ip, IpAddress]}, Condition: Public}
`,
	"MODULE::My::App::Two v2": `
ROSTemplateFormatVersion: '2015-09-01'
Parameters: {Zone: {Type: String}}
Resources:
  Net: {Type: 'MODULE::My::Net::Base', Properties: {Zones: [{Ref: Zone}]}}
  Web: {Type: 'ALIYUN::ECS::Instance', DependsOn: Net, Properties: {VpcId: {Fn::GetAtt: [Net, VpcId]}, Note: {Fn::Sub: 'in ${Net.VpcId}'}}}
Outputs:
  Where: {Value: {Fn::Join: ['/', [{Fn::GetAtt: [Net, VpcId]}, {Ref: Web}]]}}
`,
	"MODULE::My::Loop::Self default": `
ROSTemplateFormatVersion: '2015-09-01'
Resources: {Again: {Type: 'MODULE::My::Loop::Self'}}
`,
	"MODULE::My::Bad::Rules default": `
ROSTemplateFormatVersion: '2015-09-01'
Rules: {R: {Assertions: [{Assert: true}]}}
`,
	"MODULE::My::Bad::Output default": `
ROSTemplateFormatVersion: '2015-09-01'
Outputs: {O: {Value: {Fn::GetStackOutput: [a, b]}}}
`,
	"MODULE::My::Bad::Names default": `
ROSTemplateFormatVersion: '2015-09-01'
Resources: {a.b: {Type: T}}
`,
	"MODULE::My::Bad::Text default": "{",
	"MODULE::My::Bad::List default": "[]",
}

func loadModule(typ, version string) ([]byte, error) {
	if strings.Contains(typ, "Lost") {
		return nil, errors.New("no such module")
	}
	if text, ok := moduleTexts[typ+" "+version]; ok {
		return []byte(text), nil
	}
	return nil, nil
}

func TestModules(t *testing.T) {
	const src = `ROSTemplateFormatVersion: '2015-09-01'
Parameters: {Zone: {Type: String, Default: z1}, Open: {Type: Boolean, Default: true}}
Conditions: {Open: {Ref: Open}}
Resources:
  Role: {Type: 'ALIYUN::RAM::Role'}
  Net:
    Type: MODULE::My::Net::Base
    Condition: Open
    DependsOn: Role
    DeletionPolicy: Retain
    Properties: {Zones: [{Ref: Zone}, z2], Cidr: {Fn::If: [Open, {Ref: 'ALIYUN::NoValue'}, 10.1.0.0/16]}, Public: true}
  App: {Type: 'MODULE::My::App::Two', Version: v2, Properties: {Zone: {Ref: Zone}}}
  Far: {Type: 'MODULE::ACS::Some::Thing', Properties: {A: {Fn::GetAtt: [Net, VpcId]}}}
  Last: {Type: 'ALIYUN::ECS::Disk', DependsOn: [Net, App], Properties: {Note: {Fn::Sub: '${Net.VpcId} ${App.Where}'}, Ip: {Fn::GetAtt: [Net, Ip]}}}
Outputs:
  Zones: {Value: {Fn::GetAtt: [Net, Zones]}}
  Where: {Value: {Fn::GetAtt: [App, Where]}}
`
	tmpl, err := template.Parse("m.yml", []byte(src), &template.ParseOptions{Module: loadModule})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := tmpl.Evaluate(nil, &template.EvaluateOptions{Pseudo: pseudo, Known: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range ev.Resources {
		got = append(got, fmt.Sprintf("%s %s %s %s", r.LogicalID, strings.Join(r.DependsOn, ","), r.DeletionPolicy, r.Properties))
	}
	want := []string{
		`Role  Delete {}`,
		`Net.Vpc Role Retain {"CidrBlock":"10.0.0.0/8","Description":"10.0.0.0/8 of s1"}`,
		`Net.Zone[0] Net.Vpc,Role Retain {"VpcId":"id-of-Net.Vpc","ZoneId":"z1","Name":"net-10.0.0.0/8","Note":"[\"Net.Vpc\",\"VpcId\"] 2"}`,
		`Net.Zone[1] Net.Vpc,Role Retain {"VpcId":"id-of-Net.Vpc","ZoneId":"z2","Name":"net-10.0.0.0/8","Note":"[\"Net.Vpc\",\"VpcId\"] 2"}`,
		`Net.Ip Role Retain {"Name":"b"}`,
		`App.Net.Vpc  Delete {"CidrBlock":"10.0.0.0/8","Description":"10.0.0.0/8 of s1"}`,
		`App.Net.Zone[0] App.Net.Vpc Delete {"VpcId":"id-of-App.Net.Vpc","ZoneId":"z1","Name":"net-10.0.0.0/8","Note":"[\"App.Net.Vpc\",\"VpcId\"] 2"}`,
		`App.Web App.Net.Vpc,App.Net.Zone[0] Delete {"VpcId":"id-of-App.Net.Vpc","Note":"in id-of-App.Net.Vpc"}`,
		`Far  Delete {"A":"id-of-Net.Vpc"}`,
		`Last Net.Vpc,Net.Zone[0],Net.Zone[1],Net.Ip,App.Net.Vpc,App.Net.Zone[0],App.Web Delete {"Note":"id-of-Net.Vpc id-of-App.Net.Vpc/id-of-App.Web","Ip":"[\"Net.Ip\",\"IpAddress\"]"}`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("resources:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := fmt.Sprint(ev.Outputs[0].Value, ev.Outputs[1].Value); got != `["id-of-Net.Zone[0]","id-of-Net.Zone[1]"] "id-of-App.Net.Vpc/id-of-App.Web"` {
		t.Errorf("outputs %s", got)
	}
	if got := ev.Resource("App.Net.Vpc").Metadata.String(); got != `{"ALIYUN::ROS::Module":{"LogicalIdHierarchy":"App.Net","TypeHierarchy":"MODULE::My::App::Two/MODULE::My::Net::Base"}}` {
		t.Errorf("metadata %s", got)
	}
	closed, err := tmpl.Evaluate(map[string]any{"Open": false}, &template.EvaluateOptions{Pseudo: pseudo})
	if err == nil {
		t.Errorf("references to a module that is not there evaluate to %v", closed.Outputs)
	}
	plain, err := template.Parse("m.yml", []byte(src), nil)
	if err != nil || plain.Resource("Net") == nil {
		t.Errorf("without modules: %v", err)
	}
}

func TestModuleFaults(t *testing.T) {
	for props, want := range map[string]string{
		`{Type: 'MODULE::My::Lost::X'}`:                                                "module-unavailable",
		`{Type: 'MODULE::My::Net::Base'}`:                                              "module-parameter-missing",
		`{Type: 'MODULE::My::Net::Base', Properties: {Zones: [], Nope: 1}}`:            "module-parameter-unknown",
		`{Type: 'MODULE::My::Net::Base', Count: 2, Properties: {Zones: []}}`:           "count-on-module",
		`{Type: 'MODULE::My::Loop::Self'}`:                                             "module-too-deep",
		`{Type: 'MODULE::My::Bad::Rules'}`:                                             "module-faulty",
		`{Type: 'MODULE::My::Bad::Output'}`:                                            "module-faulty",
		`{Type: 'MODULE::My::Bad::Names'}`:                                             "module-faulty",
		`{Type: 'MODULE::My::Bad::Text'}`:                                              "module-faulty",
		`{Type: 'MODULE::My::Bad::List'}`:                                              "module-faulty",
		`{Type: 'MODULE::My::Net::Base', Properties: {Zones: [{Ref: Nope}]}}`:          "unknown-reference",
		`{Type: 'MODULE::My::Net::Base', Condition: Nope, Properties: {Zones: []}}`:    "unknown-condition",
		`{Type: 'MODULE::My::Net::Base', DependsOn: [Nope], Properties: {Zones: [1]}}`: "unknown-dependency",
	} {
		src := "ROSTemplateFormatVersion: '2015-09-01'\nResources:\n  M: " + props + "\n"
		_, err := template.Parse("m.yml", []byte(src), &template.ParseOptions{Module: loadModule})
		if err == nil {
			t.Errorf("%s is taken", props)
			continue
		}
		if got := codeOf(t, err); got != want {
			t.Errorf("%s gives %s, want %s: %v", props, got, want, err)
		}
		if !strings.Contains(err.Error(), "m.yml:3:") {
			t.Errorf("%s: not placed: %v", props, err)
		}
	}
}
