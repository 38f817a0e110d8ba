package alicloud

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// reading gives the properties that Read tells of a resource of which a lookup
// answers with an item.
func reading(t *testing.T, typ, id, api string, answer any) string {
	t.Helper()
	p := newProvider(t, &table{answers: map[string]func(*Request) (int, any){api: func(*Request) (int, any) { return 200, answer }}})
	state, err := p.Read(t.Context(), &provider.Request{Type: typ, PhysicalID: id})
	if err != nil {
		t.Fatal(err)
	}
	return string(state.Properties)
}

func TestReadTellsListsAndMaps(t *testing.T) {
	type m = map[string]any
	vpc := func(members m) any { return m{"Vpcs": m{"Vpc": []any{members}}} }
	tests := []struct {
		name, typ, id, api string
		answer             any
		want               string
	}{
		{
			"tags, but for the services' own", "ALIYUN::ECS::VPC", "vpc-1", "DescribeVpcs",
			vpc(m{"VpcId": "vpc-1", "Tags": m{"Tag": []any{m{"Key": "k", "Value": "v"}, m{"Key": "acs:rm:rgId", "Value": "x"}}}}),
			`{"Tags":[{"Key":"k","Value":"v"}]}`,
		},
		{
			"TagKey and TagValue", "ALIYUN::ECS::Instance", "i-1", "DescribeInstances",
			m{"Instances": m{"Instance": []any{m{"InstanceId": "i-1", "Tags": m{"Tag": []any{m{"TagKey": "k", "TagValue": "v"}}}}}}},
			`{"Tags":[{"Key":"k","Value":"v"}]}`,
		},
		{
			"a list of texts", "ALIYUN::ECS::NetworkInterface", "eni-1", "DescribeNetworkInterfaces",
			m{"NetworkInterfaceSets": m{"NetworkInterfaceSet": []any{m{"SecurityGroupIds": m{"SecurityGroupId": []any{"sg-1", "sg-2"}}}}}},
			`{"SecurityGroupIds":["sg-1","sg-2"]}`,
		},
		{
			"a map of tags", "ALIYUN::RDS::DBInstance", "rm-1", "DescribeDBInstanceAttribute",
			m{"Items": m{"DBInstanceAttribute": []any{m{"DBInstanceId": "rm-1", "Engine": "MySQL", "Tags": m{"Tag": []any{m{"Key": "k", "Value": "v"}}}}}}},
			`{"Engine":"MySQL","Tags":{"k":"v"}}`,
		},
		{
			"no tags", "ALIYUN::ECS::VPC", "vpc-1", "DescribeVpcs", vpc(m{"VpcId": "vpc-1", "VpcName": "n", "Tags": m{"Tag": []any{}}}), `{"VpcName":"n"}`,
		},
		{
			"under another name", "ALIYUN::ECS::RunCommand", "t-1", "DescribeInvocations",
			m{"Invocations": m{"Invocation": []any{m{"InvokeId": "t-1", "Name": "of a file", "CommandName": "n", "Timeout": 60}}}}, `{"Name":"n","Timeout":60}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := reading(t, test.typ, test.id, test.api, test.answer); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestInverseOfCodecs(t *testing.T) {
	texts, yes := &provider.Property{Type: provider.TypeString}, &provider.Property{Type: provider.TypeBoolean}
	list := &provider.Property{Type: provider.TypeList, Items: texts}
	tests := []struct {
		mapping string
		known   *provider.Property
		answer  any
		want    string // JSON
	}{
		{"P", texts, "a", `"a"`},
		{"P", texts, map[string]any{"a": "b"}, "null"},
		{"P|onoff", yes, "on", "true"},
		{"P|onoff", yes, "off", "false"},
		{"P|not", yes, true, "false"},
		{"P|map(true=Close,false=Open)", yes, "Close", "true"},
		{"P|map(PrePaid=Prepaid)", texts, "Prepaid", `"PrePaid"`},
		{"P|map(PrePaid=Prepaid)", texts, "Serverless", `"Serverless"`},
		{"P|csv", list, "a,b", `["a","b"]`},
		{"P|json", list, `["a"]`, `["a"]`},
		{"P|json", list, "{", "null"},
		{"P|b64", texts, "YQ==", `"a"`},
		{"P|b64", texts, "?", "null"},
		{"P|wrap", texts, "a", "null"},
		{"P>A.N", list, map[string]any{"A": []any{"x"}}, `["x"]`},
		{"P>A.N{k}", list, []any{"x"}, "null"},
	}
	for _, test := range tests {
		m, err := parseMapping(test.mapping)
		if err != nil {
			t.Fatal(err)
		}
		if got := jsonText(m.inverse(test.answer, test.known)); got != test.want {
			t.Errorf("%s of %v: %s, want %s", test.mapping, test.answer, got, test.want)
		}
	}
}

// rules answers as a security group with two rules does.
func rules() *table {
	type m = map[string]any
	return &table{answers: map[string]func(*Request) (int, any){
		"DescribeSecurityGroupAttribute": func(*Request) (int, any) {
			return 200, m{"Permissions": m{"Permission": []any{
				m{"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8", "Policy": "Accept", "Priority": "1"},
				m{"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "", "SourceGroupId": "sg-2", "Policy": "Accept", "Priority": "1", "Description": "d"},
			}}}
		},
		"RevokeSecurityGroup": func(*Request) (int, any) { return 200, m{} },
	}}
}

// TestRuleIsOneOfItsGroup: a rule is found among the others by what is known of
// it, and its removal says which.
func TestRuleIsOneOfItsGroup(t *testing.T) {
	f := rules()
	p := newProvider(t, f)
	rule := func(more map[string]any) *provider.Request {
		props := map[string]any{"SecurityGroupId": "sg-1", "IpProtocol": "tcp", "PortRange": "22/22"}
		for name, v := range more {
			props[name] = v
		}
		return &provider.Request{Token: "t", Type: "ALIYUN::ECS::SecurityGroupIngress", PhysicalID: "sg-1:tcp:22/22:::", Prior: asJSON(t, props)}
	}
	if _, err := p.Read(t.Context(), rule(map[string]any{"SourceGroupId": "sg-2"})); err != nil {
		t.Error(err)
	}
	if _, err := p.Read(t.Context(), rule(map[string]any{"SourceCidrIp": "192.168.0.0/16"})); err == nil || err.(*provider.Error).Kind != provider.NotFound {
		t.Error(err)
	}
	if _, err := drive(t, p.Delete, rule(map[string]any{"SourceGroupId": "sg-2"})); err != nil {
		t.Fatal(err)
	}
	q := f.last("RevokeSecurityGroup").Query
	if q["SecurityGroupId"] != "sg-1" || q["Permissions.1.IpProtocol"] != "tcp" || q["Permissions.1.PortRange"] != "22/22" || q["Permissions.1.SourceGroupId"] != "sg-2" {
		t.Error(q)
	}
}

// TestTagsAsMap: the types that have tags as a map send the list that the calls
// take.
func TestTagsAsMap(t *testing.T) {
	type m = map[string]any
	f := &table{answers: map[string]func(*Request) (int, any){
		"TagResources":   func(*Request) (int, any) { return 200, m{} },
		"UntagResources": func(*Request) (int, any) { return 200, m{} },
		"DescribeDBInstanceAttribute": func(*Request) (int, any) {
			return 200, m{"Items": m{"DBInstanceAttribute": []any{m{"DBInstanceId": "rm-1", "DBInstanceStatus": "Running"}}}}
		},
		"DescribeDBInstanceNetInfo": func(*Request) (int, any) { return 200, m{"DBInstanceNetInfos": m{"DBInstanceNetInfo": []any{}}} },
	}}
	p := newProvider(t, f)
	_, err := drive(t, p.Update, &provider.Request{
		Token: "t", Type: "ALIYUN::RDS::DBInstance", PhysicalID: "rm-1",
		Prior: asJSON(t, m{"Tags": m{"a": "1", "b": "2"}}), Desired: asJSON(t, m{"Tags": m{"a": "1", "c": "3"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if q := f.last("TagResources").Query; q["Tag.1.Key"] != "c" || q["Tag.1.Value"] != "3" || q["Tag.2.Key"] != "" {
		t.Error(q)
	}
	if q := f.last("UntagResources").Query; q["TagKey.1"] != "b" || q["TagKey.2"] != "" {
		t.Error(q)
	}
}
