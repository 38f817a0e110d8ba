package rule_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// TestReview has, for each code of the review, texts in which it is found, and
// texts that come close and in which it is not. A text is what stands below
// Resources; %C stands for two conditions that exclude each other, %P for
// parameters.
func TestReview(t *testing.T) {
	const (
		vpc    = "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: 10.0.0.0/16}}\n"
		group  = "  G: {Type: 'ALIYUN::ECS::SecurityGroup', Properties: {VpcId: vpc-1}}\n"
		slb    = "  B: {Type: 'ALIYUN::SLB::LoadBalancer', Properties: {LoadBalancerName: b}}\n"
		prefix = "Parameters:\n  Way: {Type: String, AllowedValues: [a, b], Default: a}\n  Block: {Type: String, Default: 10.9.0.0/24}\n" +
			"Conditions:\n  IsA: {Fn::Equals: [{Ref: Way}, a]}\n  IsB: {Fn::Equals: [{Ref: Way}, b]}\nResources:\n"
	)
	sw := func(name, rest string) string {
		return "  " + name + ": {Type: 'ALIYUN::ECS::VSwitch', " + rest + "}\n"
	}
	listener := func(name, properties, rest string) string {
		return "  " + name + ": {Type: 'ALIYUN::SLB::Listener', Properties: {LoadBalancerId: {Ref: B}, BackendServerPort: 80, Bandwidth: -1, " + properties + "}" + rest + "}\n"
	}
	ingress := func(properties string) string {
		return group + "  I: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {SecurityGroupId: {Ref: G}, " + properties + "}}\n"
	}
	user := func(name, user, rest string) string {
		return "  " + name + ": {Type: 'ALIYUN::RAM::User', Properties: {UserName: " + user + "}" + rest + "}\n"
	}
	account := func(password string) string {
		return "  A: {Type: 'ALIYUN::RDS::Account', Properties: {DBInstanceId: rm-1, AccountName: app, AccountPassword: " + password + "}}\n"
	}
	in := func(block string) string {
		return "Properties: {VpcId: {Ref: Net}, ZoneId: z, CidrBlock: " + block + "}"
	}
	for _, c := range []struct {
		code      diag.Code
		resources string
		want      int
	}{
		{"cidr-malformed", "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: 10.0.0.300/16}}\n", 1},
		{"cidr-malformed", "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: {Ref: Block}}}\n", 0},
		{"cidr-malformed", "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: {Fn::Sub: '10.${Way}.0.0/16'}}}\n", 0},
		{"cidr-outside", vpc + sw("S", in("10.1.0.0/24")), 1},
		{"cidr-outside", vpc + sw("S", in("10.0.255.0/24")), 0},
		{"cidr-outside", "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: 10.0.0.0/16, SecondaryCidrBlocks: [10.1.0.0/16]}}\n" + sw("S", in("10.1.0.0/24")), 0},
		{"cidr-outside", sw("S", "Properties: {VpcId: vpc-1, ZoneId: z, CidrBlock: 10.1.0.0/24}"), 0},
		{"cidr-overlap", vpc + sw("S", in("10.0.0.0/20")) + sw("T", in("10.0.1.0/24")), 1},
		{"cidr-overlap", vpc + sw("S", in("10.0.0.0/24")) + sw("T", in("10.0.1.0/24")), 0},
		{"cidr-overlap", vpc + sw("S", "Condition: IsA, "+in("10.0.0.0/24")) + sw("T", "Condition: IsB, "+in("10.0.0.0/24")), 0},
		{"cidr-overlap", vpc + sw("S", "Condition: IsA, "+in("10.0.0.0/24")) + sw("T", in("10.0.0.0/24")), 1},
		{"cidr-overlap", vpc + "  Other: {Type: 'ALIYUN::ECS::VPC'}\n" + sw("S", in("10.0.0.0/24")) + sw("T", "Properties: {VpcId: {Ref: Other}, ZoneId: z, CidrBlock: 10.0.0.0/24}"), 0},

		{"port-range", ingress("IpProtocol: tcp, PortRange: 443/80, SourceCidrIp: 10.0.0.0/8"), 1},
		{"port-range", ingress("IpProtocol: tcp, PortRange: 80/443, SourceCidrIp: 10.0.0.0/8"), 0},
		{"port-range", ingress("IpProtocol: tcp, PortRange: 1/65536, SourceCidrIp: 10.0.0.0/8"), 1},
		{"port-range", ingress("IpProtocol: all, PortRange: -1/-1, SourceCidrIp: 10.0.0.0/8"), 0},
		{"port-range", ingress("IpProtocol: icmp, PortRange: -1/-1, SourceCidrIp: 10.0.0.0/8"), 0},
		{"port-range", ingress("IpProtocol: tcp, PortRange: {Fn::Sub: '${Way}/${Way}'}, SourceCidrIp: 10.0.0.0/8"), 0},
		{"listener-taken", slb + listener("L", "Protocol: http, ListenerPort: 80", "") + listener("M", "Protocol: tcp, ListenerPort: 80", ""), 1},
		{"listener-taken", slb + listener("L", "Protocol: http, ListenerPort: 80", "") + listener("M", "Protocol: https, ListenerPort: 443, ServerCertificateId: c", ""), 0},
		{"listener-taken", slb + listener("L", "Protocol: tcp, ListenerPort: 53", "") + listener("M", "Protocol: udp, ListenerPort: 53", ""), 0},
		{"listener-taken", slb + listener("L", "Protocol: http, ListenerPort: 80", ", Condition: IsA") + listener("M", "Protocol: tcp, ListenerPort: 80", ", Condition: IsB"), 0},
		{"listener-taken", slb + listener("L", "Protocol: http, ListenerPort: 80", "") + "  M: {Type: 'ALIYUN::SLB::Listener', Properties: {LoadBalancerId: lb-1, BackendServerPort: 80, Bandwidth: -1, Protocol: http, ListenerPort: 80}}\n", 0},

		{"name-not-unique", user("U", "report", "") + user("V", "report", ""), 1},
		{"name-not-unique", user("U", "report", "") + user("V", "Report2", ""), 0},
		{"name-not-unique", user("U", "report", ", Condition: IsA") + user("V", "report", ", Condition: IsB"), 0},
		{"name-not-unique", user("U", "{Ref: Way}", "") + user("V", "{Fn::Sub: 'x${Way}'}", ""), 0},
		{"name-not-unique", "  U: {Type: 'ALIYUN::ECS::VPC', Properties: {VpcName: a}}\n  V: {Type: 'ALIYUN::ECS::VPC', Properties: {VpcName: a}}\n", 0},

		{"secret-in-clear", account("Example-1234"), 1},
		{"secret-in-clear", account("{Ref: Way}"), 0},
		{"secret-in-clear", account("'{{ secret }}'"), 0},
		{"secret-echoed", account("{Ref: Block}"), 1},
		{"secret-echoed", account("{Ref: Way}"), 0}, // one of a few known words
		{"secret-default", account("{Ref: Block}"), 1},
		{"open-to-world", ingress("IpProtocol: tcp, PortRange: 22/22, SourceCidrIp: 0.0.0.0/0"), 1},
		{"open-to-world", ingress("IpProtocol: tcp, PortRange: 443/443, SourceCidrIp: 0.0.0.0/0"), 0},
		{"open-to-world", ingress("IpProtocol: tcp, PortRange: 22/22, SourceCidrIp: 10.0.0.0/8"), 0},
		{"data-not-retained", "  D: {Type: 'ALIYUN::OSS::Bucket', Properties: {BucketName: logs}}\n", 1},
		{"data-not-retained", "  D: {Type: 'ALIYUN::OSS::Bucket', DeletionPolicy: Retain, Properties: {BucketName: logs}}\n", 0},
		{"data-not-retained", "  D: {Type: 'ALIYUN::OSS::Bucket', DeletionPolicy: Delete, Properties: {BucketName: logs}}\n", 0},
		{"data-not-retained", vpc, 0},
	} {
		src := version + prefix + c.resources
		tmpl, err := template.Parse("t.yaml", []byte(src), nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		var got []string
		for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default(), Rules: only([]diag.Code{c.code})}) {
			if d.Code == c.code {
				got = append(got, d.Path)
			}
			if strings.Contains(d.Message, "Example-1234") || slices.Contains(d.Args, "Example-1234") {
				t.Errorf("the secret is in the message: %s", d.Message)
			}
		}
		if len(got) != c.want {
			t.Errorf("%s: found at %q, want %d\n%s", c.code, got, c.want, c.resources)
		}
	}
}
