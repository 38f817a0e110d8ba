package rule_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// conditionHead declares parameters and conditions that the cases use.
const conditionHead = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod], Default: dev}
  New: {Type: Boolean, Default: true}
  Zones: {Type: Number, Default: 1, MinValue: 0, MaxValue: 3}
  Name: {Type: String, Default: ''}
Conditions:
  Prod: {Fn::Equals: [{Ref: Env}, prod]}
  NewNet: {Fn::Equals: [{Ref: New}, true]}
  OldNet: {Fn::Not: NewNet}
  ProdNew: {Fn::And: [Prod, NewNet]}
  Many: {Fn::Not: {Fn::Equals: [{Ref: Zones}, 0]}}
  Huge: {Fn::Equals: [{Ref: Env}, huge]}
`

// conditionalNet is a resource that exists if NewNet is true.
const conditionalNet = conditionHead + `Resources:
  Net: {Type: 'ALIYUN::ECS::VPC', Condition: NewNet}
`

func TestConditionRules(t *testing.T) {
	const constant = "condition-constant Conditions.Huge"
	for _, test := range []struct {
		name, text string
		want       []string // code and path, in order, but for the constant Huge
	}{
		{"unguarded Ref", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Ref: Net}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
		{"unguarded Fn::GetAtt", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Fn::GetAtt: [Net, VpcId]}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
		{"unguarded Fn::Sub", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VSwitchName: {Fn::Sub: 'x-${Net.VpcId}'}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VSwitchName"}},
		{"Fn::Sub with a variable of that name", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VSwitchName: {Fn::Sub: ['${Net}', {Net: x}]}}}`, nil},
		{"DependsOn passes over what is absent", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', DependsOn: Net}`, nil},
		{"same condition", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Condition: NewNet, Properties: {VpcId: {Ref: Net}}}`, nil},
		{"condition that implies it", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Condition: ProdNew, Properties: {VpcId: {Ref: Net}}}`, nil},
		{"condition that does not", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Condition: Prod, Properties: {VpcId: {Ref: Net}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
		{"opposite condition", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Condition: OldNet, Properties: {VpcId: {Ref: Net}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
		{"branch", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Fn::If: [NewNet, {Ref: Net}, x]}}}`, nil},
		{"branch of the opposite", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Fn::If: [OldNet, x, {Ref: Net}]}}}`, nil},
		{"wrong branch", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Fn::If: [OldNet, {Ref: Net}, x]}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
		{"nested branches", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Fn::If: [Prod, {Fn::If: [NewNet, {Ref: Net}, x]}, {Fn::If: [Prod, x, y]}]}}}`,
			[]string{"branch-unreachable Resources.Use.Properties.VpcId"}},
		{"counted away", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Count: {Fn::If: [NewNet, 2, 0]}, Properties: {VpcId: {Ref: Net}}}`, nil},
		{"counted by a parameter", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Count: {Ref: Zones}, Properties: {VpcId: {Ref: Net}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
		{"output", conditionalNet + `Outputs: {Id: {Value: {Ref: Net}}}`, []string{"reference-conditional Outputs.Id.Value"}},
		{"guarded output", conditionalNet + `Outputs: {Id: {Condition: NewNet, Value: {Ref: Net}}}`, nil},
		{"macro", "Locals: {Id: {Value: {Ref: Net}}}\n" + conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Ref: Id}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
		{"guarded macro", "Locals: {Id: {Value: {Fn::If: [NewNet, {Ref: Net}, x]}}}\n" + conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Ref: Id}}}`, nil},
		{"default of Fn::Select", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Fn::Select: [0, [x], {Ref: Net}]}}}`, nil},
		{"rule makes it sure", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Condition: Prod, Properties: {VpcId: {Ref: Net}}}
Rules: {R: {RuleCondition: Prod, Assertions: [{Assert: NewNet}]}}`, nil},
		{"never there", conditionHead + `Resources:
  Net: {Type: 'ALIYUN::ECS::VPC', Condition: Huge}
  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Ref: Net}}}`,
			[]string{"resource-never-created Resources.Net.Condition", "reference-absent Resources.Use.Properties.VpcId"}},
		{"never there, by a literal", conditionHead + `Resources:
  Net: {Type: 'ALIYUN::ECS::VPC', Condition: false}`, []string{"resource-never-created Resources.Net.Condition"}},
		{"rule that fails", conditionHead + `Rules: {R: {Assertions: [{Assert: Huge}]}}`, []string{"parameters-refused Rules.R"}},
		{"rules that contradict", conditionHead + `Rules: {R: {Assertions: [{Assert: Prod}]}, S: {Assertions: [{Assert: {Fn::Not: Prod}}]}}`,
			[]string{"parameters-refused Rules"}},
		{"rule that forbids", conditionHead + `Rules: {R: {RuleCondition: ProdNew, Assertions: [{Assert: Huge}]}}`, nil},
		{"rule that never applies", conditionHead + `Rules: {R: {RuleCondition: Huge, Assertions: [{Assert: Prod}]}}`,
			[]string{"rule-never-applies Rules.R.RuleCondition"}},
		{"defaults that a rule refuses", conditionHead + `Rules: {R: {RuleCondition: NewNet, Assertions: [{Assert: Prod}]}}`,
			[]string{"default-refused Rules.R"}},
		{"a value is wanted", conditionHead + `Rules: {R: {Assertions: [{Assert: {Fn::Not: {Fn::Equals: [{Ref: Name}, '']}}}]}}`, nil},
		{"condition that a rule settles", conditionHead + `Rules: {R: {Assertions: [{Assert: Many}]}}`, nil},
		{"resource that a rule rules out", conditionHead + `Resources:
  Net: {Type: 'ALIYUN::ECS::VPC', Condition: Prod}
Rules: {R: {Assertions: [{Assert: {Fn::Equals: [{Ref: Env}, dev]}}]}}`, []string{"resource-never-created Resources.Net.Condition"}},
		{"in an error's presence", conditionalNet + `  Use: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Ref: Net}, ZoneId: {Ref: Nothing}}}`,
			[]string{"reference-conditional Resources.Use.Properties.VpcId"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tmpl, _ := template.Parse("t.yml", []byte(test.text), nil)
			var got []string
			for _, d := range rule.Check(tmpl, nil) {
				if what := string(d.Code) + " " + d.Path; slices.Contains(conditionCodes, d.Code) && what != constant {
					got = append(got, what)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %s\nwant %s\n%s", strings.Join(got, "; "), strings.Join(test.want, "; "), test.text)
			}
		})
	}
}

// TestConditionsPastTheBound asks for more than is looked for: one advice says
// so, whatever the number of uses.
func TestConditionsPastTheBound(t *testing.T) {
	var b strings.Builder
	b.WriteString("ROSTemplateFormatVersion: '2015-09-01'\nParameters: {Settings: {Type: Json}}\nConditions:\n")
	for _, c := range "abcdefgh" {
		b.WriteString("  " + string(c) + ": {Fn::Equals: [{Fn::Jq: [First, ." + string(c) + ", {Ref: Settings}]}, x]}\n")
	}
	b.WriteString("Resources:\n")
	for _, c := range "abcdefgh" {
		b.WriteString("  N" + string(c) + ": {Type: 'ALIYUN::ECS::VPC', Condition: " + string(c) + "}\n")
		b.WriteString("  U" + string(c) + ": {Type: 'ALIYUN::ECS::VSwitch', Condition: a, Properties: {VpcId: {Ref: N" + string(c) + "}}}\n")
	}
	tmpl, err := template.Parse("t.yml", []byte(b.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []diag.Diagnostic
	for _, d := range rule.Check(tmpl, nil) {
		if slices.Contains(conditionCodes, d.Code) {
			got = append(got, d)
		}
	}
	if len(got) != 1 || got[0].Code != "conditions-undecided" || got[0].Severity != diag.Advice || !strings.Contains(got[0].Args[0], "…") {
		t.Errorf("%v", got)
	}
}
