package providertest

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

const checked = `
ROSTemplateFormatVersion: '2015-09-01'
Resources:
  Vpc:
    Type: ALIYUN::ECS::VPC
    Properties: {VpcName: a, CidrBlock: 192.168.0.0/16}
  Group:
    Type: ALIYUN::ECS::SecurityGroup
    Properties: {VpcId: !Ref Vpc}
Outputs:
  Id: {Value: !Ref Vpc}
  Name: {Value: !GetAtt Vpc.VpcName}
`

// TestChecksNotice: what a simulation checks after each operation is noticed.
func TestChecksNotice(t *testing.T) {
	tests := []struct {
		name string
		harm func(*testing.T, *simulation)
		want string // "" for none
	}{
		{"nothing", func(*testing.T, *simulation) {}, ""},
		{"a resource is gone", func(t *testing.T, s *simulation) {
			if err := s.cloud.Vanish("Group"); err != nil {
				t.Fatal(err)
			}
		}, "Group (ALIYUN::ECS::SecurityGroup) is in the stack"},
		{"a stranger in the cloud", func(t *testing.T, s *simulation) {
			if _, err := s.cloud.Create(t.Context(), &provider.Request{Type: vpcType, LogicalID: "Other", Token: "other", Desired: []byte(`{}`)}); err != nil {
				t.Fatal(err)
			}
		}, "in the cloud, but not in the stack: Other"},
		{"another template", func(t *testing.T, s *simulation) {
			s.now = s.mustVariant(t, strings.Replace(checked, "VpcName: a", "VpcName: b", 1))
		}, "a plan for the same template is not empty"},
		{"one more resource", func(t *testing.T, s *simulation) {
			s.now = s.mustVariant(t, strings.Replace(checked, "Outputs:", "  More:\n    Type: ALIYUN::ECS::VPC\nOutputs:", 1))
		}, "missing in the stack: More"},
		{"one resource less", func(t *testing.T, s *simulation) {
			i := strings.Index(checked, "  Group:")
			j := strings.Index(checked, "Outputs:")
			s.now = s.mustVariant(t, checked[:i]+checked[j:])
		}, "which the template does not ask for"},
		{"another output", func(t *testing.T, s *simulation) {
			s.now = s.mustVariant(t, checked+"  More: {Value: 1}\n")
		}, "output More does not resolve"},
		{"another value", func(t *testing.T, s *simulation) {
			s.now = s.mustVariant(t, strings.Replace(checked, "!Ref Vpc}\n  Name", "!Ref Group}\n  Name", 1))
		}, "output Id is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSimulation(t)
			if _, err := s.create(t.Context()); err != nil {
				t.Fatal(err)
			}
			tt.harm(t, s)
			err := s.settled(t.Context(), s.now, ros.CreateComplete)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestHangIsNamed: a simulation that hangs ends, and says what it waits for.
func TestHangIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(t)
		s.limit = time.Minute
		s.cloud.Inject(On("Create", "Group"), Hang())
		ctx, cancel := context.WithTimeout(t.Context(), s.limit)
		defer cancel()
		if s.step(ctx, "create", s.create) {
			t.Fatal("the step went through")
		}
		f := s.report.Failure
		if f.Code != TimeLimit || f.Text != "the time limit of 1m0s passed; the stack is in CREATE_IN_PROGRESS, open: Group in CREATE_IN_PROGRESS" {
			t.Errorf("%s: %s", f.Code, f.Text)
		}
	})
}

// newSimulation stands before the creation of the stack.
func newSimulation(t *testing.T) *simulation {
	t.Helper()
	s := &simulation{report: &Simulation{}, types: schema.Default(), cloud: New(t, nil)}
	s.driver = s.cloud
	var err error
	if s.engine, err = ros.New(s.cloud, &ros.Options{Region: s.cloud.region, Account: s.cloud.account}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.engine.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.now = s.mustVariant(t, checked)
	if _, err := s.plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *simulation) mustVariant(t *testing.T, src string) *variant {
	t.Helper()
	tmpl, err := template.Parse("checked.yml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.variant(tmpl, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
