package ros

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
)

const webTemplate = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Cidr: {Type: String, Default: 10.0.0.0/16}
  Servers: {Type: Number, Default: 2}
  Name: {Type: String, Default: web}
  Password: {Type: String, NoEcho: true}
  Public: {Type: Boolean, Default: false}
Conditions:
  IsPublic: {Fn::Equals: [{Ref: Public}, true]}
Resources:
  Vpc:
    Type: ALIYUN::ECS::VPC
    Properties:
      CidrBlock: {Ref: Cidr}
      VpcName: {Fn::Join: ['-', [{Ref: Name}, vpc]]}
  Switch:
    Type: ALIYUN::ECS::VSwitch
    Properties:
      VpcId: {Ref: Vpc}
      CidrBlock: 10.0.1.0/24
      ZoneId: cn-hangzhou-h
  Group:
    Type: ALIYUN::ECS::SecurityGroup
    Properties:
      VpcId: {Fn::GetAtt: [Vpc, VpcId]}
  Web:
    Type: ALIYUN::ECS::Instance
    Count: {Ref: Servers}
    Properties:
      VpcId: {Ref: Vpc}
      VSwitchId: {Ref: Switch}
      SecurityGroupId: {Ref: Group}
      ImageId: centos_7
      InstanceType: ecs.g6.large
      Password: {Ref: Password}
      InstanceName: {Fn::Sub: 'server-in-${Switch}'}
  Eip:
    Type: ALIYUN::VPC::EIP
    Condition: IsPublic
`

// templateStack is a stack of a real template and of the catalogue's types.
func templateStack(t *testing.T) *stackUnderTest {
	s := newStackUnderTest(t)
	catalogue := schema.Default()
	s.types = func(name string) (*provider.Type, error) {
		if typ := catalogue.Type(name); typ != nil {
			return typ, nil
		}
		return nil, &provider.Error{Kind: provider.NotFound}
	}
	return s
}

func (s *stackUnderTest) bound(params map[string]any) *planInput {
	s.t.Helper()
	tmpl, err := template.Parse("web.yaml", []byte(webTemplate), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	in := s.input("")
	if in.scope, err = tmpl.Bind(params, &template.Pseudo{Region: "cn-hangzhou", StackName: "web"}); err != nil {
		s.t.Fatal(err)
	}
	if in.desired, err = in.scope.Expand(); err != nil {
		s.t.Fatal(err)
	}
	s.scope = in.scope
	return in
}

// actions lists the steps but those of the rollback as "verb id".
func actions(p *Plan) []string {
	var list []string
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Phase != RollbackPhase {
			list = append(list, string(s.Verb)+" "+s.LogicalID)
		}
	}
	return list
}

// TestPlanOfTemplate goes with one template through what parameters change.
func TestPlanOfTemplate(t *testing.T) {
	s := templateStack(t)
	p := s.plan(s.bound(map[string]any{"Password": "Hunter2!"}))
	checkRoundTrip(t, p)
	if got, want := actions(p), []string{"create Vpc", "create Switch", "create Group", "create Web[0]", "create Web[1]"}; !slices.Equal(got, want) {
		t.Fatalf("create: %v", got)
	}
	web := p.Steps[3]
	if !slices.Equal(web.Needs, []string{"Vpc", "Switch", "Group"}) || !slices.Equal(web.After, []int{0, 1, 2}) {
		t.Errorf("Web[0] needs %v and comes after %v", web.Needs, web.After)
	}
	if want := `"VpcId":{"$expr":{"Ref":"Vpc"},"$refs":["Vpc"]}`; !strings.Contains(string(web.Desired), want) {
		t.Errorf("Web[0] wants %s", web.Desired)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("Hunter2")) || !bytes.Contains(web.Desired, []byte(`"Password":{"$secret":"`)) {
		t.Errorf("the password shows, or is not there: %s", web.Desired)
	}
	if len(p.Sealed) == 0 {
		t.Error("the password is not sealed into the plan")
	}
	s.carryOut(p)

	steps := []struct {
		name   string
		params map[string]any
		want   []string
	}{
		{"nothing", map[string]any{"Password": "Hunter2!"}, nil},
		{"a name", map[string]any{"Password": "Hunter2!", "Name": "shop"}, []string{"update Vpc"}},
		{"more servers", map[string]any{"Password": "Hunter2!", "Name": "shop", "Servers": 3}, []string{"create Web[2]"}},
		{"fewer servers", map[string]any{"Password": "Hunter2!", "Name": "shop", "Servers": "1"}, []string{"delete Web[2]", "delete Web[1]"}},
		{"the password", map[string]any{"Password": "Hunter3!", "Name": "shop", "Servers": 1}, []string{"update Web[0]"}},
		{"a condition", map[string]any{"Password": "Hunter3!", "Name": "shop", "Servers": 1, "Public": "true"}, []string{"create Eip"}},
		{"the condition back", map[string]any{"Password": "Hunter3!", "Name": "shop", "Servers": 1}, []string{"delete Eip"}},
	}
	for _, step := range steps {
		p := s.plan(s.bound(step.params))
		if got := withoutPossible(p); !slices.Equal(got, step.want) {
			t.Errorf("%s: %v", step.name, got)
		}
		if data, _ := json.Marshal(p); bytes.Contains(data, []byte("Hunter")) {
			t.Errorf("%s: the password shows", step.name)
		}
		s.carryOut(p)
	}
}

// withoutPossible leaves the deletes out that only a possible replacement
// needs: whether there are any depends on the catalogue.
func withoutPossible(p *Plan) []string {
	var list []string
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Phase == RollbackPhase || slices.Contains(s.Reasons, Reason{Replaced, possibly}) {
			continue
		}
		list = append(list, string(s.Verb)+" "+s.LogicalID)
	}
	return list
}

// TestSecretsByType: what a type says is secret is hidden although the
// template has it in the clear, at any depth.
func TestSecretsByType(t *testing.T) {
	secret := &provider.Property{Type: provider.TypeString, Sensitive: true, Update: provider.UpdateInPlace}
	user := &provider.Property{Type: provider.TypeMap, Properties: map[string]*provider.Property{"Key": secret}}
	s := newStackUnderTest(t)
	s.types = func(name string) (*provider.Type, error) {
		return &provider.Type{Name: name, Properties: map[string]*provider.Property{
			"Secret": secret, "User": user, "Users": {Type: provider.TypeList, Items: user}, "Plain": {Type: provider.TypeString},
		}}, nil
	}
	p := s.become(`A T::S {"Plain":"seen","Secret":"hidden1","User":{"Name":"seen","Key":"hidden2"},"Users":[{"Key":"hidden3"},"odd"]} meta=x`)
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("hidden")) || !bytes.Contains(data, []byte("seen")) {
		t.Errorf("plan: %s", p.Steps[0].Desired)
	}
	p = s.plan(s.input(`A T::S {"Plain":"seen","Secret":"hidden1","User":{"Name":"seen","Key":"hidden9"},"Users":[{"Key":"hidden3"},"odd"]} meta=x`))
	if len(p.Steps) == 0 || len(p.Steps[0].Diffs) != 1 || p.Steps[0].Diffs[0].Path != "User.Key" {
		t.Fatalf("diffs: %+v", p.Steps)
	}
	if data, _ := json.Marshal(p); bytes.Contains(data, []byte("hidden")) {
		t.Error("the difference shows a secret")
	}
	broken := s.vault.Clone()
	broken.Break(errBroken)
	in := s.input(`A T::S {}`)
	in.vault = broken
	if _, err := makePlan(t.Context(), in); err == nil || !strings.Contains(err.Error(), "without the key") {
		t.Errorf("without the key: %v", err)
	}
}
