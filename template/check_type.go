package template

import (
	"iter"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

const (
	modulePrefix     = "MODULE::"
	serverlessPrefix = "Aliyun::Serverless::"
	serverless       = "Aliyun::Serverless-"
)

// mistakenTypes are names that authors expect and that were never types, with
// the right ones.
var mistakenTypes = map[string]string{
	"ALIYUN::VPC::VPC":                  "ALIYUN::ECS::VPC",
	"ALIYUN::VPC::Vpc":                  "ALIYUN::ECS::VPC",
	"ALIYUN::VPC::VSwitch":              "ALIYUN::ECS::VSwitch",
	"ALIYUN::VPC::SecurityGroup":        "ALIYUN::ECS::SecurityGroup",
	"ALIYUN::VPC::SecurityGroupIngress": "ALIYUN::ECS::SecurityGroupIngress",
	"ALIYUN::VPC::NetworkInterface":     "ALIYUN::ECS::NetworkInterface",
	"ALIYUN::ECS::RouteTable":           "ALIYUN::VPC::RouteTable",
	"ALIYUN::VPC::Route":                "ALIYUN::ECS::Route",
	"ALIYUN::VPC::RouteEntry":           "ALIYUN::ECS::Route",
	"ALIYUN::EIP::EIP":                  "ALIYUN::VPC::EIP",
	"ALIYUN::EIP::EIPAssociation":       "ALIYUN::VPC::EIPAssociation",
	"ALIYUN::RDS::Instance":             "ALIYUN::RDS::DBInstance",
	"ALIYUN::SLB::SLB":                  "ALIYUN::SLB::LoadBalancer",
	"ALIYUN::ECS::KeyPair":              "ALIYUN::ECS::SSHKeyPair",
}

func (c *checker) reportUnknownType(typ doc.Node) {
	name := typ.Text()
	right := mistakenTypes[name]
	if right == "" || c.types.Type(right) == nil {
		right = c.nearestType(name)
	}
	fitting := right
	if fitting == "" {
		fitting = c.typesOfProduct(name)
	}
	c.enter("Type")
	d := c.report(diag.Error, "unknown-type", typ.Range(), "", name, fitting)
	c.leave()
	if right != "" {
		c.addRename(d, typ.Range(), right)
	}
}

// listedTypes yields the names of all types, none if they cannot be listed.
func (c *checker) listedTypes() iter.Seq[string] {
	if lister, ok := c.types.(interface{ Names() iter.Seq[string] }); ok {
		return lister.Names()
	}
	return func(func(string) bool) {}
}

// typesOfProduct names types of the same product, or else the form of a name.
func (c *checker) typesOfProduct(name string) string {
	if i := strings.LastIndex(name, "::"); i > 0 {
		some := fewOf(func(yield func(string) bool) {
			for other := range c.listedTypes() {
				if strings.HasPrefix(other, name[:i+2]) && !yield(other) {
					return
				}
			}
		})
		if some != "" {
			return some
		}
	}
	return "ALIYUN::<product>::<resource>, DATASOURCE::<product>::<query>, Custom::<name>"
}

// nearestType finds a name like the given one, if the types can be listed: one
// that is spelt like it, else the same last part under another product, if
// there is only one.
func (c *checker) nearestType(name string) string {
	if near := diag.Nearest(name, c.listedTypes()); near != "" {
		return near
	}
	family, _, _ := strings.Cut(name, "::")
	last := name[strings.LastIndex(name, ":")+1:]
	namesake := ""
	for other := range c.listedTypes() {
		if !strings.HasPrefix(other, family+"::") || !strings.EqualFold(other[strings.LastIndex(other, ":")+1:], last) {
			continue
		}
		if namesake != "" {
			return ""
		}
		namesake = other
	}
	return namesake
}

// checkTransform reports a type that only a transformation understands where
// the template asks for none.
func (c *checker) checkTransform(typ doc.Node) {
	if !strings.HasPrefix(typ.Text(), serverlessPrefix) ||
		slices.ContainsFunc(c.t.Transforms, func(s string) bool { return strings.HasPrefix(s, serverless) }) {
		return
	}
	c.enter("Type")
	c.report(diag.Error, "type-needs-transform", typ.Range(), "", typ.Text())
	c.leave()
}
