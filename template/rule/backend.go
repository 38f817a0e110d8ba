package rule

import (
	"strings"

	"github.com/bianpai/bianpai/template"
)

// backends are the servers of one balancer or server group, over all resources
// that attach some.
type backends struct {
	first   *template.Resource // that attaches some
	known   bool               // all of them are resources of the template, without conditions
	servers []*template.Resource
}

// attachments are the properties that attach servers, by type, after what they
// are attached to; "" is the resource itself.
var attachments = map[string][]string{
	"ALIYUN::SLB::BackendServerAttachment":     {"LoadBalancerId", "BackendServerList", "BackendServers"},
	"ALIYUN::SLB::VServerGroup":                {"", "BackendServers"},
	"ALIYUN::ALB::BackendServerAttachment":     {"ServerGroupId", "Servers"},
	"ALIYUN::NLB::BackendServerAttachment":     {"ServerGroupId", "Servers"},
	"ALIYUN::SLB::BackendServerToVServerGroup": {"VServerGroupId", "BackendServers"},
}

// backends collects the servers behind each balancer.
func (p *Pass) backends() []*backends {
	var all []*backends
	groups := map[string]*backends{}
	for _, r := range p.Template.Resources {
		properties := attachments[r.Type]
		if len(properties) == 0 {
			continue
		}
		to := "\x00" + r.Name
		if properties[0] != "" {
			to = p.identity(r.Properties.Get(properties[0]))
		}
		b := groups[to]
		if b == nil {
			b = &backends{first: r, known: true}
			groups[to] = b
			all = append(all, b)
		}
		b.known = b.known && r.Condition == "" && r.Count.IsZero()
		for _, property := range properties[1:] {
			p.attach(b, r.Properties.Get(property))
		}
	}
	return all
}

// attach adds the servers of a list.
func (p *Pass) attach(b *backends, list template.Node) {
	if list.Kind() == template.NodeNull {
		return
	}
	if list.Kind() != template.NodeList {
		b.add(p.server(list))
		return
	}
	for item := range list.Items() {
		if id := item.Get("ServerId"); !id.IsZero() {
			item = id
		}
		b.add(p.server(item))
	}
}

func (b *backends) add(r *template.Resource) {
	if r == nil || r.Condition != "" {
		b.known = false
		return
	}
	for _, known := range b.servers {
		if known == r {
			return
		}
	}
	b.servers = append(b.servers, r)
}

// server gives the server, or group of servers, that a value is from; nil if
// that is not known.
func (p *Pass) server(n template.Node) *template.Resource {
	if name, arg, _ := template.Call(n); name == "Fn::Select" {
		n = arg.At(1)
	}
	if r := p.referred(n); r != nil && (r.Type == "ALIYUN::ECS::Instance" || r.Type == "ALIYUN::ECS::InstanceGroup") {
		return r
	}
	return nil
}

// one reports whether a resource is one server and no more.
func one(r *template.Resource) bool {
	most := r.Properties.Get("MaxAmount")
	return r.Count.IsZero() && (r.Type == "ALIYUN::ECS::Instance" || most.Kind() < template.NodeList && most.Text() == "1")
}

func runSingleBackend(p *Pass) {
	for _, b := range p.backends() {
		if b.known && len(b.servers) == 1 && one(b.servers[0]) {
			p.Report(b.first.Node.KeyRange(), "Resources."+b.first.Name, b.first.Name, b.servers[0].Name)
		}
	}
}

func runBackendsInOneZone(p *Pass) {
	for _, b := range p.backends() {
		if !b.known || len(b.servers) == 0 || len(b.servers) == 1 && one(b.servers[0]) {
			continue
		}
		zone := p.zoneOf(b.servers[0])
		same := zone != ""
		for _, r := range b.servers {
			same = same && p.zoneOf(r) == zone
		}
		if same {
			p.Report(b.first.Node.KeyRange(), "Resources."+b.first.Name, b.first.Name)
		}
	}
}

// zoneOf identifies the zone that servers are in.
func (p *Pass) zoneOf(r *template.Resource) string {
	if !r.Properties.Get("ZoneIds").IsZero() {
		return ""
	}
	for _, name := range []string{"VSwitchId", "ZoneId"} {
		if n := r.Properties.Get(name); !n.IsZero() && !strings.Contains(n.Text(), ",") {
			return p.zone(n)
		}
	}
	return ""
}
