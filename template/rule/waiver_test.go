package rule_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

func TestWaivers(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string // code and path
	}{
		"behind": {`
  A: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}} # bianpai:ignore unknown-property a beta
  B: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}}
`, []string{"unknown-property Resources.B.Properties.Colour"}},
		"before": {`
  # bianpai:ignore unknown-property a beta

  # of a region
  A:
    Type: ALIYUN::ECS::VPC
    Properties:
      Colour: red
  B: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}}
`, []string{"unknown-property Resources.B.Properties.Colour"}},
		"only its code": {`
  A: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red, EnableIpv6: maybe}} # bianpai:ignore unknown-property a beta
`, []string{"wrong-type Resources.A.Properties.EnableIpv6"}},
		"an item": {`
  A:
    Type: ALIYUN::ECS::VPC
    Properties:
      Tags:
        # bianpai:ignore unknown-property a beta
        - Key: a
          Colour: red
        - Key: b
          Colour: red
`, []string{"unknown-property Resources.A.Properties.Tags[1].Colour"}},
		"of Parse": {`
  A: {Type: ALIYUN::ECS::VPC, Properties: {Description: {Ref: Nobody}}} # bianpai:ignore unknown-reference filled in by a program
`, nil},
		"without a reason": {`
  A: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}} # bianpai:ignore unknown-property
`, []string{"unknown-property Resources.A.Properties.Colour", "waiver-without-reason "}},
		"of nothing": {`
  A: {Type: ALIYUN::ECS::VPC} # bianpai:ignore unknown-property a beta
`, []string{"waiver-unused "}},
		"misspelt": {`
  A: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}} # bianpai:ignore unknwon-property a beta
`, []string{"unknown-property Resources.A.Properties.Colour", "waiver-unused "}},
		"in a script": {`
  A:
    Type: ALIYUN::ECS::RunCommand
    Properties:
      InstanceIds: [i-1]
      Type: RunShellScript
      CommandContent: |
        # bianpai:ignore unknown-property a beta
        echo
      Colour: '# bianpai:ignore unknown-property a beta'
`, []string{"unknown-property Resources.A.Properties.Colour"}},
		"at the end": {`
  A: {Type: ALIYUN::ECS::VPC}
# bianpai:ignore unknown-property a beta`, []string{"waiver-unused "}},
		"by metadata": {`
  A: {Type: ALIYUN::ECS::VPC, Metadata: {bianpai: {Ignore: {unknown-property: a beta, wrong-type: ''}}}, Properties: {Colour: red, EnableIpv6: maybe}}
  B: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}}
`, []string{"waiver-without-reason Resources.A.Metadata.bianpai.Ignore.wrong-type", "wrong-type Resources.A.Properties.EnableIpv6", "unknown-property Resources.B.Properties.Colour"}},
		"of the template": {`
  A: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}}
  B: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}}
Metadata: {bianpai: {Ignore: {unknown-property: a beta}}}
`, nil},
	} {
		src := version + "Resources:" + c.text
		for _, src := range []string{src, strings.ReplaceAll(src, "\n", "\r\n")} {
			tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
			var got []string
			for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default()}) {
				got = append(got, string(d.Code)+" "+d.Path)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

func TestWaiversLeftAlone(t *testing.T) {
	src := version + "Resources:\n  A: {Type: ALIYUN::ECS::VPC, Properties: {Colour: red}} # bianpai:ignore unknown-property a beta\n"
	tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
	for name, c := range map[string]struct {
		opts rule.Options
		want int
	}{
		"waivers off":        {rule.Options{Types: schema.Default(), NoWaivers: true}, 1},
		"no types":           {rule.Options{}, 0},
		"the rule is off":    {rule.Options{Types: schema.Default(), Off: []diag.Code{"unknown-property"}}, 0},
		"the rule is absent": {rule.Options{Types: schema.Default(), Rules: only(nil)}, 0},
	} {
		if got := rule.Check(tmpl, &c.opts); len(got) != c.want {
			t.Errorf("%s: %v", name, findings(src, got))
		}
	}
}
