package template_test

import (
	"fmt"

	"github.com/bianpai/bianpai/template"
)

func ExampleEditor() {
	e, err := template.NewEditor("web.yml", []byte(`ROSTemplateFormatVersion: '2015-09-01'
Resources:
  Net: # one for all
    Type: ALIYUN::ECS::VPC
  Switch:
    Type: ALIYUN::ECS::VSwitch
    Properties:
      VpcId: !Ref Net
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range []error{
		e.Set("Resources.Net.Properties.CidrBlock", "10.0.0.0/8"),
		e.Rename("Resources", "Net", "Network"),
	} {
		if err != nil {
			fmt.Println(err)
		}
	}
	fmt.Print(string(e.Bytes()))
	// Output:
	// ROSTemplateFormatVersion: '2015-09-01'
	// Resources:
	//   Network: # one for all
	//     Type: ALIYUN::ECS::VPC
	//     Properties:
	//       CidrBlock: 10.0.0.0/8
	//   Switch:
	//     Type: ALIYUN::ECS::VSwitch
	//     Properties:
	//       VpcId: !Ref Network
}

func ExampleFormat() {
	out, err := template.Format("web.json", []byte(`{"Resources": {"Net": {"Type": "ALIYUN::ECS::VPC"}}, "ROSTemplateFormatVersion": "2015-09-01"}`),
		&template.FormatOptions{Syntax: template.YAML, SortSections: true})
	fmt.Print(string(out), err)
	// Output:
	// ROSTemplateFormatVersion: '2015-09-01'
	// Resources:
	//   Net:
	//     Type: ALIYUN::ECS::VPC
	// <nil>
}
