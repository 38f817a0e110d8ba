package template

import (
	"iter"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func verifyRef(v *verifier, call, arg doc.Node) {
	switch arg.Kind() {
	case doc.String:
		v.ref(call, arg.Text())
	case doc.Null:
	case doc.Map:
		if _, _, ok := callOf(arg); !ok {
			v.report(diag.Error, "function-shape", call, "Ref", "string")
			return
		}
		v.walk(arg)
	default:
		v.report(diag.Error, "function-shape", call, "Ref", "string")
	}
}

// ref checks the name in a Ref.
func (v *verifier) ref(n doc.Node, name string) {
	sym := v.t.names[name]
	switch {
	case sym.kind == parameterSymbol:
	case sym.kind == localSymbol:
		v.localUsed(n, name, sym.index)
	case sym.kind == 0 && strings.HasPrefix(name, pseudoPrefix):
		v.pseudo(n, name)
	default:
		v.resourceUsed(n, name, false)
	}
}

func (v *verifier) localUsed(n doc.Node, name string, index int32) {
	l := v.t.Locals[index]
	if v.local >= 0 {
		v.localEdges = append(v.localEdges, edge{v.local, index})
	}
	switch {
	case !v.locals:
		v.report(diag.Error, "local-misplaced", n, name)
	case l.isData() && !v.data:
		v.report(diag.Error, "local-data-misplaced", n, name)
	}
}

func (v *verifier) pseudo(n doc.Node, name string) {
	if name == pseudoIndex && !v.counted {
		v.report(diag.Error, "index-misplaced", n)
		return
	}
	if name == "ALIYUN::StackId" && v.local >= 0 && v.t.Locals[v.local].Type == localEval {
		v.report(diag.Warning, "local-stack-id", n, v.t.Locals[v.local].Name)
	}
	for _, known := range pseudoNames {
		if name == known {
			return
		}
	}
	v.report(diag.Error, "unknown-reference", n, name, near(name, pseudoNames))
	if _, arg, ok := callOf(n); ok {
		v.t.offer(arg, arg.Range(), name, slices.Values(pseudoNames))
	}
}

// resourceUsed checks a reference to a resource, by Ref or for an attribute,
// and gives the resource.
func (v *verifier) resourceUsed(n doc.Node, name string, attribute bool) *Resource {
	sym, ok := v.t.names[name]
	if base, _, is := instance(name); !ok && is {
		sym = v.t.names[base]
		if sym.kind == resourceSymbol && v.t.Resources[sym.index].Count.IsZero() {
			sym = symbol{}
		}
	}
	if sym.kind == resourceSymbol {
		if !v.resources {
			v.report(diag.Error, "resource-misplaced", n, name)
			return nil
		}
		v.needs(sym.index)
		r := v.t.Resources[sym.index]
		if !v.locals && !r.Count.IsZero() && r.Name == name {
			v.report(diag.Error, "counted-reference", n, name) // metadata and policies have no lists of instances
		}
		return r
	}
	if v.t.NeedsTransform() {
		return nil // a transform may make it
	}
	if attribute {
		v.report(diag.Error, "unknown-resource", n, clip(name), v.t.nearest(name, resourceSymbol))
		v.offerName(n, name, resourceSymbol)
		return nil
	}
	kinds := []symbolKind{parameterSymbol}
	if v.resources {
		kinds = append(kinds, resourceSymbol)
	}
	if v.locals {
		kinds = append(kinds, localSymbol)
	}
	v.report(diag.Error, "unknown-reference", n, clip(name), v.t.nearest(name, kinds...))
	v.offerName(n, name, kinds...)
	return nil
}

// offerName gives the finding just reported the fix that writes the right name
// in a call, or in a text of Fn::Sub.
func (v *verifier) offerName(n doc.Node, name string, kinds ...symbolKind) {
	among := v.t.namesOf(kinds)
	if n.Kind() == doc.String {
		r := n.Range()
		token := "${" + name + "}"
		if i := strings.Index(string(v.t.Source().Text()[r.Start:r.End]), token); i >= 0 {
			start := r.Start + uint32(i) + 2
			v.t.offer(n, diag.Range{Start: start, End: start + uint32(len(name))}, name, among)
		}
		return
	}
	_, arg, _ := callOf(n)
	if arg.Kind() == doc.List {
		arg = arg.At(0)
	}
	v.t.offer(arg, arg.Range(), name, among)
}

func verifyGetAtt(v *verifier, call, arg doc.Node) {
	if arg.Kind() != doc.List || arg.Len() != 2 {
		v.report(diag.Error, "function-shape", call, "Fn::GetAtt", "[string, string]")
		return
	}
	for member := range arg.Items() {
		if _, _, ok := callOf(member); !ok && member.Kind() != doc.String {
			v.report(diag.Error, "function-shape", call, "Fn::GetAtt", "[string, string]")
			return
		}
		v.walk(member)
	}
	name := arg.At(0)
	if name.Kind() != doc.String {
		return
	}
	if sym := v.t.names[name.Text()]; sym.kind == localSymbol {
		v.localUsed(call, name.Text(), sym.index)
		return
	}
	if r := v.resourceUsed(call, name.Text(), true); r != nil && arg.At(1).Kind() == doc.String {
		v.attribute(call, r, arg.At(1).Text())
	}
}

// attribute checks the name of an attribute as far as that goes without
// knowing resource types.
func (v *verifier) attribute(n doc.Node, r *Resource, attribute string) {
	if r.Type != typeStack {
		return
	}
	if output, ok := strings.CutPrefix(attribute, "Outputs."); !ok || output == "" {
		v.report(diag.Error, "nested-attribute", n, r.Name, attribute)
	}
}

func verifyFindInMap(v *verifier, call, arg doc.Node) {
	v.arguments(v.table["Fn::FindInMap"], call, arg)
	if arg.Kind() != doc.List || arg.Len() != 3 {
		return
	}
	n := v.t.Mappings
	keys := make([]value.Value, 0, 3)
	for i := range 3 {
		key := arg.At(i)
		if key.Kind() == doc.Map || key.Kind() == doc.List {
			if i == 1 {
				v.secondKey(call, n, arg.At(0), arg.At(2))
			}
			return // computed
		}
		keys = append(keys, key.Scalar())
		next, ok := mapped(n, key.Scalar())
		if !ok {
			v.report(v.severity(), "unknown-mapping-key", call, mappingPath(keys), diag.Propose(key.Text(), keysOf(n)))
			v.t.offer(key, key.Range(), key.Text(), keysOf(n))
			return
		}
		n = next
	}
}

// severity is that of what fails once it is evaluated: a branch may never be.
func (v *verifier) severity() diag.Severity {
	if v.branches > 0 {
		return diag.Warning
	}
	return diag.Error
}

// secondKey reports a key that is below no key of a mapping, of which the first
// is computed.
func (v *verifier) secondKey(call, mapping, name, key doc.Node) {
	if key.Kind() == doc.Map || key.Kind() == doc.List || mapping.Len() == 0 {
		return
	}
	for top := range mapping.Items() {
		if _, ok := mapped(top, key.Scalar()); ok || top.Kind() != doc.Map {
			return
		}
	}
	below := mapping.At(0)
	v.report(v.severity(), "unknown-mapping-key", call, clip(name.Text())+".*."+clip(key.Text()), diag.Propose(key.Text(), keysOf(below)))
	v.t.offer(key, key.Range(), key.Text(), keysOf(below))
}

func keysOf(n doc.Node) iter.Seq[string] {
	return func(yield func(string) bool) {
		for member := range n.Items() {
			if !yield(member.Key()) {
				return
			}
		}
	}
}

func verifySub(v *verifier, call, arg doc.Node) {
	text, variables := arg, doc.Node{}
	if arg.Kind() == doc.List {
		if arg.Len() == 0 || arg.Len() > 2 {
			v.report(diag.Error, "function-shape", call, "Fn::Sub", "string, [string, map]")
			return
		}
		text, variables = arg.At(0), arg.At(1)
	}
	name, _, computed := callOf(text)
	if text.Kind() != doc.String && (!computed || name != "Ref") {
		v.report(diag.Error, "function-shape", call, "Fn::Sub", "string, [string, map]")
		return
	}
	if _, _, call := callOf(variables); variables.Kind() != doc.Map && variables.Kind() != doc.Null || call && !v.locals {
		v.report(diag.Error, "function-shape", variables, "Fn::Sub", "string, [string, map]")
		return
	}
	if computed {
		v.walk(text)
	}
	v.walk(variables)
	if text.Kind() == doc.String {
		v.subTokens(text, variables)
	}
}

func (v *verifier) subTokens(text, variables doc.Node) {
	used := make(map[string]bool, variables.Len())
	for name := range SubNames(text.Text()) {
		switch {
		case !validToken(name):
			v.report(diag.Error, "sub-token-invalid", text, clip("${"+name+"}"))
		case strings.Contains(name, "."):
			v.subAttribute(text, name)
		case !variables.Get(name).IsZero():
			used[name] = true
		case v.t.names[name].kind == parameterSymbol:
		case v.t.names[name].kind == localSymbol:
			v.report(diag.Error, "sub-local", text, name)
		case strings.HasPrefix(name, pseudoPrefix):
			v.pseudo(text, name)
		default:
			v.notCounted(text, v.resourceUsed(text, name, false), name)
		}
	}
	for variable := range variables.Items() {
		key := variable.Key()
		if !used[key] && !strings.HasPrefix(key, "Fn:") {
			v.t.reportAt(diag.Advice, "sub-variable-unused", variable.KeyRange(), v.where(), key)
		}
	}
}

func (v *verifier) subAttribute(n doc.Node, name string) {
	owner, attribute, ok := splitAttribute(name, func(s string) bool {
		if sym := v.t.names[s]; sym.kind == resourceSymbol {
			return true
		}
		base, _, is := instance(s)
		return is && v.t.names[base].kind == resourceSymbol
	})
	if !ok {
		v.resourceUsed(n, owner, true)
		return
	}
	if r := v.notCounted(n, v.resourceUsed(n, owner, true), owner); r != nil && attribute != "" {
		v.attribute(n, r, attribute)
	}
}

// notCounted refuses a counted resource where a list has no place.
func (v *verifier) notCounted(n doc.Node, r *Resource, name string) *Resource {
	if r != nil && !r.Count.IsZero() && r.Name == name {
		v.report(diag.Error, "counted-reference", n, name)
	}
	return r
}

func verifyJq(v *verifier, call, arg doc.Node) {
	f := v.table["Fn::Jq"]
	v.arguments(f, call, arg)
	if arg.Kind() != doc.List || arg.Len() != 3 {
		return
	}
	if method := arg.At(0); method.Kind() == doc.String && method.Text() != "First" && method.Text() != "All" {
		v.report(diag.Error, "jq-method", method, method.Text())
	}
	if script := arg.At(1); script.Kind() == doc.String {
		if err := fn.CheckJq(script.Text()); err != nil {
			v.report(diag.Error, fn.CodeJq, script, clip(strings.Join(err.(*fn.Error).Args, "")))
		}
	}
}
