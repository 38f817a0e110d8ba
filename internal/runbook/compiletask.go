package runbook

import (
	"strconv"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
)

// compileTask makes expressions of all that a task renders.
func (r *reader) compileTask(task *Task) []use {
	inLoop := r.t.outer != nil
	c := &compiler{t: r.t, at: place{task: task.Index, item: inLoop}}
	base := []string{r.prefix + taskPath(task.Index, task.Name)}
	visit := func(n doc.Node, f func(doc.Node), path ...string) {
		if !n.IsZero() {
			c.path = append(append(c.path[:0], base...), path...)
			f(n)
		}
	}
	render := func(n doc.Node) { c.compile(n) }
	if l := task.Loop; l != nil {
		visit(l.Items, render, "Loop", "Items")
		if l.Flat {
			for _, key := range rateKeys {
				visit(l.RateControl.Get(key), render, "Loop", key)
			}
		} else {
			visit(l.RateControl, render, "Loop", "RateControl")
		}
		c.at.item = true
	}
	visit(task.When, func(n doc.Node) { c.condition(n) }, "When")
	visit(task.Properties, func(n doc.Node) { c.properties(task, n) }, "Properties")
	if task.Action == LoopAction && task.Inner != nil {
		c.uses = append(c.uses, r.compileInner(task)...)
	}
	for _, o := range task.Outputs {
		visit(o.Selector, func(n doc.Node) { c.output(task, n) }, "Outputs", o.Name, "ValueSelector")
	}
	return c.uses
}

// compileInner compiles the tasks of an ACS::Loop.
func (r *reader) compileInner(task *Task) []use {
	ir := &reader{t: task.Inner, prefix: r.prefix + taskPath(task.Index, task.Name) + ".Properties.LoopTasks."}
	var uses []use
	for _, inner := range task.Inner.Tasks {
		uses = append(uses, ir.compileTask(inner)...)
	}
	ir.neverSet(uses)
	ir.flow()
	r.t.findings = append(r.t.findings, task.Inner.findings...)
	for _, entry := range task.Inner.stored {
		r.t.noteStored(entry)
	}
	return nil
}

// output compiles the selector of a task's output; those of an ACS::Loop refer
// to its inner tasks.
func (c *compiler) output(task *Task, n doc.Node) {
	if task.Action != LoopAction || task.Inner == nil {
		c.selector(n)
		return
	}
	inner := &compiler{t: task.Inner, at: place{task: everyTask, item: true}, path: c.path}
	found := len(task.Inner.findings)
	c.t.expressions[n] = inner.selector(n)
	c.t.findings = append(c.t.findings, task.Inner.findings[found:]...)
}

// properties compiles the properties of a task, of which some are rendered as jq
// programs and some are not rendered at all.
func (c *compiler) properties(task *Task, n doc.Node) {
	if n.Kind() != doc.Map {
		c.compile(n)
		return
	}
	if _, _, ok := callOf(n); ok {
		c.compile(n)
		return
	}
	c.remember(n, c.mapOf(n, func(member doc.Node) expression {
		switch key := member.Key(); {
		case task.Action == ChildTemplate && key == "TemplateContent",
			task.Action == LoopAction && key == "LoopTasks",
			task.Action == ChoiceAction && key == "DefaultTask":
			return c.verbatim(member)
		case task.Action == ChoiceAction && key == "Choices":
			return c.choices(member)
		case (task.Action == WaitFor || task.Action == CheckFor) && key == "PropertySelector":
			return c.propertySelector(member)
		case task.Action == ExecuteHTTP && (key == "WaitFor" || key == "CheckFor"):
			return c.rules(member)
		default:
			return c.compile(member)
		}
	}))
}

func (c *compiler) choices(n doc.Node) expression {
	for i := range n.Len() {
		if when := n.At(i).Get("When"); !when.IsZero() {
			c.under(strconv.Itoa(i)+".When", when, c.condition)
		}
	}
	return c.verbatim(n)
}

func (c *compiler) propertySelector(n doc.Node) expression {
	x := c.program(n)
	if k, ok := x.(constant); ok && n.Kind() == doc.String {
		c.compileProgram(n, dotted(k.v.Text()))
	}
	return x
}

// rules compiles the rules of an ACS::ExecuteHttpRequest, whose selectors are jq
// programs.
func (c *compiler) rules(n doc.Node) expression {
	if n.Kind() != doc.Map && n.Kind() != doc.List {
		return c.compile(n)
	}
	if _, _, ok := callOf(n); ok {
		return c.compile(n)
	}
	if n.Kind() == doc.Map {
		return c.remember(n, c.mapOf(n, func(member doc.Node) expression {
			if member.Key() == "PropertySelector" {
				return c.propertySelector(member)
			}
			return c.rules(member)
		}))
	}
	items, isConst := make([]expression, n.Len()), true
	for i := range items {
		items[i] = c.under(strconv.Itoa(i), n.At(i), c.rules)
		isConst = isConst && isConstant(items[i])
	}
	return c.remember(n, c.listOf(n, items, isConst))
}

// compileProgram compiles a jq program that has no references in it, and reports
// what is wrong with it.
func (c *compiler) compileProgram(n doc.Node, source string) *fn.Program {
	p, err := fn.NewProgram(source)
	if err == nil {
		return p
	}
	if f, ok := err.(*fn.Error); ok && len(f.Args) > 0 {
		c.report(diag.Error, "jq-program", n, diag.Clip(source), diag.Clip(f.Args[0]))
	}
	return nil
}
