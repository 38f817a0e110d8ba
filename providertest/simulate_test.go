package providertest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/template"
)

const web = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Zone: {Type: String, AssociationProperty: 'ALIYUN::ECS::Instance::ZoneId'}
Resources:
  Vpc:
    Type: ALIYUN::ECS::VPC
    Properties:
      VpcName: web
      CidrBlock: 192.168.0.0/16
  VSwitch:
    Type: ALIYUN::ECS::VSwitch
    Properties:
      VpcId: !Ref Vpc
      ZoneId: !Ref Zone
      CidrBlock: 192.168.1.0/24
  Group:
    Type: ALIYUN::ECS::SecurityGroup
    Properties: {VpcId: !Ref Vpc, SecurityGroupName: web}
Outputs:
  VSwitchId: {Value: !Ref VSwitch}
`

// A template's unit test: the life of its stack, with made-up parameters.
func ExampleSimulate() {
	t, err := template.Parse("web.yml", []byte(web), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	report := providertest.Simulate(context.Background(), t, nil)
	for _, step := range report.Steps {
		fmt.Printf("%s: %s\n", step.Name, step.Status)
	}
	fmt.Println(report.Verdict, report.Err())
	// Output:
	// validate: done
	// parameters: done
	// plan: done
	// create: done
	// no change: done
	// update in place: done
	// replace: done
	// remove: done
	// bring back: done
	// delete: done
	// pass <nil>
}

func parsed(t *testing.T, src string) *template.Template {
	t.Helper()
	tmpl, err := template.Parse("test.yml", []byte(src), nil)
	if tmpl == nil {
		t.Fatal(err)
	}
	return tmpl
}

// TestSimulateIsRepeatable: the same template gives the same steps.
func TestSimulateIsRepeatable(t *testing.T) {
	steps := func() string {
		var b strings.Builder
		for _, s := range providertest.Simulate(t.Context(), parsed(t, web), nil).Steps {
			fmt.Fprintln(&b, s.Name, s.Status, s.Detail)
		}
		return b.String()
	}
	first := steps()
	for range 5 {
		if again := steps(); again != first {
			t.Fatalf("first:\n%s\nthen:\n%s", first, again)
		}
	}
}

const header = "ROSTemplateFormatVersion: '2015-09-01'\n"

func TestSimulateVerdicts(t *testing.T) {
	tests := []struct{ name, src, verdict, why string }{
		{"Terraform", header + "Transform: Aliyun::Terraform-v1.5\nWorkspace: {main.tf: ''}\n", "skip", "Terraform"},
		{"transform", header + "Transform: Aliyun::Serverless-2099-01-01\nResources:\n  A: {Type: 'Aliyun::Serverless::Service'}\n", "skip", "needs the transform Aliyun::Serverless-2099-01-01"},
		{"runbook", "FormatVersion: OOS-2019-06-01\nTasks: []\n", "skip", "an OOS template"},
		{"something else", "a: 1\n", "skip", "not a template"},
		{"unknown property", header + "Resources:\n  A:\n    Type: ALIYUN::ECS::VPC\n    Properties: {VpcNmae: red}\n", "fail", "unknown-property: validate: line 5: ALIYUN::ECS::VPC has no property VpcNmae"},
		{"broken", header + "Resources: [\n", "fail", "validate: line"},
		{"no value fits", header + "Parameters:\n  P: {Type: String, AllowedPattern: '^a$', MinLength: 5}\nResources:\n  A: {Type: 'ALIYUN::ROS::WaitConditionHandle'}\n", "fail", "parameters: line 3"},
		{"names what is not there", header + "Resources:\n  A:\n    Type: ALIYUN::ECS::SecurityGroup\n    Properties:\n      VpcId: vpc-bp1none0000000000none\n", "fail", "InvalidVpcId.NotFound: create: create of A (ALIYUN::ECS::SecurityGroup) failed: InvalidVpcId.NotFound"},
		{"says where", header + "Resources:\n  A:\n    Type: ALIYUN::ECS::SecurityGroup\n    Properties:\n      VpcId: vpc-bp1none0000000000none\n", "fail", "the template itself sets it, in line 6"},
		{"default that is not there", header + "Parameters:\n  P: {Type: String, Default: vpc-none}\nResources:\n  A:\n    Type: ALIYUN::ECS::SecurityGroup\n    Properties:\n      VpcId: {Ref: P}\n", "fail", "its value is the default of P"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := providertest.Simulate(t.Context(), parsed(t, tt.src), nil)
			why := r.Reason
			if failure, ok := errors.AsType[*providertest.Failure](r.Err()); ok {
				why = failure.Code + ": " + failure.Error()
			}
			if string(r.Verdict) != tt.verdict || !strings.Contains(why, tt.why) {
				t.Errorf("%s: %s\nwant %s: %s", r.Verdict, why, tt.verdict, tt.why)
			}
		})
	}
}

func TestSimulateNotApplicable(t *testing.T) {
	r := providertest.Simulate(t.Context(), parsed(t, header+"Resources:\n  A: {Type: 'ALIYUN::ROS::WaitConditionHandle'}\n"), nil)
	if r.Verdict != providertest.Passed {
		t.Fatal(r.Err())
	}
	for _, s := range r.Steps {
		want := providertest.StepDone
		switch s.Name {
		case "update in place", "replace", "remove", "bring back":
			want = providertest.StepNotApplicable
			if s.Detail == "" {
				t.Errorf("%s does not say why", s.Name)
			}
		}
		if s.Status != want {
			t.Errorf("%s: %s %s", s.Name, s.Status, s.Detail)
		}
	}
}

// TestSimulateRetains: what a policy retains is left, and nothing else.
func TestSimulateRetains(t *testing.T) {
	src := strings.Replace(web, "  Vpc:\n    Type: ALIYUN::ECS::VPC\n", "  Vpc:\n    Type: ALIYUN::ECS::VPC\n    DeletionPolicy: Retain\n", 1)
	r := providertest.Simulate(t.Context(), parsed(t, src), nil)
	last := r.Steps[len(r.Steps)-1]
	if r.Err() != nil || !strings.Contains(last.Detail, "kept as DeletionPolicy says: Vpc (") {
		t.Errorf("%v, %s", r.Err(), last.Detail)
	}
}

// TestSimulateChanges: more changes of a kind, each on the stack as it was.
func TestSimulateChanges(t *testing.T) {
	r := providertest.Simulate(t.Context(), parsed(t, web), &providertest.SimulateOptions{Changes: 4})
	for _, s := range r.Steps {
		if s.Name == "update in place" || s.Name == "replace" {
			made, _, _ := strings.Cut(s.Detail, "; refused")
			if n := len(strings.Split(made, "; ")); n != 4 {
				t.Errorf("%s: %d changes: %s", s.Name, n, s.Detail)
			}
		}
	}
	if r.Err() != nil {
		t.Error(r.Err())
	}
}

func TestSimulateParameters(t *testing.T) {
	r := providertest.Simulate(t.Context(), parsed(t, web), &providertest.SimulateOptions{Parameters: map[string]any{"Zone": "cn-hangzhou-z", "Nothing": 1}})
	if failure := r.Failure; failure == nil || failure.Code != "unknown-parameter" {
		t.Errorf("got %v", r.Err())
	}
}

func TestSimulateLimit(t *testing.T) {
	r := providertest.Simulate(t.Context(), parsed(t, web), &providertest.SimulateOptions{Limit: time.Nanosecond})
	if r.Failure == nil || r.Failure.Code != providertest.TimeLimit || !strings.Contains(r.Failure.Text, "the time limit of 1ns passed") {
		t.Errorf("got %v", r.Err())
	}
}
