package template

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/edit"
)

// nameChange finds all places of a name.
type nameChange struct {
	root              doc.Node
	section, from, to string
	out               *edit.Rewriting
	longer            []string // resources whose names go on with a dot where from ends
}

// sharedNames are the sections that share one namespace in a ROS template.
var sharedNames = []string{"Parameters", "Locals", "Resources"}

func (c *nameChange) check() error {
	fail := func(reason string) error {
		return &EditError{Path: c.section + "." + c.from, Reason: reason}
	}
	kind := detect(c.root)
	known := []string{"Parameters", "Locals", "Resources", "Conditions", "Mappings", "Rules", "Outputs"}
	if kind == Runbook {
		known = []string{"Parameters", "Tasks", "Outputs"}
	}
	switch {
	case kind == NotTemplate:
		return fail("the text is no template")
	case !slices.Contains(known, c.section):
		return fail("the section has no names")
	case !c.exists(c.section, c.from):
		return fail("there is no such name")
	case c.from == c.to:
		return nil
	case c.to == "" || strings.HasPrefix(c.to, pseudoPrefix) || strings.HasPrefix(c.to, "ACS::"):
		return fail("the new name is reserved")
	case strings.ContainsAny(c.to, "{}$\r\n"):
		return fail("the new name cannot stand in a reference")
	case kind == Terraform && c.section == "Parameters":
		return fail("the workspace has a variable of the same name")
	}
	among := []string{c.section}
	if kind != Runbook && slices.Contains(sharedNames, c.section) {
		among = sharedNames
	}
	for _, section := range among {
		if c.exists(section, c.to) && !(kind == Runbook && strings.EqualFold(c.from, c.to)) {
			return fail("the name " + c.to + " is taken in " + section)
		}
	}
	return nil
}

// exists reports whether a section has a name; names of runbooks are the same
// in upper and lower case.
func (c *nameChange) exists(section, name string) bool {
	n := c.root.Get(section)
	if n.Kind() == doc.Map {
		if detect(c.root) != Runbook || section == "Outputs" || name == c.from {
			return !n.Get(name).IsZero()
		}
		for member := range n.Items() {
			if strings.EqualFold(member.Key(), name) {
				return true
			}
		}
	}
	for task := range n.Items() {
		if n.Kind() == doc.List && strings.EqualFold(task.Get("Name").Text(), name) {
			return true
		}
	}
	return false
}

// whole changes a text that is the name, or names one instance of it.
func (c *nameChange) whole(n doc.Node) {
	if n.Kind() != doc.String {
		return
	}
	text := n.Text()
	if base, _, ok := instance(text); ok && c.section == "Resources" {
		text = base
	}
	if text == c.from {
		c.out.Text(n, edit.Part{Start: 0, End: len(c.from), Text: c.to})
	}
}

// each changes a name, or those in a list.
func (c *nameChange) each(n doc.Node) {
	if n.Kind() != doc.List {
		c.whole(n)
	}
	for item := range n.Items() {
		if n.Kind() == doc.List {
			c.whole(item)
		}
	}
}

// stack renames in a ROS template.
func (c *nameChange) stack() {
	c.out.Key(c.root.Get(c.section).Get(c.from), c.to)
	for resource := range c.root.Get("Resources").Items() {
		if key := resource.Key(); strings.HasPrefix(key, c.from+".") {
			c.longer = append(c.longer, key)
		}
	}
	for section := range c.root.Items() {
		for entry := range section.Items() {
			switch section.Key() {
			case "Parameters":
				c.association(entry.Get("AssociationPropertyMetadata"), "")
			case "Resources":
				c.resource(entry)
			case "Outputs":
				c.condition(entry.Get("Condition"))
				c.expression(entry.Get("Value"))
			case "Conditions":
				c.expression(entry)
			case "Locals":
				c.expression(entry.Get("Value"))
				c.expression(entry.Get("Properties"))
			case "Rules":
				c.rule(entry)
			case "Metadata":
				c.interfaceData(entry)
			}
		}
	}
}

// condition changes the name of a condition.
func (c *nameChange) condition(n doc.Node) {
	if c.section == "Conditions" {
		c.whole(n)
	}
}

// shared reports whether the name is one that Ref reads.
func (c *nameChange) shared() bool { return slices.Contains(sharedNames, c.section) }

func (c *nameChange) resource(n doc.Node) {
	raw := rawProperty(n.Get("Type").Text())
	for attribute := range n.Items() {
		switch attribute.Key() {
		case "Type", "Description":
		case "Condition":
			c.condition(attribute)
		case "DependsOn":
			if c.section == "Resources" {
				c.each(attribute)
			}
		case "Properties":
			if _, _, call := callOf(attribute); call || raw == "" {
				c.expression(attribute)
				continue
			}
			for property := range attribute.Items() {
				if property.Key() != raw {
					c.expression(property)
				}
			}
		default:
			c.expression(attribute)
		}
	}
}

func (c *nameChange) rule(n doc.Node) {
	c.condition(n.Get("RuleCondition"))
	c.expression(n.Get("RuleCondition"))
	assertions := n.Get("Assertions")
	if assertions.Kind() == doc.Map {
		c.condition(assertions.Get("Assert"))
		c.expression(assertions.Get("Assert"))
		return
	}
	for a := range assertions.Items() {
		c.condition(a.Get("Assert"))
		c.expression(a.Get("Assert"))
	}
}

// expression changes the references in an expression.
func (c *nameChange) expression(n doc.Node) {
	name, arg, call := callOf(n)
	if call {
		switch name {
		case "Ref":
			if c.shared() {
				c.whole(arg)
			}
		case "Fn::GetAtt":
			if c.shared() {
				c.whole(arg.At(0))
			}
		case "Fn::Sub":
			c.sub(arg)
		case "Fn::FindInMap":
			if c.section == "Mappings" {
				c.whole(arg.At(0))
			}
		case "Fn::If":
			c.condition(arg.At(0))
			c.conditionCall(arg.At(0))
		case "Fn::And", "Fn::Or", "Fn::Not":
			c.operands(arg)
		}
	}
	for child := range n.Items() {
		c.expression(child)
	}
}

// operands changes the names of conditions among the operands of a logical
// function.
func (c *nameChange) operands(arg doc.Node) {
	if c.section != "Conditions" {
		return
	}
	c.each(arg)
	c.conditionCall(arg)
	for operand := range arg.Items() {
		if arg.Kind() == doc.List {
			c.conditionCall(operand)
		}
	}
}

// conditionCall changes the name in {"Condition": name}.
func (c *nameChange) conditionCall(n doc.Node) {
	if n.Kind() == doc.Map && n.Len() == 1 {
		c.condition(n.Get("Condition"))
	}
}

// sub changes the names between ${ and } in the text of Fn::Sub, but those of
// its own variables.
func (c *nameChange) sub(arg doc.Node) {
	text, variables := arg, doc.Node{}
	if arg.Kind() == doc.List {
		text, variables = arg.At(0), arg.At(1)
	}
	if !c.shared() || text.Kind() != doc.String {
		return
	}
	own := !variables.Get(c.from).IsZero()
	c.dollar(text, func(name string) bool {
		if name == c.from {
			return !own
		}
		rest, ok := strings.CutPrefix(name, c.from)
		if !ok || c.section != "Resources" {
			return false
		}
		base, _, is := instance(name)
		return rest[0] == '.' && !c.isLonger(name) || rest[0] == '[' && (is && base == c.from || strings.Contains(rest, "]."))
	})
}

// isLonger reports whether a dotted name begins with a resource whose own name
// goes on where the name to change ends.
func (c *nameChange) isLonger(name string) bool {
	return slices.ContainsFunc(c.longer, func(key string) bool { return strings.HasPrefix(name, key+".") })
}

// dollar changes the name at the start of each ${…} of a text that is meant.
func (c *nameChange) dollar(n doc.Node, meant func(name string) bool) {
	text := n.Text()
	var parts []edit.Part
	for at := 0; at < len(text); {
		token, tail := nextToken(text[at:])
		end := len(text) - len(tail)
		if token.name && meant(token.text) {
			start := at + strings.Index(text[at:end], c.from)
			stop := start + len(c.from)
			// With what stands before and behind, the place is found in any way
			// of writing.
			parts = append(parts, edit.Part{Start: at, End: stop + 1, Text: text[at:start] + c.to + text[stop:stop+1]})
		}
		at = end
	}
	c.out.Text(n, parts...)
}

// association changes the names of parameters in the metadata of a form's
// field: ${Name}, {"Ref": Name}, and, where a key takes the name of a parameter,
// the name alone.
func (c *nameChange) association(n doc.Node, key string) {
	switch key {
	case "LocaleKey", "ValueLabelMapping", "Label", "Description", "Constraints":
		return
	case "MappingName":
		if c.section == "Mappings" {
			c.whole(n)
		}
		return
	}
	if n.Kind() == doc.String && c.section == "Parameters" {
		if n.Text() == c.from && key != "Fn::Equals" {
			c.whole(n)
			return
		}
		c.dollar(n, func(name string) bool {
			return name == c.from || strings.HasPrefix(name, c.from+".")
		})
		return
	}
	for child := range n.Items() {
		inner := key
		if n.Kind() == doc.Map {
			inner = child.Key()
		}
		c.association(child, inner)
	}
}

// interfaceData changes the names in the lists of the console's data.
func (c *nameChange) interfaceData(n doc.Node) {
	switch {
	case n.Key() != "ALIYUN::ROS::Interface" && n.Key() != "ALIYUN::OOS::Interface":
		return
	case c.section == "Outputs":
		c.each(n.Get("Outputs"))
	case c.section == "Parameters":
		for group := range n.Get("ParameterGroups").Items() {
			c.each(group.Get("Parameters"))
		}
		c.each(n.Get("Hidden"))
		c.expression(n.Get("ResourcesForParameterConstraints"))
	}
}
