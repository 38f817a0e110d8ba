package rule

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// uniqueText lists the properties that are names which the service gives away
// only once, by type, with the property that has the scope of the name if it is
// not the account; ? says that the service may take a second one for the first.
//
//go:embed data/unique.txt
var uniqueText string

// The table is part of the program: that it is sound is for a test to say.
var uniqueNames = sync.OnceValue(func() map[string][]string {
	all, _ := parseTable(uniqueText)
	return all
})

// uniqueRules find names that two resources claim.
func uniqueRules() []*Rule {
	return []*Rule{
		{Code: "name-not-unique", Severity: diag.Error, Run: runNameNotUnique,
			Doc: "A name of which the service lets there be one in the account, or in what the resource is part of, that two resources claim which can exist at the same time."},
	}
}

func runNameNotUnique(p *Pass) {
	var all []claim
	for _, r := range p.Template.Resources {
		entry := uniqueNames()[r.Type]
		if len(entry) == 0 || mayExist(r) {
			continue
		}
		scope, doubtful := r.Type, slices.Contains(entry, "?")
		if len(entry) > 1 && !doubtful {
			within := p.identity(r.Properties.Get(entry[1]))
			if within == "" {
				continue
			}
			scope += " " + within
		}
		for _, c := range p.claims(r, entry[0], scope) {
			c.doubtful = doubtful
			all = append(all, c)
		}
	}
	p.disputed(all)
}

// mayExist reports whether a resource takes over what has its name.
func mayExist(r *template.Resource) bool {
	n := r.Properties.Get("IgnoreExisting")
	return !n.IsZero() && (n.Kind() != template.NodeBool || n.Bool())
}

// claim is a value that a resource wants for itself alone.
type claim struct {
	setting
	resource *template.Resource
	property string
	scope    string // in which the value is to be the only one
	doubtful bool   // the service may not refuse a second one
}

// claims gives the values of a property that a resource claims.
func (p *Pass) claims(r *template.Resource, property, scope string) (all []claim) {
	settings, _ := p.settings(r.Properties.Get(property))
	for _, s := range settings {
		s.terms = append(s.terms[:len(s.terms):len(s.terms)], exists(r)...)
		all = append(all, claim{setting: s, resource: r, property: property, scope: scope})
	}
	return all
}

// disputed reports each claim that an earlier one, or the resource's own Count,
// stands against.
func (p *Pass) disputed(all []claim) {
	taken := map[string][]*claim{}
	pairs := 0
	for i := range all {
		c := &all[i]
		n, byDefault := p.copies(c.resource)
		if n > 1 && !strings.Contains(c.scope, indexName) {
			p.dispute(c, c, byDefault)
		}
		if n != 1 {
			continue
		}
		key := c.scope + "\x00" + strings.TrimSpace(c.text)
		for _, other := range taken[key] {
			if pairs++; pairs > maxPairs {
				return
			}
			if other.resource != c.resource && p.dispute(c, other, !c.resource.Count.IsZero() || !other.resource.Count.IsZero()) {
				break
			}
		}
		taken[key] = append(taken[key], c)
	}
}

// dispute reports that a claim goes against another, if both can be there.
func (p *Pass) dispute(c, other *claim, byDefault bool) bool {
	if c.parameter != other.parameter {
		byDefault = byDefault || c.parameter != nil || other.parameter != nil
	}
	severity := p.severityOf(byDefault || c.doubtful, append(c.terms[:len(c.terms):len(c.terms)], other.terms...)...)
	if severity == 0 {
		return false
	}
	d := p.Report(c.at(), "Resources."+c.resource.Name+".Properties."+c.property, c.resource.Name, c.property, diag.Clip(c.text), other.resource.Name)
	d.Severity = severity
	if c != other {
		d.Related = append(d.Related, diag.Related{Source: p.Template.Source(), Range: other.at(), Message: other.resource.Name})
	}
	return true
}
