package template

import (
	"iter"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

const modulePrefix = "MODULE::"

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
	right, known := c.rightTypes[name]
	if !known {
		if right = mistakenTypes[name]; right == "" || c.types.Type(right) == nil {
			right = c.nearestType(name)
		}
		if c.rightTypes == nil {
			c.rightTypes = map[string]string{}
		}
		c.rightTypes[name] = right
	}
	fitting := right
	if fitting == "" {
		fitting = c.typesOfProduct(name)
	}
	c.enter("Type")
	d := c.report(diag.Error, "unknown-type", typ.Range(), "", name, fitting)
	c.leave()
	if right != "" && right == mistakenTypes[name] || sameLetters(name, right) {
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

// nearestType finds the name that was most likely meant, if the types can be
// listed: one of the same letters, else a near one of the same product, else one
// of a product spelt nearly so, else the only type with the same last part.
func (c *checker) nearestType(name string) string {
	family, product, resource := splitType(name)
	var same, namesake string
	namesakes := 0
	products, siblings := map[string]bool{}, []string{}
	for other := range c.listedTypes() {
		f, p, r := splitType(other)
		switch {
		case sameLetters(name, other):
			same = other
		case f != family:
		case p == product:
			siblings = append(siblings, r)
		default:
			products[p] = true
		}
		if f == family && strings.EqualFold(r, resource) {
			namesake, namesakes = other, namesakes+1
		}
	}
	if same != "" {
		return same
	}
	if r := diag.Nearest(resource, slices.Values(siblings)); r != "" {
		return family + "::" + product + "::" + r
	}
	if p := diag.Nearest(product, sortedKeys(products)); p != "" && len(siblings) == 0 {
		if near := family + "::" + p + "::" + resource; c.types.Type(near) != nil {
			return near
		}
	}
	if namesakes == 1 {
		return namesake
	}
	return ""
}

// splitType takes ALIYUN::ECS::VPC apart; what is missing is "".
func splitType(name string) (family, product, resource string) {
	family, rest, _ := strings.Cut(name, "::")
	if i := strings.LastIndex(rest, "::"); i >= 0 {
		return family, rest[:i], rest[i+2:]
	}
	return family, "", rest
}

// checkTransform reports a type that only a transformation understands where
// the template asks for none.
func (c *checker) checkTransform(typ doc.Node) {
	if !strings.HasPrefix(typ.Text(), serverlessPrefix) ||
		slices.Contains(c.t.Transforms, serverlessTransform) {
		return
	}
	c.enter("Type")
	c.report(diag.Error, "type-needs-transform", typ.Range(), "", typ.Text())
	c.leave()
}
