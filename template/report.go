package template

import (
	"iter"
	"slices"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// The service's limits. Past one, a template gets a warning, or an error if
// parsed strictly.
const (
	maxTemplateBytes = 524288
	maxResources     = 300
	maxLocalDepth    = 5
	maxAssertions    = 100
)

func (t *Template) report(sev diag.Severity, code diag.Code, n doc.Node, path string, args ...string) {
	t.reportAt(sev, code, n.Range(), path, args...)
}

func (t *Template) reportAt(sev diag.Severity, code diag.Code, r diag.Range, path string, args ...string) {
	t.findings = append(t.findings, diag.New(sev, code, t.doc.Source(), r, path, args...))
}

// limit reports that a limit of the service is passed.
func (t *Template) limit(code diag.Code, n doc.Node, path string, args ...string) {
	t.report(t.limitSeverity(), code, n, path, args...)
}

func (t *Template) limitSeverity() diag.Severity {
	if t.strict {
		return diag.Error
	}
	return diag.Warning
}

// near gives the closest of some names for a hint, or the first few of them
// if none is close.
func near(name string, among []string) string { return diag.Propose(name, slices.Values(among)) }

// offer gives the finding just reported the fix that writes the right name at a
// place, if there is no doubt which that is.
func (t *Template) offer(n doc.Node, at diag.Range, name string, among iter.Seq[string]) {
	if len(t.findings) > maxProposals || n.Shared() {
		return
	}
	right, sure := diag.Meant(name, among)
	if !sure {
		return
	}
	if fix, ok := diag.Rename(t.Source(), at, name, right); ok {
		last := &t.findings[len(t.findings)-1]
		last.Fixes = append(last.Fixes, fix)
	}
}

// offerKey does so for a key of a map that has not got the right one.
func (t *Template) offerKey(owner, n doc.Node, among []string) {
	t.offer(n, n.KeyRange(), n.Key(), func(yield func(string) bool) {
		for _, name := range among {
			if owner.Get(name).IsZero() && !yield(name) {
				return
			}
		}
	})
}

// maxProposals is how many findings of a template propose names: to compare
// each of many unknown names with each of many known ones takes too long.
const maxProposals = 200

// nearest does so for the names that may stand in a reference.
func (t *Template) nearest(name string, kinds ...symbolKind) string {
	if len(t.findings) > maxProposals {
		return diag.NoNames
	}
	return diag.Propose(name, t.namesOf(kinds))
}

// namesOf yields names in the template's order, so that a tie has the same
// winner each time.
func (t *Template) namesOf(kinds []symbolKind) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, kind := range kinds {
			switch kind {
			case parameterSymbol:
				for _, p := range t.Parameters {
					if !yield(p.Name) {
						return
					}
				}
			case localSymbol:
				for _, l := range t.Locals {
					if !yield(l.Name) {
						return
					}
				}
			case resourceSymbol:
				for _, r := range t.Resources {
					if !yield(r.Name) {
						return
					}
				}
			}
		}
	}
}
