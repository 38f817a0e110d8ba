package template_test

import (
	"fmt"

	"github.com/bianpai/bianpai/template"
)

func ExampleConditions() {
	t, err := template.Parse("net.yml", []byte(`ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod]}
  Public: {Type: Boolean}
Conditions:
  IsProd: {Fn::Equals: [{Ref: Env}, prod]}
  IsPublic: {Fn::Equals: [{Ref: Public}, true]}
  IsProdPublic: {Fn::And: [IsProd, IsPublic]}
Resources:
  Address: {Type: 'ALIYUN::VPC::EIP', Condition: IsProdPublic}
  Network: {Type: 'ALIYUN::ECS::VPC', Condition: IsPublic, Properties: {Description: {Ref: Address}}}
`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := template.NewConditions(t)
	both := c.Can(template.Term{Condition: "IsProdPublic", Holds: true}, template.Term{Condition: "IsPublic", Holds: false})
	fmt.Println("an address in a private network:", both.Verdict == template.CanBe)
	for _, u := range c.Uses() {
		if p := c.Dangles(u); p.Verdict == template.CanBe {
			fmt.Println(u.Path, "lacks", u.Resource.Name, "with", p)
		}
	}
	// Output:
	// an address in a private network: false
	// Resources.Network.Properties.Description lacks Address with Public=true, Env="dev"
}
