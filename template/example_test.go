package template_test

import (
	"fmt"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

const shop = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Env: {Type: String, AllowedValues: [test, prod]}
Conditions:
  Prod: {Fn::Equals: [{Ref: Env}, prod]}
Resources:
  Net:
    Type: ALIYUN::ECS::VPC
    Properties: {CidrBlock: 10.0.0.0/8}
  Zone:
    Type: ALIYUN::ECS::VSwitch
    Count: {Fn::If: [Prod, 2, 1]}
    Properties:
      VpcId: {Ref: Net}
      CidrBlock: {Fn::Select: [{Ref: ALIYUN::Index}, {Fn::Cidr: [10.0.0.0/8, 4, 16]}]}
Outputs:
  Where: {Value: {Fn::Sub: '${Env} runs in ${Net}'}}
`

// cloud knows the ids of resources.
type cloud map[string]string

func (c cloud) Ref(id string) (value.Value, bool) {
	text, ok := c[id]
	return value.String(text), ok
}

func (c cloud) Attribute(string, string) (value.Value, bool) { return value.Value{}, false }

func Example() {
	tmpl, err := template.Parse("shop.yml", []byte(shop), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	scope, err := tmpl.Bind(map[string]any{"Env": "prod"}, &template.Pseudo{Region: "cn-hangzhou"})
	if err != nil {
		fmt.Println(err)
		return
	}
	desired, err := scope.Expand()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range desired.Resources {
		fmt.Println(r.LogicalID, r.Properties, r.Uses)
	}
	known := cloud{"Net": "vpc-1"}
	zone, _ := scope.Resolve(desired.Resources[2].Properties, known)
	fmt.Println(zone)
	outputs, _ := scope.Outputs(known)
	fmt.Println(outputs[0].Name, outputs[0].Value)
	_, err = tmpl.Bind(map[string]any{"Env": "live", "Zone": "a"}, nil)
	fmt.Println(err)
	// Output:
	// Net {"CidrBlock":"10.0.0.0/8"} []
	// Zone[0] {"VpcId":(known later),"CidrBlock":"10.0.0.0/16"} [VpcId: Net]
	// Zone[1] {"VpcId":(known later),"CidrBlock":"10.1.0.0/16"} [VpcId: Net]
	// {"VpcId":"vpc-1","CidrBlock":"10.1.0.0/16"}
	// Where "prod runs in vpc-1"
	// shop.yml:1:1: error unknown-parameter: the template declares no parameter Zone
	// shop.yml:4:3: error parameter-not-allowed: the value "live" of the parameter Env is not allowed
}
