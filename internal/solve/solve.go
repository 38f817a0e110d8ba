// Package solve answers whether unknowns with few possible values can be chosen
// so that something holds. It searches depth first, judges each partial choice
// and leaves a branch as soon as it cannot hold any more. Work is counted in
// steps of the judge, not in time: the same problem has the same answer on
// every machine.
package solve

// Truth is what is known of a statement under a partial assignment.
type Truth uint8

// The truths.
const (
	Unknown Truth = iota // depends on what is not assigned, or cannot be known
	False                // whatever the rest is
	True                 // whatever the rest is
)

// Not gives the opposite; what is unknown stays so.
func (t Truth) Not() Truth {
	switch t {
	case False:
		return True
	case True:
		return False
	}
	return Unknown
}

// Unset is the value of a variable that has none yet.
const Unset = -1

// Variable is one unknown. Its values are numbered from zero in the order in
// which they are tried.
type Variable struct {
	Values int
	// Doubtful is how many of the last values may not exist. What holds only
	// with one of them is neither possible nor impossible.
	Doubtful int
}

// Judgement is what a judge says of a partial assignment.
type Judgement struct {
	Truth Truth
	// Waits lists the variables that an unknown truth depends on, the most
	// telling first. Those that have a value are passed over; if none is left
	// the search goes on with the next variable in order.
	Waits []int
	// Steps is what the judgement cost, at least 1.
	Steps int
}

// Problem is a question.
type Problem struct {
	Variables []Variable
	// Judge judges a partial assignment: the value of each variable, or Unset.
	// It must not keep the slice. What it says to be False or True must stay so
	// under every extension.
	Judge func(values []int) Judgement
}

// Verdict is the answer to a question.
type Verdict uint8

// The verdicts.
const (
	CannotTell Verdict = iota
	Possible
	Impossible
)

// Answer is a verdict with what it rests on.
type Answer struct {
	Verdict Verdict
	// Witness is an assignment that holds, for a possible one; what does not
	// matter is Unset.
	Witness []int
	// Spent says that the budget ended the search; otherwise a verdict of
	// CannotTell comes of doubtful values or of what no value decides.
	Spent bool
	Steps int // that were taken
}

// Solve searches an assignment that holds, with at most so many steps.
func Solve(p *Problem, budget int) Answer {
	s := search{problem: p, values: make([]int, len(p.Variables)), budget: budget}
	for i := range s.values {
		s.values[i] = Unset
	}
	s.visit()
	a := Answer{Witness: s.witness, Steps: s.steps}
	switch {
	case s.witness != nil:
		a.Verdict = Possible
	case s.spent:
		a.Spent = true
	case !s.unsure:
		a.Verdict = Impossible
	}
	return a
}

type search struct {
	problem  *Problem
	values   []int
	doubtful int // variables that have a doubtful value
	witness  []int
	unsure   bool // something may hold, or does with a doubtful value
	spent    bool
	steps    int
	budget   int
}

// visit judges the current assignment and those that extend it, and reports
// whether the search is over.
func (s *search) visit() bool {
	if s.steps >= s.budget {
		s.spent = true
		return true
	}
	j := s.problem.Judge(s.values)
	s.steps += max(j.Steps, 1)
	switch j.Truth {
	case False:
		return false
	case True:
		if s.doubtful > 0 {
			s.unsure = true
			return false
		}
		s.witness = append(make([]int, 0, len(s.values)), s.values...)
		return true
	}
	i := s.next(j.Waits)
	if i < 0 {
		s.unsure = true
		return false
	}
	return s.branch(i)
}

// branch tries the values of a variable.
func (s *search) branch(i int) bool {
	v := s.problem.Variables[i]
	defer func() { s.values[i] = Unset }()
	for k := range v.Values {
		s.values[i] = k
		doubtful := k >= v.Values-v.Doubtful
		if doubtful && s.unsure {
			break // it could show no more than that
		}
		if doubtful {
			s.doubtful++
		}
		over := s.visit()
		if doubtful {
			s.doubtful--
		}
		if over {
			return true
		}
	}
	return false
}

// next chooses the variable to assign, -1 if all are.
func (s *search) next(waits []int) int {
	for _, i := range waits {
		if s.values[i] == Unset {
			return i
		}
	}
	for i, v := range s.values {
		if v == Unset {
			return i
		}
	}
	return -1
}
