package template

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider"
)

// checkReferences goes through all that may read an attribute. Whether the
// names of resources exist is for Parse to say.
func (c *checker) checkReferences() {
	for _, r := range c.t.Resources {
		c.path = append(c.path[:0], step{"Resources", -1}, step{r.Name, -1})
		for attribute := range r.Node.Items() {
			c.enter(attribute.Key())
			if raw := rawProperty(r.Type); raw != "" && attribute.Key() == "Properties" {
				c.walkAround(raw, attribute)
			} else {
				c.walkReferences(attribute)
			}
			c.leave()
		}
	}
	for _, l := range c.t.Locals {
		c.path = append(c.path[:0], step{"Locals", -1}, step{l.Name, -1})
		c.walkReferences(l.Node)
	}
	for _, o := range c.t.Outputs {
		c.path = append(c.path[:0], step{"Outputs", -1}, step{o.Name, -1}, step{"Value", -1})
		c.walkReferences(o.Value)
	}
}

// walkAround walks the properties of a nested stack but for the one that holds
// the stack's template.
func (c *checker) walkAround(raw string, properties doc.Node) {
	for p := range properties.Items() {
		if p.Key() != raw {
			c.enter(p.Key())
			c.walkReferences(p)
			c.leave()
		}
	}
}

func (c *checker) walkReferences(n doc.Node) {
	switch n.Kind() {
	case doc.List:
		i := 0
		for item := range n.Items() {
			c.enterItem(i)
			c.walkReferences(item)
			c.leave()
			i++
		}
	case doc.Map:
		switch name, arg, isCall := callOf(n); {
		case isCall && name == "Fn::GetAtt":
			c.checkGetAtt(arg)
		case isCall && name == "Fn::Sub":
			c.checkSub(arg)
		}
		for member := range n.Items() {
			c.enter(member.Key())
			c.walkReferences(member)
			c.leave()
		}
	}
}

func (c *checker) checkGetAtt(arg doc.Node) {
	if arg.Kind() == doc.List && arg.Len() == 2 && arg.At(0).Kind() == doc.String && arg.At(1).Kind() == doc.String {
		c.checkAttribute(arg.At(0).Text(), arg.At(1).Text(), arg.At(1).Range())
	}
}

// checkSub looks at the names ${Resource.Attribute} in a text.
func (c *checker) checkSub(arg doc.Node) {
	text := arg
	if arg.Kind() == doc.List {
		text = arg.At(0)
	}
	if text.Kind() != doc.String {
		return
	}
	exists := func(name string) bool { return c.typeOf(name) != nil }
	search := text.Range() // where the next name stands in the source
	for rest := text.Text(); rest != ""; {
		var token subToken
		token, rest = nextToken(rest)
		if !token.name || !strings.Contains(token.text, ".") {
			continue
		}
		place, found := c.find("${"+token.text+"}", search)
		if found {
			search.Start = place.End
		}
		if to, attribute, ok := splitAttribute(token.text, exists); ok && attribute != "" {
			c.checkAttribute(to, attribute, place)
		}
	}
}

// find looks for a text in a part of the source; the part itself is the place
// of what is written in another way there.
func (c *checker) find(text string, within diag.Range) (diag.Range, bool) {
	i := bytes.Index(c.t.Source().Text()[within.Start:within.End], []byte(text))
	if i < 0 {
		return within, false
	}
	start := within.Start + uint32(i)
	return diag.Range{Start: start, End: start + uint32(len(text))}, true
}

// typeOf gives the type of a resource or of a data source among the locals; nil
// if there is none of this name, or its type is not known.
func (c *checker) typeOf(name string) *provider.Type {
	if counted, _, ok := instance(name); ok {
		name = counted
	}
	switch sym := c.t.names[name]; {
	case sym.kind == resourceSymbol:
		return c.types.Type(c.t.Resources[sym.index].Type)
	case sym.kind == localSymbol && c.t.Locals[sym.index].isData():
		return c.types.Type(c.t.Locals[sym.index].Type)
	}
	return nil
}

// checkAttribute reports an attribute that the type of a resource does not have.
// The form of a nested stack's attributes is for Parse to check.
func (c *checker) checkAttribute(resource, attribute string, place diag.Range) {
	t := c.typeOf(resource)
	if t == nil || t.Coverage == provider.CoverageNone || t.Name == typeStack || hasAttribute(t, attribute) {
		return
	}
	sev := diag.Error
	if t.Coverage == provider.CoverageDocs || strings.HasPrefix(t.Name, modulePrefix) {
		sev = diag.Warning
	}
	names := slices.Sorted(maps.Keys(t.Attributes))
	names = append(names, t.DynamicAttributes...)
	fitting := diag.Nearest(attribute, slices.Values(names))
	if fitting == "" {
		fitting = fewOf(slices.Values(names))
	}
	c.report(sev, "unknown-attribute", place, "", attribute, resource, t.Name, fitting)
}

func hasAttribute(t *provider.Type, name string) bool {
	if _, ok := t.Attributes[name]; ok {
		return true
	}
	return slices.ContainsFunc(t.DynamicAttributes, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return open && len(name) > len(prefix) && strings.HasPrefix(name, prefix)
	})
}
