package schema

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// property follows a path, through the elements of lists.
func property(t *provider.Type, path string) *provider.Property {
	p := &provider.Property{Properties: t.Properties}
	for step := range strings.SplitSeq(path, ".") {
		for p.Items != nil {
			p = p.Items
		}
		if p = p.Properties[step]; p == nil {
			return nil
		}
	}
	return p
}

func TestSecretsListIsLive(t *testing.T) {
	unused := wordSet(first(listed(secrets, "*")))
	var drop func(props map[string]*provider.Property)
	drop = func(props map[string]*provider.Property) {
		for name, p := range props {
			delete(unused, name)
			for ; p != nil; p = p.Items {
				drop(p.Properties)
			}
		}
	}
	for name := range Default().Names() {
		typ := Default().Type(name)
		drop(typ.Properties)
		for a := range typ.Attributes {
			delete(unused, a)
		}
	}
	for name := range unused {
		t.Errorf("no type has a %s", name)
	}
	for line := range strings.Lines(secrets) {
		name, words, ok := strings.Cut(line, "\t")
		if name == "*" || strings.HasPrefix(line, "#") {
			continue
		}
		typ := Default().Type(name)
		if !ok || typ == nil {
			t.Errorf("secrets.txt: no type %q", name)
			continue
		}
		for word := range strings.FieldsSeq(words) {
			path := strings.TrimPrefix(word, "-")
			if a, isAttribute := strings.CutPrefix(path, "@"); isAttribute {
				if got, ok := typ.Attributes[a]; ok && got.Sensitive == (path == word) {
					continue
				}
			} else if p := property(typ, path); p != nil && p.Sensitive == (path == word) {
				continue
			} else if p == nil && typ.Coverage <= provider.CoverageAttributes {
				continue // its properties are not listed yet
			}
			t.Errorf("secrets.txt: %s: %s says nothing", name, word)
		}
	}
}

func first(s string, _ bool) string { return s }

func TestSecrets(t *testing.T) {
	for _, c := range []struct {
		typ, path string
		want      bool
	}{
		{"ALIYUN::ECS::Instance", "Password", true},
		{"ALIYUN::ECS::Instance", "PasswordInherit", false},
		{"ALIYUN::ECS::Instance", "InstanceName", false},
		{"ALIYUN::CR::UserInfo", "User.Password", true},
		{"ALIYUN::CS::ManagedKubernetesCluster", "NodePools.ScalingGroup.LoginPassword", true},
		{"ALIYUN::SLB::Certificate", "PrivateKey", true},
		{"ALIYUN::VPC::VpnConnection", "IkeConfig.Psk", true},
		{"ALIYUN::CAS::Certificate", "Key", true},
		{"ALIYUN::CS::ClusterNodePool", "KubernetesConfig.Labels.Key", false},
		{"ALIYUN::ROS::CustomResource", "HttpConfig.SignKey", true},
	} {
		p := property(Default().Type(c.typ), c.path)
		if p == nil {
			t.Errorf("%s has no %s", c.typ, c.path)
		} else if p.Sensitive != c.want {
			t.Errorf("%s.%s: sensitive %v, want %v", c.typ, c.path, p.Sensitive, c.want)
		}
	}
	for _, c := range []struct {
		typ, name string
		want      bool
	}{
		{"ALIYUN::RAM::AccessKey", "AccessKeySecret", true},
		{"ALIYUN::RAM::AccessKey", "AccessKeyId", false},
		{"ALIYUN::CS::ManagedKubernetesCluster", "DefaultUserKubeConfig", true},
		{"DATASOURCE::CS::ClusterUserKubeconfig", "Config", true},
		{"ALIYUN::RAM::SecurityPreference", "AllowUserToChangePassword", false},
		{"ALIYUN::ROS::WaitConditionHandle", "CurlCli", false},
	} {
		a, ok := Default().Type(c.typ).Attributes[c.name]
		if !ok || a.Sensitive != c.want {
			t.Errorf("%s@%s: listed %v, sensitive %v, want %v", c.typ, c.name, ok, a.Sensitive, c.want)
		}
	}
}

func TestSlotsListIsLive(t *testing.T) {
	for line := range strings.Lines(slots) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, why, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || why == "" {
			t.Errorf("slots.txt: %q without a reason", line)
		}
		if strings.HasPrefix(name, "*") {
			continue
		}
		bare := strings.TrimPrefix(name, "-")
		typ := Default().Type(bare)
		if typ == nil {
			t.Errorf("slots.txt: no type %q", bare)
		} else if (typ.ReplaceOrder == provider.DeleteFirst) != (bare == name) {
			t.Errorf("slots.txt: %s says nothing", name)
		}
	}
}

func TestReplaceOrder(t *testing.T) {
	for name, want := range map[string]provider.ReplaceOrder{
		"ALIYUN::ECS::VSwitch":                       provider.DeleteFirst,
		"ALIYUN::VPC::EIPAssociation":                provider.DeleteFirst,
		"ALIYUN::SLB::BackendServerAttachment":       provider.DeleteFirst,
		"ALIYUN::RDS::Account":                       provider.DeleteFirst,
		"ALIYUN::DNS::DomainRecord":                  provider.DeleteFirst,
		"ALIYUN::SLB::Listener":                      provider.DeleteFirst,
		"ALIYUN::ECS::VPC":                           provider.CreateFirst,
		"ALIYUN::ECS::Instance":                      provider.CreateFirst,
		"ALIYUN::RDS::DBInstance":                    provider.CreateFirst,
		"ALIYUN::ROS::WaitCondition":                 provider.CreateFirst,
		"ALIYUN::VPC::VpnAttachment":                 provider.CreateFirst,
		"ALIYUN::ECS::RunCommand":                    provider.CreateFirst,
		"ALIYUN::ROS::WaitConditionHandle":           provider.CreateFirst,
		"ALIYUN::CEN::TransitRouterVpcAttachment":    provider.DeleteFirst,
		"ALIYUN::CEN::TransitRouterVpnAttachment":    provider.DeleteFirst,
		"ALIYUN::ECS::NetworkInterfaceAttachment":    provider.DeleteFirst,
		"ALIYUN::VPC::RouteTableAssociation":         provider.DeleteFirst,
		"ALIYUN::RAM::UserToGroupAddition":           provider.DeleteFirst,
		"ALIYUN::ESS::ScalingConfiguration":          provider.CreateFirst,
		"ALIYUN::SLB::LoadBalancer":                  provider.CreateFirst,
		"ALIYUN::CS::ManagedKubernetesCluster":       provider.CreateFirst,
		"ALIYUN::PrivateLink::VpcEndpoint":           provider.CreateFirst,
		"ALIYUN::OSS::Bucket":                        provider.DeleteFirst,
		"ALIYUN::VPC::VpcGatewayEndpointAssociation": provider.DeleteFirst,
	} {
		if got := Default().Type(name).ReplaceOrder; got != want {
			t.Errorf("%s: order %d, want %d", name, got, want)
		}
	}
}

func TestUnlisted(t *testing.T) {
	for line := range strings.Lines(unlisted) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, paths, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		typ := Default().Type(name)
		if !ok || typ == nil {
			t.Errorf("unlisted.txt: %q is no type", name)
			continue
		}
		raw, inListing := findLine(types, name)
		if inListing != (paths != "") {
			t.Errorf("unlisted.txt: %s is in the listing: %v", name, inListing)
		}
		if !inListing {
			continue
		}
		bare, _ := decodeType(raw)
		for path := range strings.FieldsSeq(paths) {
			path, doubtful := strings.CutPrefix(path, "?")
			if p := property(typ, path); p == nil || p.Type != provider.TypeAny || p.Deprecated != doubtful {
				t.Errorf("unlisted.txt: %s has no %s", name, path)
			}
			if property(bare, path) != nil {
				t.Errorf("unlisted.txt: the listing has %s.%s", name, path)
			}
		}
	}
}

func TestUnlistedNames(t *testing.T) {
	listed := map[string]bool{}
	for name := range Default().Names() {
		listed[name] = true
	}
	n := 0
	for name := range Default().Unlisted() {
		n++
		if listed[name] || Default().Type(name) == nil {
			t.Errorf("%s: listed %v, a type %v", name, listed[name], Default().Type(name) != nil)
		}
	}
	if n == 0 {
		t.Error("none")
	}
}
