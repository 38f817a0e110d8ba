package provider_test

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
)

func TestClassByName(t *testing.T) {
	for name, want := range map[[2]string]provider.CallClass{
		{"ECS", "DescribeInstances"}:           provider.ReadOnly,
		{"RAM", "GetPolicy"}:                   provider.ReadOnly,
		{"OSS", "GenerateUrl"}:                 provider.ReadOnly,
		{"oss", "GenerateUrl"}:                 provider.ReadOnly,
		{"ECS", "describeinstances"}:           provider.Once, // the name's case is the caller's to mend
		{"ECS", "Getaway"}:                     provider.Once,
		{"ECS", "RunInstances"}:                provider.Once,
		{"ECS", "StartInstance"}:               provider.Once,
		{"ECS", "StopInstance"}:                provider.Once,
		{"ECS", "RebootInstance"}:              provider.Once,
		{"ECS", "DeleteInstance"}:              provider.Idempotent,
		{"ECS", "TagResources"}:                provider.Idempotent,
		{"TAG", "UnTagResources"}:              provider.Idempotent,
		{"ECS", "ModifyInstanceAttribute"}:     provider.Idempotent,
		{"ECS", "ModifyInstanceSpec"}:          provider.Once,
		{"ECS", "ModifyInstanceChargeType"}:    provider.Once,
		{"ECS", "DeleteLaunchTemplateVersion"}: provider.Idempotent,
		{"SLB", "SetBackendServers"}:           provider.Idempotent,
		{"SLB", "Settle"}:                      provider.Once,
		{"OSS", "PutBucketPolicy"}:             provider.Idempotent,
		{"EVENTBRIDGE", "PutEvents"}:           provider.Once,
		{"", ""}:                               provider.Once,
	} {
		got := provider.ClassByName(name[0], name[1])
		if got != want {
			t.Errorf("%s %s: %v, want %v", name[0], name[1], got, want)
		}
		if got.Repeat() != (want != provider.Once) {
			t.Errorf("%s %s: Repeat is %v", name[0], name[1], got.Repeat())
		}
	}
	if got := provider.CallClass(9).String(); got != "call-class(9)" {
		t.Error(got)
	}
}
