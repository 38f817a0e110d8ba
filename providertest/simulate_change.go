package providertest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

// Bounds on how long a simulation looks for a change.
const (
	mostPlans    = 80 // planned for each change to see whether they do what is wanted
	mostRefusals = 4  // tried for each change, and refused by the cloud
)

// edit is a change that could be made.
type edit struct {
	what     string // Web.InstanceName, or Web.InstanceName by parameter Name
	resource string // Web
	rank     int    // lower ones are tried first
	make     func() (*variant, error)
}

// updateInPlace changes something that no resource has to be replaced for.
func (s *simulation) updateInPlace(ctx context.Context) (string, error) {
	edits := s.edits(func(m provider.Mutability) int {
		switch m {
		case provider.UpdateInPlace:
			return 0
		case provider.UpdateUnknown:
			return 3
		}
		return -1
	})
	return s.tryEdits(ctx, edits, "no property that may be updated in place has a value that can be varied", func(p *ros.Plan) bool {
		c := p.Counts()
		return c.Update > 0 && c.Replace == 0 && c.Create == 0 && c.Delete == 0 && c.Release == 0
	})
}

// replace changes something that a resource has to be replaced for, one that
// many others refer to if there is any: they have to follow.
func (s *simulation) replace(ctx context.Context) (string, error) {
	edits := s.edits(func(m provider.Mutability) int {
		if m == provider.UpdateReplaces {
			return 0
		}
		return -1
	})
	users := make(map[string]int)
	for _, r := range s.now.desired.Resources {
		for _, u := range r.Uses {
			users[u.To]++
		}
	}
	for i := range edits {
		if edits[i].rank < lastResort {
			edits[i].rank -= 50 * users[edits[i].resource]
		}
	}
	return s.tryEdits(ctx, edits, "no property that asks for a replacement has a value that can be varied", func(p *ros.Plan) bool {
		return p.Counts().Replace > 0
	})
}

// tryEdits makes the first changes whose plans are as wanted, as many as the
// options ask for; before each but the first the stack goes back to what it
// was. A change that the cloud refuses must be rolled back to the last byte;
// then the next one is tried.
func (s *simulation) tryEdits(ctx context.Context, edits []edit, none string, wanted func(*ros.Plan) bool) (string, error) {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.rank - b.rank })
	start := s.now
	var done, refused []string
	for i := range edits[:min(len(edits), mostPlans*s.opts.Changes)] {
		if len(done) == s.opts.Changes || len(refused) == mostRefusals*s.opts.Changes || len(done) > 0 && edits[i].rank >= lastResort {
			break
		}
		if s.now != start {
			if _, err := s.toVariant(ctx, start); err != nil {
				return "", wrapped(done[len(done)-1]+", and back", err)
			}
		}
		v, err := edits[i].make()
		if err != nil {
			continue // a value that the template does not take
		}
		p, err := s.engine.Plan(ctx, v.change())
		if err != nil || !wanted(p) {
			continue
		}
		err = s.change(ctx, p, v)
		switch {
		case err == nil:
			done = append(done, edits[i].what+": "+planned(p))
		case !rolledBack(err):
			return "", wrapped(edits[i].what, err)
		default:
			if again := s.settled(ctx, s.now, ros.RollbackComplete); again != nil {
				return "", wrapped(edits[i].what, inconsistent("%v; after the rollback: %v", err, again))
			}
			refused = append(refused, edits[i].what+": "+s.failure("", err).Text)
		}
	}
	return tried(done, refused, none)
}

// tried says what came of the changes.
func tried(done, refused []string, none string) (string, error) {
	switch {
	case len(done) == 0 && len(refused) == 0:
		return "", &notApplicable{none}
	case len(done) == 0:
		return "", &notApplicable{"the cloud refused what was tried, and it was rolled back: " + strings.Join(refused, "; ")}
	case len(refused) == 0:
		return strings.Join(done, "; "), nil
	}
	return strings.Join(done, "; ") + "; refused by the cloud and rolled back: " + strings.Join(refused, "; "), nil
}

// change applies the plan of a variant and checks its end.
func (s *simulation) change(ctx context.Context, p *ros.Plan, v *variant) error {
	before := s.tokens()
	if err := s.apply(ctx, p); err != nil {
		return err
	}
	if err := s.settled(ctx, v, ros.UpdateComplete); err != nil {
		return err
	}
	s.now = v
	return s.changed(p, before)
}

// tokens are those of the creation of the resources in the cloud, by id.
func (s *simulation) tokens() map[string]string {
	out := make(map[string]string)
	for _, item := range s.cloud.Resources() {
		out[item.LogicalID] = item.Token
	}
	return out
}

// changed checks that those resources are new ones that the plan replaces, and
// no others.
func (s *simulation) changed(p *ros.Plan, before map[string]string) error {
	may := make(map[string]bool)
	must := make(map[string]bool)
	for i := range p.Steps {
		step := &p.Steps[i]
		if step.Phase == ros.RollbackPhase {
			continue
		}
		must[step.LogicalID] = must[step.LogicalID] || step.Verb == ros.CreateVerb
		may[step.LogicalID] = may[step.LogicalID] || step.Verb == ros.CreateVerb || slices.Contains(step.Outcomes, ros.ReplaceOutcome)
	}
	if s.opts.Connect != nil {
		return nil // calls do not say for which resource they are
	}
	for id, token := range s.tokens() {
		switch replaced := before[id] != token; {
		case replaced && !may[id]:
			return inconsistent("%s was made anew, which the plan does not say", id)
		case !replaced && must[id]:
			return inconsistent("%s was not made anew, as the plan says", id)
		}
	}
	return nil
}

func wrapped(what string, err error) error { return &changeError{what, err} }

// changeError says at which change something went wrong.
type changeError struct {
	what string
	err  error
}

func (e *changeError) Error() string { return "changing " + e.what + ": " + e.err.Error() }
func (e *changeError) Unwrap() error { return e.err }

// edits lists the changes of single properties whose mutability has a class
// that is not negative.
func (s *simulation) edits(class func(provider.Mutability) int) []edit {
	var out []edit
	hidden := s.hiddenNeeds()
	seen := make(map[*template.Resource]bool)
	for _, r := range s.now.desired.Resources {
		t := s.types.Type(r.Type)
		if seen[r.Template] || t == nil || t.DataSource {
			continue
		}
		seen[r.Template] = true
		first := len(out)
		props := r.Template.Properties
		if _, call := callName(props); props.Kind() != doc.Map || call {
			continue
		}
		for n := range props.Items() {
			if p := t.Properties[n.Key()]; p != nil {
				if c := class(p.Update); c >= 0 {
					f := &finder{s: s, where: r.LogicalID + "." + n.Key(), typ: r.Type, class: c}
					f.visit(p, n.Key(), n, 0)
					out = append(out, f.found...)
				}
			}
		}
		out = append(out, s.additions(r, t, class)...)
		for i := first; i < len(out); i++ {
			if out[i].resource = r.LogicalID; hidden[r.LogicalID] {
				out[i].rank += lastResort
			}
		}
	}
	return out
}

// lastResort is added to the rank of a change that is better left alone.
const lastResort = 100

// hiddenNeeds names the resources that others depend on by their order alone.
// Such others often mean them by a literal name, so that a replacement pulls
// the ground from under them unseen.
func (s *simulation) hiddenNeeds() map[string]bool {
	hidden := make(map[string]bool)
	for _, r := range s.now.desired.Resources {
		for _, need := range r.DependsOn {
			if !slices.ContainsFunc(r.Uses, func(u template.Use) bool { return u.To == need }) {
				hidden[need] = true
			}
		}
	}
	return hidden
}

// additions lists properties that a resource could have and has not.
func (s *simulation) additions(r *template.DesiredResource, t *provider.Type, class func(provider.Mutability) int) []edit {
	var out []edit
	props := r.Template.Properties
	for _, name := range slices.Sorted(maps.Keys(t.Properties)) {
		p := t.Properties[name]
		c := class(p.Update)
		if c < 0 || p.Deprecated || p.Sensitive || !props.Get(name).IsZero() || props.Len() == 0 {
			continue
		}
		literal, ok := addedValue(r.Type, name, p)
		if !ok {
			continue
		}
		out = append(out, edit{
			what: r.LogicalID + "." + name + " (added)",
			rank: 10*(c+2) + friendliness(name, p),
			make: func() (*variant, error) {
				src := s.now.template.Source().Text()
				at, err := addMember(src, props, name, literal)
				if err != nil {
					return nil, err
				}
				return s.edited(at)
			},
		})
	}
	return out
}

// edited makes a variant of an edited source with the parameters as they are.
func (s *simulation) edited(splices ...splice) (*variant, error) {
	t, err := s.reparse(spliced(s.now.template.Source().Text(), splices...))
	if err != nil {
		return nil, err
	}
	return s.variant(t, s.now.params)
}

// callName gives the function that a map calls, if it is one.
func callName(n doc.Node) (string, bool) {
	if n.Kind() != doc.Map || n.Len() != 1 {
		return "", false
	}
	name := n.KeyAt(0)
	return name, name == "Ref" || strings.HasPrefix(name, "Fn::")
}

// friendliness tells how likely another value is taken: 0 is best.
func friendliness(name string, p *provider.Property) int {
	switch {
	case strings.HasSuffix(name, "Description"), strings.HasSuffix(name, "Comment"):
		return 0
	case strings.HasSuffix(name, "Name") && !strings.Contains(name, "Domain"):
		return 1
	case len(p.Enum) > 0, p.Type == provider.TypeBoolean, p.Type == provider.TypeInteger, p.Type == provider.TypeNumber:
		return 3
	case strings.HasSuffix(name, "Id"), strings.HasSuffix(name, "Ids"), strings.HasSuffix(name, "Arn"):
		return 6
	}
	return 4
}
