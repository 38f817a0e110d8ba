package providertest

import (
	"strings"
	"time"
)

// word makes up the value of the i-th thing's attribute by its name.
func (m *maker) word(name string, i int) string {
	low := strings.ToLower(name)
	if prop, ok := m.given(name); ok && i == 0 {
		if v := textOf(m.props[prop]); v != "" && !m.secret(prop) {
			return v
		}
	}
	if _, ok := cutID(name); ok || low == "id" {
		return m.id(name, i)
	}
	if v := m.address(low, i); v != "" {
		return v
	}
	if v := m.endpoint(name, low); v != "" {
		return v
	}
	return m.plain(name, low, i)
}

func (m *maker) secret(prop string) bool {
	p := m.s.typ.Properties[prop]
	return p != nil && p.Sensitive
}

// id gives an id: the resource's own, one of what it lives on, or a new one in
// the style of what the name speaks of.
func (m *maker) id(name string, i int) string {
	from := m.o.Seed.with(name).at(i)
	switch low := strings.ToLower(name); {
	case (name == m.s.self || low == "id") && i == 0:
		return m.o.ID
	case strings.HasSuffix(low, "zoneid") && productOf(m.s.name) != "PVTZ":
		return m.zone(i)
	case strings.HasSuffix(low, "regionid"):
		return m.c.region
	case low == "accountid" || low == "ownerid" || low == "aliuid":
		return m.c.account
	case strings.HasSuffix(low, "orderid"):
		return "2" + from.text(digits, 14)
	case low == "accesskeyid":
		return "LTAI5t" + from.text(mixed, 18)
	}
	if o := m.container(name); o != nil && i == 0 {
		return o.ID
	}
	if i == 0 && m.isMember(name) {
		return m.o.ID
	}
	if m.isMember(name) {
		return m.s.style.write(from, m.c.region, func(string) string { return "" })
	}
	// Something that came with the resource and is nobody else's: the nodes of
	// a cluster, a load balancer of an ingress.
	style := styleOf(name)
	if r := m.c.reference(m.s, name); r != nil && len(r.To) > 0 {
		style = styleOf(r.To[0])
	}
	return existingID(style, from, m.c.region)
}

// isMember reports whether a name speaks of the things that a resource of
// several stands for: InstanceId of an instance group.
func (m *maker) isMember(name string) bool {
	if m.s.many == nil {
		return false
	}
	r := theFacts().References[strings.ToLower(name)]
	return r != nil && r.accepts(m.s.name)
}

func (m *maker) zone(i int) string {
	if z := textOf(m.props["ZoneId"]); z != "" {
		return z
	}
	if o := m.container("VSwitchId"); o != nil && o.Zone != "" {
		return o.Zone
	}
	return m.c.region + "-" + string("hijk"[i%4])
}

// address gives an IP address, "" if the name does not ask for one.
func (m *maker) address(low string, i int) string {
	if strings.Contains(low, "ipv6") && !strings.Contains(low, "name") {
		from := m.o.Seed.with("ipv6").at(i)
		prefix := "2001:db8:" + from.text(hexits, 4) + ":" // of the range for examples
		if strings.Contains(low, "cidr") {
			return prefix + ":/64"
		}
		return prefix + ":" + from.at(1).text(hexits, 4)
	}
	public := strings.Contains(low, "public") || strings.HasPrefix(low, "eip") || strings.Contains(low, "internet")
	switch {
	case strings.HasSuffix(low, "ip"), strings.HasSuffix(low, "ipaddress"), low == "address", strings.HasSuffix(low, "ipv4address"):
	default:
		return ""
	}
	switch {
	case public, strings.HasPrefix(lastPart(m.s.name), "EIP"), low == "address" && textOf(m.props["AddressType"]) == "internet",
		low == "ipaddress" && textOf(m.props["AddressType"]) == "internet":
		if eip := m.container("AllocationId"); eip != nil && eip.Address != "" && i == 0 {
			return eip.Address
		}
		return publicAddress(m.o.Seed.with("public").at(i))
	}
	return m.privateIP(i)
}

// services are the domains under which products give endpoints to instances.
var services = map[string]string{
	"RDS":     "mysql.rds.aliyuncs.com",
	"REDIS":   "redis.rds.aliyuncs.com",
	"MONGODB": "mongodb.rds.aliyuncs.com",
	"POLARDB": "mysql.polardb.rds.aliyuncs.com",
	"GPDB":    "gpdb.rds.aliyuncs.com",
	"ALB":     "alb.aliyuncs.com",
	"NLB":     "nlb.aliyuncs.com",
}

func (m *maker) endpoint(attribute, low string) string {
	product := productOf(m.s.name)
	host := strings.ToLower(strings.NewReplacer(":", "-", "/", "-", "_", "-").Replace(m.o.ID))
	name, region := host, m.c.region
	if strings.Contains(low, "public") || strings.Contains(low, "internet") {
		name += "-pub"
	}
	switch {
	case product == "OSS" && strings.HasSuffix(low, "domainname"):
		if strings.HasPrefix(low, "internal") {
			return name + ".oss-" + region + "-internal.aliyuncs.com"
		}
		return name + ".oss-" + region + ".aliyuncs.com"
	case low == "mounttargetdomain":
		return m.o.ID[strings.LastIndexByte(m.o.ID, ':')+1:]
	case strings.HasSuffix(low, "url"), strings.HasSuffix(low, "uri"):
		return "https://" + name + "." + region + ".example.aliyuncs.com"
	case low == "cname", strings.HasSuffix(attribute, "Cname"):
		return name + ".w.kunlunsl.com"
	case strings.Contains(low, "connectionstring"), strings.Contains(low, "connectiondomain"), strings.HasSuffix(low, "endpoint"),
		strings.HasSuffix(low, "domain"), strings.HasSuffix(low, "dnsname"), low == "host":
		if domain := services[product]; domain != "" {
			return name + "." + domain
		}
		return name + "." + strings.ToLower(product) + "." + region + ".aliyuncs.com"
	}
	return ""
}

// firstDay is when everything was made, so that the same calls give the same
// attributes.
var firstDay = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

func (m *maker) plain(name, low string, i int) string {
	from := m.o.Seed.with(name).at(i)
	switch {
	case low == "arn", strings.HasSuffix(low, "arn"):
		return m.arn()
	case strings.HasSuffix(low, "time"), strings.HasSuffix(low, "date"), low == "notbefore", low == "notafter":
		return firstDay.Add(time.Duration(from.number(1<<24)) * time.Second).Format(time.RFC3339)
	case strings.HasSuffix(low, "secret"), strings.HasSuffix(low, "password"):
		return from.text(mixed, 30)
	case strings.HasSuffix(low, "status"), low == "state":
		return "Available"
	case strings.HasSuffix(low, "port"):
		return m.port()
	case strings.HasSuffix(low, "count"), strings.HasSuffix(low, "size"), strings.HasSuffix(low, "amount"), strings.HasSuffix(low, "number"):
		return "1"
	case low == "hostname":
		return "iZ" + from.text(base36, 20) + "Z"
	case strings.HasSuffix(low, "name"):
		return m.nameOf(low, from)
	case low == "description":
		return ""
	case low == "isdefault":
		return "false"
	}
	return low + "-" + from.text(base36, 8)
}

func (m *maker) nameOf(low string, from seed) string {
	if m.s.style.prop != "" && strings.EqualFold(m.s.style.prop, low) {
		return m.o.ID
	}
	if r := theFacts().References[low]; r != nil && low != "projectname" {
		for _, l := range m.o.Links {
			if r.accepts(l.To.Type) {
				return l.To.ID
			}
		}
	}
	stem := strings.TrimSuffix(low, "name")
	if stem == "" {
		stem = strings.ToLower(lastPart(m.s.name))
	}
	return stem + "-" + from.text(base36, 8)
}

func (m *maker) arn() string {
	product := strings.ToLower(productOf(m.s.name))
	region := m.c.region
	if product == "ram" || product == "resourcemanager" {
		region = ""
	}
	return "acs:" + product + ":" + region + ":" + m.c.account + ":" + strings.ToLower(lastPart(m.s.name)) + "/" + m.o.ID
}

func (m *maker) port() string {
	switch productOf(m.s.name) {
	case "REDIS":
		return "6379"
	case "MONGODB":
		return "3717"
	case "RDS":
		switch textOf(m.props["Engine"]) {
		case "SQLServer":
			return "1433"
		case "PostgreSQL":
			return "5432"
		}
		return "3306"
	case "POLARDB", "PolarDBX", "DRDS", "ADB":
		return "3306"
	case "GPDB":
		return "5432"
	}
	return "80"
}
