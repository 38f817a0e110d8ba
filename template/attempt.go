package template

import "github.com/bianpai/bianpai/diag"

// attemptSteps bounds the work of all attempts of a template together.
const attemptSteps = 200_000

// Attempts evaluates expressions of properties and outputs while nothing is
// known: neither parameters nor resources nor the world. What fails all the
// same fails whatever the values are. It is not safe for concurrent use.
type Attempts struct{ scope *Scope }

// NewAttempts prepares attempts at the expressions of a template.
func NewAttempts(t *Template) *Attempts {
	s := newTrial(t)
	s.again(attemptSteps)
	return &Attempts{s}
}

// Fault tells why the evaluation of a node fails, if it surely does. Its
// severity is for the caller to say.
func (a *Attempts) Fault(n Node) (fault diag.Diagnostic, ok bool) {
	if *a.scope.binding <= 0 {
		return diag.Diagnostic{}, false
	}
	if _, err := a.scope.evaluator(inNormal, nil).eval(n); err != nil {
		return finding(diag.Error, err, ""), true
	}
	return diag.Diagnostic{}, false
}
