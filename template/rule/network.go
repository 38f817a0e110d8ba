package rule

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

const (
	vpcType         = "ALIYUN::ECS::VPC"
	vSwitchType     = "ALIYUN::ECS::VSwitch"
	secondaryBlocks = "ALIYUN::VPC::VpcCidrBlockAssociation"
)

// networkRules check the address blocks of networks.
func networkRules() []*Rule {
	return []*Rule{
		{Code: "cidr-malformed", Severity: diag.Error, Run: runCIDRMalformed,
			Doc: "A text that is no address block where one is wanted: of a VPC, a vSwitch, a route, a rule of a security group. A warning where it is the default of a parameter."},
		{Code: "cidr-mask", Severity: diag.Error, Run: runCIDRMask,
			Doc: "A block of a size that the service refuses: a VPC has a mask of 8 to 28 bits, a vSwitch of 16 to 29."},
		{Code: "cidr-reserved", Severity: diag.Error, Run: runCIDRReserved,
			Doc: "A VPC in a block that no VPC may have: 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4."},
		{Code: "cidr-host-bits", Severity: diag.Warning, Run: runCIDRHostBits,
			Doc: "A block of a VPC or a vSwitch that does not begin where blocks of its size do, as 10.0.0.1/24."},
		{Code: "cidr-outside", Severity: diag.Error, Run: runCIDROutside,
			Doc: "A vSwitch whose block is neither in that of its VPC nor in a secondary one. A warning where parameters have other values than their defaults, or conditions have to meet."},
		{Code: "cidr-overlap", Severity: diag.Error, Run: runCIDROverlap,
			Doc: "Two vSwitches of one VPC, which can exist at the same time, whose blocks overlap; or one that Count makes several times with the same block."},
	}
}

// block is an address block that a resource is given.
type block struct {
	setting
	resource *template.Resource
	property string
	prefix   netip.Prefix
}

// blocks gives the blocks that a property of a resource can be, in the form
// that networks want. whole says that there are no others, see settings.
func (p *Pass) blocks(r *template.Resource, property string) (all []block, whole bool) {
	settings, whole := p.settings(r.Properties.Get(property))
	for _, s := range settings {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(s.text))
		if err != nil || !prefix.Addr().Is4() {
			whole = false
			continue
		}
		s.terms = append(s.terms[:len(s.terms):len(s.terms)], exists(r)...)
		all = append(all, block{s, r, property, prefix})
	}
	return all, whole
}

// eachBlock reports on the blocks of networks one by one.
func (p *Pass) eachBlock(refuse func(b *block, report func(args ...string))) {
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		property := ""
		switch r.Type {
		case vpcType, vSwitchType:
			property = "CidrBlock"
		case secondaryBlocks:
			property = "SecondaryCidrBlock"
		default:
			return
		}
		all, _ := p.blocks(r, property)
		for i := range all {
			b := &all[i]
			refuse(b, func(args ...string) {
				d := p.Report(b.at(), "Properties."+property, args...)
				if b.parameter != nil {
					d.Severity = diag.Warning
				}
			})
		}
	})
}

func runCIDRMask(p *Pass) {
	p.eachBlock(func(b *block, report func(...string)) {
		least, most := 8, 28
		if b.resource.Type == vSwitchType {
			least, most = 16, 29
		}
		if bits := b.prefix.Bits(); bits < least || bits > most {
			report(diag.Clip(b.text), strconv.Itoa(least), strconv.Itoa(most))
		}
	})
}

func runCIDRReserved(p *Pass) {
	reserved := []netip.Prefix{
		netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("224.0.0.0/4"),
	}
	p.eachBlock(func(b *block, report func(...string)) {
		for _, r := range reserved {
			if b.resource.Type != vSwitchType && within(b.prefix, r) {
				report(diag.Clip(b.text), r.String())
			}
		}
	})
}

func runCIDRHostBits(p *Pass) {
	p.eachBlock(func(b *block, report func(...string)) {
		if b.prefix != b.prefix.Masked() {
			report(diag.Clip(b.text), b.prefix.Masked().String())
		}
	})
}

// within reports whether a block is a part of another.
func within(inner, outer netip.Prefix) bool {
	return inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}

func runCIDROutside(p *Pass) {
	secondary, known := p.secondaryBlocks()
	for _, r := range p.Template.Resources {
		if r.Type != vSwitchType {
			continue
		}
		inner, _ := p.blocks(r, "CidrBlock")
		if len(inner) == 0 {
			continue
		}
		for _, of := range p.branches(r.Properties.Get("VpcId")) {
			vpc := p.referred(of.node)
			if vpc == nil || vpc.Type != vpcType || !known {
				continue
			}
			outer, whole := p.blocks(vpc, "CidrBlock")
			more, listed := p.listedBlocks(vpc)
			if !whole || !listed {
				continue
			}
			for i := range inner {
				p.outside(&inner[i], of.terms, outer, append(more, secondary[vpc.Name]...))
			}
		}
	}
}

// outside reports a block that is in none of a network's.
func (p *Pass) outside(b *block, terms []template.Term, outer, more []block) {
	for _, m := range more {
		if within(b.prefix, m.prefix) || m.parameter != nil {
			return
		}
	}
	for _, o := range outer {
		if within(b.prefix, o.prefix) {
			continue
		}
		all := append(append(append([]template.Term(nil), b.terms...), terms...), o.terms...)
		severity := p.severityOf(b.parameter != nil || o.parameter != nil, all...)
		if severity == 0 {
			continue
		}
		d := p.Report(b.at(), "Resources."+b.resource.Name+".Properties.CidrBlock", b.resource.Name, b.prefix.String(), o.resource.Name, o.prefix.String())
		d.Severity = severity
		d.Related = append(d.Related, diag.Related{Source: p.Template.Source(), Range: o.at(), Message: o.resource.Name})
		return
	}
}

// listedBlocks gives the blocks that a VPC has besides its first.
func (p *Pass) listedBlocks(vpc *template.Resource) (all []block, known bool) {
	list := vpc.Properties.Get("SecondaryCidrBlocks")
	if list.Kind() == template.NodeNull {
		return nil, true
	}
	if list.Kind() != template.NodeList {
		return nil, false
	}
	for item := range list.Items() {
		prefix, err := netip.ParsePrefix(item.Text())
		if err != nil {
			return nil, false
		}
		all = append(all, block{setting: setting{node: item}, resource: vpc, prefix: prefix})
	}
	return all, true
}

// secondaryBlocks gives the blocks that are added to networks, by their names.
// It is not known where one is added to what may be any.
func (p *Pass) secondaryBlocks() (of map[string][]block, known bool) {
	of = map[string][]block{}
	for _, r := range p.Template.Resources {
		if r.Type != secondaryBlocks {
			continue
		}
		vpc := p.referred(r.Properties.Get("VpcId"))
		all, whole := p.blocks(r, "SecondaryCidrBlock")
		if vpc == nil || !whole || len(all) == 0 {
			return nil, false
		}
		of[vpc.Name] = append(of[vpc.Name], all...)
	}
	return of, true
}
