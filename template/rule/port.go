package rule

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// maxPort is the last port of TCP and UDP.
const maxPort = 65535

// everyPort is how a security group writes that ports do not matter.
const everyPort = "-1/-1"

// portRules check the ports of security groups and listeners.
func portRules() []*Rule {
	return []*Rule{
		{Code: "port-range", Severity: diag.Error, Run: runPortRange,
			Doc: "A range of ports of a security group's rule that is not of the form 1/200, is out of 1/65535, or ends before it begins. " +
				"A warning where it does not go with the protocol: tcp and udp have ports, all others take -1/-1."},
		{Code: "listener-taken", Severity: diag.Error, Run: runListenerTaken,
			Doc: "Two listeners of a load balancer, which can exist at the same time, on one port: TCP, HTTP and HTTPS share their ports, as do UDP and QUIC."},
	}
}

// portRanges are the properties that have such ranges.
var portRanges = []string{"PortRange", "SourcePortRange", "DestPortRange"}

func runPortRange(p *Pass) {
	p.OnMembers(func(m *Members) {
		if !strings.HasPrefix(m.Type.Name, "ALIYUN::ECS::SecurityGroup") || m.Severity == 0 {
			return
		}
		for _, name := range portRanges {
			n := m.Node.Get(name)
			if n.Kind() == template.NodeNull || n.Kind() >= template.NodeList || n.Text() == "" {
				continue
			}
			if severity, want := judgePorts(n.Text(), protocolOf(m.Node)); severity != 0 {
				p.Report(n.Range(), name, diag.Clip(n.Text()), want).Severity = severity
			}
		}
	})
}

// protocolOf gives the protocol of a rule; "" if it is not written out.
func protocolOf(rule template.Node) string {
	n := rule.Get("IpProtocol")
	if n.Kind() != template.NodeString {
		return ""
	}
	return strings.ToLower(n.Text())
}

// judgePorts tells how bad a range is for a protocol, and what it should be.
func judgePorts(text, protocol string) (severity diag.Severity, want string) {
	want = "1/65535"
	if protocol != "" && protocol != "tcp" && protocol != "udp" {
		want = everyPort
	}
	first, last, ok := portsOf(text)
	switch {
	case strings.TrimSpace(text) == everyPort:
		if protocol == "tcp" || protocol == "udp" {
			return diag.Warning, want
		}
		return 0, ""
	case !ok || first < 0 || last > maxPort || first > last:
		return diag.Error, want
	case first == 0 || want == everyPort:
		return diag.Warning, want
	}
	return 0, ""
}

// portsOf reads a range: 80/443.
func portsOf(text string) (first, last int, ok bool) {
	a, b, ok := strings.Cut(strings.TrimSpace(text), "/")
	if !ok {
		return 0, 0, false
	}
	first, err := strconv.Atoi(a)
	if err != nil {
		return 0, 0, false
	}
	last, err = strconv.Atoi(b)
	return first, last, err == nil
}

// listenerTypes have their ports and protocols in these properties.
var listenerTypes = map[string]string{
	"ALIYUN::SLB::Listener": "Protocol", "ALIYUN::ALB::Listener": "ListenerProtocol", "ALIYUN::NLB::Listener": "ListenerProtocol",
}

func runListenerTaken(p *Pass) {
	var all []claim
	for _, r := range p.Template.Resources {
		property := listenerTypes[r.Type]
		balancer := p.identity(r.Properties.Get("LoadBalancerId"))
		protocol := r.Properties.Get(property)
		if property == "" || balancer == "" || protocol.Kind() != template.NodeString {
			continue
		}
		family := "tcp"
		if name := strings.ToLower(protocol.Text()); name == "udp" || name == "quic" {
			family = "udp"
		}
		all = append(all, p.claims(r, "ListenerPort", r.Type+" "+balancer+" "+family)...)
	}
	p.disputed(all)
}
