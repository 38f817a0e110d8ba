package template

import (
	"strconv"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

func verifyAnd(v *verifier, call, arg doc.Node) {
	if arg.Kind() != doc.List || arg.Len() < 2 {
		v.report(diag.Error, "function-shape", call, call.KeyAt(0), "[2+]")
		v.walk(arg)
		return
	}
	for member := range arg.Items() {
		v.truth(member)
	}
}

func verifyNot(v *verifier, call, arg doc.Node) {
	if arg.Kind() == doc.List {
		if arg.Len() != 1 {
			v.report(diag.Error, "function-shape", call, "Fn::Not", "[1]")
			return
		}
		arg = arg.At(0)
	}
	v.truth(arg)
}

// verifyIf checks both branches; what they need is not needed for sure.
func verifyIf(v *verifier, call, arg doc.Node) {
	if arg.Kind() != doc.List || arg.Len() != 3 {
		v.report(diag.Error, "function-shape", call, "Fn::If", "[condition, value, value]")
		v.branches++
		v.walk(arg)
		v.branches--
		return
	}
	v.truth(arg.At(0))
	v.branches++
	v.walk(arg.At(1))
	v.walk(arg.At(2))
	v.branches--
}

func verifyTransformNamespace(v *verifier, call, arg doc.Node) {
	if arg.Kind() != doc.List || arg.Len() != 3 {
		v.report(diag.Error, "function-shape", call, "Fn::TransformNamespace", "[3]")
		return
	}
	if arg.At(0).Text() == "DependsOn" {
		return
	}
	subject := arg.At(2)
	if subject.Kind() == doc.List && subject.Len() > 0 {
		subject = subject.At(0)
	}
	if name, ok := conditionName(subject); ok {
		v.namedCondition(subject, arg.At(1).Text()+name)
		return
	}
	v.walk(subject)
}

// truth checks what must give a boolean or name a condition.
func (v *verifier) truth(n doc.Node) {
	if name, ok := conditionName(n); ok {
		v.namedCondition(n, name)
		return
	}
	switch n.Kind() {
	case doc.Bool:
		return
	case doc.List:
		if n.Len() > 0 {
			v.truth(n.At(0))
			return
		}
	case doc.Map:
		if _, _, ok := callOf(n); ok {
			v.walk(n)
			return
		}
		v.misspelt(n)
	}
	v.report(diag.Error, "condition-not-boolean", n, n.Kind().String())
}

// namedCondition checks the name of a condition.
func (v *verifier) namedCondition(n doc.Node, name string) {
	i, ok := v.t.conditions[name]
	if !ok {
		v.report(diag.Error, "unknown-condition", n, clip(name), v.t.nearCondition(name))
		if n.Kind() == doc.Map { // {Condition: name}
			n = n.At(0)
		}
		v.t.offer(n, n.Range(), name, v.t.conditionNames())
		return
	}
	if v.condition >= 0 {
		v.conditions = append(v.conditions, edge{v.condition, i})
	}
}

// reportCycles names what needs itself.
func (v *verifier) reportCycles() {
	t := v.t
	v.knots(len(t.Conditions), v.conditions, "condition-cycle", func(i int32) (doc.Node, string, string) {
		return t.Conditions[i].Node, t.Conditions[i].Name, "Conditions."
	})
	v.knots(len(t.Locals), v.localEdges, "local-cycle", func(i int32) (doc.Node, string, string) {
		return t.Locals[i].Node, t.Locals[i].Name, "Locals."
	})
	v.localDepth()
	v.knots(len(t.Resources), v.edges, "resource-cycle", func(i int32) (doc.Node, string, string) {
		return t.Resources[i].Node, t.Resources[i].Name, "Resources."
	})
}

func (v *verifier) knots(n int, edges []edge, code diag.Code, at func(int32) (n doc.Node, name, section string)) {
	if len(edges) == 0 || !cyclic(n, edges) {
		return
	}
	for _, cycle := range nameCycles(edges) {
		node, name, section := at(cycle[0])
		v.t.reportAt(diag.Error, code, node.KeyRange(), section+name, cycleText(cycle, func(i int32) string {
			_, name, _ := at(i)
			return name
		}))
	}
}

// localDepth reports locals that refer to locals through more levels than the
// service allows.
func (v *verifier) localDepth() {
	t := v.t
	if len(v.localEdges) == 0 || cyclic(len(t.Locals), v.localEdges) {
		return
	}
	// Each round settles at least one more level; past the limit it does not
	// matter how deep it goes.
	depth := make([]int, len(t.Locals))
	for range maxLocalDepth {
		for _, e := range v.localEdges {
			depth[e.from] = max(depth[e.from], depth[e.to]+1)
		}
	}
	for i, l := range t.Locals {
		if depth[i] >= maxLocalDepth {
			t.limit("local-depth", l.Node, "Locals."+l.Name, l.Name, strconv.Itoa(depth[i]+1), strconv.Itoa(maxLocalDepth))
		}
	}
}
