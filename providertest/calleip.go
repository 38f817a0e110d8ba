package providertest

import (
	"strings"

	"github.com/bianpai/bianpai/provider"
)

var addresses = &kind{
	typ: "ALIYUN::VPC::EIP", types: []string{"ALIYUN::ECS::EIP", "ALIYUN::VPC::EIPPro"}, missing: "InvalidAllocationId.NotFound", status: "Available",
}

// bound gives the id of the instance that an elastic IP is on.
func (f *frame) bound(t *thing) string {
	if l := t.o.Live[t.id]; l != nil && l.Set["InstanceId"] != nil {
		return textOf(l.Set["InstanceId"])
	}
	for k := range f.c.users[t.o.key] {
		if o := f.c.objects[k]; o != nil && strings.HasSuffix(k.Type, "::EIPAssociation") {
			return memberText(o.Properties, "InstanceId")
		}
	}
	return ""
}

func memberText(data []byte, name string) string { return textOf(memberOf(data, name)) }

// boundEIP gives what an instance tells of its elastic IP.
func (f *frame) boundEIP(instance string) map[string]any {
	for k, o := range f.c.objects {
		if !addresses.has(k.Type) {
			continue
		}
		if t := f.c.thing(addresses, o.ID); t != nil && f.bound(t) == instance {
			return map[string]any{"AllocationId": t.id, "IpAddress": addressOf(t), "Bandwidth": 5, "InternetChargeType": "PayByTraffic", "IsSupportUnassociate": true}
		}
	}
	return map[string]any{"AllocationId": "", "IpAddress": "", "InternetChargeType": ""}
}

func addressOf(t *thing) string {
	for _, name := range [...]string{"EipAddress", "IpAddress"} {
		if ip := t.text(name); ip != "" {
			return ip
		}
	}
	return publicAddress(t.o.Seed.with("public"))
}

func allocateEIP(f *frame) (map[string]any, *provider.Error) {
	t, err := f.make(addresses, f.only("Bandwidth", "InternetChargeType", "InstanceChargeType", "Name", "Description", "ISP", "ResourceGroupId"), "")
	if err != nil {
		return nil, err
	}
	return map[string]any{"AllocationId": t.id, "EipAddress": addressOf(t), "ResourceGroupId": f.args.text("ResourceGroupId")}, nil
}

func incorrectEIP(t *thing) *provider.Error {
	return &provider.Error{Kind: provider.Conflict, Code: "IncorrectEipStatus", Message: "The current status of the EIP " + t.id + " does not support this operation."}
}

func associateEIP(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(addresses, f.args.text("AllocationId"), "AllocationId")
	if err != nil {
		return nil, err
	}
	if err := f.args.missing("InstanceId"); err != nil {
		return nil, err
	}
	if f.bound(t) != "" {
		return nil, incorrectEIP(t)
	}
	instance := f.args.text("InstanceId")
	if typ := f.args.text("InstanceType"); strings.HasPrefix(instance, "i-") && (typ == "" || typ == "EcsInstance") {
		if _, err := f.find(instances, instance, "InstanceId"); err != nil {
			return nil, err
		}
	}
	t.set("InstanceId", instance)
	t.set("InstanceType", orText(f.args.text("InstanceType"), "EcsInstance"))
	return map[string]any{}, nil
}

func unassociateEIP(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(addresses, f.args.text("AllocationId"), "AllocationId")
	if err != nil {
		return nil, err
	}
	t.set("InstanceId", "")
	return map[string]any{}, nil
}

func releaseEIP(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(addresses, f.args.text("AllocationId"), "AllocationId")
	if err != nil {
		return nil, err
	}
	if f.bound(t) != "" {
		return nil, incorrectEIP(t)
	}
	t.vanish()
	return map[string]any{}, nil
}

func (f *frame) tellEIP(t *thing) map[string]any {
	instance := f.bound(t)
	status, typ := "Available", ""
	if instance != "" {
		status, typ = "InUse", orText(t.text("InstanceType"), "EcsInstance")
	}
	return map[string]any{
		"AllocationId": t.id, "IpAddress": addressOf(t), "Status": status, "InstanceId": instance, "InstanceType": typ, "RegionId": f.region, "Name": t.text("Name"),
		"Bandwidth": orText(t.text("Bandwidth"), "5"), "ChargeType": "PostPaid", "InternetChargeType": orText(t.text("InternetChargeType"), "PayByTraffic"),
		"OperationLocks": map[string]any{"LockReason": []any{}}, "BandwidthPackageId": t.text("BandwidthPackageId"), "ResourceGroupId": t.text("ResourceGroupId"), "ISP": orText(t.text("ISP"), "BGP"),
		"DeletionProtection": false, "BusinessStatus": "Normal", "SegmentInstanceId": "", "Description": t.text("Description"),
	}
}

func describeEIPs(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: addresses, ids: f.args.texts("AllocationId"), tell: f.tellEIP, by: []string{"Status", "ChargeType", "ResourceGroupId"}}
	instance, ips := f.args.text("AssociatedInstanceId"), f.args.list("EipAddress")
	s.when = func(known map[string]any) bool {
		if instance != "" && known["InstanceId"] != instance {
			return false
		}
		for _, ip := range ips {
			if known["IpAddress"] == ip {
				return true
			}
		}
		return len(ips) == 0
	}
	return f.listing("EipAddresses.EipAddress", "AllocationId", f.selected(s))
}

func modifyEIP(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(addresses, f.args.text("AllocationId"), "AllocationId")
	if err != nil {
		return nil, err
	}
	for _, name := range [...]string{"Bandwidth", "Name", "Description"} {
		if v, ok := f.args.given[name]; ok {
			t.set(name, v)
		}
	}
	return map[string]any{}, nil
}
