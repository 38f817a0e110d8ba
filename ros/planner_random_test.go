package ros

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// randomLine is one resource of a random template.
type randomLine struct {
	id, typ, name, zone, unclear string
	to, in                       string // references
	after                        string
	retain                       bool
}

func (l *randomLine) String() string {
	props := []string{fmt.Sprintf(`"Name":%q,"Zone":%q`, l.name, l.zone)}
	if l.unclear != "" {
		props = append(props, fmt.Sprintf(`"Unclear":%q`, l.unclear))
	}
	if l.to != "" {
		props = append(props, fmt.Sprintf(`"To":%q`, l.to))
	}
	if l.in != "" {
		props = append(props, fmt.Sprintf(`"In":%q`, l.in))
	}
	text := l.id + " " + l.typ + " {" + strings.Join(props, ",") + "}"
	if l.after != "" {
		text += " after=" + l.after
	}
	if l.retain {
		text += " retain"
	}
	return text
}

// randomTemplate draws resources, each referring to some drawn before, and
// writes them down in any order.
func randomTemplate(rng *rand.Rand, size int) string {
	ids := rng.Perm(size)
	var lines []string
	for n, id := range ids {
		if rng.IntN(8) == 0 {
			continue
		}
		l := randomLine{id: fmt.Sprintf("R%d", id), typ: "T::X", name: pick(rng, "a", "b"), zone: pick(rng, "a", "a", "b")}
		switch rng.IntN(12) {
		case 0:
			l.typ = "T::Y"
		case 1, 2:
			l.typ = "T::Slot"
		case 3:
			l.typ = "DATASOURCE::X"
		}
		l.unclear = pick(rng, "", "x", "x", "y")
		l.retain = rng.IntN(10) == 0
		earlier := func() string {
			if n == 0 {
				return ""
			}
			return fmt.Sprintf("R%d", ids[rng.IntN(n)])
		}
		l.to, l.in, l.after = randomReference(rng, earlier()), randomReference(rng, earlier()), earlier()
		if rng.IntN(3) > 0 {
			l.after = ""
		}
		lines = append(lines, l.String())
	}
	present := strings.Join(lines, "\n")
	for i, line := range lines {
		for id := range size { // what was left out cannot be referred to
			if name := fmt.Sprintf("R%d", id); !strings.Contains("\n"+present, "\n"+name+" ") {
				line = strings.NewReplacer(`"@`+name+`"`, `"none"`, `"@`+name+`.`, `"none.`, "after="+name+" ", "", "after="+name+"\n", "\n").Replace(line + "\n")
				line = strings.TrimSuffix(line, "\n")
			}
		}
		lines[i] = line
	}
	rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return strings.Join(lines, "\n")
}

func randomReference(rng *rand.Rand, id string) string {
	switch {
	case id == "" || rng.IntN(2) == 0:
		return ""
	case rng.IntN(3) == 0:
		return "@" + id + pick(rng, ".Ip", ".Id")
	}
	return "@" + id
}

func pick(rng *rand.Rand, among ...string) string { return among[rng.IntN(len(among))] }

// TestRandomChanges takes random stacks through random changes: each plan is
// well-formed, ends in what was asked for with nothing left over, and is empty
// when it is asked for again; a rollback from any point gives back what was.
func TestRandomChanges(t *testing.T) {
	seeds := 200
	if testing.Short() {
		seeds = 50
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		s := newStackUnderTest(t)
		s.anew = func() bool { return rng.IntN(2) == 0 }
		size := 2 + rng.IntN(10)
		for round := range 4 {
			lines := randomTemplate(rng, size)
			in := s.input(lines)
			p := s.plan(in)
			checkRoundTrip(t, p)
			if round > 0 {
				s.checkRollback(p, rng)
			}
			s.carryOut(p)
			s.checkEnd(lines)
			if again := s.plan(s.input(lines)); !again.Empty() {
				t.Errorf("the same once more:\n%s", planText(again))
			}
			if t.Failed() {
				t.Fatalf("seed %d round %d, template:\n%s\nplan:\n%s", seed, round, lines, planText(p))
			}
		}
	}
}

// checkEnd asserts that the stack has what the template asks for and nothing
// else.
func (s *stackUnderTest) checkEnd(lines string) {
	s.t.Helper()
	wanted := map[string]string{}
	for _, r := range resourcesOf(s.t, lines).Resources {
		wanted[r.LogicalID] = r.Type
	}
	for _, res := range s.state.Resources {
		typ, ok := wanted[res.LogicalID]
		delete(wanted, res.LogicalID)
		switch {
		case len(res.Deposed) > 0:
			s.t.Errorf("%s: %d instances are left over", res.LogicalID, len(res.Deposed))
		case ok && (res.Active == nil || res.Active.Type != typ):
			s.t.Errorf("%s is wanted as %s, and is %+v", res.LogicalID, typ, res.Active)
		case !ok && res.Active != nil:
			s.t.Errorf("%s is not wanted, and is there", res.LogicalID)
		}
	}
	for id := range wanted {
		s.t.Errorf("%s is wanted, and the stack has never had it", id)
	}
}

// checkRollback carries out a part of the apply phase and undoes it, on a copy.
func (s *stackUnderTest) checkRollback(p *Plan, rng *rand.Rand) {
	s.t.Helper()
	before := s.state
	defer func() { s.state = before }()
	s.state = copyState(before)
	order := inOrder(s.t, p, ApplyPhase)
	done := map[int]bool{}
	for _, i := range order[:rng.IntN(len(order)+1)] {
		s.carryOutStep(&p.Steps[i])
		done[i] = true
	}
	for _, u := range inOrder(s.t, p, RollbackPhase) {
		if i := p.Steps[u].Undoes - 1; done[i] {
			s.undoStep(&p.Steps[u], &p.Steps[i])
		}
	}
	for _, was := range before.Resources {
		is := s.state.resource(was.LogicalID)
		if len(is.Deposed) != len(was.Deposed) || (is.Active == nil) != (was.Active == nil) {
			s.t.Errorf("rollback leaves %s with %+v", was.LogicalID, is)
			continue
		}
		if is.Active == nil {
			continue
		}
		if is.Active.Type != was.Active.Type || is.Active.DeletionPolicy != was.Active.DeletionPolicy || !cmp.Equal(is.Active.Needs, was.Active.Needs) {
			s.t.Errorf("rollback makes %+v of %+v", is.Active, was.Active)
		}
		if is.Active.Number == was.Active.Number && !bytes.Equal(is.Active.Applied, was.Active.Applied) && !bytes.Contains(was.Active.Applied, []byte("-")) {
			s.t.Errorf("rollback leaves %s with %s, not %s", was.LogicalID, is.Active.Applied, was.Active.Applied)
		}
	}
	for _, is := range s.state.Resources {
		if before.resource(is.LogicalID) == nil && is.Active != nil && is.Active.DeletionPolicy != retainPolicy {
			s.t.Errorf("rollback leaves %s, which was not there", is.LogicalID)
		}
	}
}

func (s *stackUnderTest) undoStep(undo, done *Step) {
	res := s.state.resource(undo.LogicalID)
	if made := s.made[done]; made > 0 {
		res.remove(made)
		if done.Replaces > 0 {
			res.reinstate(done.Replaces)
		}
		return
	}
	in := res.instance(undo.Instance)
	if undo.Verb == CreateVerb {
		in = s.make(undo, res)
	}
	in.Needs, in.DeletionPolicy, in.Metadata = undo.Needs, undo.DeletionPolicy, undo.Metadata
	in.Applied = s.filled(undo)
}

func copyState(s *stackState) *stackState {
	c := *s
	c.Resources, c.index = nil, map[string]*resource{}
	for _, r := range s.Resources {
		rc := *r
		rc.Deposed = nil
		for _, in := range r.Deposed {
			d := *in
			rc.Deposed = append(rc.Deposed, &d)
		}
		if r.Active != nil {
			a := *r.Active
			rc.Active = &a
		}
		c.Resources = append(c.Resources, &rc)
		c.index[r.LogicalID] = &rc
	}
	return &c
}

// checkRoundTrip asserts that a plan is the same after it was written and read.
func checkRoundTrip(t testing.TB, p *Plan) {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back Plan
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, &back); diff != "" {
		t.Errorf("a plan changes when it is written and read:\n%s", diff)
	}
}

func TestRoundTripOfMarkup(t *testing.T) {
	s := newStackUnderTest(t)
	s.become(`A T::X {"Name":"<a> & b"}`)
	p := s.plan(s.input(`A T::X {"Name":"<b> & \u2028c"}`))
	checkRoundTrip(t, p)
	s.carryOut(p)
	if again := s.plan(s.input(`A T::X {"Name":"<b> & \u2028c"}`)); !again.Empty() {
		t.Errorf("the same once more:\n%s", planText(again))
	}
}

// TestPlanIsDeterministic makes one plan many times, with the maps of its
// input filled in other orders.
func TestPlanIsDeterministic(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	s := newStackUnderTest(t)
	s.become(randomTemplate(rng, 30))
	lines := randomTemplate(rng, 30) + "\nP T::X {\"Secret\":\"s3cret\"}"
	var want []byte
	for range 100 {
		order := rng.Perm(len(s.state.Resources))
		s.state.index = map[string]*resource{}
		for _, i := range order {
			s.state.index[s.state.Resources[i].LogicalID] = s.state.Resources[i]
		}
		s.vault = testVault(t)
		got, err := json.Marshal(s.plan(s.input(lines)))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("two plans:\n%s\n%s", got, want)
		}
	}
	if bytes.Contains(want, []byte("s3cret")) {
		t.Error("the plan shows a secret")
	}
}
