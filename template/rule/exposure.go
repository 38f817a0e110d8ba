package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// exposureRules find what the whole internet can reach.
func exposureRules() []*Rule {
	return []*Rule{
		{Code: "open-to-world", Severity: diag.Advice, Run: runOpenToWorld,
			Doc: "Addresses of the whole internet that are let in to the ports by which machines are administered, to those of databases, or to all; on the white list of a database; or to write to a bucket."},
	}
}

// guardedPorts are the ports that are not for everybody, with what is there.
var guardedPorts = []struct {
	port    int
	service string
}{
	{22, "SSH"}, {23, "Telnet"}, {445, "SMB"}, {1433, "SQL Server"}, {1521, "Oracle"}, {2375, "Docker"}, {2379, "etcd"},
	{3306, "MySQL"}, {3389, "RDP"}, {5432, "PostgreSQL"}, {5900, "VNC"}, {6379, "Redis"}, {9200, "Elasticsearch"},
	{11211, "Memcached"}, {27017, "MongoDB"},
}

// whiteLists are the properties that list who may reach a database.
var whiteLists = []string{"SecurityIPList", "SecurityIpList", "SecurityIPArray", "SecurityIps", "SecurityIPs"}

func runOpenToWorld(p *Pass) {
	p.OnMembers(func(m *Members) {
		if !strings.HasPrefix(m.Type.Name, "ALIYUN::ECS::SecurityGroup") || m.Type.Name == "ALIYUN::ECS::SecurityGroup" && !strings.Contains(p.Path(), ".SecurityGroupIngress") {
			return
		}
		if strings.EqualFold(m.Node.Get("Policy").Text(), "drop") {
			return
		}
		for _, name := range []string{"SourceCidrIp", "Ipv6SourceCidrIp"} {
			if n := m.Node.Get(name); everybody(n) {
				if what := reached(m.Node); what != "" {
					p.Report(n.Range(), name, n.Text(), what)
				}
			}
		}
	})
	p.OnValue(func(v *Value) {
		switch n := v.Node; {
		case n.Kind() != template.NodeString:
		case slices.Contains(whiteLists, v.Name) && slices.ContainsFunc(strings.Split(n.Text(), ","), allAddresses):
			p.Report(n.Range(), "", "0.0.0.0/0", v.Type.Name)
		case v.Type.Name == "ALIYUN::OSS::Bucket" && v.Name == "AccessControl" && n.Text() == "public-read-write":
			p.Report(n.Range(), "", n.Text(), v.Type.Name)
		}
	})
}

func everybody(n template.Node) bool {
	return n.Kind() == template.NodeString && allAddresses(n.Text())
}

func allAddresses(text string) bool {
	text = strings.TrimSpace(text)
	return text == "0.0.0.0/0" || text == "::/0"
}

// reached names what a rule of a security group opens that is not for
// everybody; "" if that is nothing, or not written out.
func reached(rule template.Node) string {
	protocol, ports := protocolOf(rule), strings.TrimSpace(rule.Get("PortRange").Text())
	if protocol != "tcp" && protocol != "all" {
		return ""
	}
	first, last, ok := portsOf(ports)
	switch {
	case ports == everyPort || ok && first <= 1 && last == maxPort:
		return everyPort
	case !ok:
		return ""
	}
	var all []string
	for _, g := range guardedPorts {
		if first <= g.port && g.port <= last {
			all = append(all, fmt.Sprintf("%s (%d)", g.service, g.port))
		}
	}
	return strings.Join(all, ", ")
}
