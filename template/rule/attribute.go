package rule

import (
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
)

const typeStack = "ALIYUN::ROS::Stack"

// runUnknownAttribute leaves the names of resources, and the form of a nested
// stack's attributes, to Parse.
func runUnknownAttribute(p *Pass) {
	p.OnReference(func(r *Reference) {
		if r.Kind != ToAttribute || r.Name == "" || r.Attribute == "" {
			return
		}
		t := p.Type(r.Name)
		if t == nil || t.Coverage == provider.CoverageNone || t.Name == typeStack || hasAttribute(t, r.Attribute) {
			return
		}
		names := slices.Sorted(maps.Keys(t.Attributes))
		names = append(names, t.DynamicAttributes...)
		near, sure := diag.Meant(r.Attribute, slices.Values(names))
		fitting := near
		if fitting == "" {
			fitting = fewOf(slices.Values(names))
		}
		at := r.Range
		if r.Call.Name == "Fn::GetAtt" {
			at = r.Call.Arg.At(1).Range()
		}
		d := p.Report(at, "", r.Attribute, r.Name, t.Name, fitting)
		if t.Coverage == provider.CoverageDocs || strings.HasPrefix(t.Name, modulePrefix) {
			d.Severity = diag.Warning
		}
		if written := r.Call.Arg.At(1); r.Call.Name == "Fn::GetAtt" && sure && !written.Shared() {
			p.offer(d, at, r.Attribute, near)
		}
	})
}

func hasAttribute(t *provider.Type, name string) bool {
	if _, ok := t.Attributes[name]; ok {
		return true
	}
	return slices.ContainsFunc(t.DynamicAttributes, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return open && len(name) > len(prefix) && strings.HasPrefix(name, prefix)
	})
}
