package providertest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/ros"
)

// settled checks that the stack is what a variant asks for, that the cloud has
// the same, and that nothing is left to do.
func (s *simulation) settled(ctx context.Context, v *variant, want ros.Status) error {
	stack, err := s.engine.Stack(ctx, simulatedStack)
	if err != nil {
		return err
	}
	if stack.Status != want {
		return inconsistent("the stack is in %s, not in %s", stack.Status, want)
	}
	if err := s.sameResources(stack, v); err != nil {
		return err
	}
	if err := s.sameOutputs(stack, v); err != nil {
		return err
	}
	p, err := s.engine.Plan(ctx, v.change())
	if err != nil {
		return err
	}
	if !p.Empty() {
		first := &p.Steps[0]
		text := ""
		if len(first.Diffs) > 0 {
			text = ", " + first.Diffs[0].Path + " from " + string(first.Diffs[0].Before) + " to " + string(first.Diffs[0].After)
		}
		return inconsistent("all is done, but a plan for the same template is not empty: %s; first %s of %s%s", planned(p), first.Verb, first.LogicalID, text)
	}
	return nil
}

// sameResources compares template, stack and cloud.
func (s *simulation) sameResources(stack *ros.Stack, v *variant) error {
	wanted := make(map[string]string, len(v.desired.Resources))
	for _, r := range v.desired.Resources {
		wanted[r.LogicalID] = r.Type
	}
	inCloud := make(map[key]string)
	for _, item := range s.cloud.Resources() {
		inCloud[key{item.Type, item.PhysicalID}] = item.LogicalID
	}
	for i := range stack.Resources {
		r := &stack.Resources[i]
		_, want := wanted[r.LogicalID]
		switch {
		case !want && r.Status == ros.DeleteComplete && r.PhysicalID == "":
			continue // the stack remembers that it had it
		case !want:
			return inconsistent("the stack has %s (%s), which the template does not ask for", r.LogicalID, r.Type)
		case wanted[r.LogicalID] != r.Type:
			return inconsistent("%s is a %q in the stack, in %s, where the template asks for %s", r.LogicalID, r.Type, r.Status, wanted[r.LogicalID])
		case !strings.HasSuffix(string(r.Status), "_COMPLETE"):
			return inconsistent("%s (%s) is in %s: %s", r.LogicalID, r.Type, r.Status, r.StatusReason)
		case len(r.Deposed) > 0:
			return inconsistent("%s (%s) was replaced, and %s was not deleted", r.LogicalID, r.Type, r.Deposed[0])
		}
		delete(wanted, r.LogicalID)
		if t := s.types.Type(r.Type); t != nil && t.DataSource {
			continue
		}
		k := key{r.Type, r.PhysicalID}
		if s.opts.Connect == nil && inCloud[k] != r.LogicalID {
			return inconsistent("%s (%s) is in the stack as %q, but not in the cloud", r.LogicalID, r.Type, r.PhysicalID)
		}
		delete(inCloud, k)
	}
	if len(wanted) > 0 {
		return inconsistent("missing in the stack: %s", someOf(slices.Sorted(maps.Keys(wanted))))
	}
	if s.opts.Connect != nil {
		return nil // calls do not say for which resource they are
	}
	var strays []string
	for _, item := range s.cloud.Resources() {
		if _, stray := inCloud[key{item.Type, item.PhysicalID}]; stray && !v.retains(item.LogicalID) && !s.now.retains(item.LogicalID) {
			strays = append(strays, item.LogicalID+" ("+item.Type+" "+item.PhysicalID+")")
		}
	}
	if len(strays) > 0 {
		return inconsistent("in the cloud, but not in the stack: %s", someOf(strays))
	}
	return nil
}

// sameOutputs evaluates the outputs from what the cloud has and compares.
func (s *simulation) sameOutputs(stack *ros.Stack, v *variant) error {
	have := make(map[string]string, len(stack.Outputs))
	for i := range stack.Outputs {
		have[stack.Outputs[i].Key] = string(stack.Outputs[i].Value)
	}
	outputs, faults := v.scope.Outputs(newCloudLookup(stack, s.cloud))
	if err := faults.Err(); err != nil {
		return err
	}
	for _, o := range outputs {
		got, ok := have[o.Name]
		switch {
		case o.Value.IsAbsent():
			continue
		case !ok:
			return inconsistent("output %s does not resolve", o.Name)
		case o.NoEcho || o.Value.HasSensitive() || o.Value.HasUnknown():
			continue
		}
		parsed, err := value.ParseJSON([]byte(got))
		if err != nil {
			return inconsistent("output %s is no JSON: %v", o.Name, err)
		}
		if !value.Equal(parsed, o.Value) && !strings.Contains(got, "******") {
			return inconsistent("output %s is %s, but the cloud says %s", o.Name, got, o.Value.AppendJSON(nil))
		}
	}
	return nil
}

// cloudLookup answers references from what the cloud has. Data sources, which
// it does not keep, and names that the stack redacts, stay unknown.
type cloudLookup map[string]lookedUp

type lookedUp struct {
	id         string
	attributes value.Value
}

func newCloudLookup(stack *ros.Stack, c *Cloud) cloudLookup {
	l := make(cloudLookup)
	current := make(map[string]string, len(stack.Resources))
	for i := range stack.Resources {
		current[stack.Resources[i].LogicalID] = stack.Resources[i].PhysicalID
	}
	for _, item := range c.Resources() {
		if current[item.LogicalID] == item.PhysicalID {
			attributes, _ := value.ParseJSON(item.Attributes)
			l[item.LogicalID] = lookedUp{item.PhysicalID, attributes}
		}
	}
	return l
}

func (l cloudLookup) Ref(logicalID string) (value.Value, bool) {
	found, ok := l[logicalID]
	return value.String(found.id), ok
}

func (l cloudLookup) Attribute(logicalID, name string) (value.Value, bool) {
	found, ok := l[logicalID]
	if !ok || found.attributes.Kind() != value.KindMap {
		return value.Value{}, false
	}
	return found.attributes.Get(name)
}
