package rule

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/graph"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// cycleRules find circles that exist for some parameters only; those that
// always exist are for Parse to find.
func cycleRules() []*Rule {
	return []*Rule{
		{Code: "resource-cycle", Severity: diag.Warning, Run: runConditionalCycle,
			Doc: "Resources that need each other in a circle while a condition holds. A circle that is there whatever the parameters are is an error."},
	}
}

// need is one resource that another refers to outside of Fn::If.
type need struct{ from, to *template.Resource }

func runConditionalCycle(p *Pass) {
	var needs []need
	var conditions []string // of resources, each once
	seen := map[string]bool{"": true}
	p.OnResource(func(r *template.Resource, _ *provider.Type) {
		if !seen[r.Condition] {
			seen[r.Condition] = true
			conditions = append(conditions, r.Condition)
		}
	})
	p.OnReference(func(r *Reference) {
		from, _ := p.Holder()
		if from == nil || len(p.Guards()) > 0 || r.Kind != ToValue && r.Kind != ToAttribute && r.Kind != ToDependency {
			return
		}
		if to := p.Template.Instance(r.Name); to != nil {
			needs = append(needs, need{from, to})
		}
	})
	p.OnEnd(func() {
		for _, condition := range conditions[:min(len(conditions), maxCycleConditions)] {
			p.cyclesWhile(condition, needs)
		}
	})
}

// maxCycleConditions bounds the work: each condition has a graph of its own.
const maxCycleConditions = 50

// cyclesWhile reports the circles that a resource with the condition is in.
func (p *Pass) cyclesWhile(condition string, needs []need) {
	var g graph.Graph[string]
	exists := func(r *template.Resource) bool { return r.Condition == "" || r.Condition == condition }
	for _, n := range needs {
		if exists(n.from) && exists(n.to) {
			g.AddEdge(n.from.Name, n.to.Name)
		}
	}
	for _, cycle := range g.Cycles() {
		for _, name := range cycle {
			if r := p.Template.Resource(name); r.Condition == condition {
				p.Report(r.Node.KeyRange(), "Resources."+name, strings.Join(append(cycle, cycle[0]), " → "))
				break
			}
		}
	}
}
