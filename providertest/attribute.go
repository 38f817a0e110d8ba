package providertest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// maker makes up the attributes of one resource: from its properties where the
// name says so, from what it lives on, and by name for the rest.
type maker struct {
	c       *Cloud
	s       *shape
	o       *object
	props   map[string]any
	n       int      // how many things the resource stands for
	private []string // its private addresses, as far as asked for
	taken   map[string]bool
}

func (c *Cloud) newMaker(s *shape, o *object, props map[string]any) *maker {
	return &maker{c: c, s: s, o: o, props: props, n: s.count(props)}
}

// given finds the property that a name speaks of, whatever its case.
func (m *maker) given(name string) (prop string, ok bool) {
	if _, ok := m.props[name]; ok {
		return name, true
	}
	prop = m.s.folded[strings.ToLower(name)]
	_, ok = m.props[prop]
	return prop, ok
}

// attributes gives all attributes of the type, and fills in the object's
// aliases and addresses.
func (m *maker) attributes() map[string]any {
	out := make(map[string]any, len(m.s.attributes)+1)
	for _, name := range m.s.attributes {
		out[name] = m.attribute(name, m.s.typ.Attributes[name])
	}
	if m.s.typ.Coverage == provider.CoverageNone || len(m.s.typ.DynamicAttributes) > 0 {
		m.open(out)
	}
	if f := builtins[m.s.name]; f != nil {
		f(m, out)
	}
	maps.Copy(out, m.c.scripts[m.o.LogicalID])
	m.alias(out)
	if m.o.Addresses = nil; len(m.taken) > 0 {
		m.o.Addresses = slices.Sorted(maps.Keys(m.taken))
	}
	return out
}

// open adds what is known of attributes that the template decides: the outputs
// of a nested template that is given as a map.
func (m *maker) open(out map[string]any) {
	if _, ok := out["Outputs"]; !ok {
		out["Outputs"] = map[string]any{}
	}
	body, _ := m.props["TemplateBody"].(map[string]any)
	outputs, _ := body["Outputs"].(map[string]any)
	for name := range outputs {
		out["Outputs."+name] = m.word(name, 0)
	}
}

// alias remembers the ids among the attributes that are not other resources'.
func (m *maker) alias(out map[string]any) {
	m.o.Aliases = nil
	for _, name := range m.s.attributes {
		stem, ok := cutID(name)
		if !ok || name == m.s.self || strings.EqualFold(stem, "Order") {
			continue
		}
		if _, echo := m.given(name); echo || m.container(name) != nil {
			continue
		}
		switch v := out[name].(type) {
		case string:
			m.o.Aliases = append(m.o.Aliases, v)
		case []any:
			for _, item := range v {
				if id, ok := item.(string); ok && id != m.o.ID {
					m.o.Aliases = append(m.o.Aliases, id)
				}
			}
		}
	}
}

func (m *maker) attribute(name string, a provider.Attribute) any {
	if item := theFacts().Members[m.s.name+"."+name]; item != nil {
		list := make([]any, 0, m.n)
		for i := range m.n {
			list = append(list, m.fill(item, i))
		}
		return list
	}
	if name == m.s.self && a.Type <= provider.TypeString {
		return m.o.ID
	}
	if v, ok := m.echo(name, a); ok {
		return v
	}
	switch {
	case a.Type == provider.TypeMap:
		return map[string]any{}
	case a.Type == provider.TypeList, a.Type == provider.TypeAny && plural(name):
		single := singular(name)
		list := make([]any, 0, m.n)
		for i := range m.n {
			list = append(list, m.word(single, i))
		}
		return list
	case a.Type == provider.TypeBoolean:
		return true
	case a.Type == provider.TypeInteger, a.Type == provider.TypeNumber:
		n, err := strconv.Atoi(m.word(name, 0))
		if err != nil {
			n = 1
		}
		return n
	}
	return m.word(name, 0)
}

// echo gives the property of the same name, where its shape fits.
func (m *maker) echo(name string, a provider.Attribute) (any, bool) {
	prop, ok := m.given(name)
	if !ok {
		return nil, false
	}
	v := m.props[prop]
	if p := m.s.typ.Properties[prop]; p != nil && p.Sensitive && !a.Sensitive {
		return nil, false
	}
	switch v.(type) {
	case []any:
		if a.Type == provider.TypeString {
			return nil, false
		}
	case map[string]any:
		if a.Type == provider.TypeString || a.Type == provider.TypeList {
			return nil, false
		}
	default:
		switch a.Type {
		case provider.TypeList, provider.TypeMap:
			return nil, false
		case provider.TypeString:
			return textOf(v), true
		}
	}
	return v, true
}

// plural reports whether a name of unknown shape reads like a list.
func plural(name string) bool {
	for _, end := range [...]string{"Ids", "IDs", "Ips", "IPs", "Names", "Addresses", "Mappings", "Nodes", "Instances", "Results", "Zones", "Disks", "Roles", "Logstores", "Buckets"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

func singular(name string) string {
	if stem, ok := strings.CutSuffix(name, "Addresses"); ok {
		return stem + "Address"
	}
	return strings.TrimSuffix(name, "s")
}

// fill copies a member of the facts, with its placeholders made up.
func (m *maker) fill(v any, i int) any {
	switch v := v.(type) {
	case string:
		if name, ok := strings.CutPrefix(v, "@"); ok {
			return m.word(name, i)
		}
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			list = append(list, m.fill(item, i))
		}
		return list
	case map[string]any:
		filled := make(map[string]any, len(v))
		for k, item := range v {
			filled[k] = m.fill(item, i)
		}
		return filled
	}
	return v
}

// container finds the resource that an attribute names: one that this resource
// lives on, or one on which that one lives.
func (m *maker) container(name string) *object {
	r := m.c.reference(m.s, name)
	if r == nil {
		return nil
	}
	for _, l := range m.o.Links {
		if r.accepts(l.To.Type) {
			if o := m.c.objects[l.To]; o != nil {
				return o
			}
		}
	}
	for _, l := range m.o.Links {
		if o := m.c.objects[l.To]; o != nil {
			for _, l := range o.Links {
				if r.accepts(l.To.Type) {
					if o := m.c.objects[l.To]; o != nil {
						return o
					}
				}
			}
		}
	}
	return nil
}

// privateIP gives the i-th private address of the resource.
func (m *maker) privateIP(i int) string {
	for len(m.private) <= i {
		if fixed := textOf(m.props["PrivateIpAddress"]); fixed != "" && len(m.private) == 0 {
			m.private = append(m.private, fixed)
			continue
		}
		var vswitch *object
		if o := m.container("VSwitchId"); o != nil && o.Type == vswitchType {
			vswitch = o
		}
		if m.taken == nil {
			m.taken = make(map[string]bool)
		}
		from := m.o.Seed.with("private").at(len(m.private))
		m.private = append(m.private, m.c.privateAddress(vswitch, from, m.taken, m.o.key))
	}
	return m.private[i]
}
