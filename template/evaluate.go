package template

import (
	"strconv"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/value"
)

// EvaluateOptions are the settings of Evaluate; the zero value is the default.
type EvaluateOptions struct {
	// Pseudo are the pseudo parameters, and the world that the template asks.
	Pseudo *Pseudo
	// Known tells what is known of resources; nil knows nothing, and all that
	// depends on one is unknown.
	Known Lookup
}

// Evaluation is a template evaluated with parameters. It is immutable, its
// fields must not be changed, and it is safe for concurrent use.
type Evaluation struct {
	Scope *Scope
	// Resources are those that the template asks for, with their properties as
	// far as they are known.
	Resources []*DesiredResource
	// Outputs are those whose condition holds.
	Outputs []OutputValue
	// Findings are the warnings of the template, and why an output is null.
	Findings diag.List

	template *Template
}

// Evaluate evaluates the template with parameters (see Bind): the resources
// that it asks for and its outputs, both with unknown parts where they depend
// on what Known does not know. The error is a *diag.ListError with all faults
// at once.
func (t *Template) Evaluate(params map[string]any, opts *EvaluateOptions) (*Evaluation, error) {
	if opts == nil {
		opts = &EvaluateOptions{}
	}
	scope, err := t.Bind(params, opts.Pseudo)
	if err != nil {
		return nil, err
	}
	desired, err := scope.Expand()
	if err != nil {
		return nil, err
	}
	ev := &Evaluation{Scope: scope, template: t}
	ev.Findings = append(ev.Findings, t.findings...)
	if ev.Resources, err = scope.filled(desired.Resources, opts.Known); err != nil {
		return nil, err
	}
	outputs, found := scope.Outputs(opts.Known)
	ev.Outputs, ev.Findings = outputs, append(ev.Findings, found...)
	return ev, nil
}

// filled gives the resources with what is known filled in.
func (s *Scope) filled(resources []*DesiredResource, known Lookup) ([]*DesiredResource, error) {
	if known == nil {
		return resources, nil
	}
	e := s.evaluator(inNormal, known)
	var faults diag.List
	out := make([]*DesiredResource, len(resources))
	for i, r := range resources {
		out[i] = r
		if !r.Properties.HasUnknown() {
			continue
		}
		properties, err := e.fill(r.Properties)
		if err != nil {
			faults = append(faults, finding(diag.Error, err, r.Template.path("Properties")))
			e.reset()
			continue
		}
		full := *r
		full.Properties = properties
		out[i] = &full
	}
	faults.Sort()
	return out, faults.Err()
}

// Resource returns a resource by its logical id, nil if there is none.
func (ev *Evaluation) Resource(logicalID string) *DesiredResource {
	for _, r := range ev.Resources {
		if r.LogicalID == logicalID {
			return r
		}
	}
	return nil
}

// UnknownPart is a part of a result that is not known yet.
type UnknownPart struct {
	Path string   // Resources.Web.Properties.VpcId, Outputs.Url.Value
	Expr string   // what is to be evaluated, as JSON in the template's syntax
	Refs []string // the logical ids whose state it waits for
}

// Unknowns lists the unknown parts of properties and outputs, in their order.
func (ev *Evaluation) Unknowns() []UnknownPart {
	var parts []UnknownPart
	for _, r := range ev.Resources {
		parts = appendUnknowns(parts, "Resources."+r.LogicalID+".Properties", r.Properties)
	}
	for _, o := range ev.Outputs {
		parts = appendUnknowns(parts, "Outputs."+o.Name+".Value", o.Value)
	}
	return parts
}

func appendUnknowns(parts []UnknownPart, path string, v value.Value) []UnknownPart {
	switch {
	case !v.HasUnknown():
	case v.IsUnknown():
		part := UnknownPart{Path: path, Refs: v.Hole().Refs}
		if v.Hole().Expr != nil {
			part.Expr = string(v.Hole().Expr.AppendJSON(nil))
		}
		parts = append(parts, part)
	case v.Kind() == value.KindMap:
		for key, member := range v.Entries() {
			parts = appendUnknowns(parts, path+"."+key, member)
		}
	default:
		for i, member := range v.Items() {
			parts = appendUnknowns(parts, path+"["+strconv.Itoa(i)+"]", member)
		}
	}
	return parts
}

// MarshalJSON gives {"resources": {id: {"type", "properties", "dependsOn",
// "deletionPolicy"}}, "outputs": {name: value}}. An unknown part is
// {"$expr": the expression, "$refs": [ids]}, a sensitive one {"$secret": ""}.
func (ev *Evaluation) MarshalJSON() ([]byte, error) {
	dst := object([]byte(`{"resources":`), len(ev.Resources), func(dst []byte, i int) []byte {
		r := ev.Resources[i]
		dst = append(member(dst, r.LogicalID), `{"type":`...)
		dst = append(value.AppendQuoted(dst, r.Type), `,"properties":`...)
		dst = r.Properties.AppendWire(dst, nil)
		if len(r.DependsOn) > 0 {
			dst = append(dst, `,"dependsOn":[`...)
			for j, name := range r.DependsOn {
				if j > 0 {
					dst = append(dst, ',')
				}
				dst = value.AppendQuoted(dst, name)
			}
			dst = append(dst, ']')
		}
		dst = append(dst, `,"deletionPolicy":`...)
		return append(value.AppendQuoted(dst, r.DeletionPolicy), '}')
	})
	dst = object(append(dst, `,"outputs":`...), len(ev.Outputs), func(dst []byte, i int) []byte {
		return ev.Outputs[i].Value.AppendWire(member(dst, ev.Outputs[i].Name), nil)
	})
	return append(dst, '}'), nil
}
