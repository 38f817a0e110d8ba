package template_test

import (
	"testing"

	"github.com/bianpai/bianpai/template"
)

const conditionsTemplate = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Env: {Type: String, AllowedValues: [dev, test, prod], Default: dev}
  Name: {Type: String, Default: ''}
  Vpc: {Type: String, Default: null}
  Size: {Type: Number, MinValue: 1, MaxValue: 3}
  Public: {Type: Boolean, Default: false}
  Script: {Type: Json}
Mappings:
  Regions:
    cn-beijing: {kind: big}
    cn-hangzhou: {kind: small}
Conditions:
  Prod: {Fn::Equals: [{Ref: Env}, prod]}
  NotProd: {Fn::Not: Prod}
  Dev: {Fn::Equals: [{Ref: Env}, dev]}
  Never: {Fn::And: [Prod, Dev]}
  Always: {Fn::Or: [Prod, NotProd]}
  Named: {Fn::Not: {Fn::Equals: [{Ref: Name}, '']}}
  NewVpc: {Fn::Equals: [{Ref: Vpc}, null]}
  Big: {Fn::Equals: [{Fn::FindInMap: [Regions, {Ref: 'ALIYUN::Region'}, kind]}, big]}
  Odd: {Fn::Equals: [{Fn::GetJsonValue: [a, {Ref: Script}]}, x]}
  OddAndProd: {Fn::And: [Odd, Prod]}
  Four: {Fn::Equals: [{Ref: Size}, 4]}
  PublicProd: {Fn::And: [{Fn::Equals: [{Ref: Public}, true]}, Prod]}
Rules:
  NoPublicDev:
    RuleCondition: {Fn::Equals: [{Ref: Env}, dev]}
    Assertions: [{Assert: {Fn::Equals: [{Ref: Public}, false]}, AssertDescription: no}]
Resources: {}
`

func TestConditionsCan(t *testing.T) {
	tmpl, err := template.Parse("t.yml", []byte(conditionsTemplate), nil)
	if err != nil {
		t.Fatal(err)
	}
	is, not := true, false
	c := template.NewConditions(tmpl)
	for _, test := range []struct {
		a      string
		aHolds bool
		b      string
		bHolds bool
		want   template.Verdict
	}{
		{"Prod", is, "NotProd", is, template.CannotBe},
		{"Prod", is, "Dev", not, template.CanBe},
		{"Never", is, "Prod", is, template.CannotBe},
		{"Always", not, "Prod", not, template.CannotBe},
		{"Always", is, "Named", not, template.CanBe},
		{"NewVpc", is, "Named", is, template.CanBe},
		{"Big", is, "Prod", is, template.CanBe},
		{"OddAndProd", is, "Prod", not, template.CannotBe},
		{"OddAndProd", is, "Odd", not, template.CannotBe},
		{"Odd", not, "Prod", is, template.CanBe},
		{"Odd", is, "Prod", is, template.CannotTell},
		{"Four", is, "Four", is, template.CannotBe},
		{"PublicProd", is, "Dev", not, template.CanBe},
	} {
		got := c.Can(template.Term{test.a, test.aHolds}, template.Term{test.b, test.bHolds})
		t.Logf("%s=%v %s=%v: %v %s", test.a, test.aHolds, test.b, test.bHolds, got.Verdict, got)
		if got.Verdict != test.want {
			t.Errorf("%s=%v %s=%v: %v, want %v", test.a, test.aHolds, test.b, test.bHolds, got.Verdict, test.want)
		}
	}
}

// TestEvalLocalInCondition asks a data source in an expression that only a
// condition can evaluate.
func TestEvalLocalInCondition(t *testing.T) {
	tmpl, err := template.Parse("t.yml", []byte(`ROSTemplateFormatVersion: '2015-09-01'
Locals:
  Found: {Type: 'DATASOURCE::VPC::VSwitches'}
  Some:
    Type: Eval
    Value: {Fn::Not: {Fn::Equals: [{Fn::GetAtt: [Found, VSwitchIds]}, []]}}
Conditions:
  Has: {Ref: Some}
Resources: {}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range [][]any{{}, {"vsw-1"}} {
		scope, err := tmpl.Bind(nil, &template.Pseudo{World: &template.World{Query: func(*template.Query) (*template.QueryResult, error) {
			return &template.QueryResult{Attributes: map[string]any{"VSwitchIds": ids}}, nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if scope.Holds("Has") != (len(ids) > 0) {
			t.Errorf("%v: Has is %v", ids, scope.Holds("Has"))
		}
	}
	c := template.NewConditions(tmpl)
	if got := c.Can(template.Term{Condition: "Has", Holds: true}); got.Verdict != template.CannotTell || c.Usable().Verdict == template.CannotBe {
		t.Errorf("%v, %v", got.Verdict, c.Usable().Verdict)
	}
}
