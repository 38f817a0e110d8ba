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

// reviewed gives what rules of some codes find in the resources, and sections
// after them, of a template, as "severity path [text at its place]".
func reviewed(t *testing.T, code diag.Code, resources string) []string {
	t.Helper()
	src := version + `Parameters:
  Way: {Type: String, AllowedValues: [a, b], Default: a}
  Old: {Type: Boolean, Default: false}
  Block: {Type: String, Default: 10.0.0.0/24}
  Far: {Type: String, Default: 10.9.0.0/24}
  Wrong: {Type: String, Default: 10.0.0/24}
  Port: {Type: Number, Default: 80}
  Free: {Type: String}
  Hidden: {Type: String, NoEcho: true}
Conditions:
  IsA: {Fn::Equals: [{Ref: Way}, a]}
  IsB: {Fn::Equals: [{Ref: Way}, b]}
  IsOld: {Fn::Equals: [{Ref: Old}, true]}
Resources:
` + resources
	tmpl, err := template.Parse("t.yaml", []byte(src), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	var own diag.List
	for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default(), Rules: only([]diag.Code{code})}) {
		if d.Code == code {
			own = append(own, d)
		}
	}
	got := []string{}
	for _, d := range own {
		got = append(got, d.Severity.String()+" "+strings.TrimPrefix(d.Path, "Resources.")+" ["+src[d.Range.Start:d.Range.End]+"]")
	}
	return got
}

// TestReviewSeverity holds how bad a finding of networks, ports and names is:
// an error is refused in each stack, or wherever one condition holds.
func TestReviewSeverity(t *testing.T) {
	const (
		vpc  = "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: 10.0.0.0/16}}\n"
		user = "  U: {Type: 'ALIYUN::RAM::User', Properties: {UserName: report}}\n"
	)
	sw := func(name, block, rest string) string {
		return "  " + name + ": {Type: 'ALIYUN::ECS::VSwitch', " + rest + "Properties: {VpcId: {Ref: Net}, ZoneId: z, CidrBlock: " + block + "}}\n"
	}
	block := func(text string) string {
		return "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: " + text + "}}\n"
	}
	for _, c := range []struct {
		code      diag.Code
		resources string
		want      []string
	}{
		{"cidr-malformed", block("{Ref: Wrong}"), []string{"warning Parameters.Wrong.Default [10.0.0/24]"}},
		{"cidr-malformed", block("{Ref: Wrong}") + "  Two: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: {Ref: Wrong}}}\n", []string{"warning Parameters.Wrong.Default [10.0.0/24]"}},
		{"cidr-malformed", block("10.0.0.0"), []string{"error Net.Properties.CidrBlock [10.0.0.0]"}},
		{"cidr-malformed", block("''"), nil},
		{"cidr-mask", block("10.0.0.0/7"), []string{"error Net.Properties.CidrBlock [10.0.0.0/7]"}},
		{"cidr-mask", block("10.0.0.0/29"), []string{"error Net.Properties.CidrBlock [10.0.0.0/29]"}},
		{"cidr-mask", block("10.0.0.0/8") + "  Two: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: 10.0.0.0/28}}\n", nil},
		{"cidr-mask", vpc + sw("S", "10.0.0.0/15", ""), []string{"error S.Properties.CidrBlock [10.0.0.0/15]"}},
		{"cidr-mask", vpc + sw("S", "10.0.0.0/30", ""), []string{"error S.Properties.CidrBlock [10.0.0.0/30]"}},
		{"cidr-mask", vpc + sw("S", "10.0.0.0/16", "") + sw("T", "10.0.0.0/29", ""), nil},
		{"cidr-reserved", block("100.64.0.0/16"), []string{"error Net.Properties.CidrBlock [100.64.0.0/16]"}},
		{"cidr-reserved", block("100.128.0.0/16"), nil},
		{"cidr-host-bits", block("10.0.0.1/16"), []string{"warning Net.Properties.CidrBlock [10.0.0.1/16]"}},
		{"cidr-host-bits", vpc, nil},

		{"cidr-outside", vpc + sw("S", "{Ref: Far}", ""), []string{"warning S.Properties.CidrBlock [{Ref: Far}]"}},
		{"cidr-outside", vpc + sw("S", "{Ref: Block}", ""), nil},
		{"cidr-outside", vpc + sw("S", "{Ref: Free}", ""), nil},
		{"cidr-outside", block("{Ref: Free}") + sw("S", "10.1.0.0/24", ""), nil},
		{"cidr-outside", vpc + sw("S", "{Fn::If: [IsA, 10.1.0.0/24, 10.0.0.0/24]}", ""), []string{"error S.Properties.CidrBlock [10.1.0.0/24]"}},
		{"cidr-outside", vpc + sw("S", "{Fn::If: [IsA, 10.1.0.0/24, 10.0.0.0/24]}", "Condition: IsB, "), nil},
		{"cidr-outside", vpc + sw("S", "{Fn::If: [IsA, 10.1.0.0/24, 10.0.0.0/24]}", "Condition: IsOld, "), []string{"warning S.Properties.CidrBlock [10.1.0.0/24]"}},
		{"cidr-outside", vpc + "  More: {Type: 'ALIYUN::VPC::VpcCidrBlockAssociation', Properties: {VpcId: {Ref: Net}, SecondaryCidrBlock: 10.1.0.0/16}}\n" + sw("S", "10.1.0.0/24", ""), nil},
		{"cidr-outside", vpc + "  More: {Type: 'ALIYUN::VPC::VpcCidrBlockAssociation', Properties: {VpcId: {Ref: Free}, SecondaryCidrBlock: 10.1.0.0/16}}\n" + sw("S", "10.1.0.0/24", ""), nil},

		{"cidr-overlap", vpc + sw("S", "10.0.0.0/24", "Count: 2, "), []string{"error S.Properties.CidrBlock [10.0.0.0/24]"}},
		{"cidr-overlap", vpc + sw("S", "{Fn::Select: [{Ref: 'ALIYUN::Index'}, [10.0.0.0/24, 10.0.1.0/24]]}", "Count: 2, "), nil},
		{"cidr-overlap", vpc + sw("S", "10.0.0.0/24", "Count: 1, "), nil},
		{"cidr-overlap", vpc + sw("S", "10.0.0.0/24", "Count: 0, ") + sw("T", "10.0.0.0/24", ""), nil},
		{"cidr-overlap", vpc + sw("S", "10.0.0.0/24", "") + sw("T", "10.0.0.0/24", ""), []string{"error T.Properties.CidrBlock [10.0.0.0/24]"}},
		{"cidr-overlap", vpc + sw("S", "{Ref: Block}", "") + sw("T", "10.0.0.0/25", ""), []string{"warning T.Properties.CidrBlock [10.0.0.0/25]"}},
		{"cidr-overlap", vpc + sw("S", "{Ref: Block}", "") + sw("T", "{Ref: Block}", ""), []string{"error T.Properties.CidrBlock [{Ref: Block}]"}},
		{"cidr-overlap", vpc + sw("S", "10.0.0.0/24", "Condition: IsA, ") + sw("T", "10.0.0.0/24", "Condition: IsOld, "), []string{"warning T.Properties.CidrBlock [10.0.0.0/24]"}},
		{"cidr-overlap", sw("S", "10.0.0.0/24", "") + "  Net: {Type: 'ALIYUN::ECS::VPC'}\n" + sw("T", "{Ref: Free}", ""), nil},

		{"name-not-unique", user + "  V: {Type: 'ALIYUN::RAM::User', Properties: {UserName: report}}\n", []string{"error V.Properties.UserName [report]"}},
		{"name-not-unique", "  U: {Type: 'ALIYUN::RAM::User', Count: 3, Properties: {UserName: report}}\n", []string{"error U.Properties.UserName [report]"}},
		{"name-not-unique", "  B: {Type: 'ALIYUN::OSS::Bucket', Properties: {BucketName: logs}}\n  C: {Type: 'ALIYUN::OSS::Bucket', Properties: {BucketName: logs}}\n", []string{"warning C.Properties.BucketName [logs]"}},
		{"name-not-unique", "  R: {Type: 'ALIYUN::RAM::Role', Properties: {RoleName: r, IgnoreExisting: true}}\n  S: {Type: 'ALIYUN::RAM::Role', Properties: {RoleName: r}}\n  T: {Type: 'ALIYUN::RAM::Role', Properties: {RoleName: r, IgnoreExisting: {Ref: Old}}}\n", nil},
		{"name-not-unique", "  D: {Type: 'ALIYUN::RDS::Database', Count: 2, Properties: {DBInstanceId: {Fn::Select: [{Ref: 'ALIYUN::Index'}, [rm-1, rm-2]]}, DBName: a, CharacterSetName: utf8}}\n", nil},
		{"name-not-unique", "  D: {Type: 'ALIYUN::RDS::Database', Properties: {DBInstanceId: rm-1, DBName: a, CharacterSetName: utf8}}\n  E: {Type: 'ALIYUN::RDS::Database', Properties: {DBInstanceId: rm-2, DBName: a, CharacterSetName: utf8}}\n", nil},

		{"port-range", "  I: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {IpProtocol: tcp, PortRange: 80}}\n", []string{"error I.Properties.PortRange [80]"}},
		{"port-range", "  I: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {IpProtocol: tcp, PortRange: -1/-1}}\n", []string{"warning I.Properties.PortRange [-1/-1]"}},
		{"port-range", "  I: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {IpProtocol: all, PortRange: 1/65535}}\n", []string{"warning I.Properties.PortRange [1/65535]"}},
		{"port-range", "  G: {Type: 'ALIYUN::ECS::SecurityGroup', Properties: {SecurityGroupEgress: [{IpProtocol: udp, PortRange: 9/8, DestCidrIp: 10.0.0.0/8}]}}\n", []string{"error G.Properties.SecurityGroupEgress[0].PortRange [9/8]"}},
		{"listener-taken", "  L: {Type: 'ALIYUN::SLB::Listener', Properties: {LoadBalancerId: lb-1, Protocol: tcp, ListenerPort: 80, BackendServerPort: 1, Bandwidth: -1}}\n" +
			"  M: {Type: 'ALIYUN::SLB::Listener', Properties: {LoadBalancerId: lb-1, Protocol: http, ListenerPort: {Ref: Port}, BackendServerPort: 1, Bandwidth: -1}}\n", []string{"warning M.Properties.ListenerPort [{Ref: Port}]"}},
		{"listener-taken", "  L: {Type: 'ALIYUN::SLB::Listener', Properties: {LoadBalancerId: lb-1, Protocol: tcp, ListenerPort: '80', BackendServerPort: 1, Bandwidth: -1}}\n" +
			"  M: {Type: 'ALIYUN::SLB::Listener', Properties: {LoadBalancerId: lb-1, Protocol: http, ListenerPort: 80, BackendServerPort: 1, Bandwidth: -1}}\n", []string{"error M.Properties.ListenerPort [80]"}},
	} {
		want := append([]string{}, c.want...)
		if diff := cmp.Diff(want, reviewed(t, c.code, c.resources)); diff != "" {
			t.Errorf("%s (-want +got):\n%s%s", c.code, diff, c.resources)
		}
	}
}

// TestReviewAdvice holds where a reviewer has something to say of data and
// zones, and of secrets, which must not be in what is said.
func TestReviewAdvice(t *testing.T) {
	const zones = "  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: 10.0.0.0/16}}\n" +
		"  A: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Ref: Net}, ZoneId: z-a, CidrBlock: 10.0.0.0/24}}\n" +
		"  B: {Type: 'ALIYUN::ECS::VSwitch', Properties: {VpcId: {Ref: Net}, ZoneId: z-b, CidrBlock: 10.0.1.0/24}}\n"
	server := func(name, vSwitch, rest string) string {
		return "  " + name + ": {Type: 'ALIYUN::ECS::InstanceGroup', Properties: {ImageId: i, InstanceType: t, VSwitchId: {Ref: " + vSwitch + "}, " + rest + "}}\n"
	}
	behind := func(servers string) string {
		return "  Behind: {Type: 'ALIYUN::SLB::BackendServerAttachment', Properties: {LoadBalancerId: lb-1, BackendServerList: " + servers + "}}\n"
	}
	user := func(value string) string {
		return "  W: {Type: 'ALIYUN::ECS::Instance', Properties: {ImageId: i, InstanceType: t, UserData: " + value + "}}\n"
	}
	const key = "LTAI" + "5tQwErTyUiOpAsDfGh12"
	for _, c := range []struct {
		code      diag.Code
		resources string
		want      string // severity and path; "" for none
	}{
		{"data-replaced", "  D: {Type: 'ALIYUN::OSS::Bucket', Properties: {BucketName: {Ref: Free}}}\n", "advice D.Properties.BucketName"},
		{"data-replaced", "  D: {Type: 'ALIYUN::OSS::Bucket', DeletionPolicy: Retain, Properties: {BucketName: {Ref: Free}}}\n", ""},
		{"data-replaced", "  D: {Type: 'ALIYUN::OSS::Bucket', Properties: {BucketName: logs}}\n", ""},
		{"data-replaced", "  D: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: {Ref: Free}}}\n", ""},

		{"single-zone", "  L: {Type: 'ALIYUN::SLB::LoadBalancer', Properties: {MasterZoneId: z-a}}\n", "advice L"},
		{"single-zone", "  L: {Type: 'ALIYUN::SLB::LoadBalancer', Properties: {MasterZoneId: z-a, SlaveZoneId: z-b}}\n", ""},
		{"single-zone", "  L: {Type: 'ALIYUN::SLB::LoadBalancer', Properties: {LoadBalancerName: l}}\n", ""}, // the service chooses
		{"single-zone", "  L: {Type: 'ALIYUN::SLB::LoadBalancer', Properties: {MasterZoneId: {Ref: Free}, SlaveZoneId: {Ref: Free}}}\n", "advice L"},
		{"single-zone", zones + "  L: {Type: 'ALIYUN::ALB::LoadBalancer', Properties: {ZoneMappings: [{ZoneId: z-a, VSwitchId: {Ref: A}}]}}\n", "advice L"},
		{"single-zone", zones + "  L: {Type: 'ALIYUN::ALB::LoadBalancer', Properties: {ZoneMappings: [{ZoneId: z-a, VSwitchId: {Ref: A}}, {ZoneId: z-b, VSwitchId: {Ref: B}}]}}\n", ""},
		{"single-zone", zones + "  S: {Type: 'ALIYUN::ESS::ScalingGroup', Properties: {MinSize: 1, MaxSize: 2, VSwitchIds: [{Ref: A}]}}\n", "advice S"},
		{"single-zone", zones + "  S: {Type: 'ALIYUN::ESS::ScalingGroup', Properties: {MinSize: 1, MaxSize: 2, VSwitchIds: [{Ref: A}, {Ref: B}]}}\n", ""},
		{"single-zone", zones + "  S: {Type: 'ALIYUN::ESS::ScalingGroup', Properties: {MinSize: 1, MaxSize: 2, VSwitchIds: {Ref: Free}}}\n", ""},
		{"single-zone", "  S: {Type: 'ALIYUN::ESS::ScalingGroup', Properties: {MinSize: 1, MaxSize: 2}}\n", ""},
		{"single-zone", zones + "  S: {Type: 'ALIYUN::ESS::ScalingGroup', Properties: {MinSize: 1, MaxSize: 2, VSwitchId: {Ref: A}}}\n", "advice S"},
		{"single-zone", "  R: {Type: 'ALIYUN::REDIS::Instance', Properties: {ZoneId: z-a, SecondaryZoneId: z-b}}\n", ""},
		{"single-zone", "  R: {Type: 'ALIYUN::REDIS::Instance', Properties: {ZoneId: z-a}}\n", "advice R"},

		{"single-nat", zones + "  N: {Type: 'ALIYUN::VPC::NatGateway', Properties: {VpcId: {Ref: Net}, VSwitchId: {Ref: A}}}\n", "advice N"},
		{"single-nat", zones + "  N: {Type: 'ALIYUN::VPC::NatGateway', Properties: {VpcId: {Ref: Net}, VSwitchId: {Ref: A}}}\n  O: {Type: 'ALIYUN::VPC::NatGateway', Properties: {VpcId: {Ref: Net}, VSwitchId: {Ref: B}}}\n", ""},
		{"single-nat", "  N: {Type: 'ALIYUN::VPC::NatGateway', Properties: {VpcId: vpc-1, VSwitchId: vsw-1}}\n", ""},

		{"single-backend", zones + server("W", "A", "MaxAmount: 1") + behind("{Fn::GetAtt: [W, InstanceIds]}"), "advice Behind"},
		{"single-backend", zones + server("W", "A", "MaxAmount: 2") + behind("{Fn::GetAtt: [W, InstanceIds]}"), ""},
		{"single-backend", zones + server("W", "A", "MaxAmount: {Ref: Port}") + behind("{Fn::GetAtt: [W, InstanceIds]}"), ""},
		{"single-backend", zones + server("W", "A", "MaxAmount: 1") + behind("[{Fn::Select: [0, {Fn::GetAtt: [W, InstanceIds]}]}, i-other]"), ""},
		{"backends-in-one-zone", zones + server("W", "A", "MaxAmount: 2") + behind("{Fn::GetAtt: [W, InstanceIds]}"), "advice Behind"},
		{"backends-in-one-zone", zones + server("W", "A", "MaxAmount: 1") + server("X", "B", "MaxAmount: 1") +
			behind("[{Fn::Select: [0, {Fn::GetAtt: [W, InstanceIds]}]}, {Fn::Select: [0, {Fn::GetAtt: [X, InstanceIds]}]}]"), ""},
		{"backends-in-one-zone", zones + server("W", "A", "MaxAmount: 1") + behind("{Fn::GetAtt: [W, InstanceIds]}"), ""}, // said otherwise

		{"secret-in-output", zones + "Outputs: {O: {Value: {Ref: Hidden}}}\n", "warning Outputs.O.Value"},
		{"secret-in-output", zones + "Outputs: {O: {NoEcho: true, Value: {Ref: Hidden}}}\n", ""},
		{"secret-in-output", zones + "Outputs: {O: {Value: {Ref: Free}}}\n", ""},
		{"secret-in-output", "  K: {Type: 'ALIYUN::RAM::AccessKey', Properties: {UserName: u}}\nOutputs: {O: {Value: {Fn::GetAtt: [K, AccessKeySecret]}}}\n", "warning Outputs.O.Value"},
		{"secret-in-output", "  K: {Type: 'ALIYUN::RAM::AccessKey', Properties: {UserName: u}}\nOutputs: {O: {Value: {Fn::GetAtt: [K, AccessKeyId]}}}\n", ""},

		{"secret-in-clear", user("'aliyun configure " + key + "'"), "warning W.Properties.UserData"},
		{"secret-in-clear", user("'aliyun configure LTAIxxxxxxxxxxxxxxxx'"), ""},
		{"secret-in-clear", user("{Fn::Sub: 'aliyun configure ${Free} LTAI in words'}"), ""},
		{"secret-in-clear", user("'echo root:Example1234 | chpasswd'"), "advice W.Properties.UserData"},
		{"secret-in-clear", user("{Fn::Sub: 'echo root:${Hidden} | chpasswd'}"), ""},
	} {
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		var got []string
		for _, found := range reviewed(t, c.code, c.resources) {
			place, _, _ := strings.Cut(found, " [")
			got = append(got, place)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s%s", c.code, diff, c.resources)
		}
	}
}

// TestReviewSecretsAreNotShown holds that no finding shows the secret that it is
// about.
func TestReviewSecretsAreNotShown(t *testing.T) {
	src := version + "Parameters:\n  P: {Type: String, NoEcho: true, Default: Hunter-1234}\nResources:\n" +
		"  A: {Type: 'ALIYUN::RDS::Account', Properties: {DBInstanceId: rm-1, AccountName: app, AccountPassword: Hunter-1234}}\n" +
		"  W: {Type: 'ALIYUN::ECS::Instance', Properties: {ImageId: i, InstanceType: t, Password: {Ref: P}, UserData: 'echo root:Hunter-1234 | chpasswd'}}\n"
	tmpl, err := template.Parse("t.yaml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	secrets := 0
	for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default()}) {
		if strings.HasPrefix(string(d.Code), "secret-") {
			secrets++
		}
		if strings.Contains(d.Message+d.Hint+strings.Join(d.Args, ""), "Hunter") {
			t.Errorf("%s shows the secret: %s", d.Code, d.Message)
		}
	}
	if secrets != 3 {
		t.Errorf("%d secrets are found, want 3", secrets)
	}
}
