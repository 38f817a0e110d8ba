package rule

import (
	"iter"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// nearName is an unknown member and the known one that was most likely meant.
type nearName struct {
	member template.Node
	right  string // "" if none is near
	sure   bool
}

// unknown gives the members that do not exist. It remembers them: one rule
// reports them, another does not report as missing what was misspelt.
func (m *Members) unknown() []nearName {
	if m.seen {
		return m.near
	}
	m.seen = true
	for member := range m.Node.Items() {
		if m.Known[member.Key()] == nil {
			right, sure := diag.Meant(member.Key(), m.free())
			m.near = append(m.near, nearName{member, right, sure})
		}
	}
	return m.near
}

// free yields the members that are not given: what is there already is not what
// was meant.
func (m *Members) free() iter.Seq[string] {
	return func(yield func(string) bool) {
		for known := range sortedKeys(m.Known) {
			if m.Node.Get(known).IsZero() && !yield(known) {
				return
			}
		}
	}
}

func runUnknownProperty(p *Pass) {
	p.OnMembers(func(m *Members) {
		if m.Severity == 0 {
			return
		}
		for _, u := range m.unknown() {
			name, fitting := u.member.Key(), u.right
			if m.readOnly(u) {
				continue
			}
			if fitting == "" {
				fitting = fewOf(m.free())
			}
			d := p.Report(u.member.KeyRange(), name, name, m.Type.Name, fitting)
			d.Severity = p.unknownSeverity(m, u)
			if u.sure && !u.member.Shared() {
				p.offer(d, u.member.KeyRange(), name, u.right)
			}
		}
	})
}

// unknownSeverity is an error only for what is clearly a slip. The service takes
// names that no listing has, newer and hidden ones: such a name is mostly one
// that other types have, and like none of the type.
func (p *Pass) unknownSeverity(m *Members, u nearName) diag.Severity {
	name := u.member.Key()
	slip := u.right != "" && (diag.SameLetters(name, u.right) || !isVariant(name, u.right) && !p.usedElsewhere(name))
	if m.Severity == diag.Error && !slip {
		return diag.Warning
	}
	return m.Severity
}

// isVariant reports whether a name is another with an s, or a version, at its
// end: so new properties and types beside old ones are called.
func isVariant(name, other string) bool {
	const ends = "sV0123456789"
	return strings.TrimRight(name, ends) == strings.TrimRight(other, ends)
}

// usedElsewhere reports whether any type has a property of that name, as far as
// the types can tell.
func (p *Pass) usedElsewhere(name string) bool {
	types, tells := p.Types.(interface{ HasProperty(name string) bool })
	return tells && types.HasProperty(name)
}

// readOnly reports whether an unknown member is what the type gives, not what
// it takes.
func (m *Members) readOnly(u nearName) bool {
	_, is := m.Type.Attributes[u.member.Key()]
	return is && m.Top && u.right == ""
}

func runReadOnlyProperty(p *Pass) {
	p.OnMembers(func(m *Members) {
		if m.Severity == 0 {
			return
		}
		for _, u := range m.unknown() {
			if name := u.member.Key(); m.readOnly(u) {
				p.Report(u.member.KeyRange(), name, name, m.Type.Name)
			}
		}
	})
}

// runMissingProperty reports required members that a map lacks; the map may be
// absent altogether. null is as good as not given.
func runMissingProperty(p *Pass) {
	p.OnMembers(func(m *Members) {
		if m.Severity == 0 {
			return
		}
		for name := range sortedKeys(m.Known) {
			given := m.Node.Get(name)
			if !m.Known[name].Required || given.Kind() != template.NodeNull ||
				slices.ContainsFunc(m.unknown(), func(u nearName) bool { return u.right == name }) {
				continue
			}
			at := m.Place
			if !given.IsZero() {
				at = given.KeyRange()
			}
			p.Report(at, name, name, m.Type.Name).Severity = m.Severity
		}
	})
}

func runDeprecatedProperty(p *Pass) {
	p.OnMembers(func(m *Members) {
		for member := range m.Node.Items() {
			if known := m.Known[member.Key()]; known != nil && known.Deprecated && member.Kind() != template.NodeNull {
				p.Report(member.KeyRange(), member.Key(), member.Key(), m.Type.Name)
			}
		}
	})
}
