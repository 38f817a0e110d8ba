package rule

import (
	"iter"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

const (
	modulePrefix        = "MODULE::"
	serverlessPrefix    = "Aliyun::Serverless::"
	serverlessTransform = "Aliyun::Serverless-2018-04-03"
)

// typeRules check types of resources and all that the catalogue knows of them.
func typeRules() []*Rule {
	return []*Rule{
		{Code: "unknown-type", Severity: diag.Error, Run: runUnknownType,
			Doc: "A type of a resource that no listing has: an error where it is a known one misspelt, else a warning, as the service gets new types every month. Types of other families than the catalogue lists, such as Custom::, are taken as they are."},
		{Code: "type-needs-transform", Severity: diag.Error, Run: runTypeNeedsTransform,
			Doc: "A type that only the Serverless transform understands, in a template without it."},
		{Code: "unknown-property", Severity: diag.Error, Run: runUnknownProperty,
			Doc: "A property, or a member of one, that the type does not have: an error where it is a known one misspelt, else a warning, as the service takes names that are newer than the listings or hidden. A warning also where not enough is known of the type."},
		{Code: "read-only-property", Severity: diag.Warning, Run: runReadOnlyProperty,
			Doc: "An attribute of the type, which can be read by Fn::GetAtt, given as a property. Never an error: a new property is mostly an attribute too, and may be so before the listings have it."},
		{Code: "missing-property", Severity: diag.Error, Run: runMissingProperty,
			Doc: "A required property that is neither given nor misspelt."},
		{Code: "deprecated-property", Severity: diag.Warning, Run: runDeprecatedProperty,
			Doc: "A property that the newest listing of the type does not have though older ones do; the service mostly takes it."},
		{Code: "wrong-type", Severity: diag.Error, Run: runWrongType,
			Doc: "A literal of a kind that the service cannot convert to that of the property."},
		{Code: "value-not-listed", Severity: diag.Warning, Run: runValueNotListed,
			Doc: "A value that is not among those listed for the property. Listings lag behind the service, so it is never an error."},
		{Code: "value-out-of-range", Severity: diag.Error, Run: runValueOutOfRange,
			Doc: "A number outside of the bounds of the property."},
		{Code: "length-out-of-range", Severity: diag.Error, Run: runLengthOutOfRange,
			Doc: "A text with too few or too many characters, or a list with too few or too many items."},
		{Code: "pattern-mismatch", Severity: diag.Warning, Limit: true, Run: runPatternMismatch,
			Doc: "A text that does not begin as the pattern of the property demands. The patterns lag behind the service as other listings do."},
		{Code: "unknown-attribute", Severity: diag.Error, Run: runUnknownAttribute,
			Doc: "An attribute, read by Fn::GetAtt or in Fn::Sub, that the type of the resource does not have."},
	}
}

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

// typeNames finds the types that authors meant. What each unknown type was
// taken for is kept: to find out takes a walk over all types, and one mistake is
// often made many times.
type typeNames struct {
	types template.Types
	meant map[string]meantType
}

type meantType struct {
	name string // "" if nobody knows
	sure bool
	// slip says that no other reason for the name is likely, such as a type
	// that is newer than the listing.
	slip bool
}

func runUnknownType(p *Pass) {
	if p.Types == nil || p.Template.Kind() != template.Stack {
		return
	}
	names := &typeNames{p.Types, map[string]meantType{}}
	eachType(p, func(typ template.Node, known bool) {
		if known {
			return
		}
		right := names.right(typ.Text())
		fitting := right.name
		if fitting == "" {
			fitting = names.ofProduct(typ.Text())
		}
		d := p.Report(typ.Range(), "Type", typ.Text(), fitting)
		if !right.slip && mayBeNew(typ.Text()) {
			d.Severity = diag.Warning
		}
		if right.sure && !typ.Shared() {
			p.offer(d, typ.Range(), typ.Text(), right.name)
		}
	})
}

// mayBeNew reports whether a name has the form of those that the service gives.
func mayBeNew(name string) bool {
	family, product, resource := splitType(name)
	return (family == "ALIYUN" || family == "DATASOURCE") && product != "" && resource != "" && !strings.Contains(product, "::")
}

func (t *typeNames) right(name string) meantType {
	right, seen := t.meant[name]
	if seen {
		return right
	}
	right = meantType{mistakenTypes[name], true, true}
	if right.name == "" || t.types.Type(right.name) == nil {
		right = t.nearest(name)
	}
	t.meant[name] = right
	return right
}

// eachType gives the types of resources, and of data sources among the locals,
// as they are written.
func eachType(p *Pass, f func(typ template.Node, known bool)) {
	give := func(typ template.Node) {
		if typ.Kind() == template.NodeString && typ.Text() != "" { // else Parse has said so
			f(typ, p.walk.lookup(typ.Text()) != nil)
		}
	}
	p.OnResource(func(r *template.Resource, _ *provider.Type) { give(r.Node.Get("Type")) })
	p.OnLocal(func(l *template.Local) {
		if isData(l) {
			give(l.Node.Get("Type"))
		}
	})
}

// isData reports whether a local is a query.
func isData(l *template.Local) bool { return strings.HasPrefix(l.Type, "DATASOURCE::") }

// listed yields the names of all types, none if they cannot be listed.
func (t *typeNames) listed() iter.Seq[string] {
	if lister, ok := t.types.(interface{ Names() iter.Seq[string] }); ok {
		return lister.Names()
	}
	return func(func(string) bool) {}
}

// ofProduct names types of the same product, or else the form of a name.
func (t *typeNames) ofProduct(name string) string {
	if i := strings.LastIndex(name, "::"); i > 0 {
		some := fewOf(func(yield func(string) bool) {
			for other := range t.listed() {
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

// nearest finds the name that was most likely meant, if the types can be
// listed: one of the same letters, else a near one of the same product, else one
// of a product spelt nearly so, else the only type with the same last part.
func (t *typeNames) nearest(name string) meantType {
	family, product, resource := splitType(name)
	var same, namesake string
	namesakes := 0
	products, siblings := map[string]bool{}, []string{}
	for other := range t.listed() {
		f, p, r := splitType(other)
		switch {
		case strings.EqualFold(name, other):
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
		return meantType{same, true, true}
	}
	if r, sure := diag.Meant(resource, slices.Values(siblings)); r != "" {
		return meantType{family + "::" + product + "::" + r, sure, !isVariant(resource, r)}
	}
	if p := diag.Nearest(product, sortedKeys(products)); p != "" && len(siblings) == 0 {
		if near := family + "::" + p + "::" + resource; t.types.Type(near) != nil {
			return meantType{near, false, true}
		}
	}
	if namesakes == 1 {
		return meantType{namesake, false, false}
	}
	return meantType{}
}

// splitType takes ALIYUN::ECS::VPC apart; what is missing is "".
func splitType(name string) (family, product, resource string) {
	family, rest, _ := strings.Cut(name, "::")
	if i := strings.LastIndex(rest, "::"); i >= 0 {
		return family, rest[:i], rest[i+2:]
	}
	return family, "", rest
}

func runTypeNeedsTransform(p *Pass) {
	if slices.Contains(p.Template.Transforms, serverlessTransform) || p.Template.Kind() != template.Stack {
		return
	}
	eachType(p, func(typ template.Node, known bool) {
		if known && strings.HasPrefix(typ.Text(), serverlessPrefix) {
			p.Report(typ.Range(), "Type", typ.Text())
		}
	})
}
