package ros

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/secret"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// The tests of the planner write resources as lines:
//
//	Logical Type {"Property": "@Other", "List": ["@Other.Attribute"]} after=A,B retain meta=text
//
// A string that begins with @ stands for a Ref or, with a dot, for a
// Fn::GetAtt.

// planTypes are the types of these lines.
func planTypes(name string) (*provider.Type, error) {
	if isData(name) {
		return &provider.Type{Name: name, DataSource: true}, nil
	}
	typ := &provider.Type{Name: name, Properties: map[string]*provider.Property{
		"Name":    {Type: provider.TypeString, Update: provider.UpdateInPlace},
		"Size":    {Type: provider.TypeInteger, Update: provider.UpdateInPlace},
		"On":      {Type: provider.TypeBoolean, Update: provider.UpdateInPlace},
		"To":      {Type: provider.TypeString, Update: provider.UpdateInPlace},
		"Tags":    {Type: provider.TypeList, Update: provider.UpdateInPlace},
		"Zone":    {Type: provider.TypeString, Update: provider.UpdateReplaces},
		"In":      {Type: provider.TypeString, Update: provider.UpdateReplaces},
		"Secret":  {Type: provider.TypeString, Update: provider.UpdateInPlace, Sensitive: true},
		"Unclear": {Type: provider.TypeString},
		"Policy":  {Type: provider.TypeMap, Update: provider.UpdateInPlace},
	}}
	switch name {
	case "T::Slot":
		typ.ReplaceOrder = provider.DeleteFirst
	case "T::Missing":
		return nil, &provider.Error{Kind: provider.NotFound}
	}
	return typ, nil
}

// resourcesOf parses lines.
func resourcesOf(t testing.TB, lines string) *template.Desired {
	t.Helper()
	desired := &template.Desired{}
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		desired.Resources = append(desired.Resources, resourceOf(t, line))
	}
	return desired
}

func resourceOf(t testing.TB, line string) *template.DesiredResource {
	t.Helper()
	fields := strings.SplitN(line, " ", 3)
	if len(fields) < 2 {
		t.Fatalf("line %q lacks a type", line)
	}
	r := &template.DesiredResource{LogicalID: fields[0], Type: fields[1], Index: -1, DeletionPolicy: "Delete", Properties: value.Map(nil)}
	if len(fields) < 3 {
		return r
	}
	rest := fields[2]
	if end := strings.LastIndex(rest, "}"); end >= 0 {
		v, err := value.ParseJSON([]byte(rest[:end+1]))
		if err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		r.Properties = withHoles(r, "", v)
		rest = rest[end+1:]
	}
	for _, option := range strings.Fields(rest) {
		switch name, arg, _ := strings.Cut(option, "="); name {
		case "after":
			r.DependsOn = strings.Split(arg, ",")
		case "retain":
			r.DeletionPolicy = "Retain"
		case "meta":
			r.Metadata = value.Map([]value.Entry{{Key: "text", Value: value.String(arg)}})
		default:
			t.Fatalf("line %q: unknown option %q", line, name)
		}
	}
	return r
}

func withHoles(r *template.DesiredResource, path string, v value.Value) value.Value {
	switch v.Kind() {
	case value.KindMap:
		entries := make([]value.Entry, v.Len())
		for i := range entries {
			entries[i] = value.Entry{Key: v.KeyAt(i), Value: withHoles(r, strings.TrimPrefix(path+"."+v.KeyAt(i), "."), v.At(i))}
		}
		return value.Map(entries)
	case value.KindList:
		list := make([]value.Value, v.Len())
		for i := range list {
			list[i] = withHoles(r, fmt.Sprintf("%s[%d]", path, i), v.At(i))
		}
		return value.List(list)
	}
	name, ok := strings.CutPrefix(v.Text(), "@")
	if !ok {
		return v
	}
	id, attribute, dotted := strings.Cut(name, ".")
	expr := fmt.Sprintf(`{"Ref":%q}`, id)
	if dotted {
		expr = fmt.Sprintf(`{"Fn::GetAtt":[%q,%q]}`, id, attribute)
	}
	r.Uses = append(r.Uses, template.Use{To: id, Attribute: attribute, Path: path})
	return value.Unknown(&value.Hole{Expr: value.RawExpr(expr), Refs: []string{id}})
}

// testScope is a scope that knows resources by name alone: what the lines say
// needs no more.
func testScope(t testing.TB, ids ...string) *template.Scope {
	t.Helper()
	var text strings.Builder
	text.WriteString("ROSTemplateFormatVersion: '2015-09-01'\nResources:\n")
	for _, id := range ids {
		text.WriteString("  " + id + ":\n    Type: ALIYUN::ROS::WaitConditionHandle\n")
	}
	tmpl, err := template.Parse("kit", []byte(text.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	scope, err := tmpl.Bind(nil, &template.Pseudo{})
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

func testSealer(t testing.TB) Sealer {
	t.Helper()
	sealer, err := NewSealer([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

func testVault(t testing.TB) *secret.Vault {
	t.Helper()
	return secret.New(testSealer(t), "stack-1")
}

// stackUnderTest is a stack that plans are made for and carried out on.
type stackUnderTest struct {
	t     testing.TB
	state *stackState
	vault *secret.Vault
	scope *template.Scope
	types func(string) (*provider.Type, error)
	// anew decides for an update that may replace whether it does.
	anew func() bool
	// made notes which instance an update turned out to make.
	made map[*Step]int
}

func newStackUnderTest(t testing.TB) *stackUnderTest {
	t.Helper()
	return &stackUnderTest{t: t, vault: testVault(t), types: planTypes, made: map[*Step]int{}}
}

func (s *stackUnderTest) input(lines string) *planInput {
	in := &planInput{
		ref: StackRef{ID: "stack-1", Name: "web", Region: "cn-hangzhou"}, operation: UpdateOperation,
		state: s.state, types: s.types, vault: s.vault, digest: "d",
	}
	if s.state == nil {
		in.operation = CreateOperation
	}
	in.desired = resourcesOf(s.t, lines)
	in.scope = testScope(s.t, s.names(in.desired)...)
	s.scope = in.scope
	return in
}

// names are the logical IDs of the template and of the stack.
func (s *stackUnderTest) names(desired *template.Desired) []string {
	ids := map[string]bool{"None": true}
	for _, r := range desired.Resources {
		ids[r.LogicalID] = true
	}
	if s.state != nil {
		for _, r := range s.state.Resources {
			ids[r.LogicalID] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

func (s *stackUnderTest) plan(in *planInput) *Plan {
	s.t.Helper()
	p, err := makePlan(context.Background(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	checkPlan(s.t, in, p)
	return p
}

// become brings the stack to what the lines say, as if all went well.
func (s *stackUnderTest) become(lines string) *Plan {
	s.t.Helper()
	p := s.plan(s.input(lines))
	s.carryOut(p)
	return p
}

func (s *stackUnderTest) carryOut(p *Plan) {
	s.t.Helper()
	if s.state == nil {
		s.state = &stackState{Ref: p.Stack, index: map[string]*resource{}}
	}
	s.state.Generation++
	for _, phase := range []Phase{ApplyPhase, CleanupPhase} {
		for _, i := range inOrder(s.t, p, phase) {
			s.carryOutStep(&p.Steps[i])
		}
	}
}

// inOrder lists the steps of a phase, each after those that it waits for.
func inOrder(t testing.TB, p *Plan, phase Phase) []int {
	t.Helper()
	var order []int
	state := make([]int, len(p.Steps))
	var visit func(i int)
	visit = func(i int) {
		switch state[i] {
		case 1:
			t.Fatalf("step %d waits for itself:\n%s", i, planText(p))
		case 2:
			return
		}
		state[i] = 1
		for _, before := range p.Steps[i].After {
			if p.Steps[before].Phase != phase {
				t.Fatalf("step %d of phase %s waits for step %d of phase %s", i, phase, before, p.Steps[before].Phase)
			}
			visit(before)
		}
		state[i] = 2
		order = append(order, i)
	}
	for i := range p.Steps {
		if p.Steps[i].Phase == phase {
			visit(i)
		}
	}
	return order
}

func (s *stackUnderTest) carryOutStep(step *Step) {
	res := s.state.index[step.LogicalID]
	if res == nil {
		res = &resource{LogicalID: step.LogicalID}
		s.state.Resources = append(s.state.Resources, res)
		s.state.index[step.LogicalID] = res
	}
	in := res.instance(step.Instance)
	verb := step.Verb
	if step.Replaces > 0 && verb == UpdateVerb && s.anew != nil && s.anew() {
		verb = CreateVerb
	}
	switch verb {
	case CreateVerb, ReadVerb:
		in = s.make(step, res)
	case DeleteVerb, ReleaseVerb:
		if in != res.Active || step.because(Removed) || step.Phase == ApplyPhase {
			res.remove(step.Instance)
		}
		return
	}
	in.Needs, in.DeletionPolicy, in.Metadata, in.Failed = step.Needs, step.DeletionPolicy, step.Metadata, false
	if !step.storesOnly() {
		in.Applied = s.filled(step)
	}
}

func (s *stackUnderTest) make(step *Step, res *resource) *instance {
	if res.Active != nil && res.Active.Number != step.Replaces && step.Phase == ApplyPhase {
		s.t.Fatalf("%s takes the place of instance %d, which is not said", step.LogicalID, res.Active.Number)
	}
	res.depose()
	res.Last++
	if step.Phase == ApplyPhase && step.Verb != UpdateVerb && step.Instance != res.Last {
		s.t.Fatalf("%s makes instance %d, and %d was said", step.LogicalID, res.Last, step.Instance)
	}
	id := fmt.Sprintf("%s-%d", strings.ToLower(step.LogicalID), res.Last)
	res.Active = &instance{Number: res.Last, Type: step.Type, PhysicalID: id,
		Attributes: json.RawMessage(fmt.Sprintf(`{"Id":%q,"Size":7,"Ip":"ip-%s"}`, id, id))}
	res.Status = CreateComplete
	s.made[step] = res.Last
	return res.Active
}

// filled is what a step applies, with all that was known late filled in.
func (s *stackUnderTest) filled(step *Step) json.RawMessage {
	v, err := s.vault.Parse(step.Desired)
	if err == nil && v.HasUnknown() {
		v, err = s.scope.Resolve(v, recorded{s})
	}
	if err != nil || v.HasUnknown() {
		s.t.Fatalf("properties of %s: %s, %v", step.LogicalID, step.Desired, err)
	}
	return v.AppendWire(nil, s.vault.Wire())
}

type recorded struct{ s *stackUnderTest }

func (r recorded) Ref(id string) (value.Value, bool) { return r.s.state.ref(id, r.s.vault) }
func (r recorded) Attribute(id, name string) (value.Value, bool) {
	return r.s.state.attribute(id, name, r.s.vault)
}

// planText is a plan in short, a line for each step.
func planText(p *Plan) string {
	var b strings.Builder
	for i := range p.Steps {
		s := &p.Steps[i]
		fmt.Fprintf(&b, "%d %s %s %s#%d", i, s.Phase, s.Verb, s.LogicalID, s.Instance)
		if s.Replaces > 0 {
			fmt.Fprintf(&b, " replaces=%d", s.Replaces)
		}
		if s.Undoes > 0 {
			fmt.Fprintf(&b, " undoes=%d", s.Undoes-1)
		}
		if len(s.After) > 0 {
			fmt.Fprintf(&b, " after=%s", strings.Trim(fmt.Sprint(s.After), "[]"))
		}
		if len(s.Outcomes) > 0 {
			fmt.Fprintf(&b, " outcomes=%s", strings.Trim(fmt.Sprint(s.Outcomes), "[]"))
		}
		for _, r := range s.Reasons {
			fmt.Fprintf(&b, " %s", r.Code)
			if r.Detail != "" {
				fmt.Fprintf(&b, "(%s)", r.Detail)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// checkPlan asserts what holds for every plan of a create or an update.
func checkPlan(t testing.TB, in *planInput, p *Plan) {
	t.Helper()
	undone := make([]int, len(p.Steps))
	applied := 0
	for i := range p.Steps {
		s := &p.Steps[i]
		if len(s.Reasons) == 0 {
			t.Errorf("step %d has no reason", i)
		}
		if !slices.IsSorted(slices.Sorted(slices.Values(s.After))) || len(slices.Compact(slices.Sorted(slices.Values(s.After)))) != len(s.After) {
			t.Errorf("step %d waits twice for one step: %v", i, s.After)
		}
		switch s.Phase {
		case ApplyPhase:
			applied++
		case RollbackPhase:
			undone[s.Undoes-1]++
		}
	}
	for _, phase := range []Phase{ApplyPhase, CleanupPhase, RollbackPhase} {
		inOrder(t, p, phase)
	}
	if in.operation == DeleteOperation {
		return
	}
	undoOf := map[int]int{}
	for i := range p.Steps {
		if p.Steps[i].Undoes > 0 {
			undoOf[p.Steps[i].Undoes-1] = i
		}
	}
	for i := range applied {
		if undone[i] != 1 {
			t.Errorf("step %d is undone by %d steps", i, undone[i])
		}
		for _, before := range p.Steps[i].After {
			if !slices.Contains(p.Steps[undoOf[before]].After, undoOf[i]) {
				t.Errorf("step %d comes after %d, but is not undone before it", i, before)
			}
		}
	}
}
