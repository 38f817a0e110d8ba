package providertest

import (
	"encoding/json"
	"slices"

	"github.com/bianpai/bianpai/provider"
)

var (
	vpcs       = &kind{typ: vpcType, missing: "InvalidVpcId.NotFound", status: "Available"}
	vswitches  = &kind{typ: vswitchType, missing: "InvalidVSwitchId.NotFound", status: "Available"}
	interfaces = &kind{typ: "ALIYUN::ECS::NetworkInterface", missing: "InvalidEniId.NotFound", status: "Available"}
)

func (f *frame) tellVPC(t *thing) map[string]any {
	inside := make([]string, 0)
	for _, o := range f.c.vswitches[t.id] {
		inside = append(inside, o.ID)
	}
	slices.Sort(inside)
	known := map[string]any{
		"VpcId": t.id, "Status": t.status(), "RegionId": f.region, "CidrBlock": orText(t.o.CIDR, "172.16.0.0/12"), "Description": t.text("Description"), "IsDefault": false,
		"VSwitchIds": map[string]any{"VSwitchId": anyList(inside)}, "ResourceGroupId": t.text("ResourceGroupId"), "Ipv6CidrBlock": "", "UserCidrs": map[string]any{"UserCidr": []any{}},
	}
	for _, name := range [...]string{"VpcName", "VRouterId"} {
		if v := t.text(name); v != "" {
			known[name] = v
		}
	}
	if table := t.text("RouteTableId"); table != "" {
		known["RouterTableIds"] = map[string]any{"RouterTableIds": []any{table}}
	}
	return known
}

func describeVPCs(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: vpcs, ids: f.args.texts("VpcId"), name: "VpcName", tell: f.tellVPC, by: []string{"IsDefault", "ResourceGroupId"}}
	return f.listing("Vpcs.Vpc", "VpcId", f.selected(s))
}

// describing makes a call that tells all of one thing at the top of its answer.
func describing(k *kind, parameter string, tell func(f *frame, t *thing) map[string]any) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		t, err := f.find(k, f.args.text(parameter), parameter)
		if err != nil {
			return nil, err
		}
		x := f.filler(t.id, nil)
		x.known, x.inner = tell(f, t), 0
		return x.object(f.c.membersOf(f.api.Service, f.api.Name), 0), nil
	}
}

func (f *frame) tellVSwitch(t *thing) map[string]any {
	vpc := orText(t.o.VPC, f.args.text("VpcId"))
	known := map[string]any{
		"VSwitchId": t.id, "Status": t.status(), "VpcId": orText(vpc, f.c.Existing(vpcType)), "CidrBlock": orText(t.o.CIDR, "172.16.0.0/24"), "Description": t.text("Description"),
		"AvailableIpAddressCount": 250, "IsDefault": false, "ResourceGroupId": t.text("ResourceGroupId"), "Ipv6CidrBlock": "",
	}
	if t.o.Zone != "" || !t.o.Standing {
		known["ZoneId"] = orText(t.o.Zone, f.region+"-h")
	}
	if name := t.text("VSwitchName"); name != "" {
		known["VSwitchName"] = name
	}
	return known
}

func describeVSwitches(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: vswitches, ids: f.args.texts("VSwitchId"), name: "VSwitchName", tell: f.tellVSwitch, by: []string{"VpcId", "ZoneId", "IsDefault", "ResourceGroupId"}}
	return f.listing("VSwitches.VSwitch", "VSwitchId", f.selected(s))
}

// creating makes a call whose parameters are the properties of a resource: it
// is checked and made as that would be.
func creating(k *kind, id string, properties ...string) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		token := f.token()
		if token == "" {
			token = f.seed.text(base36, 16)
		}
		op, err := f.c.create(&provider.Request{Token: f.api.Name + " " + token, Type: k.typ, Desired: json.RawMessage(encode(f.only(properties...)))})
		if err != nil {
			return nil, err
		}
		t := f.c.thing(k, op.Key.ID)
		x := f.filler(t.id, nil)
		x.known = map[string]any{id: t.id}
		for _, m := range f.c.membersOf(f.api.Service, f.api.Name) {
			if v := t.value(m.name); v != nil {
				x.known[m.name] = v
			}
		}
		x.inner = 0
		return x.object(f.c.membersOf(f.api.Service, f.api.Name), 0), nil
	}
}

// primaryInterface gives the network interface that an instance was made with.
func (f *frame) primaryInterface(t *thing) *thing {
	id := existingID(styleOf(interfaces.typ), newSeed("primary interface", t.id), f.region)
	return f.c.thing(interfaces, id)
}

// hostOf gives the instance that an interface is on, "" if it is on none.
func (f *frame) hostOf(t *thing) string { return t.text("InstanceId") }

func (f *frame) tellInterface(t *thing) map[string]any {
	host, status := f.hostOf(t), "Available"
	if host != "" {
		status = "InUse"
	}
	vswitch, vpc := orText(t.text("VSwitchId"), f.c.Existing(vswitchType)), f.c.Existing(vpcType)
	if o := f.c.objects[key{vswitchType, vswitch}]; o != nil && o.VPC != "" {
		vpc = o.VPC
	}
	ip := orText(t.text("PrivateIpAddress"), t.text("PrimaryIpAddress"))
	return map[string]any{
		"NetworkInterfaceId": t.id, "Status": status, "InstanceId": host, "Type": orText(t.text("Type"), "Secondary"), "VSwitchId": vswitch, "VpcId": vpc, "ZoneId": f.region + "-h",
		"PrivateIpAddress": ip, "PrivateIpSets": map[string]any{"PrivateIpSet": []any{map[string]any{"PrivateIpAddress": ip, "Primary": true}}}, "MacAddress": "00:16:3e:" + macOf(t.o.Seed),
		"NetworkInterfaceName": orText(t.text("NetworkInterfaceName"), ""), "Description": t.text("Description"), "SecurityGroupIds": map[string]any{"SecurityGroupId": anyList(t.groups())},
		"ResourceGroupId": t.text("ResourceGroupId"), "AssociatedPublicIp": map[string]any{"AllocationId": "", "PublicIpAddress": ""},
	}
}

func describeInterfaces(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: interfaces, ids: f.args.texts("NetworkInterfaceId"), name: "NetworkInterfaceName", tell: f.tellInterface, by: []string{"Status", "Type", "VSwitchId", "VpcId", "ResourceGroupId"}}
	if id := f.args.text("InstanceId"); id != "" {
		host := f.c.thing(instances, id)
		if host == nil {
			return f.listing("NetworkInterfaceSets.NetworkInterfaceSet", "NetworkInterfaceId", nil)
		}
		asked := s.ids
		s.ids = nil
		if t := f.primaryInterface(host); t != nil {
			if f.hostOf(t) == "" {
				t.alter(func(l *live) {
					l.Set = map[string]any{"InstanceId": id, "Type": "Primary", "PrivateIpAddress": host.text("PrivateIp"), "VSwitchId": host.text("VSwitchId"), "SecurityGroupIds": anyList(host.groups())}
				})
			}
			s.ids = append(s.ids, t.id)
		}
		for _, t := range f.c.things(interfaces) {
			if f.hostOf(t) == id && !slices.Contains(s.ids, t.id) {
				s.ids = append(s.ids, t.id)
			}
		}
		if len(asked) > 0 {
			s.ids = slices.DeleteFunc(s.ids, func(id string) bool { return !slices.Contains(asked, id) })
		}
		if len(s.ids) == 0 {
			return f.listing("NetworkInterfaceSets.NetworkInterfaceSet", "NetworkInterfaceId", nil)
		}
	}
	return f.listing("NetworkInterfaceSets.NetworkInterfaceSet", "NetworkInterfaceId", f.selected(s))
}

func attachInterface(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(interfaces, f.args.text("NetworkInterfaceId"), "NetworkInterfaceId")
	if err != nil {
		return nil, err
	}
	host, err := f.find(instances, f.args.text("InstanceId"), "InstanceId")
	if err != nil {
		return nil, err
	}
	if f.hostOf(t) != "" {
		return nil, incorrectInterface(t)
	}
	t.set("InstanceId", host.id)
	return map[string]any{}, nil
}

func incorrectInterface(t *thing) *provider.Error {
	return &provider.Error{Kind: provider.Conflict, Code: "InvalidOperation.InvalidEniState", Message: "The state of the network interface " + t.id + " does not support this operation."}
}

func detachInterface(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(interfaces, f.args.text("NetworkInterfaceId"), "NetworkInterfaceId")
	if err != nil {
		return nil, err
	}
	if t.text("Type") == "Primary" {
		return nil, incorrectInterface(t)
	}
	t.set("InstanceId", "")
	return map[string]any{}, nil
}

func deleteInterface(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(interfaces, f.args.text("NetworkInterfaceId"), "NetworkInterfaceId")
	if err != nil {
		return nil, err
	}
	if f.hostOf(t) != "" {
		return nil, incorrectInterface(t)
	}
	t.vanish()
	return map[string]any{}, nil
}
