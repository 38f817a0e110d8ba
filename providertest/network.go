package providertest

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

const (
	vpcType     = "ALIYUN::ECS::VPC"
	vswitchType = "ALIYUN::ECS::VSwitch"
)

// publicRange holds the public addresses that the cloud gives out: the range
// kept for benchmarks, so that none of them is anybody's.
var publicRange = netip.MustParsePrefix("198.18.0.0/15")

// checkNetwork checks the addresses of a VPC or a VSwitch and gives its range.
// old is the object that is updated, or nil.
func (c *Cloud) checkNetwork(typ string, props map[string]any, links []link, old *object) (string, *provider.Error) {
	switch typ {
	case vpcType:
		cidr, err := vpcRange(props)
		if err == nil && old != nil {
			err = c.keepsVSwitches(old, cidr, props)
		}
		return cidr, err
	case vswitchType:
		return c.vswitchRange(props, links, old)
	}
	return "", nil
}

func vpcRange(props map[string]any) (string, *provider.Error) {
	text := textOf(props["CidrBlock"])
	if text == "" {
		return "172.16.0.0/12", nil
	}
	p, err := netip.ParsePrefix(strings.TrimSpace(text))
	if err != nil || !p.Addr().Is4() || p.Bits() < 8 || p.Bits() > 28 {
		return "", invalid("InvalidCidrBlock.Malformed", "CidrBlock", "The specified CidrBlock %q is not valid.", text)
	}
	return p.Masked().String(), nil
}

func (c *Cloud) vswitchRange(props map[string]any, links []link, old *object) (string, *provider.Error) {
	text := textOf(props["CidrBlock"])
	if text == "" {
		return "", nil // an IPv6-only or allocated one; the checker knows if it is mandatory
	}
	p, err := netip.ParsePrefix(strings.TrimSpace(text))
	if err != nil || !p.Addr().Is4() || p.Bits() < 16 || p.Bits() > 29 {
		return "", invalid("InvalidCidrBlock.Malformed", "CidrBlock", "The specified CidrBlock %q is not valid.", text)
	}
	p = p.Masked()
	vpc := c.linked(links, vpcType)
	if vpc != nil && !c.within(p, vpc) {
		return "", invalid("InvalidCidrBlock", "CidrBlock", "The specified CidrBlock %s is not within that of the VPC %s.", p, vpc.ID)
	}
	where := textOf(props["VpcId"])
	if vpc != nil {
		where = vpc.ID
	}
	if other := c.overlapping(p, where, old); other != nil {
		return "", &provider.Error{
			Kind: provider.Invalid, Code: "InvalidCidrBlock.Overlapped", Path: "CidrBlock",
			Message: "The specified CidrBlock " + p.String() + " overlaps with that of VSwitch " + other.ID + ".",
		}
	}
	return p.String(), nil
}

// keepsVSwitches refuses ranges of a VPC that leave out one of its VSwitches.
func (c *Cloud) keepsVSwitches(vpc *object, cidr string, props map[string]any) *provider.Error {
	for _, o := range c.vswitches[vpc.ID] {
		if r, err := netip.ParsePrefix(o.CIDR); err == nil && !contains(rangesOf(cidr, props), r) {
			return &provider.Error{
				Kind: provider.Conflict, Code: "OperationFailed.CidrBlockInUse", Path: "CidrBlock",
				Message: "The specified CidrBlock " + cidr + " leaves out that of the VSwitch " + o.ID + ".",
			}
		}
	}
	return nil
}

// within reports whether a range lies in a VPC's own or secondary ranges.
func (c *Cloud) within(p netip.Prefix, vpc *object) bool {
	props, err := decodeObject(vpc.Properties)
	if err != nil {
		return true
	}
	return contains(rangesOf(vpc.CIDR, props), p)
}

// rangesOf lists the ranges of a VPC.
func rangesOf(cidr string, props map[string]any) []string {
	ranges := []string{cidr}
	if more, ok := props["SecondaryCidrBlocks"].([]any); ok {
		for _, r := range more {
			ranges = append(ranges, textOf(r))
		}
	}
	return ranges
}

func contains(ranges []string, p netip.Prefix) bool {
	for _, text := range ranges {
		if r, err := netip.ParsePrefix(text); err == nil && r.Bits() <= p.Bits() && r.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

// overlapping finds a VSwitch of the same VPC whose range overlaps.
func (c *Cloud) overlapping(p netip.Prefix, vpcID string, old *object) *object {
	for _, o := range c.vswitches[vpcID] {
		if old != nil && o.key == old.key {
			continue
		}
		if r, err := netip.ParsePrefix(o.CIDR); err == nil && r.Overlaps(p) {
			return o
		}
	}
	return nil
}

// checkSameVPC refuses a resource whose VSwitch and security group lie in
// different VPCs.
func (c *Cloud) checkSameVPC(props map[string]any, links []link) *provider.Error {
	if _, ok := props["VSwitchId"]; !ok {
		return nil
	}
	vswitch := c.linked(links, vswitchType)
	if vswitch == nil {
		return nil
	}
	vpc := c.linked(vswitch.Links, vpcType)
	for _, l := range links {
		group := c.objects[l.To]
		if group == nil || l.To.Type != "ALIYUN::ECS::SecurityGroup" {
			continue
		}
		if other := c.linked(group.Links, vpcType); vpc != nil && other != nil && other != vpc {
			return invalid("InvalidParameter.Mismatch", "SecurityGroupId", "The security group %s and the VSwitch %s are not in the same VPC.", group.ID, vswitch.ID)
		}
	}
	return nil
}

// linked finds the first object of a type among links.
func (c *Cloud) linked(links []link, typ string) *object {
	for _, l := range links {
		if l.To.Type == typ {
			if o := c.objects[l.To]; o != nil {
				return o
			}
		}
	}
	return nil
}

// privateAddress picks a free address in a VSwitch's range: always the same for
// the same seed, as long as it is free.
func (c *Cloud) privateAddress(vswitch *object, from seed, taken map[string]bool, owner key) string {
	r := netip.MustParsePrefix("172.16.0.0/16")
	place := ""
	if vswitch != nil {
		place = vswitch.ID
		if own, err := netip.ParsePrefix(vswitch.CIDR); err == nil && own.Addr().Is4() && own.Bits() <= 29 {
			r = own
		}
	}
	size := 1<<(32-r.Bits()) - 5 // the service keeps the first and the last three
	start := from.number(size)
	for i := range min(size, 1<<16) {
		ip := addressAt(r, 1+(start+i)%size)
		name := place + " " + ip
		if who, ok := c.addresses[name]; (!ok || who == owner) && !taken[name] {
			taken[name] = true
			return ip
		}
	}
	return addressAt(r, 1+start)
}

func publicAddress(from seed) string {
	return addressAt(publicRange, 1+from.number(1<<17-2))
}

func addressAt(r netip.Prefix, i int) string {
	b := r.Masked().Addr().As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(i))
	return netip.AddrFrom4(b).String()
}
