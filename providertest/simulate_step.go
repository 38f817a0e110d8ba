package providertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// variant is a template with the values of its parameters.
type variant struct {
	template *template.Template
	params   map[string]any
	scope    *template.Scope
	desired  *template.Desired
}

// variant binds a template as the engine will.
func (s *simulation) variant(t *template.Template, params map[string]any) (*variant, error) {
	v := &variant{template: t, params: params}
	var err error
	v.scope, err = t.Bind(params, &template.Pseudo{
		AccountID: s.cloud.account, TenantID: s.cloud.account, Region: s.cloud.region,
		StackID: s.stackID, StackName: simulatedStack, Now: sampleTime, World: s.world(),
	})
	if err != nil {
		return nil, err
	}
	v.desired, err = v.scope.Expand()
	return v, err
}

func (v *variant) change() *ros.Change {
	return &ros.Change{Stack: simulatedStack, Template: v.template, Parameters: v.params}
}

// validate checks the template against its types.
func (s *simulation) validate(t *template.Template) (string, error) {
	return fmt.Sprintf("%d resources", len(t.Resources)), rule.Check(t, &rule.Options{Types: s.types, Rules: rule.Certain()}).Err()
}

// parameters makes values up.
func (s *simulation) parameters(t *template.Template) (string, error) {
	params, err := SampleParameters(t)
	if len(s.opts.Parameters) > 0 {
		params = maps.Clone(params)
		maps.Copy(params, s.opts.Parameters)
		err = nil
	}
	if err != nil {
		return "", err
	}
	if s.now, err = s.variant(t, params); err != nil {
		return "", err
	}
	s.report.Resources = len(s.now.desired.Resources)
	return fmt.Sprintf("%d of %d given", len(params), len(t.Parameters)), nil
}

// plan checks that a plan for a new stack makes each resource, and nothing
// else, in the same bytes each time.
func (s *simulation) plan(ctx context.Context) (string, error) {
	p, err := s.engine.Plan(ctx, s.now.change())
	if err != nil {
		return "", err
	}
	counts := p.Counts()
	if got := counts.Create + counts.Read; got != len(s.now.desired.Resources) || p.Operation != ros.CreateOperation {
		return "", inconsistent("the plan of a new stack makes and reads %d resources of %d: %s", got, len(s.now.desired.Resources), p)
	}
	s.stackID = p.Stack.ID
	s.now, err = s.variant(s.now.template, s.now.params)
	return planned(p), err
}

// planned is a plan in few words.
func planned(p *ros.Plan) string {
	_, what, _ := strings.Cut(p.String(), ": ")
	return what
}

func (s *simulation) create(ctx context.Context) (string, error) {
	p, err := s.operate(ctx, s.now.change())
	if err != nil {
		if left := s.cloud.Resources(); len(left) > 0 && ctx.Err() == nil && rolledBack(err) {
			return "", inconsistent("%v; the rollback left %s in the cloud", err, named(left))
		}
		return "", err
	}
	return planned(p), s.settled(ctx, s.now, ros.CreateComplete)
}

// rolledBack reports whether an operation failed and its rollback did not.
func rolledBack(err error) bool {
	failed, ok := errors.AsType[*ros.FailedError](err)
	return ok && strings.HasSuffix(string(failed.Status), "ROLLBACK_COMPLETE")
}

// operate plans and applies a change and waits for its end.
func (s *simulation) operate(ctx context.Context, c *ros.Change) (*ros.Plan, error) {
	p, err := s.engine.Plan(ctx, c)
	if err != nil {
		return nil, err
	}
	return p, s.apply(ctx, p)
}

func (s *simulation) apply(ctx context.Context, p *ros.Plan) error {
	run, err := s.engine.Apply(ctx, p)
	if err != nil {
		return err
	}
	_, err = run.Wait(ctx)
	return err
}

func (s *simulation) noChange(ctx context.Context) (string, error) {
	run, err := s.engine.UpdateStack(ctx, s.now.change())
	if _, ok := errors.AsType[*ros.NoChangeError](err); ok {
		return "", nil
	}
	if err == nil {
		if _, err = run.Wait(ctx); err == nil {
			err = inconsistent("an update with the same template and parameters was not refused")
		}
	}
	return "", err
}

func (s *simulation) remove(ctx context.Context) (string, error) {
	p, err := s.operate(ctx, &ros.Change{Stack: simulatedStack, Delete: true})
	if err != nil {
		return "", err
	}
	if made := s.cloud.Resources(); s.opts.Connect != nil && len(made) > 0 && !s.now.retainsAny() {
		return "", inconsistent("the stack is deleted, but %s are left in the cloud", named(made))
	}
	if s.opts.Connect != nil {
		return planned(p), nil
	}
	var left, kept []Item
	for _, item := range s.cloud.Resources() {
		if s.now.retains(item.LogicalID) {
			kept = append(kept, item)
		} else {
			left = append(left, item)
		}
	}
	if len(left) > 0 {
		return "", inconsistent("the stack is deleted, but %s are left in the cloud", named(left))
	}
	if len(kept) > 0 {
		return fmt.Sprintf("%s; kept as DeletionPolicy says: %s", planned(p), named(kept)), nil
	}
	return planned(p), nil
}

// retainsAny reports whether some resource stays in the cloud.
func (v *variant) retainsAny() bool {
	return slices.ContainsFunc(v.desired.Resources, func(r *template.DesiredResource) bool { return r.DeletionPolicy == "Retain" })
}

// retains reports whether a resource stays in the cloud when the stack lets it
// go.
func (v *variant) retains(logicalID string) bool {
	for _, r := range v.desired.Resources {
		if r.LogicalID == logicalID {
			return r.DeletionPolicy == "Retain"
		}
	}
	return false
}

func named(items []Item) string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = item.LogicalID + " (" + item.Type + " " + item.PhysicalID + ")"
	}
	return someOf(names)
}
