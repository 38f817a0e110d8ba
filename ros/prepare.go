package ros

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/bianpai/bianpai/internal/secret"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// Plan says what a change would do, without doing any of it. Faults of the
// template or the parameters come all at once as a *diag.ListError. A plan for
// a stack that is as it should be has no steps (Plan.Empty).
func (e *Engine) Plan(ctx context.Context, c *Change) (*Plan, error) {
	if c == nil || c.Stack == "" {
		return nil, errors.New("ros: a change needs the name of a stack")
	}
	in, err := e.baseline(ctx, c)
	if err != nil {
		return nil, err
	}
	if !c.Delete {
		if err := e.target(ctx, c, in); err != nil {
			return nil, err
		}
	}
	if err := e.refuseSecrets(ctx, in); err != nil {
		return nil, err
	}
	plan, err := makePlan(ctx, in)
	if err != nil {
		return nil, err
	}
	return plan, nil
}

// refuseSecrets refuses resources whose attributes are secret where there is no
// key to keep them with. Those of the template and of parameters are refused
// when they are sealed.
func (e *Engine) refuseSecrets(ctx context.Context, in *planInput) error {
	if in.desired == nil || e.sealer != secret.Keyless("ros") {
		return nil
	}
	for _, r := range in.desired.Resources {
		if len(e.types.secretAttributes(ctx, r.Type)) > 0 {
			return fmt.Errorf("resource %s (%s) has attributes that are secret: %w", r.LogicalID, r.Type, &secret.KeyMissingError{Package: "ros"})
		}
	}
	return nil
}

// baseline says what the change starts from: the stack, or a new one.
func (e *Engine) baseline(ctx context.Context, c *Change) (*planInput, error) {
	in := &planInput{
		retainAll: c.RetainAll, retain: map[string]bool{}, disableReplacement: c.DisableReplacement,
		vault: secret.New(e.sealer, ""),
		types: func(name string) (*provider.Type, error) {
			known, err := e.types.lookup(ctx, name)
			if err != nil {
				return nil, err
			}
			return known.typ, nil
		},
	}
	for _, id := range c.RetainResources {
		in.retain[id] = true
	}
	if p, ok := e.provider.(provider.Planner); ok {
		in.planner = p.PlanUpdate
	}
	id, err := e.find(ctx, c.Stack)
	if _, missing := errors.AsType[*NotFoundError](err); missing && !c.Delete {
		return in, e.fresh(ctx, c, in)
	}
	if err != nil {
		return nil, err
	}
	return in, e.existing(ctx, c, in, id)
}

// fresh starts from nothing.
func (e *Engine) fresh(ctx context.Context, c *Change, in *planInput) error {
	if !stackName.MatchString(c.Stack) {
		return fmt.Errorf("InvalidParameter: %q is not a stack name: it begins with a letter and has letters, digits, hyphens and underscores, at most 255", c.Stack)
	}
	h, err := e.holderOf(ctx, c.Stack)
	if err != nil {
		return err
	}
	in.operation = CreateOperation
	in.ref = StackRef{ID: e.newID(c.Stack, c.ClientToken, h.tail), Name: c.Stack, Region: e.region, Account: e.account}
	if h.id != "" && h.status == "" {
		in.ref.ID = h.id // claimed, and stopped before anything was started
	}
	in.vault.SetOwner(in.ref.ID)
	if c.Settings != nil {
		in.settings = *c.Settings
	}
	return nil
}

// existing starts from a stack.
func (e *Engine) existing(ctx context.Context, c *Change, in *planInput, id string) error {
	err := e.look(ctx, id, func(m *machine) {
		in.state = m.state.clone()
		in.vault = m.vault.Clone()
	})
	if err != nil {
		return err
	}
	in.ref, in.settings, in.operation = in.state.Ref, in.state.Settings, UpdateOperation
	if c.Settings != nil {
		in.settings = *c.Settings
	}
	status := in.state.Status
	switch {
	case status == DeleteComplete:
		return &NotFoundError{Stack: c.Stack}
	case status.InProgress():
		return &BusyError{Stack: in.ref.Name, Status: status}
	case c.Delete:
		in.operation = DeleteOperation
		in.settings.ContinueOnError = true
	case !status.Updatable():
		return &StatusError{Stack: in.ref.Name, Operation: "UpdateStack", Status: status}
	}
	if in.vault.Broken() != nil {
		return &KeyError{Stack: in.ref.Name, Cause: in.vault.Broken()}
	}
	return nil
}

// target says what the stack should become.
func (e *Engine) target(ctx context.Context, c *Change, in *planInput) error {
	t := c.Template
	if t == nil {
		return errors.New("ros: a change needs a template, unless it deletes the stack")
	}
	switch {
	case t.Kind() == template.Terraform:
		return t.Unplannable()
	case t.Kind() != template.Stack:
		return fmt.Errorf("InvalidTemplate: %s is not a ROS template", t.Name)
	case t.NeedsTransform():
		return fmt.Errorf("NotSupported: %s has a Transform, which has to be expanded first", t.Name)
	}
	types := &typeSet{ctx: ctx, cache: e.types}
	findings := rule.Check(t, &rule.Options{Types: types, Rules: rule.Certain()})
	if types.err != nil {
		return fmt.Errorf("resource types cannot be looked up: %w", types.err)
	}
	params, err := e.parameters(c, in)
	if err != nil {
		return err
	}
	if findings.Err() != nil { // with what is wrong with the parameters, all at once
		findings = append(findings, t.CheckParameters(params, e.world(ctx, in.ref.Name))...)
		findings.Sort()
		return findings.Err()
	}
	now, err := e.templateTime(in)
	if err != nil {
		return err
	}
	in.scope, err = t.Bind(params, &template.Pseudo{
		AccountID: e.account, TenantID: e.account, Region: e.region, StackID: in.ref.ID, StackName: in.ref.Name,
		Now: now, World: e.world(ctx, in.ref.Name),
	})
	if err != nil {
		return err
	}
	if in.desired, err = in.scope.Expand(); err != nil {
		return err
	}
	in.digest = e.digest(t, in)
	return nil
}

// parameters are those of the change, over those that the stack has.
func (e *Engine) parameters(c *Change, in *planInput) (map[string]any, error) {
	if !c.UsePreviousParameters || in.state == nil || len(in.state.Scope) == 0 {
		return c.Parameters, nil
	}
	previous, err := template.LoadScope(in.state.Scope, in.vault.Open)
	if err != nil {
		return nil, fmt.Errorf("the previous parameters of stack %s cannot be read: %w", in.ref.Name, err)
	}
	all := map[string]any{}
	for _, p := range c.Template.Parameters {
		if v, ok := previous.Given(p.Name); ok {
			all[p.Name] = v
		}
	}
	maps.Copy(all, c.Parameters)
	return all, nil
}

// digest names template and parameters together: equal digests are equal
// requests. It is keyed, since secrets are among the parameters.
func (e *Engine) digest(t *template.Template, in *planInput) string {
	w := &value.Wire{Secret: in.vault.Keep}
	data := in.scope.AppendInputs(slices.Clone(t.Source().Text()), w)
	settings, _ := json.Marshal(in.settings) // numbers and booleans alone: cannot fail
	return hex.EncodeToString(e.sealer.Digest(append(data, settings...)))
}

// clone copies the state as far as a plan reads it.
func (s *stackState) clone() *stackState {
	c := *s
	c.Resources = make([]*resource, len(s.Resources))
	for i, r := range s.Resources {
		rc := *r
		rc.Active = r.Active.clone()
		rc.Deposed = make([]*instance, len(r.Deposed))
		for j, in := range r.Deposed {
			rc.Deposed[j] = in.clone()
		}
		c.Resources[i] = &rc
	}
	c.reindex()
	return &c
}

func (in *instance) clone() *instance {
	if in == nil {
		return nil
	}
	c := *in
	return &c
}
