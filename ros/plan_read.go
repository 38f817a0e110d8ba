package ros

import (
	"fmt"
	"slices"
	"strings"
)

// Counts tells how many resources a plan does what to. A resource that is
// replaced counts once.
type Counts struct {
	Create int
	Update int // in place, for certain or perhaps
	// PossibleReplace counts the updates that may turn out to replace. They
	// are in Update too.
	PossibleReplace int
	Replace         int // for certain
	Delete          int
	Release         int // left in the cloud, dropped from the stack
	Read            int // data sources
	Store           int // nothing but the definition changes: no call
}

// Empty reports whether a plan does nothing.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// Counts counts the resources that a plan changes. Steps of a rollback, and
// those that delete what another step of the plan replaces, are not counted.
func (p *Plan) Counts() Counts {
	var c Counts
	for i := range p.Steps {
		s := &p.Steps[i]
		switch {
		case s.Phase == RollbackPhase || s.follows():
		case s.Verb == CreateVerb && s.Replaces > 0:
			c.Replace++
		case s.Verb == CreateVerb:
			c.Create++
		case s.Verb == ReadVerb:
			c.Read++
		case s.Verb == DeleteVerb:
			c.Delete++
		case s.Verb == ReleaseVerb && isData(s.Type): // nothing of it is in the cloud
		case s.Verb == ReleaseVerb:
			c.Release++
		case s.storesOnly():
			c.Store++
		default:
			c.Update++
			if slices.Contains(s.Outcomes, ReplaceOutcome) {
				c.PossibleReplace++
			}
		}
	}
	return c
}

// because reports whether a step has a reason.
func (s *Step) because(code ReasonCode) bool {
	return slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Code == code })
}

// follows reports whether a delete or release is the other half of a
// replacement that the same plan makes.
func (s *Step) follows() bool {
	return (s.Verb == DeleteVerb || s.Verb == ReleaseVerb) && s.because(Replaced) && !s.because(FailedBefore)
}

// storesOnly reports whether an update makes no call, whatever comes.
func (s *Step) storesOnly() bool {
	return s.Verb == UpdateVerb && len(s.Diffs) == 0 && len(s.Outcomes) == 1 && s.Outcomes[0] == SkipOutcome
}

// String is the plan in one line: its operation, its stack, and what it does.
func (p *Plan) String() string {
	return fmt.Sprintf("%s %s: %s", strings.ToLower(string(p.Operation)), p.Stack.Name, p.Counts().text(&wordsEnglish))
}
