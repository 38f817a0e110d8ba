package providertest

import (
	"reflect"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

var (
	groups = &kind{
		typ: "ALIYUN::ECS::SecurityGroup", types: []string{"ALIYUN::ECS::SecurityGroupClone"}, missing: "InvalidSecurityGroupId.NotFound", status: "Available",
	}
	keyPairs = &kind{typ: "ALIYUN::ECS::SSHKeyPair", missing: "InvalidKeyPair.NotFound", status: "Available"}
)

func (f *frame) tellGroup(t *thing) map[string]any {
	vpc := t.text("VpcId")
	if vpc == "" {
		vpc = f.c.Existing(vpcType)
	}
	return map[string]any{
		"SecurityGroupId": t.id, "SecurityGroupName": orText(t.text("SecurityGroupName"), "sg-name-"+t.id), "Description": t.text("Description"), "VpcId": vpc,
		"SecurityGroupType": orText(t.text("SecurityGroupType"), "normal"), "ResourceGroupId": t.text("ResourceGroupId"), "RuleCount": len(rules(t)), "EcsCount": 0, "ServiceManaged": false,
	}
}

func describeGroups(f *frame) (map[string]any, *provider.Error) {
	s := &selection{
		kind: groups, ids: f.args.texts("SecurityGroupIds", "SecurityGroupId"), name: "SecurityGroupName", tell: f.tellGroup,
		by: []string{"VpcId", "SecurityGroupType", "ResourceGroupId"},
	}
	return f.listing("SecurityGroups.SecurityGroup", "SecurityGroupId", f.selected(s))
}

func createGroup(f *frame) (map[string]any, *provider.Error) {
	t, err := f.make(groups, f.only("SecurityGroupName", "Description", "VpcId", "SecurityGroupType", "ResourceGroupId"), "")
	if err != nil {
		return nil, err
	}
	return map[string]any{"SecurityGroupId": t.id}, nil
}

// rulesKey is where a group keeps the rules that calls made.
const rulesKey = "Permissions"

// rules gives the rules of a group, those that came with the resource first.
func rules(t *thing) []any {
	if l := t.o.Live[t.id]; l != nil {
		if list, ok := l.Set[rulesKey].([]any); ok {
			return list
		}
	}
	var list []any
	for _, direction := range [...]string{"Ingress", "Egress"} {
		own, _ := t.value("SecurityGroup" + direction).([]any)
		for _, r := range own {
			if m, ok := r.(map[string]any); ok {
				m["Direction"] = strings.ToLower(direction)
				list = append(list, m)
			}
		}
	}
	return list
}

var ruleParameters = []string{
	"IpProtocol", "PortRange", "SourceCidrIp", "SourceGroupId", "SourcePrefixListId", "SourcePortRange", "DestCidrIp", "DestGroupId", "DestPrefixListId", "Ipv6SourceCidrIp",
	"Ipv6DestCidrIp", "Policy", "Priority", "NicType", "Description",
}

// asked gives the rules that the call names, one or several.
func (f *frame) askedRules(direction string) []map[string]any {
	list := f.args.objects("Permissions")
	if len(list) == 0 {
		one := make(map[string]any)
		for _, name := range ruleParameters {
			if v, ok := f.args.given[name]; ok {
				one[name] = textOf(v)
			}
		}
		list = append(list, one)
	}
	for _, r := range list {
		r["Direction"] = direction
		if r["Policy"] == nil {
			r["Policy"] = "Accept"
		}
		if r["Priority"] == nil {
			r["Priority"] = "1"
		}
	}
	return list
}

// sameRule compares rules by all but their words about themselves.
func sameRule(a any, b map[string]any) bool {
	m, ok := a.(map[string]any)
	if !ok {
		return false
	}
	for _, name := range append([]string{"Direction"}, ruleParameters...) {
		if name != "Description" && !reflect.DeepEqual(orText(textOf(m[name]), ""), orText(textOf(b[name]), "")) {
			return false
		}
	}
	return true
}

func authorize(direction string) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		t, err := f.find(groups, f.args.text("SecurityGroupId"), "SecurityGroupId")
		if err != nil {
			return nil, err
		}
		list := slices.Clone(rules(t))
		for _, r := range f.askedRules(direction) {
			if textOf(r["IpProtocol"]) == "" {
				return nil, f.args.missing("IpProtocol")
			}
			if !slices.ContainsFunc(list, func(have any) bool { return sameRule(have, r) }) {
				r["SecurityGroupRuleId"] = "sgr-" + f.seed.with("rule").at(len(list)).text(base36, 20)
				list = append(list, r)
			}
		}
		t.set(rulesKey, list)
		return map[string]any{}, nil
	}
}

func revoke(direction string) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		t, err := f.find(groups, f.args.text("SecurityGroupId"), "SecurityGroupId")
		if err != nil {
			return nil, err
		}
		ids, asked := f.args.list("SecurityGroupRuleId"), f.askedRules(direction)
		list := slices.DeleteFunc(slices.Clone(rules(t)), func(have any) bool {
			m, _ := have.(map[string]any)
			return slices.Contains(ids, textOf(m["SecurityGroupRuleId"])) || slices.ContainsFunc(asked, func(r map[string]any) bool { return sameRule(have, r) })
		})
		t.set(rulesKey, append([]any{}, list...))
		return map[string]any{}, nil
	}
}

func describeGroupAttribute(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(groups, f.args.text("SecurityGroupId"), "SecurityGroupId")
	if err != nil {
		return nil, err
	}
	members := f.c.membersOf(f.api.Service, f.api.Name)
	node := find(find(members, "Permissions").members, "Permission")
	direction := f.args.text("Direction")
	list := make([]any, 0)
	for _, r := range rules(t) {
		m, ok := r.(map[string]any)
		if !ok || direction != "" && direction != "all" && m["Direction"] != direction {
			continue
		}
		told := make(map[string]any, len(node.members))
		for _, member := range node.members {
			told[member.name] = textOf(m[member.name])
		}
		list = append(list, told)
	}
	known := f.tellGroup(t)
	return map[string]any{
		"SecurityGroupId": t.id, "SecurityGroupName": known["SecurityGroupName"], "Description": known["Description"], "VpcId": known["VpcId"], "RegionId": f.region,
		"InnerAccessPolicy": "Accept", "Permissions": map[string]any{"Permission": list},
	}, nil
}

// joinGroup puts an instance into a security group, or takes it out.
func joinGroup(join bool) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		if f.args.text("InstanceId") == "" {
			return map[string]any{}, nil // a network interface
		}
		t, err := f.find(instances, f.args.text("InstanceId"), "InstanceId")
		if err != nil {
			return nil, err
		}
		group, err := f.find(groups, f.args.text("SecurityGroupId"), "SecurityGroupId")
		if err != nil {
			return nil, err
		}
		ids := slices.DeleteFunc(slices.Clone(t.groups()), func(id string) bool { return id == group.id })
		if join {
			ids = append(ids, group.id)
		} else if len(ids) == 0 {
			return nil, &provider.Error{Kind: provider.Conflict, Code: "InstanceLastSecurityGroup", Message: "The instance is in no other security group."}
		}
		t.set("SecurityGroupIds", anyList(ids))
		return map[string]any{}, nil
	}
}

func makeKeyPair(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("KeyPairName"); err != nil {
		return nil, err
	}
	if f.c.thing(keyPairs, f.args.text("KeyPairName")) != nil {
		return nil, invalid("KeyPair.AlreadyExist", "KeyPairName", "The key pair already exists.")
	}
	t, err := f.make(keyPairs, f.only("KeyPairName", "PublicKeyBody", "ResourceGroupId"), "")
	if err != nil {
		return nil, err
	}
	print := f.seed.with("fingerprint").text(hexits, 32)
	out := map[string]any{"KeyPairName": t.id, "KeyPairId": "ssh-" + f.seed.text(base36, 17), "KeyPairFingerPrint": print}
	t.set("KeyPairFingerPrint", print)
	if f.api.Name == "CreateKeyPair" {
		out["PrivateKeyBody"] = "-----BEGIN RSA PRIVATE KEY-----\nmade up, opens nothing\n-----END RSA PRIVATE KEY-----"
	}
	return out, nil
}

func describeKeyPairs(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: keyPairs, name: "KeyPairName", tell: func(t *thing) map[string]any {
		return map[string]any{"KeyPairName": t.id, "KeyPairFingerPrint": t.text("KeyPairFingerPrint"), "ResourceGroupId": t.text("ResourceGroupId")}
	}}
	return f.listing("KeyPairs.KeyPair", "KeyPairName", f.selected(s))
}

func deleteKeyPairs(f *frame) (map[string]any, *provider.Error) {
	for _, name := range f.args.list("KeyPairNames") {
		if t := f.c.thing(keyPairs, name); t != nil {
			t.vanish()
		}
	}
	return map[string]any{}, nil
}

// attachKeyPair sets the key pair of instances, or takes it away.
func attachKeyPair(attach bool) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		if err := f.args.missing("InstanceIds"); err != nil {
			return nil, err
		}
		list := make([]any, 0)
		for _, id := range f.args.list("InstanceIds") {
			t, err := f.find(instances, id, "InstanceIds")
			if err != nil {
				return nil, err
			}
			name := ""
			if attach {
				name = f.args.text("KeyPairName")
			}
			t.set("KeyPairName", name)
			list = append(list, map[string]any{"InstanceId": id, "Success": "true", "Code": "200", "Message": "success"})
		}
		return map[string]any{"KeyPairName": f.args.text("KeyPairName"), "TotalCount": len(list), "FailCount": 0, "Results": map[string]any{"Result": list}}, nil
	}
}
