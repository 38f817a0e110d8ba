package template

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/edit"
)

// runbook renames in an OOS template. Its names are the same in upper and lower
// case.
func (c *nameChange) runbook() {
	section := c.root.Get(c.section)
	switch {
	case section.Kind() == doc.Map:
		c.out.Key(section.Get(c.from), c.to)
	default:
		for task := range section.Items() {
			c.foldedName(task.Get("Name"))
		}
	}
	if c.section == "Outputs" {
		return // nothing refers to them
	}
	for member := range c.root.Items() {
		switch member.Key() {
		case "Metadata":
			for entry := range member.Items() {
				c.interfaceData(entry)
			}
		case "Parameters":
			for parameter := range member.Items() {
				c.braces(parameter.Get("Default"))
				c.braces(parameter.Get("AssociationPropertyMetadata"))
				c.association(parameter.Get("AssociationPropertyMetadata"), "")
			}
		case "Description":
		default:
			c.braces(member)
		}
	}
	if c.section == "Tasks" {
		for task := range section.Items() {
			c.jumps(task)
		}
	}
}

func (c *nameChange) foldedName(n doc.Node) {
	if n.Kind() == doc.String && strings.EqualFold(n.Text(), c.from) {
		c.out.Text(n, edit.Part{Start: 0, End: len(n.Text()), Text: c.to})
	}
}

// jumps changes the names of tasks that a task goes to.
func (c *nameChange) jumps(n doc.Node) {
	for child := range n.Items() {
		switch {
		case n.Kind() == doc.Map && slices.Contains([]string{"NextTask", "DefaultTask", "OnError", "OnSuccess"}, child.Key()):
			c.foldedName(child)
		case child.Kind() >= doc.List:
			c.jumps(child)
		}
	}
}

// braces changes the references {{ … }} in the texts of a value.
func (c *nameChange) braces(n doc.Node) {
	for child := range n.Items() {
		c.braces(child)
	}
	if n.Kind() != doc.String {
		return
	}
	text := n.Text()
	var parts []edit.Part
	for at := 0; ; {
		open := strings.Index(text[at:], "{{")
		if open < 0 {
			break
		}
		open += at
		size := strings.Index(text[open+2:], "}}")
		if size < 0 {
			break
		}
		end := open + 2 + size
		if p, ok := c.reference(text, open+2, end); ok {
			p.Text = text[open:p.Start] + p.Text + text[p.End:end+2]
			p.Start, p.End = open, end+2
			parts = append(parts, p)
			at = end + 2
			continue
		}
		at = open + 1
	}
	c.out.Text(n, parts...)
}

// reference finds the name in the inside of a reference, from start to end.
func (c *nameChange) reference(text string, start, end int) (edit.Part, bool) {
	inner := text[start:end]
	name := strings.TrimSpace(inner)
	if strings.ContainsAny(inner, "{}\r\n") || strings.HasPrefix(name, "oos:") || strings.HasPrefix(name, "oos-secret:") {
		return edit.Part{}, false
	}
	owner, _, dotted := strings.Cut(name, ".")
	if dotted != (c.section == "Tasks") || !strings.EqualFold(owner, c.from) {
		return edit.Part{}, false
	}
	at := start + strings.Index(inner, owner)
	return edit.Part{Start: at, End: at + len(owner), Text: c.to}, true
}
