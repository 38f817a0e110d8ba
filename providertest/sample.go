package providertest

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
)

// SampleParameters makes up values for the parameters of a template, so that it
// can be bound and its stack created in a Cloud. It keeps defaults that satisfy
// the parameter's own constraints; else it tries allowed values, values that
// fit the association property, the name of the parameter and the resource
// property that takes it, and texts made from the pattern, and takes the first
// that fits. Where an existing resource is asked for, it gives an id that every
// Cloud knows. A parameter that may be left empty and is not shown to users is
// left out. The same template gives the same values.
//
// If no values were found that the template accepts, the error is what binding
// them says, and the values are returned with it.
func SampleParameters(t *template.Template) (map[string]any, error) {
	s := &sampler{t: t, values: make(map[string]any, len(t.Parameters)), uses: make(map[string][]use), splits: make(map[string]split)}
	s.findUses()
	for _, p := range t.Parameters {
		if v, ok := s.keepDefault(p); ok {
			s.values[p.Name] = v
			s.note(p.Name, v)
		}
	}
	for i, p := range t.Parameters {
		if _, ok := s.values[p.Name]; ok || s.mayStayEmpty(p) {
			continue
		}
		if v, ok := s.sample(p, i); ok {
			s.values[p.Name] = v
		}
	}
	_, err := t.Bind(s.values, &template.Pseudo{
		AccountID: "1234567890123456", TenantID: "1234567890123456", Region: sampleRegion,
		StackID: "5ecd1e10-b0e9-4389-a565-e4c15efc0001", StackName: "sample", ResourceGroupID: "rg-acfm000000000aa",
		Now: sampleTime, World: sampleWorld(),
	})
	return s.values, err
}

// sampler makes up the values of one template.
type sampler struct {
	suggester
	t      *template.Template
	values map[string]any
	uses   map[string][]use
	splits map[string]split // by parameter
}

// note remembers address ranges that are in use by default.
func (s *sampler) note(name string, v any) {
	text, _ := v.(string)
	r, err := netip.ParsePrefix(text)
	switch low := strings.ToLower(name); {
	case err != nil || !r.Addr().Is4() || r.Bits() == 0:
	case strings.Contains(low, "vpc") && !strings.Contains(low, "switch") && r.Bits() <= 20 && !s.base.IsValid():
		s.base = r.Masked()
	default:
		s.taken = append(s.taken, r)
	}
}

// findUses looks where parameters are taken as they are.
func (s *sampler) findUses() {
	types := schema.Default()
	for _, r := range s.t.Resources {
		t := types.Type(r.Type)
		if t == nil {
			continue
		}
		for n := range r.Properties.Items() {
			s.visit(r.Type, n.Key(), t.Properties[n.Key()], n, 0)
		}
	}
}

func (s *sampler) visit(typ, name string, p *provider.Property, n doc.Node, depth int) {
	if depth > 8 {
		return
	}
	if ref := n.Get("Ref"); n.Kind() == doc.Map && n.Len() == 1 && ref.Kind() == doc.String {
		s.uses[ref.Text()] = append(s.uses[ref.Text()], use{typ: typ, name: name, prop: p})
		return
	}
	switch n.Kind() {
	case doc.List:
		var item *provider.Property
		if p != nil {
			item = p.Items
		}
		for member := range n.Items() {
			s.visit(typ, name, item, member, depth+1)
		}
	case doc.Map:
		for member := range n.Items() {
			var inner *provider.Property
			if p != nil {
				inner = p.Properties[member.Key()]
			}
			key := member.Key()
			if strings.HasPrefix(key, "Fn::") {
				if key == "Fn::Split" {
					s.noteSplit(p, member)
				}
				if key != "Fn::If" {
					continue
				}
				key, inner = name, p
				for branch := range member.Items() {
					s.visit(typ, key, inner, branch, depth+1)
				}
				continue
			}
			s.visit(typ, key, inner, member, depth+1)
		}
	}
}

// noteSplit notes that a property takes the parts of a text parameter, and how
// many it wants.
func (s *sampler) noteSplit(p *provider.Property, args doc.Node) {
	ref := args.At(1).Get("Ref")
	if p == nil || p.MinLength == nil || *p.MinLength < 2 || ref.Kind() != doc.String || args.At(0).Text() == "" {
		return
	}
	s.splits[ref.Text()] = split{args.At(0).Text(), *p.MinLength}
}

// split is how a text is taken apart: at which separator, into how many parts
// at least.
type split struct {
	separator string
	parts     int
}

// keepDefault gives the default, unless it names a resource that is not there
// or breaks the parameter's own rules.
func (s *sampler) keepDefault(p *template.Parameter) (any, bool) {
	if p.Default.IsAbsent() || p.Default.IsNull() {
		return nil, false
	}
	v, err := plain(p.Default)
	if err != nil {
		return nil, false
	}
	if text, ok := v.(string); ok && text != "" && namesForeign(text) {
		return nil, false
	}
	return v, s.fits(p, v)
}

// foreignPrefixes begin the ids that services give out.
var foreignPrefixes = [...]string{"vpc-", "vsw-", "sg-", "i-", "eip-", "ngw-", "lb-", "rm-", "alb-", "nlb-", "eni-", "d-", "vtb-", "cen-", "pc-", "asg-"}

// namesForeign reports whether a text is the id of somebody's resource, perhaps
// masked with asterisks.
func namesForeign(text string) bool {
	if masked, _, found := strings.Cut(text, "**"); found && strings.Contains(masked, "-") && !strings.ContainsAny(text, " /:") {
		return true
	}
	for _, prefix := range foreignPrefixes {
		if rest, ok := strings.CutPrefix(text, prefix); ok && len(rest) >= 10 && strings.ContainsAny(rest, "0123456789*x") {
			return true
		}
	}
	return false
}

func plain(v value.Value) (any, error) {
	switch v.Kind() {
	case value.KindString:
		return v.Text(), nil
	case value.KindInt:
		return v.Int(), nil
	case value.KindFloat:
		return v.Float(), nil
	case value.KindBool:
		return v.Bool(), nil
	case value.KindList:
		list := make([]any, 0, v.Len())
		for _, item := range v.Items() {
			x, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		return list, nil
	case value.KindMap:
		m := make(map[string]any, v.Len())
		for k, item := range v.Entries() {
			x, err := plain(item)
			if err != nil {
				return nil, err
			}
			m[k] = x
		}
		return m, nil
	case value.KindNull:
		return nil, nil
	}
	return nil, fmt.Errorf("a %s is no plain value", v.Kind())
}

// fits reports whether a value satisfies the parameter's own rules.
func (s *sampler) fits(p *template.Parameter, v any) bool {
	if len(p.AllowedValues) > 0 {
		found := false
		for _, allowed := range p.AllowedValues {
			a, err := plain(allowed)
			found = found || err == nil && fmt.Sprint(a) == fmt.Sprint(v)
		}
		if !found {
			return false
		}
	}
	switch v := v.(type) {
	case string:
		w := s.wish(p)
		if p.Type == "Number" {
			w.least, w.most = nil, nil
		}
		return w.fits(v)
	case int64:
		return fitsNumber(p, float64(v))
	case float64:
		return fitsNumber(p, v)
	case []any:
		return (p.MinLength == nil || len(v) >= *p.MinLength) && (p.MaxLength == nil || len(v) <= *p.MaxLength)
	}
	return true
}

func fitsNumber(p *template.Parameter, v float64) bool {
	return (p.MinValue == nil || v >= *p.MinValue) && (p.MaxValue == nil || v <= *p.MaxValue)
}

func (s *sampler) wish(p *template.Parameter) *wish {
	return &wish{
		name: p.Name, association: p.AssociationProperty, pattern: p.AllowedPattern,
		least: p.MinLength, most: p.MaxLength, low: p.MinValue, high: p.MaxValue, uses: s.uses[p.Name],
	}
}
