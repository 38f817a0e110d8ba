package runbook

import (
	"iter"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
)

// reference resolves the inner text of {{ … }}; nil if it cannot be a reference
// and stays as it is, or is one to nothing, which is reported.
func (c *compiler) reference(n doc.Node, inner string) *reference {
	r := &reference{text: inner, node: n}
	if name, secret, ok := storeName(inner); ok {
		if name == "" {
			return nil
		}
		r.kind, r.name, r.secret = toStore, name, secret
		if !c.mute {
			c.t.noteStored(inner)
		}
		return r
	}
	if len(inner) > len(pseudoPrefix) && strings.EqualFold(inner[:len(pseudoPrefix)], pseudoPrefix) {
		return c.pseudoReference(r)
	}
	if task, rest, ok := strings.Cut(inner, "."); ok {
		if !isName(task) || !isPath(rest) {
			return nil
		}
		return c.taskReference(r, task, rest)
	}
	if !isName(inner) {
		return nil
	}
	for t := c.t; t != nil; t = t.outer {
		if i, ok := t.parameters.find(inner); ok {
			r.kind, r.index, r.name = toParameter, i, t.Parameters[i].Name
			return r
		}
	}
	if c.t.Task(inner) != nil {
		c.reportIn(diag.Error, "reference-without-output", r, inner, c.t.outputsOf(c.t.Task(inner)))
	} else {
		c.reportIn(diag.Error, "unknown-parameter-reference", r, inner, diag.Propose(inner, c.t.parameterNames()))
	}
	return nil
}

// isPath reports whether a text can stand behind the name of a task: it has no
// quotes, pipes, blanks or the like.
func isPath(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r > 0x7f || !isName(string(r)) && !strings.ContainsRune(".[]?:", r)
	})
}

func (c *compiler) pseudoReference(r *reference) *reference {
	name := r.text[len(pseudoPrefix):]
	p, ok := findPseudo(name)
	if !ok {
		c.reportIn(diag.Error, "unknown-pseudo", r, r.text, diag.Propose(r.text, func(yield func(string) bool) {
			for _, known := range pseudoNames {
				if !yield(pseudoPrefix + known) {
					return
				}
			}
		}))
		return nil
	}
	if p == pseudoItem && !c.at.item {
		c.reportIn(diag.Error, "item-outside-loop", r, r.text)
	}
	r.kind, r.pseudo = toPseudo, p
	return r
}

func (c *compiler) taskReference(r *reference, name, rest string) *reference {
	task, inner := c.findTask(name)
	if task == nil {
		c.reportIn(diag.Error, "unknown-task-reference", r, name, r.text, diag.Propose(name, c.t.taskNames()))
		return nil
	}
	if c.at.task == noTask {
		c.reportIn(diag.Error, "output-too-early", r, r.text)
		return nil
	}
	inTime := !inner || c.checkOrder(task, r)
	r.kind, r.name = toOutput, task.Name
	if o := task.LoopOutput(rest); o != nil {
		r.output = o.Name
		return r
	}
	if o := task.Output(rest); o != nil {
		r.output = o.Name
		return r
	}
	program, err := fn.NewProgram("." + rest)
	switch {
	case err != nil || !task.hasResult():
		c.reportIn(diag.Error, "unknown-output", r, rest, task.Name, c.t.outputsOf(task))
		return nil
	case isName(rest) && inTime:
		c.reportIn(diag.Warning, "undeclared-output", r, rest, task.Name, c.t.outputsOf(task))
	}
	r.kind, r.program = toRaw, program
	return r
}

// findTask finds a task of the template, or of the one around it; inner tells
// which.
func (c *compiler) findTask(name string) (task *Task, inner bool) {
	if task = c.t.Task(name); task != nil {
		return task, true
	}
	for t := c.t; t.outer != nil; t = t.outer {
		if task = t.outer.Task(name); task != nil && task.Index < t.before {
			return task, false
		}
	}
	return nil, false
}

// checkOrder reports a reference to a task that has not run yet, and tells
// whether it has.
func (c *compiler) checkOrder(task *Task, r *reference) bool {
	if c.at.task == everyTask {
		return true
	}
	c.uses = append(c.uses, use{c.at.task, task.Index, r, strings.Join(c.path, ".")})
	if task.Index < c.at.task {
		return true
	}
	if task.Index == c.at.task {
		c.reportIn(diag.Error, "reference-to-itself", r, r.text)
		return false
	}
	if !c.t.jumpsBack(task.Index, c.at.task) {
		c.reportIn(diag.Error, "reference-later", r, r.text, task.Name)
		return false
	}
	return true
}

// noteStored keeps the list of entries of the parameter store.
func (t *Template) noteStored(inner string) {
	name, secret, _ := storeName(inner)
	entry := storePrefix + name
	if secret {
		entry = secretPrefix + name
	}
	if !t.isStored[entry] {
		if t.isStored == nil {
			t.isStored = make(map[string]bool)
		}
		t.isStored[entry] = true
		t.stored = append(t.stored, entry)
	}
}

func (t *Template) parameterNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for from := t; from != nil; from = from.outer {
			for _, p := range from.Parameters {
				if !yield(p.Name) {
					return
				}
			}
		}
	}
}

func (t *Template) taskNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, task := range t.Tasks {
			if !yield(task.Name) {
				return
			}
		}
	}
}

func (t *Template) nearCondition(name string) string {
	return diag.Propose(name, func(yield func(string) bool) {
		for _, c := range t.Conditions {
			if !yield(c.Name) {
				return
			}
		}
	})
}

// outputsOf lists the outputs of a task for a hint.
func (t *Template) outputsOf(task *Task) string {
	return diag.Propose("", func(yield func(string) bool) {
		if task.Loop != nil {
			for _, o := range task.Loop.Outputs {
				if !yield(o.Name) {
					return
				}
			}
		}
		for _, o := range task.Outputs {
			if !yield(o.Name) {
				return
			}
		}
	})
}
