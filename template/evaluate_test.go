package template_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

const shopSource = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Password: {Type: String, NoEcho: true, Default: s3cret}
Locals:
  Net: {Value: {Fn::GetAtt: [Vpc, VpcId]}}
Resources:
  Vpc: {Type: ALIYUN::ECS::VPC}
  Group: {Type: ALIYUN::ECS::SecurityGroup, Properties: {VpcId: {Ref: Net}}}
  Web:
    Type: ALIYUN::ECS::Instance
    DependsOn: Group
    Count: 2
    Properties:
      SecurityGroupId: {Ref: Group}
      VpcId: {Ref: Net}
      Password: {Ref: Password}
      UserData: {Fn::Sub: 'vpc ${Vpc} group ${Group.SecurityGroupId}'}
Outputs:
  Ids: {Value: {Ref: Web}}
  Secret: {Value: {Fn::Join: ['', [x, {Ref: Password}]]}}
  Fixed: {Value: {Fn::Add: [1, 2]}}
`

func evaluated(t *testing.T, known template.Lookup) *template.Evaluation {
	t.Helper()
	tmpl, err := template.Parse("shop.yml", []byte(shopSource), nil)
	if err != nil {
		t.Fatal(err)
	}
	ev, err := tmpl.Evaluate(nil, &template.EvaluateOptions{Pseudo: pseudo, Known: known})
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func TestEvaluate(t *testing.T) {
	ev := evaluated(t, nil)
	var got []string
	for _, u := range ev.Unknowns() {
		got = append(got, fmt.Sprint(u.Path, " ", u.Expr, " ", u.Refs))
	}
	want := []string{
		`Resources.Group.Properties.VpcId {"Fn::GetAtt":["Vpc","VpcId"]} [Vpc]`,
		`Resources.Web[0].Properties.SecurityGroupId {"Ref":"Group"} [Group]`,
		`Resources.Web[0].Properties.VpcId {"Fn::GetAtt":["Vpc","VpcId"]} [Vpc]`,
		`Resources.Web[0].Properties.UserData {"Fn::Sub":"vpc ${Vpc} group ${Group.SecurityGroupId}"} [Vpc Group]`,
		`Resources.Web[1].Properties.SecurityGroupId {"Ref":"Group"} [Group]`,
		`Resources.Web[1].Properties.VpcId {"Fn::GetAtt":["Vpc","VpcId"]} [Vpc]`,
		`Resources.Web[1].Properties.UserData {"Fn::Sub":"vpc ${Vpc} group ${Group.SecurityGroupId}"} [Vpc Group]`,
		`Outputs.Ids.Value[0] {"Ref":"Web[0]"} [Web[0]]`,
		`Outputs.Ids.Value[1] {"Ref":"Web[1]"} [Web[1]]`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("unknown:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	known := evaluated(t, everything{})
	if n := len(known.Unknowns()); n != 0 {
		t.Errorf("%d parts stay unknown", n)
	}
	if v, _ := known.Resource("Web[1]").Properties.Get("UserData"); v.Text() != `vpc id-of-Vpc group ["Group","SecurityGroupId"]` {
		t.Errorf("user data %v", v)
	}
	if known.Resource("Web") != nil {
		t.Error("a counted resource is there without its number")
	}
	data, err := json.Marshal(known)
	if err != nil || !json.Valid(data) || strings.Contains(string(data), "s3cret") {
		t.Errorf("%s, %v", data, err)
	}
	if !strings.Contains(string(data), `"Secret":{"$secret":""},"Fixed":3`) {
		t.Errorf("%s", data)
	}
	if _, err := known.Scope.Resolve(value.Null(), nil); err != nil {
		t.Error(err)
	}
}

func TestDependencies(t *testing.T) {
	d := evaluated(t, nil).Dependencies()
	var got []string
	for _, e := range d.Edges {
		got = append(got, e.String())
	}
	want := []string{
		"Group needs Vpc: VpcId reads VpcId",
		"Web[0] needs Group: SecurityGroupId reads Ref, UserData reads SecurityGroupId, DependsOn",
		"Web[0] needs Vpc: VpcId reads VpcId, UserData reads Ref",
		"Web[1] needs Group: SecurityGroupId reads Ref, UserData reads SecurityGroupId, DependsOn",
		"Web[1] needs Vpc: VpcId reads VpcId, UserData reads Ref",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("edges:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	edge := d.Between("Web[0]", "Group")
	for i, want := range []string{"14:24", "17:17", "11:16"} {
		if at := d.Position(edge.Reasons[i]); fmt.Sprintf("%d:%d", at.Line, at.Column) != want {
			t.Errorf("reason %d stands at %v, want %s", i, at, want)
		}
	}
	if at := d.Position(d.Between("Group", "Vpc").Reasons[0]); at.Line != 5 {
		t.Errorf("a reference in a local stands at %v", at)
	}
	if d.Between("Vpc", "Web[0]") != nil {
		t.Error("an edge the wrong way")
	}
	var dot, mermaid, text strings.Builder
	for _, err := range []error{d.WriteDOT(&dot, nil), d.WriteMermaid(&mermaid, nil), d.WriteJSON(&text)} {
		if err != nil {
			t.Error(err)
		}
	}
	var back struct {
		Nodes []string
		Edges []struct {
			From, To string
			Reasons  []struct {
				Attribute, Path string
				Line, Column    int
			}
		}
	}
	if err := json.Unmarshal([]byte(text.String()), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Nodes) != 4 || len(back.Edges) != 5 || back.Edges[1].Reasons[2].Line != 11 {
		t.Errorf("%s", text.String())
	}
	if !strings.Contains(dot.String(), "Web[1]") || !strings.Contains(mermaid.String(), "Web[1]") {
		t.Errorf("%s\n%s", &dot, &mermaid)
	}
}

// Evaluate shows what a template makes of its parameters.
func ExampleTemplate_Evaluate() {
	tmpl, err := template.Parse("shop.yml", []byte(shopSource), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ev, err := tmpl.Evaluate(map[string]any{"Password": "pass"}, &template.EvaluateOptions{
		Pseudo: &template.Pseudo{Region: "cn-hangzhou", StackName: "shop"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ev.Resource("Web[0]").Properties)
	for _, edge := range ev.Dependencies().Edges[:2] {
		fmt.Println(edge)
	}
	if err := ev.Dependencies().WriteMermaid(os.Stdout, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"SecurityGroupId":(known later),"VpcId":(known later),"Password":******,"UserData":(known later)}
	// Group needs Vpc: VpcId reads VpcId
	// Web[0] needs Group: SecurityGroupId reads Ref, UserData reads SecurityGroupId, DependsOn
	// flowchart LR
	//   n0["Vpc"]
	//   n1["Group"]
	//   n2["Web[0]"]
	//   n3["Web[1]"]
	//   n0 --> n1
	//   n0 --> n2
	//   n1 --> n2
	//   n0 --> n3
	//   n1 --> n3
}
