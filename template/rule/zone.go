package rule

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// zonesText lists, by type, how a resource is spread over zones: the property
// that has its zones, or without which it has one.
//
//go:embed data/zones.txt
var zonesText string

var zoneProperties = sync.OnceValue(func() map[string][]string {
	all, _ := parseTable(zonesText)
	return all
})

const natType = "ALIYUN::VPC::NatGateway"

// zoneRules advise what the services' architects do: nothing that a service
// needs in one zone, or once, only.
func zoneRules() []*Rule {
	return []*Rule{
		{Code: "single-zone", Severity: diag.Advice, Run: runSingleZone,
			Doc: "A database, cache, balancer, cluster or scaling group that can be in several zones and is in one: it is gone when the zone is."},
		{Code: "single-nat", Severity: diag.Advice, Run: runSingleNAT,
			Doc: "One NAT gateway in one vSwitch for a VPC that has vSwitches in several zones: without its zone, none has a way out."},
		{Code: "backends-in-one-zone", Severity: diag.Advice, Run: runBackendsInOneZone,
			Doc: "Servers behind a balancer that are all in one zone: the balancer outlives it, what it balances does not."},
		{Code: "single-backend", Severity: diag.Advice, Run: runSingleBackend,
			Doc: "One server behind a balancer: there is nothing to balance, and no second one if it fails."},
	}
}

func runSingleZone(p *Pass) {
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		entry := zoneProperties()[r.Type]
		if len(entry) == 0 || !p.inOneZone(r, entry) {
			return
		}
		p.Report(r.Node.KeyRange(), "", r.Name, entry[0])
	})
}

// inOneZone judges by an entry of the table: the property that has the other
// zones; if it is not given and another is named, only where that one is given;
// a property after a bang says by itself that there are several.
func (p *Pass) inOneZone(r *template.Resource, entry []string) bool {
	given := func(name string) bool { return r.Properties.Get(name).Kind() != template.NodeNull }
	if _, _, call := template.Call(r.Properties); call || strings.Contains(r.Properties.Get("ZoneId").Text(), "MAZ") ||
		strings.Contains(r.Properties.Get("VSwitchId").Text(), ",") {
		return false
	}
	for _, word := range entry[1:] {
		name, excludes := strings.CutPrefix(word, "!")
		if excludes && given(name) || !excludes && !given(name) && !given(entry[0]) {
			return false
		}
	}
	n := r.Properties.Get(entry[0])
	switch n.Kind() {
	case template.NodeNull:
		return true
	case template.NodeList:
		return p.oneOf(n)
	case template.NodeInt:
		return n.Text() == "1"
	}
	name, _, _ := template.Call(n)
	return name == "Ref" && p.sameAs(r, n)
}

// sameAs reports whether the second zone is that of the first.
func (p *Pass) sameAs(r *template.Resource, second template.Node) bool {
	for _, name := range []string{"MasterZoneId", "ZoneId"} {
		if first := r.Properties.Get(name); !first.IsZero() {
			return p.identity(first) == p.identity(second)
		}
	}
	return false
}

// oneOf reports whether a list has one zone: one item, or items that are all in
// the same.
func (p *Pass) oneOf(list template.Node) bool {
	first := ""
	for item := range list.Items() {
		zone := p.zone(item)
		if zone == "" || first != "" && zone != first {
			return false
		}
		first = zone
	}
	return first != ""
}

// zone identifies the zone of a vSwitch, an item that names one, or a zone
// itself; "" if it may be any, or none at all.
func (p *Pass) zone(n template.Node) string {
	name, arg, call := template.Call(n)
	switch {
	case !call && n.Kind() == template.NodeMap:
		for _, member := range []string{"ZoneId", "VSwitchId"} {
			if inner := n.Get(member); !inner.IsZero() {
				return p.zone(inner)
			}
		}
		return ""
	case n.Kind() == template.NodeNull || name == "Fn::If" || arg.Text() == "ALIYUN::NoValue":
		return ""
	case name == "Ref":
		if parameter := p.Template.Parameter(arg.Text()); parameter != nil && parameter.Type != "String" {
			return ""
		}
	}
	if vSwitch := p.referred(n); vSwitch != nil {
		if !vSwitch.Count.IsZero() || vSwitch.Type != vSwitchType {
			return ""
		}
		return p.zone(vSwitch.Properties.Get("ZoneId"))
	}
	if id := p.identity(n); !strings.Contains(id, indexName) {
		return id
	}
	return ""
}

func runSingleNAT(p *Pass) {
	gateways := map[string][]*template.Resource{}
	zones := map[string]map[string]bool{}
	for _, r := range p.Template.Resources {
		vpc := p.identity(r.Properties.Get("VpcId"))
		switch r.Type {
		case natType:
			gateways[vpc] = append(gateways[vpc], r)
		case vSwitchType:
			if zone := p.zone(r.Properties.Get("ZoneId")); zone != "" && r.Condition == "" {
				if zones[vpc] == nil {
					zones[vpc] = map[string]bool{}
				}
				zones[vpc][zone] = true
			}
		}
	}
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		vpc := p.identity(r.Properties.Get("VpcId"))
		if r.Type != natType || vpc == "" || len(gateways[vpc]) != 1 || len(zones[vpc]) < 2 ||
			!r.Count.IsZero() || !r.Properties.Get("AvailabilityMode").IsZero() || p.zone(r.Properties.Get("VSwitchId")) == "" {
			return
		}
		p.Report(r.Node.KeyRange(), "", r.Name)
	})
}
