package providertest_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// TestBehaviours plays the files in testdata/stories, each in a cloud of its own.
// A line is one call:
//
//	SERVICE API Parameter=value ... [> path=value ... name:=path ...] [! Code]
//
// What stands behind > must be in the answer (an empty value: nothing there);
// name:=path keeps a value for $name in later lines; ! is the code of the
// refusal.
func TestBehaviours(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &story{t: t, c: providertest.New(t, nil), kept: make(map[string]string)}
			for line := range strings.Lines(string(text)) {
				s.line++
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					s.play(line)
				}
			}
		})
	}
}

type story struct {
	t    *testing.T
	c    *providertest.Cloud
	kept map[string]string
	line int
}

func (s *story) play(line string) {
	line, code, _ := strings.Cut(line, " ! ")
	asked, wanted, _ := strings.Cut(line, " > ")
	f := strings.Fields(asked)
	p := make(parameters)
	for _, item := range f[2:] {
		name, value, ok := strings.Cut(item, "=")
		if !ok {
			s.t.Fatalf("line %d: %q", s.line, item)
		}
		p[name] = s.filled(value)
	}
	a, err := tryCall(s.t, s.c, f[0]+" "+f[1], p)
	refusal, _ := errors.AsType[*provider.Error](err)
	switch {
	case code != "" && (refusal == nil || refusal.Code != code):
		s.t.Errorf("line %d: %s: %v, want a refusal with %s", s.line, f[1], err, code)
		return
	case code != "":
		return
	case err != nil:
		s.t.Fatalf("line %d: %s: %v", s.line, f[1], err)
	}
	for _, item := range strings.Fields(wanted) {
		if name, path, ok := strings.Cut(item, ":="); ok {
			if s.kept[name] = a.text(path); s.kept[name] == "" {
				s.t.Fatalf("line %d: %s: nothing at %s in %v", s.line, f[1], path, a)
			}
			continue
		}
		path, want, _ := strings.Cut(item, "=")
		if got, want := a.text(path), s.filled(want); got != want {
			s.t.Errorf("line %d: %s: %s is %q, want %q in %v", s.line, f[1], path, got, want, a)
		}
	}
}

func (s *story) filled(value string) string {
	names := slices.SortedFunc(maps.Keys(s.kept), func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		value = strings.ReplaceAll(value, "$"+name, s.kept[name])
	}
	return value
}

// TestBehavioursTakeTime has a load balancer, its listener and its going on the
// way for as long as the cloud's Latency says.
func TestBehavioursTakeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := providertest.New(t, &providertest.Options{Latency: func(string, string) time.Duration { return time.Minute }})
		vpc, vswitch, group := c.Existing("ALIYUN::ECS::VPC"), c.Existing("ALIYUN::ECS::VSwitch"), c.Existing("ALIYUN::ALB::ServerGroup")
		zone := parameters{"ZoneId": "cn-hangzhou-h", "VSwitchId": vswitch}
		lb := call(t, c, "ALB CreateLoadBalancer", parameters{
			"AddressType": "Intranet", "VpcId": vpc, "LoadBalancerEdition": "Basic", "LoadBalancerBillingConfig": parameters{"PayType": "PostPay"}, "ZoneMappings": []parameters{zone, zone},
		}).text("LoadBalancerId")
		status := func(want string) {
			t.Helper()
			if got := call(t, c, "ALB GetLoadBalancerAttribute", parameters{"LoadBalancerId": lb}).text("LoadBalancerStatus"); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		listener := parameters{
			"LoadBalancerId": lb, "ListenerProtocol": "HTTP", "ListenerPort": json.Number("80"),
			"DefaultActions": []parameters{{"Type": "ForwardGroup", "ForwardGroupConfig": parameters{"ServerGroupTuples": []parameters{{"ServerGroupId": group}}}}},
		}
		status("Provisioning")
		callRefused(t, c, "ALB CreateListener", listener, "IncorrectStatus.LoadBalancer", provider.Conflict)
		callRefused(t, c, "ALB DeleteLoadBalancer", parameters{"LoadBalancerId": lb}, "IncorrectStatus.LoadBalancer", provider.Conflict)
		time.Sleep(time.Minute)
		status("Active")
		id := call(t, c, "ALB CreateListener", listener).text("ListenerId")
		status("Configuring")
		time.Sleep(time.Minute)
		status("Active")
		call(t, c, "ALB DeleteListener", parameters{"ListenerId": id})
		callRefused(t, c, "ALB DeleteLoadBalancer", parameters{"LoadBalancerId": lb}, "ResourceInUse.LoadBalancer", provider.Conflict)
		time.Sleep(time.Minute)
		callRefused(t, c, "ALB GetListenerAttribute", parameters{"ListenerId": id}, "ResourceNotFound.Listener", provider.NotFound)
		call(t, c, "ALB DeleteLoadBalancer", parameters{"LoadBalancerId": lb})
		status("Deleting")
		time.Sleep(time.Minute)
		callRefused(t, c, "ALB GetLoadBalancerAttribute", parameters{"LoadBalancerId": lb}, "ResourceNotFound.LoadBalancer", provider.NotFound)
		c.AssertEmpty(t)
	})
}

// TestBehavioursAreTheResources compares what calls made with what the resource
// face makes of the same properties.
func TestBehavioursAreTheResources(t *testing.T) {
	byCall, byFace := providertest.New(t, nil), providertest.New(t, nil)
	vpc := call(t, byCall, "VPC CreateVpc", parameters{"VpcName": "net", "CidrBlock": "10.0.0.0/8", "Tag.1.Key": "a", "Tag.1.Value": "b"}).text("VpcId")
	call(t, byCall, "SLB CreateLoadBalancer", parameters{"LoadBalancerName": "web", "Bandwidth": "5", "DeleteProtection": "on", "VpcId": vpc, "AddressType": "internet"})
	made := make1(t, byFace, "ECS::VPC", "Vpc", `{"VpcName":"net","CidrBlock":"10.0.0.0/8","Tags":[{"Key":"a","Value":"b"}]}`)
	make1(t, byFace, "SLB::LoadBalancer", "Lb", `{"LoadBalancerName":"web","Bandwidth":5,"DeletionProtection":true,"VpcId":"`+made+`","AddressType":"internet"}`)
	have, want := byCall.Resources(), byFace.Resources()
	for i := range want {
		if have[i].Type != want[i].Type || strings.ReplaceAll(string(have[i].Properties), vpc, made) != string(want[i].Properties) {
			t.Errorf("%s %s, want %s %s", have[i].Type, have[i].Properties, want[i].Type, want[i].Properties)
		}
	}
}
