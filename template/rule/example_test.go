package rule_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

func ExampleCheck() {
	tmpl, _ := template.Parse("net.yml", []byte(`ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Unused: {Type: String}
Resources:
  Net:
    Type: ALIYUN::ECS::VPC
    Properties: {CidrBlok: 10.0.0.0/8}
`), nil)
	found := rule.Check(tmpl, &rule.Options{Types: schema.Default(), Off: []diag.Code{"unused-parameter"}})
	_ = diag.Fprint(os.Stdout, found, nil)
	// Output:
	// net.yml:7:18: error unknown-property: ALIYUN::ECS::VPC has no property CidrBlok here
	//     Names there are: CidrBlock. If none is meant, remove it.
}

// A rule of a host program: each resource that can have tags has one that says
// who pays for it.
func ExampleRule() {
	costs := &rule.Rule{
		Code:     "acme-cost-center",
		Severity: diag.Warning,
		Doc:      "A resource without the tag CostCenter.",
		Words: map[diag.Lang]diag.Words{
			diag.English: {Message: "{0} has no tag CostCenter", Hint: "Add the number of the team's budget."},
			diag.Chinese: {Message: "{0} 没有标签 CostCenter", Hint: "请填写团队预算编号。"},
		},
		Run: func(p *rule.Pass) {
			p.OnResource(func(r *template.Resource, t *provider.Type) {
				if t == nil || t.Properties["Tags"] == nil {
					return
				}
				for tag := range r.Properties.Get("Tags").Items() {
					if tag.Get("Key").Text() == "CostCenter" {
						return
					}
				}
				p.Report(r.Node.KeyRange(), "Properties.Tags", r.Name)
			})
		},
	}
	tmpl, _ := template.Parse("net.yml", []byte(`ROSTemplateFormatVersion: '2015-09-01'
Resources:
  Net:
    Type: ALIYUN::ECS::VPC
`), nil)
	found := rule.Check(tmpl, &rule.Options{Types: schema.Default(), Rules: append(rule.Default(), costs)})
	_ = diag.Fprint(os.Stdout, found, nil)
	_ = diag.Fprint(os.Stdout, found, &diag.PrintOptions{Lang: diag.Chinese})
	// Output:
	// net.yml:3:3: warning acme-cost-center: Net has no tag CostCenter
	//     Add the number of the team's budget.
	// net.yml:3:3: warning acme-cost-center: Net 没有标签 CostCenter
	//     请填写团队预算编号。
}

// What is no fault is waived where it stands, with the reason.
func Example_waiver() {
	const text = `ROSTemplateFormatVersion: '2015-09-01'
Resources:
  Net:
    Type: ALIYUN::ECS::VPC
    Properties:
      # bianpai:ignore unknown-property a beta that our account takes part in
      Isolation: strict
`
	for _, src := range []string{text, strings.ReplaceAll(text, " a beta that our account takes part in", "")} {
		tmpl, _ := template.Parse("net.yml", []byte(src), nil)
		found := rule.Check(tmpl, &rule.Options{Types: schema.Default()})
		fmt.Println(len(found), "findings")
		_ = diag.Fprint(os.Stdout, found, nil)
	}
	// Output:
	// 0 findings
	// 2 findings
	// net.yml:6:7: warning waiver-without-reason: the waiver of unknown-property gives no reason, so it has no effect
	//     Write the reason behind the code.
	// net.yml:7:7: warning unknown-property: ALIYUN::ECS::VPC has no property Isolation here
	//     Names there are: CidrBlock, Description, EnableIpv6, Ipv6CidrBlock, Ipv6Isp, ResourceGroupId, SecondaryCidrBlocks, Tags, …. If none is meant, remove it.
}
