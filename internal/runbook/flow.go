package runbook

import (
	"errors"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/graph"
	"github.com/bianpai/bianpai/internal/doc"
)

// targets checks where a task may go on and gives its targets their spelling.
func (r *reader) targets(task *Task) {
	path := taskPath(task.Index, task.Name)
	read := func(key string) string {
		n := task.Node.Get(key)
		if n.IsZero() || n.Kind() == doc.Null || !r.kind(n, path+"."+key, doc.String) {
			return ""
		}
		return r.target(n, n.Text(), path+"."+key, true)
	}
	task.OnError, task.OnSuccess = read("OnError"), read("OnSuccess")
	if task.Action != ChoiceAction {
		return
	}
	path += ".Properties"
	if n := task.Properties.Get("DefaultTask"); n.Kind() == doc.String {
		task.DefaultTask = r.target(n, n.Text(), path+".DefaultTask", false)
	}
	for i, choice := range task.Choices {
		if n := task.Properties.Get("Choices").At(i).Get("NextTask"); n.Kind() == doc.String {
			task.Choices[i].NextTask = r.target(n, choice.NextTask, path+".Choices.NextTask", false)
		}
	}
}

// target gives the spelling of a target: of a task, End, or Next where that is
// allowed. The words of 2019 lack the prefix.
func (r *reader) target(n doc.Node, name, path string, mayNext bool) string {
	if i, ok := r.t.tasks.find(name); ok {
		return r.t.Tasks[i].Name
	}
	switch strings.ToUpper(name) {
	case End, "END":
		return End
	case Next, "NEXT", "CONTINUE":
		if mayNext {
			return Next
		}
		r.report(diag.Error, "target-next", n, path, name)
		return End
	}
	if strings.Contains(name, "{{") {
		r.report(diag.Error, "target-not-literal", n, path, diag.Clip(name))
		return End
	}
	r.report(diag.Error, "unknown-target", n, path, diag.Clip(name), diag.Propose(name, func(yield func(string) bool) {
		for known := range r.t.taskNames() {
			if !yield(known) {
				return
			}
		}
		if yield(End) && mayNext {
			yield(Next)
		}
	}))
	return End
}

// successors lists the tasks that may run after a task.
func (t *Template) successors(task *Task) []int {
	var next []int
	add := func(i int) {
		if i < len(t.Tasks) {
			next = append(next, i)
		}
	}
	if !task.When.IsZero() {
		add(task.Index + 1)
	}
	if task.Action == ChoiceAction {
		for _, choice := range task.Choices {
			add(t.Jump(task.Index, choice.NextTask))
		}
		add(t.Jump(task.Index, task.DefaultTask))
	} else {
		add(t.Jump(task.Index, task.OnSuccess))
	}
	if task.OnError != "" {
		add(t.Jump(task.Index, task.OnError))
	}
	return next
}

// reach marks all tasks that may run once a task has run.
func (t *Template) reach(from int) []bool {
	seen := make([]bool, len(t.Tasks))
	list := t.successors(t.Tasks[from])
	for len(list) > 0 {
		i := list[len(list)-1]
		list = list[:len(list)-1]
		if !seen[i] {
			seen[i] = true
			list = append(list, t.successors(t.Tasks[i])...)
		}
	}
	return seen
}

// jumpsBack reports whether a task may run after a later one.
func (t *Template) jumpsBack(later, earlier int) bool { return t.backward && t.reach(later)[earlier] }

// flow warns of tasks that never run.
func (r *reader) flow() {
	t := r.t
	if len(t.Tasks) == 0 {
		return
	}
	seen := t.reach(0)
	seen[0] = true
	for i, task := range t.Tasks {
		if !seen[i] {
			r.reportName(diag.Warning, "task-unreachable", task, task.Name)
		}
	}
}

// reportName reports at the name of a task.
func (r *reader) reportName(sev diag.Severity, code diag.Code, task *Task, args ...string) {
	r.report(sev, code, at(task.Node.Get("Name"), task.Node), taskPath(task.Index, task.Name), args...)
}

// maxUses bounds the search for references to what has never run.
const maxUses = 5000

// neverSet warns of references to tasks that cannot have run: they lie on
// another branch.
func (r *reader) neverSet(uses []use) {
	t := r.t
	if len(uses) > maxUses || len(t.Tasks) == 0 {
		return
	}
	start := t.reach(0)
	start[0] = true
	reached := make(map[int][]bool)
	for _, u := range uses {
		if u.to >= u.from || !start[u.from] || !start[u.to] {
			continue
		}
		if reached[u.to] == nil {
			reached[u.to] = t.reach(u.to)
		}
		if !reached[u.to][u.from] {
			t.report(diag.Warning, "reference-never", u.ref.place(), u.path, u.ref.text, t.Tasks[u.to].Name, t.Tasks[u.from].Name)
		}
	}
}

// cycles reports conditions and defaults that refer to themselves.
func (r *reader) cycles() {
	t := r.t
	r.cycle("condition-cycle", "Conditions.", func(g *graph.Graph[string]) {
		for _, k := range t.Conditions {
			t.conditionUses(k.Node, func(i int) { g.AddEdge(k.Name, t.Conditions[i].Name) })
		}
	}, func(name string) doc.Node {
		i, _ := t.conditions.find(name)
		return t.Conditions[i].Node
	})
	r.weighConditions()
	r.cycle("default-cycle", "Parameters.", func(g *graph.Graph[string]) {
		for _, p := range t.Parameters {
			for _, inner := range referencesIn(p.Default) {
				if i, ok := t.parameters.find(inner); ok {
					g.AddEdge(p.Name, t.Parameters[i].Name)
				}
			}
		}
	}, func(name string) doc.Node { return t.Parameter(name).Node })
}

func (r *reader) cycle(code diag.Code, section string, build func(*graph.Graph[string]), node func(string) doc.Node) {
	g := &graph.Graph[string]{}
	build(g)
	_, err := g.Order()
	if cycle := (*graph.CycleError[string])(nil); !errors.As(err, &cycle) {
		return
	}
	for _, names := range g.Cycles() {
		keys := append(append([]string(nil), names...), names[0])
		r.reportKey(diag.Error, code, node(names[0]), section+names[0], strings.Join(keys, " → "))
	}
}

// maxConditionWeight bounds the conditions that the evaluation of one may
// evaluate, each as often as it is named.
const maxConditionWeight = 10_000

// weighConditions refuses conditions that name others so often over several
// levels that evaluating them would take too long, and those in a circle.
func (r *reader) weighConditions() {
	t := r.t
	t.heavy = make([]bool, len(t.Conditions))
	weights := make([]int, len(t.Conditions)) // -1: being weighed
	var weigh func(i int) int
	weigh = func(i int) int {
		switch {
		case weights[i] < 0:
			t.heavy[i] = true // in a circle, which is reported
			return 1
		case weights[i] > 0:
			return weights[i]
		}
		weights[i] = -1
		total := 1
		t.conditionUses(t.Conditions[i].Node, func(j int) { total = min(total+weigh(j), maxConditionWeight+1) })
		if total > maxConditionWeight && !t.heavy[i] {
			t.heavy[i] = true
			r.reportKey(diag.Error, "condition-heavy", t.Conditions[i].Node, "Conditions."+t.Conditions[i].Name, t.Conditions[i].Name, strconv.Itoa(maxConditionWeight))
			total = 1 // those that name it are refused with it
		}
		weights[i] = total
		return total
	}
	for i := range t.Conditions {
		weigh(i)
	}
}

// conditionUses visits the conditions that a condition names.
func (t *Template) conditionUses(n doc.Node, visit func(index int)) {
	name, arg, ok := callOf(n)
	if !ok {
		return
	}
	if f := table[name]; f != nil && f.conditions {
		members := []doc.Node{arg}
		if arg.Kind() == doc.List {
			members = members[:0]
			for i := range arg.Len() {
				if name != "Fn::If" || i == 0 {
					members = append(members, arg.At(i))
				}
			}
		}
		for _, m := range members {
			if i, ok := t.conditions.find(m.Text()); ok && m.Kind() == doc.String {
				visit(i)
			}
		}
	}
	var inside func(n doc.Node)
	inside = func(n doc.Node) {
		if _, _, ok := callOf(n); ok {
			t.conditionUses(n, visit)
			return
		}
		for member := range n.Items() {
			inside(member)
		}
	}
	inside(arg)
}
