package oos

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// execution is one run of a template: the root, or a child of a unit.
type execution struct {
	path    string // dotted, without the root's ID; "" for the root
	prog    *program
	values  *runbook.Values
	parent  *unit      // nil for the root
	outer   *execution // whose tasks and parameters the tasks of an ACS::Loop see
	item    value.Value
	depth   int
	began   stamp
	ended   stamp
	status  Status
	message string // of the first failure, or why it ended
	failed  bool   // a task failed whose failure counts
	cursor  int    // the task that is under way or comes next
	steps   int    // tasks entered
	hold    WaitKind
	since   stamp // of hold
	cancel  string
	stopped bool // cancel is asked
	tasks   []taskRun
	waits   int     // what waits, in it and below
	loaded  []*unit // units whose template has come
	tally   []FailedTask
	outputs value.Value
	queued  bool // on the agenda
	scope   *runbook.Scope
	world   runbook.World
}

// taskRun is what is known of one task.
type taskRun struct {
	status  Status // "" while control has not come to it
	attempt int    // how often it was begun
	started stamp
	ended   stamp
	message string
	note    string
	gate    gate
	// override is what ExecuteTask and RetryTask set: properties that replace
	// those of the template, and the one item that a loop runs with.
	override value.Value
	outputs  []value.Value // see execution.output
	raw      value.Value
	unit     *unit // under way; of a task without a loop
	loop     *loop
	props    value.Value // with machine.keep: as rendered, secrets redacted
}

// gate says whether a task may begin.
type gate uint8

const (
	closed    gate = iota
	confirmed      // its risk was confirmed
	chosen         // a person has said that it runs
)

// unit is one action under way: of a task, or of one item of its loop.
type unit struct {
	exec    *execution
	task    int32
	item    int32 // -1: no loop
	state   unitState
	unsure  bool // a try failed in a way that does not tell whether it had an effect
	seq     int32
	attempt int // failed tries in a row
	limited int // tries in a row that were refused for their rate
	started stamp
	until   stamp
	next    stamp
	since   stamp // waits since then
	wait    WaitKind
	need    int
	given   []string // who approved
	load    string
	child   *execution
	doubt   TaskError

	rendered bool
	props    value.Value
}

type unitState uint8

const (
	calling  unitState = iota // the effector's
	sleeping                  // a timer's
	awaiting                  // a person's, or a trigger's
	loading                   // its template is on its way
	loadDone                  // its template has come
	parental                  // its child runs
	doubtful                  // a call's effect is not known
)

// taskPath names a task in its execution: tasks are numbered in steps of ten.
func taskPath(exec string, task int) string {
	digits := strconv.Itoa((task + 1) * 10)
	name := "t" + strings.Repeat("0", max(0, 4-len(digits))) + digits
	if exec == "" {
		return name
	}
	return exec + "." + name
}

// path names a unit: the task, with the number of the item from 1 in a loop.
func (u *unit) path() string {
	p := taskPath(u.exec.path, int(u.task))
	if u.item < 0 {
		return p
	}
	return p + "." + strconv.Itoa(int(u.item)+1)
}

// childPath names the execution that a unit is the parent of.
func (u *unit) childPath() string {
	return taskPath(u.exec.path, int(u.task)) + "." + strconv.Itoa(int(u.item)+1)
}

// command names the unit's call or timer. It is another one for each try and
// each run of the task.
func (u *unit) command() string {
	return u.path() + "#" + strconv.Itoa(u.run().attempt) + "." + strconv.Itoa(int(u.seq))
}

func (u *unit) run() *taskRun           { return &u.exec.tasks[u.task] }
func (u *unit) template() *runbook.Task { return u.exec.prog.tmpl.Tasks[u.task] }
func (u *unit) number() int32           { return u.item + 1 } // as facts write it

// id gives the full ID of a path.
func (m *machine) id(path string) string {
	if path == "" {
		return m.head.ID
	}
	return m.head.ID + "." + path
}

// task is the task that control stands at; nil past the last one.
func (e *execution) task() *runbook.Task {
	if e.cursor >= len(e.prog.tmpl.Tasks) {
		return nil
	}
	return e.prog.tmpl.Tasks[e.cursor]
}

// waiting adds to the number of things that wait, here and above.
func (m *machine) waiting(e *execution, by int) {
	for ; e != nil; e = e.above() {
		before := e.shown()
		e.waits += by
		if e.shown() != before {
			m.summary = nil
		}
	}
}

func (e *execution) above() *execution {
	if e.parent == nil {
		return nil
	}
	return e.parent.exec
}

// shown is the status that people see.
func (e *execution) shown() Status {
	if !e.status.Final() && e.waits > 0 {
		return Waiting
	}
	return e.status
}

// wait puts an execution to a person.
func (m *machine) wait(e *execution, kind WaitKind, at stamp) {
	if e.hold == waitNothing {
		m.waiting(e, 1)
	}
	e.hold, e.since = kind, at
}

// resume takes an execution back from a person.
func (m *machine) resume(e *execution) {
	if e.hold != waitNothing {
		m.waiting(e, -1)
	}
	e.hold, e.since = waitNothing, 0
}

// at gives the scope in which expressions of the execution are rendered.
func (m *machine) at(e *execution, now stamp, item value.Value) *runbook.Scope {
	if e.scope == nil {
		e.world = runbook.World{
			AccountID: m.head.Account, Region: m.head.Region, ExecutionID: m.id(e.path),
			ExecuteUser: m.head.User, UtilVersion: m.head.UtilVersion,
		}
		e.scope = &runbook.Scope{Template: e.prog.tmpl, Values: e.values, Output: e.output, Raw: e.raw}
	}
	world, scope := e.world, *e.scope
	world.Now = now.time()
	scope.World, scope.Item = &world, item
	return &scope
}

// itemOf is ACS::TaskLoopItem for a unit.
func (u *unit) itemOf() value.Value {
	if l := u.run().loop; l != nil && u.item >= 0 && int(u.item) < l.items.Len() {
		return l.item(u.item)
	}
	return u.exec.item
}

// output gives an output of a task: of its loop where that has one of the name,
// else its own.
func (e *execution) output(task, name string) (value.Value, bool) {
	t := e.prog.tmpl.Task(task)
	if t == nil {
		if e.outer != nil {
			return e.outer.output(task, name)
		}
		return value.Value{}, false
	}
	r := &e.tasks[t.Index]
	if len(r.outputs) == 0 {
		return value.Value{}, false
	}
	aggregates := r.outputs[:len(r.outputs)-len(t.Outputs)]
	for i := range aggregates {
		if t.Loop.Outputs[i].Name == name {
			return aggregates[i], true
		}
	}
	for i, o := range t.Outputs {
		if o.Name == name {
			return r.outputs[len(aggregates)+i], true
		}
	}
	return value.Value{}, false
}

// raw gives the raw result of a task.
func (e *execution) raw(task string) (value.Value, bool) {
	t := e.prog.tmpl.Task(task)
	if t == nil {
		if e.outer != nil {
			return e.outer.raw(task)
		}
		return value.Value{}, false
	}
	r := &e.tasks[t.Index]
	return r.raw, !r.raw.IsAbsent()
}

// render gives the properties of a unit, as they were when it was started.
func (m *machine) render(u *unit) (value.Value, error) {
	if u.rendered {
		return u.props, nil
	}
	v, err := m.properties(u.exec, int(u.task), m.at(u.exec, u.started, u.itemOf()))
	if err == nil {
		u.props, u.rendered = v, true
	}
	return v, err
}

// properties renders those of a task, with what a person has put in their place.
func (m *machine) properties(e *execution, task int, scope *runbook.Scope) (value.Value, error) {
	t := e.prog.tmpl.Tasks[task]
	if t.Inner != nil {
		// What is written inline belongs to the child, which renders it.
		v, err := scope.Render(t.Properties.Get("Parameters"))
		return value.Map([]value.Entry{{Key: "Parameters", Value: v}}), err
	}
	v, err := scope.Render(t.Properties)
	if set, ok := e.tasks[task].override.Get("properties"); ok && err == nil {
		v = merged(v, set)
	}
	return v, err
}

// merged gives a map with the members of another one in their place.
func merged(v, with value.Value) value.Value {
	entries := make([]value.Entry, 0, v.Len()+with.Len())
	for key, member := range v.Entries() {
		if _, replaced := with.Get(key); !replaced {
			entries = append(entries, value.Entry{Key: key, Value: member})
		}
	}
	for key, member := range with.Entries() {
		entries = append(entries, value.Entry{Key: key, Value: member})
	}
	return value.Map(entries)
}
