package rule

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// statefulText lists the types of resources that hold data which is lost with
// them, with the properties that templates are changed by most and whose change
// replaces the resource, as far as there are some.
//
//go:embed data/stateful.txt
var statefulText string

var stateful = sync.OnceValue(func() map[string][]string {
	all, _ := parseTable(statefulText)
	return all
})

// lossRules find what loses data.
func lossRules() []*Rule {
	return []*Rule{
		{Code: "data-not-retained", Severity: diag.Advice, Run: runDataNotRetained,
			Doc: "A database, disk, bucket or file system without DeletionPolicy: its data is deleted with the stack, or when it leaves the template. To write DeletionPolicy: Delete says that this is meant."},
		{Code: "data-replaced", Severity: diag.Advice, Run: runDataReplaced,
			Doc: "A parameter that may well be changed fills a property of a database, disk, bucket or file system whose change replaces the resource: the new one is empty."},
	}
}

func runDataNotRetained(p *Pass) {
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		if stateful()[r.Type] == nil || !r.Node.Get("DeletionPolicy").IsZero() || protected(r) {
			return
		}
		p.Report(r.Node.KeyRange(), "", r.Name, r.Type)
	})
}

// protected reports whether a property forbids to delete a resource.
func protected(r *template.Resource) bool {
	for _, name := range []string{"DeletionProtection", "DBInstanceReleaseProtection"} {
		if n := r.Properties.Get(name); !n.IsZero() && (n.Kind() != template.NodeBool || n.Bool()) {
			return true
		}
	}
	return false
}

func runDataReplaced(p *Pass) {
	p.OnCall(func(c *Call) {
		r, _ := p.Holder()
		if c.Name != "Ref" || c.Value == nil || r == nil || c.Value.Property.Update != provider.UpdateReplaces {
			return
		}
		parameter := p.Template.Parameter(c.Arg.Text())
		if parameter == nil || parameter.ReadOnly || r.DeletionPolicy == "Retain" || !slices.Contains(stateful()[r.Type], c.Value.Name) {
			return
		}
		if !strings.HasSuffix(p.Path(), ".Properties."+c.Value.Name) {
			return // of a member of the same name
		}
		p.Report(c.Node.Range(), "", parameter.Name, c.Value.Name, r.Name)
	})
}
