package rule

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// The service's limits that Parse does not look at.
const (
	maxInstances  = 300
	maxNameLength = 255
)

// parseLimits are the findings of Parse that tell of a limit of the service, or
// of a form of names that it documents but does not insist on.
var parseLimits = []diag.Code{
	"template-too-large", "too-many-resources", "too-many-assertions", "local-depth", "parameter-name-odd",
}

func limitRules() []*Rule {
	return []*Rule{
		{Code: "name-odd", Severity: diag.Warning, Limit: true, Run: runNameOdd,
			Doc: "A name of a local that is not made of letters and digits, or of a resource that is longer than 255 characters or has blanks."},
		{Code: "too-many-instances", Severity: diag.Warning, Limit: true, Run: runTooManyInstances,
			Doc: "More than 300 resources once those with a literal Count are multiplied."},
	}
}

func runNameOdd(p *Pass) {
	p.OnLocal(func(l *template.Local) {
		odd := strings.IndexFunc(l.Name, func(r rune) bool {
			return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '_'
		}) >= 0
		if odd {
			p.Report(l.Node.KeyRange(), "", diag.Clip(l.Name))
		}
	})
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		if utf8.RuneCountInString(r.Name) > maxNameLength || strings.ContainsAny(r.Name, " \t\r\n") {
			p.Report(r.Node.KeyRange(), "", diag.Clip(r.Name))
		}
	})
}

func runTooManyInstances(p *Pass) {
	if len(p.Template.Resources) > maxInstances {
		return // Parse has said so
	}
	total := 0
	var largest *template.Resource
	count := func(r *template.Resource) int {
		if n, ok := r.Count.Int(); ok {
			return int(min(max(n, 0), 1<<20))
		}
		return 1
	}
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		total += count(r)
		if largest == nil || count(r) > count(largest) {
			largest = r
		}
	})
	p.OnEnd(func() {
		if total > maxInstances {
			p.Report(largest.Count.Range(), "Resources."+largest.Name+".Count", strconv.Itoa(total), strconv.Itoa(maxInstances))
		}
	})
}
