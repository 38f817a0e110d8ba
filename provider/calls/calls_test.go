package calls_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

func TestEveryCallIsFound(t *testing.T) {
	x := calls.Default()
	services, found := 0, 0
	for s := range x.Services() {
		services++
		n := 0
		seen := make(map[string]bool)
		for name := range x.APIs(s.Code) {
			a, ok := x.API(strings.ToLower(s.Code), strings.ToUpper(name))
			if !ok || a.Name != name || a.Service != s.Code {
				t.Fatalf("%s %s: found %+v", s.Code, name, a)
			}
			if seen[name] {
				t.Errorf("%s %s stands there twice", s.Code, name)
			}
			seen[name] = true
			check(t, a)
			n++
		}
		if n == 0 {
			t.Errorf("%s has no calls", s.Code)
		}
		found += n
	}
	t.Logf("%d services, %d calls", services, found)
	if services < 60 || found < 7000 {
		t.Errorf("%d services and %d calls are fewer than there were", services, found)
	}
}

// check looks whether what was read of a line makes sense.
func check(t *testing.T, a *calls.API) {
	t.Helper()
	for _, p := range a.Parameters {
		if p.Name == "" || strings.ContainsAny(p.Name, " {}*!^%~:\t") {
			t.Errorf("%s %s: a parameter is named %q", a.Service, a.Name, p.Name)
		}
		if p.Place == calls.Path && a.Path == "" {
			t.Errorf("%s %s: %s is part of no path", a.Service, a.Name, p.Name)
		}
		if got, ok := a.Match(p.Name); !ok || !strings.EqualFold(strings.ReplaceAll(got, ".", ""), strings.ReplaceAll(p.Name, ".", "")) {
			t.Errorf("%s %s: %s is taken for %q", a.Service, a.Name, p.Name, got)
		}
	}
	if a.Token != slices.ContainsFunc(a.Parameters, func(p calls.Parameter) bool { return strings.EqualFold(p.Name, "ClientToken") }) {
		t.Errorf("%s %s: token is %v", a.Service, a.Name, a.Token)
	}
}

func TestAPI(t *testing.T) {
	x := calls.Default()
	for _, c := range [][2]string{{"ECS", "NoSuchCall"}, {"NOPE", "DescribeInstances"}, {"", ""}, {"ECS", ""}, {"ECS", "DescribeInstance"}, {"ZZZ", "zzz"}} {
		if a, ok := x.API(c[0], c[1]); ok {
			t.Errorf("%v: found %s %s", c, a.Service, a.Name)
		}
	}
	a, ok := x.API("cs", "describeclusternodes")
	if !ok || a.Method != "GET" || a.Path != "/clusters/[ClusterId]/nodes" {
		t.Errorf("%+v", a)
	}
	s, ok := x.Service("r-kvstore")
	if !ok || s.Product != "R-kvstore" || s.Version != "2015-01-01" || s.ROA {
		t.Errorf("%+v", s)
	}
	if _, ok := x.Service("none"); ok {
		t.Error("found a service that there is not")
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct{ service, api, given, want string }{
		{"ECS", "RunInstances", "SystemDisk.Size", "SystemDisk.Size"},
		{"ECS", "RunInstances", "SystemDiskSize", "SystemDisk.Size"},
		{"ECS", "RunInstances", "SystemDisk", "SystemDisk"},
		{"ECS", "RunInstances", "Tags", "Tag"},
		{"ECS", "RunInstances", "Tag", "Tag"},
		{"ECS", "RunInstances", "Tag2Key", "Tag.2.Key"},
		{"ECS", "RunInstances", "Tag.2.Key", "Tag.2.Key"},
		{"ECS", "RunInstances", "Tag.2.Colour", ""},
		{"ECS", "RunInstances", "DataDisks", "DataDisk"},
		{"ECS", "RunInstances", "DataDisk1Size", "DataDisk.1.Size"},
		{"ECS", "RunInstances", "SecurityGroupIds", "SecurityGroupIds"},
		{"ECS", "RunInstances", "Amout", ""},
		{"ECS", "RunInstances", "RegionId", "RegionId"},
		{"ECS", "RunInstances", "regionId", "RegionId"},
		{"ALB", "CreateListener", "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.2.ServerGroupId", "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.2.ServerGroupId"},
		{"ALB", "CreateRule", "RuleConditions.1.HostConfig.Values.3", "RuleConditions.1.HostConfig.Values.3"},
		{"ALB", "CreateRule", "RuleConditions.1.HostConfig.Nope", ""},
		{"ECS", "RunInstances", "", ""},
		{"ECS", "RunInstances", ".", ""},
		{"ECS", "DescribeInstances", "InstanceIds", "InstanceIds"},
		{"ECS", "DescribeInstances", "Filter", "Filter"},
		{"ECS", "DescribeInstances", "Filters", "Filter"},
		{"ECS", "DescribeInstances", "Filter1Key", "Filter.1.Key"},
		{"ECS", "DescribeInvocationResults", "InvokeId", "InvokeId"},
		{"ESS", "DescribeScalingGroups", "ScalingGroupId1", "ScalingGroupId.1"},
		{"ESS", "DescribeScalingGroups", "ScalingGroupIds", "ScalingGroupId"},
	} {
		a, ok := calls.Default().API(test.service, test.api)
		if !ok {
			t.Fatal(test.api)
		}
		if got, ok := a.Match(test.given); got != test.want || ok != (test.want != "") {
			t.Errorf("%s %s: %q, %v; want %q", test.api, test.given, got, ok, test.want)
		}
	}
}

func TestClass(t *testing.T) {
	for name, want := range map[[2]string]provider.CallClass{
		{"ecs", "describeinstances"}: provider.ReadOnly, // takes no token, and needs none
		{"ecs", "runinstances"}:      provider.Token,
		{"ECS", "RunCommand"}:        provider.Token,
		{"ECS", "CreateImage"}:       provider.Token,
		{"ECS", "StartInstance"}:     provider.Once,
		{"ECS", "RebootInstance"}:    provider.Once,
		{"ecs", "tagresources"}:      provider.Idempotent,
		{"ROS", "GetStack"}:          provider.ReadOnly,
		{"ROS", "CreateStack"}:       provider.Token,
		{"ROS", "DeleteStack"}:       provider.Idempotent,
		{"NOPE", "DescribeThings"}:   provider.ReadOnly,
		{"NOPE", "MakeThings"}:       provider.Once,
	} {
		if got := calls.Default().Class(name[0], name[1]); got != want {
			t.Errorf("%s %s: %v, want %v", name[0], name[1], got, want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	x := calls.Default()
	f.Add("ECS", "RunInstances", "Tag.1.Key")
	f.Add("cs", "DescribeClusterNodes", "pageSize")
	f.Fuzz(func(t *testing.T, service, api, name string) {
		x.Class(service, api)
		if a, ok := x.API(service, api); ok {
			if got, ok := a.Match(name); ok && got == "" {
				t.Error("matched nothing")
			}
		}
	})
}

func BenchmarkClass(b *testing.B) {
	x := calls.Default()
	for b.Loop() {
		x.Class("ECS", "RunInstances")
	}
}

func BenchmarkAPI(b *testing.B) {
	x := calls.Default()
	for b.Loop() {
		x.API("ECS", "RunInstances")
	}
}
