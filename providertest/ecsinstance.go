package providertest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

var instances = &kind{
	typ: "ALIYUN::ECS::Instance",
	types: []string{
		"ALIYUN::ECS::InstanceGroup", "ALIYUN::ECS::InstanceClone", "ALIYUN::ECS::InstanceGroupClone",
		"ALIYUN::ECS::PrepayInstance", "ALIYUN::ECS::PrepayInstanceGroupClone",
	},
	missing: "InvalidInstanceId.NotFound", status: "Running",
}

// tellInstance gives what is known of an instance.
func (f *frame) tellInstance(t *thing) map[string]any {
	vswitch := t.text("VSwitchId")
	known := map[string]any{
		"InstanceId": t.id, "Status": t.status(), "RegionId": f.region, "InstanceNetworkType": "vpc",
		"InstanceChargeType": orText(t.text("InstanceChargeType"), "PostPaid"), "StoppedMode": "Not-applicable",
		"Tags": tagList(t.tags()), "OperationLocks": map[string]any{"LockReason": []any{}}, "DeploymentSetId": "",
		"ResourceGroupId": t.text("ResourceGroupId"), "SpotStrategy": orText(t.text("SpotStrategy"), "NoSpot"), "Description": t.text("Description"),
		"KeyPairName": t.text("KeyPairName"), "DeletionProtection": t.text("DeletionProtection") == "true",
		"Cpu": 2, "CPU": 2, "Memory": 4096, "GPUAmount": 0, "GPUSpec": "", "HpcClusterId": "", "DedicatedHostAttribute": map[string]any{"DedicatedHostId": "", "DedicatedHostName": ""},
	}
	for _, name := range [...]string{"ImageId", "InstanceType", "InstanceName", "HostName", "ZoneId", "InternetMaxBandwidthOut", "InternetMaxBandwidthIn", "InternetChargeType", "RamRoleName", "CreditSpecification"} {
		if v := t.text(name); v != "" {
			known[name] = v
		}
	}
	if known["ImageId"] == nil && !t.o.Standing {
		known["ImageId"] = f.c.Existing(images.typ)
	}
	known["OSType"], known["OSName"] = "linux", "Alibaba Cloud Linux  3.2104 LTS 64"
	if strings.Contains(strings.ToLower(t.text("ImageId")), "win") {
		known["OSType"], known["OSName"] = "windows", "Windows Server  2022 Datacenter 64"
	}
	known["OSNameEn"] = known["OSName"]
	vpc := ""
	if o := f.c.objects[key{vswitchType, vswitch}]; o != nil {
		vpc = o.VPC
	}
	if o := f.c.linked(t.o.Links, vpcType); o != nil {
		vpc = o.ID
	}
	if !t.o.Standing || !f.args.has("VSwitchId") {
		vswitch = orText(vswitch, f.c.Existing(vswitchType))
	} else {
		vswitch = orText(vswitch, f.args.text("VSwitchId"))
	}
	if vpc = orText(vpc, f.args.text("VpcId")); vpc == "" {
		vpc = f.c.Existing(vpcType)
	}
	known["VSwitchId"], known["VpcId"] = vswitch, vpc
	groups := t.groups()
	known["SecurityGroupIds"] = map[string]any{"SecurityGroupId": anyList(groups)}
	private := anyList(nonEmpty(t.text("PrivateIp")))
	known["VpcAttributes"] = map[string]any{"VpcId": vpc, "VSwitchId": vswitch, "NatIpAddress": "", "PrivateIpAddress": map[string]any{"IpAddress": private}}
	known["PublicIpAddress"] = map[string]any{"IpAddress": anyList(nonEmpty(t.publicIP()))}
	known["InnerIpAddress"] = map[string]any{"IpAddress": []any{}}
	known["EipAddress"] = f.boundEIP(t.id)
	known["NetworkInterfaces"] = map[string]any{"NetworkInterface": []any{map[string]any{
		"NetworkInterfaceId": existingID(styleOf(interfaces.typ), newSeed("primary interface", t.id), f.region), "PrimaryIpAddress": t.text("PrivateIp"), "MacAddress": "00:16:3e:" + macOf(t.o.Seed), "Type": "Primary",
		"PrivateIpSets": map[string]any{"PrivateIpSet": []any{map[string]any{"PrivateIpAddress": t.text("PrivateIp"), "Primary": true}}},
	}}}
	return known
}

func macOf(from seed) string {
	h := from.with("mac").text(hexits, 6)
	return h[:2] + ":" + h[2:4] + ":" + h[4:]
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func anyList(texts []string) []any {
	list := make([]any, 0, len(texts))
	for _, s := range texts {
		list = append(list, s)
	}
	return list
}

// publicIP gives the public address of an instance that has one.
func (t *thing) publicIP() string {
	if l := t.o.Live[t.id]; l != nil && l.Set["PublicIp"] != nil {
		return textOf(l.Set["PublicIp"])
	}
	if numberOf(t.value("InternetMaxBandwidthOut")) == 0 {
		return ""
	}
	return t.text("PublicIp")
}

// groups gives the security groups of an instance.
func (t *thing) groups() []string {
	if l := t.o.Live[t.id]; l != nil && l.Set["SecurityGroupIds"] != nil {
		a := arguments{given: l.Set}
		return a.list("SecurityGroupIds")
	}
	var ids []string
	for _, l := range t.o.Links {
		if l.To.Type == groups.typ {
			ids = append(ids, l.To.ID)
		}
	}
	if len(ids) == 0 {
		ids = nonEmpty(orText(t.text("SecurityGroupId"), t.c.Existing(groups.typ)))
	}
	return ids
}

func (f *frame) instanceSelection() *selection {
	return &selection{
		kind: instances, ids: f.args.texts("InstanceIds", "InstanceId"), name: "InstanceName", tell: f.tellInstance,
		by: []string{"Status", "VpcId", "VSwitchId", "ZoneId", "ImageId", "InstanceType", "InstanceChargeType", "KeyPairName", "InstanceNetworkType", "ResourceGroupId"},
		when: func(known map[string]any) bool {
			if group := f.args.text("SecurityGroupId"); group != "" {
				a := arguments{given: known["SecurityGroupIds"].(map[string]any)}
				if !slices.Contains(a.list("SecurityGroupId"), group) {
					return false
				}
			}
			return f.hasAddress(known)
		},
	}
}

// hasAddress compares the addresses that the call asks for.
func (f *frame) hasAddress(known map[string]any) bool {
	for name, at := range map[string][2]string{
		"PrivateIpAddresses": {"VpcAttributes", "PrivateIpAddress"}, "PublicIpAddresses": {"", "PublicIpAddress"}, "EipAddresses": {"", "EipAddress"},
	} {
		want := f.args.list(name)
		if len(want) == 0 {
			continue
		}
		from := known
		if at[0] != "" {
			from, _ = known[at[0]].(map[string]any)
		}
		have, _ := from[at[1]].(map[string]any)
		a := arguments{given: have}
		if !slices.ContainsFunc(a.list("IpAddress"), func(ip string) bool { return slices.Contains(want, ip) }) {
			return false
		}
	}
	return true
}

func describeInstances(f *frame) (map[string]any, *provider.Error) {
	return f.listing("Instances.Instance", "InstanceId", f.selected(f.instanceSelection()))
}

func describeInstanceStatus(f *frame) (map[string]any, *provider.Error) {
	return f.listing("InstanceStatuses.InstanceStatus", "InstanceId", f.selected(f.instanceSelection()))
}

// instanceProps are the parameters of RunInstances that are properties of the
// resource too.
var instanceProps = []string{
	"ImageId", "InstanceType", "InstanceName", "HostName", "ZoneId", "VSwitchId", "SecurityGroupId", "SecurityGroupIds", "Description", "KeyPairName", "RamRoleName",
	"InstanceChargeType", "InternetChargeType", "InternetMaxBandwidthOut", "InternetMaxBandwidthIn", "SpotStrategy", "DeletionProtection", "ResourceGroupId", "PrivateIpAddress",
	"UserData", "Period", "PeriodUnit", "AutoRenew", "AutoRenewPeriod", "IoOptimized", "DedicatedHostId", "DeploymentSetId", "DeploymentSetGroupNo", "HpcClusterId", "ImageFamily", "PasswordInherit",
	"SecurityEnhancementStrategy", "SpotDuration", "SpotInterruptionBehavior", "SpotPriceLimit", "StorageSetId", "StorageSetPartitionNumber", "Tenancy", "Affinity", "HttpEndpoint", "HttpTokens", "CreditSpecification",
}

func runInstances(f *frame) (map[string]any, *provider.Error) {
	n := f.args.number("Amount", 1)
	if n < 1 || n > 100 {
		return nil, invalid("InvalidParameter.Amount", "Amount", "The specified Amount is not between 1 and 100.")
	}
	if f.args.flag("DryRun") {
		return nil, &provider.Error{Kind: provider.Invalid, Code: "DryRunOperation", Message: "Request validation has been passed with DryRun flag set."}
	}
	ids := make([]any, 0, n)
	for i := range n {
		t, err := f.makeInstance(i, n)
		if err != nil {
			return nil, err
		}
		ids = append(ids, t.id)
	}
	return map[string]any{"InstanceIdSets": map[string]any{"InstanceIdSet": ids}, "TradePrice": 0.5}, nil
}

func (f *frame) makeInstance(i, of int) (*thing, *provider.Error) {
	if f.args.text("LaunchTemplateId")+f.args.text("LaunchTemplateName") == "" {
		if err := f.args.missing("ImageId", "InstanceType"); err != nil && !f.args.has("InstanceTypes") && !f.args.has("ImageFamily") {
			return nil, err
		}
	}
	props := make(map[string]any)
	for _, name := range instanceProps {
		if v, ok := f.args.given[name]; ok {
			props[name] = v
		}
	}
	f.takeDisks(props)
	if tags := f.args.tags(); tags != nil {
		props["Tags"] = tagProperty(tags)
	}
	if of > 1 && f.args.flag("UniqueSuffix") {
		props["InstanceName"] = textOf(props["InstanceName"]) + "00" + strconv.Itoa(i+1)
	}
	t, err := f.make(instances, props, strconv.Itoa(i))
	if err != nil {
		return nil, err
	}
	t.become("Create", "Pending", "Running")
	return t, nil
}

// diskMembers are the members of a data disk that a resource has too.
var diskMembers = [...]string{"Category", "Description", "Device", "DiskName", "PerformanceLevel", "Size", "SnapshotId"}

// takeDisks gives an instance the disks that the call asks for with it, as its
// resource speaks of them.
func (f *frame) takeDisks(props map[string]any) {
	for _, name := range [...]string{"Category", "Description", "DiskName", "PerformanceLevel", "Size"} {
		if v := f.given("SystemDisk." + name); v != nil {
			props["SystemDisk"+name] = v
		}
	}
	var disks []any
	for _, d := range f.args.objects("DataDisk") {
		own := make(map[string]any, len(d))
		for _, name := range diskMembers {
			if v, ok := d[name]; ok {
				own[name] = v
			}
		}
		disks = append(disks, own)
	}
	if disks != nil {
		props["DiskMappings"] = disks
	}
}

func createInstance(f *frame) (map[string]any, *provider.Error) {
	t, err := f.makeInstance(0, 1)
	if err != nil {
		return nil, err
	}
	t.become("Create", "Pending", "Stopped")
	return map[string]any{"InstanceId": t.id, "TradePrice": 0.5}, nil
}
