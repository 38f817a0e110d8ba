package runbook

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

var (
	taskKeys = []string{
		"Name", "Action", "Description", "Properties", "When", "Outputs", "Loop", "OnError", "OnSuccess", "IsCritical",
		"Retries", "DelayType", "Delay", "BackOff", "MaxRetryInterval",
	}
	taskOutputKeys = []string{"Type", "ValueSelector", "Description"}
	choiceKeys     = []string{"When", "NextTask"}
)

// taskPath names a task in paths by its name, which says more than its number.
func taskPath(i int, name string) string {
	if name == "" {
		return "Tasks." + strconv.Itoa(i)
	}
	return "Tasks." + name
}

func (r *reader) tasks(list doc.Node) {
	for n := range list.Items() {
		i := len(r.t.Tasks)
		task := &Task{Index: i, Node: n, IsCritical: true}
		r.t.Tasks = append(r.t.Tasks, task)
		if n.Kind() != doc.Map {
			r.report(diag.Error, "task-not-map", n, taskPath(i, ""), n.Kind().String())
			continue
		}
		r.task(task, taskPath(i, n.Get("Name").Text()))
	}
	for _, task := range r.t.Tasks {
		r.targets(task)
		for _, next := range r.t.successors(task) {
			r.t.backward = r.t.backward || next <= task.Index
		}
	}
}

func (r *reader) task(task *Task, path string) {
	n := task.Node
	r.keys(n, path, "task", taskKeys)
	name := n.Get("Name")
	if r.kind(name, path+".Name", doc.String, doc.Int) && name.Text() != "" {
		task.Name = name.Text()
		r.name(&r.t.tasks, task.Name, task.Index, name, name.Range(), path+".Name", "task")
	} else if name.IsZero() || name.Kind() == doc.Null || name.Text() == "" {
		r.report(diag.Error, "task-name-missing", n, path)
	}
	task.When = n.Get("When")
	if r.kind(n.Get("Properties"), path+".Properties", doc.Map, doc.String) {
		task.Properties = n.Get("Properties")
	}
	r.action(task, path)
	for o := range r.taskSection(n, "Outputs", path).Items() {
		r.taskOutput(task, o, path+".Outputs."+o.Key())
	}
	if loop := n.Get("Loop"); r.kind(loop, path+".Loop", doc.Map) {
		r.loop(task, loop, path+".Loop")
	}
	if critical := n.Get("IsCritical"); r.kind(critical, path+".IsCritical", doc.Bool, doc.String) {
		switch text := critical.Text(); {
		case critical.Kind() == doc.Bool:
			task.IsCritical = critical.Bool()
		case strings.EqualFold(text, "false"):
			task.IsCritical = false
		case !strings.EqualFold(text, "true"):
			r.report(diag.Error, "wrong-kind", critical, path+".IsCritical", "IsCritical", "boolean", "string")
		}
	}
	r.polling(task, path)
}

// taskSection returns a map of a task.
func (r *reader) taskSection(n doc.Node, key, path string) doc.Node {
	if section := n.Get(key); r.kind(section, path+"."+key, doc.Map) {
		return section
	}
	return doc.Node{}
}

func (r *reader) taskOutput(task *Task, n doc.Node, path string) {
	r.name(&task.outputs, n.Key(), len(task.Outputs), n, n.KeyRange(), path, "output")
	o := &TaskOutput{Name: n.Key(), Type: "String", Node: n}
	task.Outputs = append(task.Outputs, o)
	if !r.kind(n, path, doc.Map) {
		if n.Kind() == doc.Null {
			r.reportKey(diag.Error, "selector-missing", n, path)
		}
		return
	}
	r.keys(n, path, "output", taskOutputKeys)
	o.Type = r.outputType(n.Get("Type"), path+".Type")
	o.Selector = n.Get("ValueSelector")
	if o.Selector.IsZero() {
		r.reportKey(diag.Error, "selector-missing", n, path)
		return
	}
	if _, _, isCall := callOf(o.Selector); !isCall {
		r.kind(o.Selector, path+".ValueSelector", doc.String)
	}
}

// action reads the action and what only it has.
func (r *reader) action(task *Task, path string) {
	n := task.Node.Get("Action")
	if n.IsZero() || n.Kind() == doc.Null || n.Text() == "" {
		r.report(diag.Error, "action-missing", at(n, task.Node), path+".Action")
		return
	}
	if !r.kind(n, path+".Action", doc.String) {
		return
	}
	task.Action = canonicalAction(n.Text())
	known := findAtomic(task.Action)
	if known == nil {
		if strings.Count(task.Action, "::") < 2 || !strings.HasPrefix(task.Action, pseudoPrefix) {
			r.report(diag.Error, "unknown-action", n, path+".Action", task.Action, diag.Propose(task.Action, actionNames))
		}
		return
	}
	if known.trigger {
		switch {
		case r.t.options.Child || r.t.outer != nil:
			r.report(diag.Error, "trigger-in-child", n, path+".Action", task.Action)
		case task.Index > 0:
			r.report(diag.Error, "trigger-not-first", n, path+".Action", task.Action)
		}
	}
	r.properties(task, known, path+".Properties")
	switch task.Action {
	case ChoiceAction:
		r.choices(task, path+".Properties")
	case ChildTemplate:
		if content := task.Properties.Get("TemplateContent"); content.Kind() == doc.Map {
			task.Inner = r.inner(content, path+".Properties.TemplateContent")
		}
	case LoopAction:
		r.loopTasks(task, path+".Properties")
	}
}

// actionNames yields all known actions.
func actionNames(yield func(string) bool) {
	for _, name := range atomicOrder {
		if !yield(name) {
			return
		}
	}
	for _, name := range ProductActions() {
		if !yield(name) {
			return
		}
	}
}

// atomicOrder lists the atomic actions, the most used first.
var atomicOrder = [...]string{
	ExecuteAPI, WaitFor, CheckFor, ChoiceAction, SelectTargets, Sleep, ChildTemplate, Notify, Approve, Pause,
	LoopAction, ExecuteHTTP, TimerTrigger, EventTrigger, AlarmTrigger, GitCodeRepo,
}

func (r *reader) choices(task *Task, path string) {
	task.DefaultTask = task.Properties.Get("DefaultTask").Text()
	for n := range task.Properties.Get("Choices").Items() {
		at := path + ".Choices." + strconv.Itoa(len(task.Choices))
		choice := Choice{When: n.Get("When"), NextTask: n.Get("NextTask").Text()}
		task.Choices = append(task.Choices, choice)
		if n.Kind() != doc.Map {
			r.report(diag.Error, "wrong-kind", n, at, "Choices", "map", n.Kind().String())
			continue
		}
		r.keys(n, at, "choice", choiceKeys)
		for _, key := range choiceKeys {
			if n.Get(key).IsZero() {
				r.report(diag.Error, "property-missing", n, at, key, ChoiceAction)
			}
		}
	}
}

// loopTasks reads the tasks of an ACS::Loop as a template that sees the names of
// the one around it.
func (r *reader) loopTasks(task *Task, path string) {
	list := task.Properties.Get("LoopTasks")
	if list.Kind() != doc.List {
		return
	}
	inner := &Template{
		Name: r.t.Name, Version: formatVersion, doc: r.t.doc, root: task.Properties, options: r.t.options,
		outer: r.t, before: task.Index, conditions: r.t.conditions, Conditions: r.t.Conditions,
		expressions: make(map[doc.Node]expression), programs: r.t.programs,
	}
	ir := &reader{t: inner, prefix: r.prefix + path + ".LoopTasks."}
	ir.tasks(list)
	task.Inner = inner
}
