package ros

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/sim"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// The model test brings random stacks through random operations, with random
// faults, crashes and orders of answers, and compares what is in the cloud with
// a model that any reader can check: what the template says.

// modelResource is one resource of a random template.
type modelResource struct {
	typ        string
	size, zone int
	of         string // a Ref to another resource
	at         string // the Size attribute of another resource
	after      string // DependsOn
}

// modelStack is a random template.
type modelStack map[string]modelResource

var modelTypes = []string{"ALIYUN::Test::Typed", "ALIYUN::Test::Typed", "ALIYUN::Test::Slot", "Custom::Thing", "ALIYUN::ROS::Sleep"}

// grow makes a resource that refers to some of those before it.
func grow(rng *rand.Rand, before []string) modelResource {
	r := modelResource{typ: modelTypes[rng.IntN(len(modelTypes))], size: rng.IntN(3), zone: rng.IntN(2)}
	some := func(p int) string {
		if len(before) == 0 || rng.IntN(p) > 0 {
			return ""
		}
		return before[rng.IntN(len(before))]
	}
	if r.of, r.after = some(2), some(4); r.typ != "ALIYUN::ROS::Sleep" {
		r.at = some(3)
	}
	return r
}

func randomStack(rng *rand.Rand) modelStack {
	s := modelStack{}
	for range 1 + rng.IntN(8) {
		before := slices.Sorted(maps.Keys(s))
		s[string(rune('A'+len(s)))] = grow(rng, before)
	}
	return s
}

// changed gives a stack that differs in some resources.
func (s modelStack) changed(rng *rand.Rand) modelStack {
	next := maps.Clone(s)
	for i := range 10 {
		id := string(rune('A' + i))
		before := slices.DeleteFunc(slices.Sorted(maps.Keys(next)), func(other string) bool { return other >= id })
		r, there := next[id]
		switch n := rng.IntN(10); {
		case there && n == 0:
			delete(next, id)
		case there && n == 1:
			r.size = rng.IntN(3)
			next[id] = r
		case there && n == 2:
			r.zone = rng.IntN(2)
			next[id] = r
		case n == 3:
			next[id] = grow(rng, before)
		}
	}
	for id, r := range next { // what was removed cannot be referred to
		drop := func(name *string) {
			if _, ok := next[*name]; !ok {
				*name = ""
			}
		}
		drop(&r.of)
		drop(&r.at)
		drop(&r.after)
		next[id] = r
	}
	return next
}

// source writes the template.
func (s modelStack) source() []byte {
	resources := map[string]any{}
	for id, r := range s {
		props := map[string]any{"Size": r.size, "Zone": r.zone}
		if r.of != "" {
			props["Of"] = map[string]any{"Ref": r.of}
		}
		if r.at != "" {
			props["In"] = map[string]any{"Fn::GetAtt": []string{r.at, "Size"}}
		}
		one := map[string]any{"Type": r.typ, "Properties": props}
		if r.typ == "ALIYUN::ROS::Sleep" {
			delete(props, "Zone")
		}
		if r.after != "" {
			one["DependsOn"] = r.after
		}
		resources[id] = one
	}
	data, err := json.Marshal(map[string]any{"ROSTemplateFormatVersion": "2015-09-01", "Resources": resources})
	if err != nil {
		panic(err)
	}
	return data
}

// want is what the cloud must hold for a stack, a line for each resource.
func (s modelStack) want() []string {
	var lines []string
	for id, r := range s {
		line := fmt.Sprintf("%s %s Size=%d", id, r.typ, r.size)
		if r.of != "" {
			line += " Of=<" + r.of + ">"
		}
		if r.at != "" {
			line += fmt.Sprintf(" In=%d", s[r.at].size)
		}
		if r.typ != "ALIYUN::ROS::Sleep" {
			line += fmt.Sprintf(" Zone=%d", r.zone)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// modelCloud is a cloud that refuses to delete what another resource refers to,
// and that fails as a seed wants it.
type modelCloud struct {
	*fakeCloud
	types map[string]string            // of what is there
	props map[string]map[string]any    // by physical ID
	fate  func() (before, after error) // of each call
}

func newModelCloud() *modelCloud {
	c := &modelCloud{fakeCloud: newFakeCloud(), types: map[string]string{}, props: map[string]map[string]any{}}
	typed(c.fakeCloud, nil)
	c.fakeCloud.types["ALIYUN::ROS::Sleep"] = &provider.Type{Name: "ALIYUN::ROS::Sleep", Properties: map[string]*provider.Property{
		"Size": {Type: provider.TypeAny, Update: provider.UpdateInPlace}, "Of": {Type: provider.TypeAny, Update: provider.UpdateInPlace}}}
	return c
}

func (c *modelCloud) faults() (before, after error) {
	if c.fate == nil {
		return nil, nil
	}
	return c.fate()
}

func (c *modelCloud) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	before, after := c.faults()
	if before != nil {
		return nil, before
	}
	var props map[string]any
	if err := json.Unmarshal(req.Desired, &props); err != nil {
		return nil, fmt.Errorf("properties of %s: %q: %w", req.LogicalID, req.Desired, err)
	}
	if err := c.refers(props); err != nil {
		return nil, err
	}
	p, err := c.fakeCloud.Create(ctx, req)
	if err != nil {
		return nil, err
	}
	id := c.made[req.Token]
	c.props[id], c.types[id] = props, req.Type
	if after != nil {
		return nil, after
	}
	return p, nil
}

// refers refuses references to what is not there.
func (c *modelCloud) refers(props map[string]any) error {
	if of, ok := props["Of"].(string); ok && c.alive[of] == "" {
		return &provider.Error{Kind: provider.Invalid, Code: "NotFound.Reference", Message: of + " is not there"}
	}
	return nil
}

func (c *modelCloud) Update(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	before, after := c.faults()
	if before != nil {
		return nil, before
	}
	var props map[string]any
	if err := json.Unmarshal(req.Desired, &props); err != nil {
		return nil, fmt.Errorf("properties of %s: %q: %w", req.LogicalID, req.Desired, err)
	}
	if c.alive[req.PhysicalID] == "" {
		return nil, &provider.Error{Kind: provider.NotFound, Code: "NotFound", Message: req.PhysicalID}
	}
	if err := c.refers(props); err != nil {
		return nil, err
	}
	c.props[req.PhysicalID] = props
	if after != nil {
		return nil, after
	}
	return c.fakeCloud.Update(ctx, req)
}

func (c *modelCloud) Delete(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	before, after := c.faults()
	if before != nil {
		return nil, before
	}
	for user, props := range c.props {
		if props["Of"] == req.PhysicalID && c.alive[req.PhysicalID] != "" {
			return nil, &provider.Error{Kind: provider.Conflict, Code: "DependencyViolation", Message: user + " refers to " + req.PhysicalID}
		}
	}
	p, err := c.fakeCloud.Delete(ctx, req)
	if err != nil {
		return nil, err
	}
	delete(c.props, req.PhysicalID)
	if after != nil {
		return nil, after
	}
	return p, nil
}

// holds tells what is in the cloud, a line for each resource.
func (c *modelCloud) holds() []string {
	var lines []string
	for id, props := range c.props {
		line := c.alive[id] + " " + c.types[id]
		for _, name := range slices.Sorted(maps.Keys(props)) {
			v := fmt.Sprint(props[name])
			if of := c.alive[v]; of != "" && name == "Of" {
				v = "<" + of + ">"
			}
			line += " " + name + "=" + v
		}
		lines = append(lines, line)
	}
	for i, line := range lines { // as want writes them
		words := strings.Fields(line)
		slices.SortFunc(words[2:], func(a, b string) int { return order(a) - order(b) })
		lines[i] = strings.Join(words, " ")
	}
	slices.Sort(lines)
	return lines
}

func order(word string) int { return strings.Index("Size Of In Zone", word[:2]) }

// modelRun is one random life.
type modelRun struct {
	t     *testing.T
	rng   *rand.Rand
	cloud *modelCloud
	p     provider.Provider // the cloud, perhaps one that cannot look tokens up
	store *journal.Memory
	e     *Engine // plans, and drives nothing
	sim   *sim.Sim
	id    string
	calm  bool // no faults
}

func newModelRun(t *testing.T, seed uint64) *modelRun {
	r := &modelRun{t: t, rng: rand.New(rand.NewPCG(seed, 7)), cloud: newModelCloud(), store: new(journal.Memory)}
	r.cloud.polls = r.rng.IntN(3)
	if r.p = r.cloud; r.rng.IntN(3) == 0 {
		r.p = blind{r.cloud}
	}
	e, err := New(r.p, &Options{Journal: r.store})
	if err != nil {
		t.Fatal(err)
	}
	r.e = e
	return r
}

// begin makes the simulation of a stack.
func (r *modelRun) begin(seed uint64, id string) {
	r.id = id
	opts := &sim.Options{ID: stackPrefix + id, Audit: true, SnapshotEvery: []int64{-1, 5, 20}[r.rng.IntN(3)]}
	r.sim = sim.New(seed, r.store, &host.Definition{
		New:      func() core.Machine { return &auditedMachine{newMachine("", r.e.sealer, Retry{})} },
		Codec:    codec,
		Effector: copying{&effector{provider: r.p, types: r.e.types}, map[string]bool{}},
	}, opts)
}

// auditedMachine is a machine whose Outstanding can be compared with Changes:
// only the mark of what may have been called before tells them apart.
type auditedMachine struct{ *machine }

func (m *auditedMachine) Outstanding() []core.Command {
	cmds := m.machine.Outstanding()
	for i := range cmds {
		if w, ok := cmds[i].Work.(*stepWork); ok {
			if !w.req.Repeated {
				panic("what is outstanding after a fold is not marked as repeated")
			}
			w.req.Repeated = m.run.steps[w.step].unsure
		}
	}
	return cmds
}

// copying keeps the effector's notes out of the commands, and marks what was
// called before in the place of auditedMachine.
type copying struct {
	*effector
	called map[string]bool
}

func (c copying) Do(ctx context.Context, cmd core.Command) core.Answer {
	if w, ok := cmd.Work.(*stepWork); ok {
		own, req := *w, *w.req
		req.Repeated = req.Repeated || c.called[cmd.ID] // by an engine that crashed, or to look again
		own.req, c.called[cmd.ID] = &req, true
		cmd.Work = &own
	}
	return c.effector.Do(ctx, cmd)
}

// disturb chooses the faults of an operation.
func (r *modelRun) disturb(share float64) {
	r.calm = share == 0
	kinds := []provider.Kind{provider.Transient, provider.Throttled, provider.Unknown, provider.Invalid, provider.Conflict, provider.InDoubt}
	r.cloud.fate = func() (before, after error) {
		if r.rng.Float64() >= share {
			return nil, nil
		}
		err := &provider.Error{Kind: kinds[r.rng.IntN(len(kinds))], Code: "Fate"}
		if err.Kind != provider.Throttled && err.Kind != provider.Conflict && err.Kind != provider.Invalid && r.rng.IntN(2) == 0 {
			return nil, err
		}
		return err, nil
	}
}

// operate carries a change out, with crashes, and gives the status it ends in.
func (r *modelRun) operate(seed uint64, c *Change) Status {
	r.t.Helper()
	ctx := context.Background()
	plan, err := r.e.Plan(ctx, c)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.deposed() {
		r.calm = false // what is left over may hold on to what must go first
	}
	if plan.Operation == CreateOperation {
		if err := r.e.take(ctx, plan.Stack); err != nil {
			r.t.Fatal(err)
		}
		r.begin(seed, plan.Stack.ID)
	}
	crash := func() {
		if r.rng.IntN(3) > 0 {
			r.sim.Crash(r.sim.Appends()+1+r.rng.IntN(12), sim.Lost(r.rng.IntN(2)))
		}
	}
	crash()
	for {
		err := r.sim.Submit(&startRequest{plan: plan})
		if _, crashed := errors.AsType[*sim.CrashError](err); crashed {
			crash()
			continue
		}
		if err != nil && !is[*BusyError](err) && !is[*StalePlanError](err) { // it was kept
			r.t.Fatal(err)
		}
		break
	}
	if r.rng.IntN(6) == 0 {
		m := r.sim.Machine().(*auditedMachine)
		r.sim.Plan(0, &stopRequest{run: m.state.Runs, stop: stopAsked{Reason: "the test wants it", Quick: r.rng.IntN(2) == 0}})
		r.calm = false
	}
	m := r.run()
	for !m.run.ended && m.run.doubts > 0 {
		r.settle(m)
		r.calm = false // the deadline may have come meanwhile
		m = r.run()
	}
	if !m.run.ended {
		r.t.Fatalf("at rest, and the run has not ended: %+v\n%s", m.run, r.sim.Trace())
	}
	return m.state.Status
}

func (r *modelRun) run() *auditedMachine {
	r.t.Helper()
	if err := r.sim.Run(); err != nil {
		r.t.Fatalf("%v\n%s", err, r.sim.Trace())
	}
	return r.sim.Machine().(*auditedMachine)
}

// settle tells of the first step in doubt what the cloud knows of it.
func (r *modelRun) settle(m *auditedMachine) {
	r.t.Helper()
	r.cloud.fate = nil // or it may be in doubt for ever
	for i := range m.run.steps {
		if m.run.steps[i].state != inDoubt {
			continue
		}
		logicalID, id := m.run.plan.Steps[i].LogicalID, ""
		if in := m.state.resource(logicalID).instance(m.run.target(i)); in != nil && in.PhysicalID == "" {
			if made := r.cloud.made[in.Token]; r.cloud.alive[made] != "" {
				id = made
			}
		}
		err := r.sim.Submit(&settleRequest{m.run.number, logicalID, id})
		if _, crashed := errors.AsType[*sim.CrashError](err); err != nil && !crashed {
			r.t.Fatal(err)
		}
		return
	}
}

// TestModel brings random stacks through random lives.
func TestModel(t *testing.T) {
	ends := map[Status]int{}
	crashes := 0
	for seed := range uint64(modelSeeds()) {
		r := newModelRun(t, seed)
		if t.Run(fmt.Sprint(seed), func(t *testing.T) { r.t = t; r.live(seed, ends) }); r.sim != nil {
			crashes += r.sim.Crashes()
		}
	}
	t.Logf("%d crashes; ends: %v", crashes, ends)
}

func modelSeeds() int {
	switch {
	case os.Getenv("BIANPAI_LONG") == "1":
		return 10_000
	case testing.Short():
		return 50
	}
	return 400
}

func (r *modelRun) live(seed uint64, ends map[Status]int) {
	t := r.t
	now := randomStack(r.rng)
	var good []string // in the cloud after the last good end
	change := func(s modelStack) *Change {
		tmpl, err := template.Parse("model.json", s.source(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return &Change{Stack: "web", Template: tmpl, Settings: &Settings{
			DisableRollback: r.rng.IntN(4) == 0, Parallelism: r.rng.IntN(4)}}
	}
	status := Status("")
	for i := range 2 + r.rng.IntN(4) {
		r.disturb([]float64{0, 0, 0.05, 0.4}[r.rng.IntN(4)])
		if i > 0 {
			now = now.changed(r.rng)
		}
		status = r.operate(seed, change(now))
		ends[status]++
		r.check(status, now, good)
		if !status.Updatable() {
			break
		}
		if good = nil; r.sound() && (status == UpdateComplete || status == CreateComplete || status == RollbackComplete) {
			good = r.cloud.holds()
		}
	}
	if status.Updatable() && r.rng.IntN(2) == 0 { // whatever happened, a calm update sets it right
		r.disturb(0)
		now = now.changed(r.rng)
		status = r.operate(seed, change(now))
		r.check(status, now, good)
	}
	for _, share := range []float64{0.3, 0} {
		r.disturb(share)
		status = r.operate(seed, &Change{Stack: "web", Delete: true})
		ends[status]++
		if r.check(status, nil, nil); status == DeleteComplete {
			break
		}
	}
	for range 6 { // one for each doubt that is left, and the deadlines that it costs
		if status == DeleteComplete {
			break
		}
		r.disturb(0)
		status = r.operate(seed, &Change{Stack: "web", Delete: true})
		r.check(status, nil, nil)
	}
	if status != DeleteComplete {
		t.Errorf("calm deletes ended in %s", status)
	}
	checkJournal(t, r.store, r.e, stackPrefix+r.id)
}

// deposed reports whether an earlier operation left old instances behind.
func (r *modelRun) deposed() bool {
	if r.sim == nil {
		return false
	}
	m := r.sim.Machine().(*auditedMachine)
	return slices.ContainsFunc(m.state.Resources, func(res *resource) bool { return len(res.Deposed) > 0 })
}

// sound reports whether what the stack has on record is what is in the cloud:
// no resource is left half-way.
func (r *modelRun) sound() bool {
	m := r.sim.Machine().(*auditedMachine)
	return !slices.ContainsFunc(m.state.Resources, func(res *resource) bool { return res.Active != nil && res.Active.Failed })
}

// FuzzModel lets the fuzzer choose the life.
func FuzzModel(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(4407))
	f.Fuzz(func(t *testing.T, seed uint64) { newModelRun(t, seed).live(seed, map[Status]int{}) })
}
