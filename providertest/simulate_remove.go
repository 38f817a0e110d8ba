package providertest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/template"
)

// removeAndBringBack takes a resource out of the template that nothing needs
// but, perhaps, outputs, and puts it back.
func (s *simulation) removeAndBringBack(ctx context.Context) bool {
	whole := s.now
	ok := s.step(ctx, "remove", s.takeOut)
	if !ok {
		return false
	}
	return s.step(ctx, "bring back", func(ctx context.Context) (string, error) {
		if s.now == whole {
			return "", &notApplicable{"nothing was removed"}
		}
		return s.toVariant(ctx, whole)
	})
}

// toVariant updates the stack to a variant.
func (s *simulation) toVariant(ctx context.Context, v *variant) (string, error) {
	p, err := s.engine.Plan(ctx, v.change())
	if err != nil {
		return "", err
	}
	return planned(p), s.change(ctx, p, v)
}

func (s *simulation) takeOut(ctx context.Context) (string, error) {
	v, name, err := s.without()
	if err != nil {
		return "", err
	}
	p, err := s.engine.Plan(ctx, v.change())
	if err != nil {
		return "", wrapped(name, err)
	}
	if c := p.Counts(); c.Delete+c.Release == 0 || c.Create+c.Replace > 0 {
		return "", wrapped(name, inconsistent("a plan without it does not delete it: %s", p))
	}
	if err := s.change(ctx, p, v); err != nil {
		return "", wrapped(name, err)
	}
	return name + ": " + planned(p), nil
}

// without makes a variant that lacks one resource. Those are preferred that no
// output tells of and that a deletion really deletes.
func (s *simulation) without() (*variant, string, error) {
	if len(s.now.template.Resources) == 1 {
		return nil, "", &notApplicable{"it is the only resource"}
	}
	for _, outputsToo := range []bool{false, true} {
		for _, r := range slices.Backward(s.now.template.Resources) {
			if !s.removable(r) {
				continue
			}
			if v, err := s.drop(r, outputsToo); err == nil {
				return v, r.Name, nil
			}
		}
	}
	return nil, "", &notApplicable{"each resource is needed by another one"}
}

// removable reports whether the stack has a resource that its removal deletes,
// and no other waits for it.
func (s *simulation) removable(r *template.Resource) bool {
	there := false
	for _, d := range s.now.desired.Resources {
		if d.Template == r {
			t := s.types.Type(d.Type)
			if t == nil || t.DataSource || d.DeletionPolicy == "Retain" {
				return false
			}
			there = true
			continue
		}
		needs := slices.Clone(d.DependsOn)
		for _, u := range d.Uses {
			needs = append(needs, u.To)
		}
		for _, need := range needs {
			if base, _, _ := strings.Cut(need, "["); base == r.Name || need == r.Name {
				return false
			}
		}
	}
	return there
}

// drop makes a variant without a resource, and without the outputs that tell of
// it if outputsToo says so.
func (s *simulation) drop(r *template.Resource, outputsToo bool) (*variant, error) {
	t := s.now.template
	src := t.Source().Text()
	splices, err := dropMembers(src, t.Root().Get("Resources"), func(n doc.Node) bool { return n.Key() == r.Name })
	if err != nil {
		return nil, err
	}
	dropped := make(map[string]bool)
	if outputsToo {
		for _, o := range t.Outputs {
			if mentions(o.Value, r.Name) {
				dropped[o.Name] = true
			}
		}
		more, err := s.dropOutputs(src, dropped)
		if err != nil {
			return nil, err
		}
		splices = append(splices, more...)
	}
	edited, err := s.reparse(spliced(src, splices...))
	if err != nil {
		return nil, err
	}
	if !sameBut(t, edited, r.Name, dropped) {
		return nil, errNoEdit
	}
	return s.variant(edited, s.now.params)
}

func (s *simulation) dropOutputs(src []byte, dropped map[string]bool) ([]splice, error) {
	t := s.now.template
	switch len(dropped) {
	case 0:
		return nil, errors.New("no output tells of it")
	case len(t.Outputs):
		return dropMembers(src, t.Root(), func(n doc.Node) bool { return n.Key() == "Outputs" })
	}
	return dropMembers(src, t.Root().Get("Outputs"), func(n doc.Node) bool { return dropped[n.Key()] })
}

// mentions reports whether a name stands somewhere in a value; rather too often
// than too seldom.
func mentions(n doc.Node, name string) bool {
	switch n.Kind() {
	case doc.String:
		return strings.Contains(n.Text(), name)
	case doc.List, doc.Map:
		for member := range n.Items() {
			if mentions(member, name) {
				return true
			}
		}
	}
	return false
}

// sameBut reports whether an edited template is the old one but for a resource
// and some outputs.
func sameBut(old, edited *template.Template, resource string, outputs map[string]bool) bool {
	if len(edited.Resources) != len(old.Resources)-1 || len(edited.Outputs) != len(old.Outputs)-len(outputs) || len(edited.Parameters) != len(old.Parameters) {
		return false
	}
	for _, r := range old.Resources {
		twin := edited.Resource(r.Name)
		if r.Name == resource {
			if twin != nil {
				return false
			}
			continue
		}
		if twin == nil || string(twin.Node.AppendJSON(nil)) != string(r.Node.AppendJSON(nil)) {
			return false
		}
	}
	return true
}
