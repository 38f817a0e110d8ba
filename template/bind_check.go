package template

import "github.com/bianpai/bianpai/diag"

// CheckParameters tells all that is wrong with parameter values, as Bind does,
// also for a template that has faults of its own: so that a caller can show
// both together. A nil w is a world that answers nothing.
func (t *Template) CheckParameters(params map[string]any, w *World) diag.List {
	if w == nil {
		w = &World{}
	}
	s := &Scope{template: t, names: t.names, world: w}
	steps := s.budget()
	s.binding = &steps
	b := binder{scope: s, template: t}
	b.parameters(params)
	b.faults.Sort()
	return b.faults
}
