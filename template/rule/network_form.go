package rule

import (
	"net/netip"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// cidrForm says what the value of a property that wants addresses may be.
type cidrForm struct {
	v4, v6 bool
	single bool // an address stands for the block that has it alone
}

// cidrForms are the properties that want one address block, at any depth and of
// whatever type.
var cidrForms = map[string]cidrForm{
	"CidrBlock":            {v4: true},
	"SecondaryCidrBlock":   {v4: true},
	"SecondaryCidrBlocks":  {v4: true},
	"ContainerCidr":        {v4: true},
	"ServiceCidr":          {v4: true},
	"NatIpCidr":            {v4: true},
	"SourceCidrIp":         {v4: true, single: true},
	"DestCidrIp":           {v4: true, single: true},
	"SourceCIDR":           {v4: true, single: true},
	"Ipv6SourceCidrIp":     {v6: true, single: true},
	"Ipv6DestCidrIp":       {v6: true, single: true},
	"DestinationCidrBlock": {v4: true, v6: true, single: true},
	"TransitRouterRouteEntryDestinationCidrBlock": {v4: true, v6: true, single: true},
}

// fits reports whether a text is of the form. What is empty counts as not given.
func (f cidrForm) fits(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" {
		return true
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil && f.single {
		var addr netip.Addr
		if addr, err = netip.ParseAddr(text); err == nil {
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
	}
	return err == nil && (f.v4 && prefix.Addr().Is4() || f.v6 && prefix.Addr().Is6())
}

// wants names the form for a message.
func (f cidrForm) wants() string {
	switch {
	case !f.v6:
		return "10.0.0.0/16"
	case !f.v4:
		return "2001:db8::/64"
	}
	return "10.0.0.0/16, 2001:db8::/64"
}

func runCIDRMalformed(p *Pass) {
	defaults := map[string]bool{}
	p.OnValue(func(v *Value) {
		form, ok := cidrForms[v.Name]
		if n := v.Node; ok && v.Severity != 0 && n.Kind() < template.NodeList && !form.fits(n.Text()) {
			p.Report(n.Range(), "", v.Name, v.shown(), form.wants()).Severity = v.Severity
		}
	})
	p.OnCall(func(c *Call) {
		if c.Name != "Ref" || c.Value == nil || c.Value.Severity == 0 {
			return
		}
		form, ok := cidrForms[c.Value.Name]
		parameter := p.Template.Parameter(c.Arg.Text())
		if !ok || parameter == nil || defaults[parameter.Name] {
			return
		}
		if n := parameter.Node.Get("Default"); n.Kind() == template.NodeString && !form.fits(n.Text()) {
			defaults[parameter.Name] = true
			shown := Value{Node: n, Property: c.Value.Property}
			d := p.Report(n.Range(), "", c.Value.Name, shown.shown(), form.wants())
			d.Severity, d.Path = diag.Warning, "Parameters."+parameter.Name+".Default"
		}
	})
}
