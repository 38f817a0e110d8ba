package solve

import (
	"math/rand/v2"
	"testing"
)

// clauses judges a conjunction of disjunctions of "variable v has value k".
type literal struct{ variable, value int }

func clauses(all [][]literal) func([]int) Judgement {
	return func(values []int) Judgement {
		j := Judgement{Truth: True, Steps: 1}
		for _, clause := range all {
			truth, waits := False, -1
			for _, l := range clause {
				switch values[l.variable] {
				case Unset:
					if truth != True {
						truth, waits = Unknown, l.variable
					}
				case l.value:
					truth = True
				}
			}
			switch truth {
			case False:
				return Judgement{Truth: False, Steps: 1}
			case Unknown:
				j.Truth, j.Waits = Unknown, append(j.Waits, waits)
			}
		}
		return j
	}
}

// all reports whether any full assignment holds, and whether one without
// doubtful values does.
func all(p *Problem) (any, sure bool) {
	values := make([]int, len(p.Variables))
	var choose func(i int, doubtful bool)
	choose = func(i int, doubtful bool) {
		if i == len(values) {
			if p.Judge(values).Truth == True {
				any, sure = true, sure || !doubtful
			}
			return
		}
		v := p.Variables[i]
		for k := range v.Values {
			values[i] = k
			choose(i+1, doubtful || k >= v.Values-v.Doubtful)
		}
	}
	choose(0, false)
	return any, sure
}

func TestSolveAgreesWithAllAssignments(t *testing.T) {
	counts := map[Verdict]int{}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 3))
		variables := make([]Variable, 1+r.IntN(5))
		for i := range variables {
			variables[i].Values = 1 + r.IntN(3)
			if r.IntN(3) == 0 {
				variables[i].Doubtful = r.IntN(variables[i].Values + 1)
			}
		}
		list := make([][]literal, r.IntN(9))
		for i := range list {
			for range 1 + r.IntN(3) {
				v := r.IntN(len(variables))
				list[i] = append(list[i], literal{v, r.IntN(variables[v].Values)})
			}
		}
		p := &Problem{Variables: variables, Judge: clauses(list)}
		got := Solve(p, 1<<20)
		any, sure := all(p)
		counts[got.Verdict]++
		switch {
		case got.Verdict == Possible:
			if j := p.Judge(got.Witness); !any || j.Truth != True {
				t.Fatalf("seed %d: the witness %v is none", seed, got.Witness)
			}
		case got.Verdict == Impossible && any, got.Verdict == CannotTell && !any, got.Verdict == CannotTell && sure:
			t.Fatalf("seed %d: %v, but %v %v", seed, got.Verdict, any, sure)
		}
		if again := Solve(p, 1<<20); again.Steps != got.Steps || again.Verdict != got.Verdict {
			t.Fatalf("seed %d: not the same twice", seed)
		}
	}
	for _, v := range []Verdict{CannotTell, Possible, Impossible} {
		if counts[v] < 100 {
			t.Errorf("too few of a kind: %v", counts)
		}
	}
}

func TestSolveStopsAtItsBudget(t *testing.T) {
	p := &Problem{Variables: make([]Variable, 40), Judge: func(values []int) Judgement {
		for _, v := range values {
			if v == Unset {
				return Judgement{Steps: 3}
			}
		}
		return Judgement{Truth: False, Steps: 3}
	}}
	for i := range p.Variables {
		p.Variables[i].Values = 2
	}
	got := Solve(p, 1000)
	if got.Verdict != CannotTell || !got.Spent || got.Steps < 1000 || got.Steps > 1003 {
		t.Errorf("%+v", got)
	}
}

func TestSolveWhatNothingDecides(t *testing.T) {
	got := Solve(&Problem{Variables: []Variable{{Values: 2}}, Judge: func([]int) Judgement { return Judgement{} }}, 100)
	if got.Verdict != CannotTell || got.Spent {
		t.Errorf("%+v", got)
	}
	if got := Solve(&Problem{Variables: []Variable{{}}, Judge: func([]int) Judgement { return Judgement{} }}, 100); got.Verdict != Impossible {
		t.Errorf("a variable without values: %+v", got)
	}
}
