package rule

import (
	"bytes"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// call walks a function call; p and name are the property that it is the whole
// value of.
func (w *walk) call(n template.Node, f string, arg template.Node, p *provider.Property, name string) {
	c := &Call{Node: n, Name: f, Arg: arg, Outermost: w.depth == 0}
	if p != nil {
		c.Value = &Value{Property: p, Type: w.typ, Name: name, Severity: w.severity}
	}
	for _, tell := range w.calls {
		tell(c)
	}
	if f == "Fn::If" && arg.Kind() == template.NodeList && arg.Len() == 3 {
		w.branches(arg, p, name)
		return
	}
	w.names(c)
	before := w.enter(f)
	w.depth++
	w.arguments(c)
	w.depth--
	w.leave(before)
}

// branches walks both values of Fn::If, which stand where the call does.
func (w *walk) branches(arg template.Node, p *provider.Property, name string) {
	w.truth(arg.At(0))
	w.guards = append(w.guards, Guard{arg.At(0), true})
	w.node(arg.At(1), p, name)
	w.guards[len(w.guards)-1].Holds = false
	w.node(arg.At(2), p, name)
	w.guards = w.guards[:len(w.guards)-1]
}

// names tells of the names that a call itself refers to.
func (w *walk) names(c *Call) {
	arg := c.Arg
	switch {
	case c.Name == "Ref":
		w.refer(c, ToValue, arg.Text(), "", arg, arg.Range())
	case c.Name == "Fn::GetAtt" && arg.Kind() == template.NodeList && arg.Len() == 2:
		w.refer(c, ToAttribute, arg.At(0).Text(), arg.At(1).Text(), arg.At(0), arg.At(0).Range())
	case c.Name == "Fn::FindInMap" && arg.Kind() == template.NodeList:
		w.refer(c, ToMapping, arg.At(0).Text(), "", arg.At(0), arg.At(0).Range())
	case c.Name == "Fn::Sub":
		w.sub(c)
	case c.Name == "Fn::TransformNamespace":
		w.refer(c, ToCondition, "", "", arg, arg.Range())
	}
}

func (w *walk) arguments(c *Call) {
	switch c.Name {
	case "Fn::And", "Fn::Or":
		for member := range c.Arg.Items() {
			w.truth(member)
		}
	case "Fn::Not":
		w.truth(c.Arg)
	case "Fn::If":
		w.truth(c.Arg.At(0))
		fallthrough
	default:
		w.expression(c.Arg)
	}
}

// truth walks what must give a boolean, where a text is the name of a
// condition.
func (w *walk) truth(n template.Node) {
	switch n.Kind() {
	case template.NodeString:
		w.conditionName(n)
	case template.NodeList:
		for item := range n.Items() {
			w.truth(item)
		}
	case template.NodeMap:
		if n.Len() == 1 && n.KeyAt(0) == "Condition" {
			w.conditionName(n.At(0))
			return
		}
		w.expression(n)
	}
}

func (w *walk) conditionName(n template.Node) {
	if n.Kind() == template.NodeString {
		w.refer(nil, ToCondition, n.Text(), "", n, n.Range())
	}
}

func (w *walk) dependsOn(n template.Node) {
	switch n.Kind() {
	case template.NodeString:
		w.refer(nil, ToDependency, n.Text(), "", n, n.Range())
	case template.NodeList:
		for i := range n.Len() {
			before := w.enterItem(i)
			w.dependsOn(n.At(i))
			w.leave(before)
		}
	default:
		w.expression(n)
	}
}

func (w *walk) refer(c *Call, kind Kind, name, attribute string, n template.Node, at diag.Range) {
	if len(w.references) == 0 {
		return
	}
	r := &Reference{Kind: kind, Name: name, Attribute: attribute, Node: n, Range: at, Call: c}
	for _, f := range w.references {
		f(r)
	}
}

// sub tells of the names in a text of Fn::Sub.
func (w *walk) sub(c *Call) {
	text, variables := c.Arg, template.Node{}
	if text.Kind() == template.NodeList {
		text, variables = c.Arg.At(0), c.Arg.At(1)
	}
	if text.Kind() != template.NodeString {
		return
	}
	search := text.Range() // where the next name stands in the source
	for name := range template.SubNames(text.Text()) {
		place, found := w.find("${"+name+"}", search)
		if found {
			search.Start = place.End
		} else {
			place = text.Range()
		}
		if !strings.Contains(name, ".") {
			if variables.Get(name).IsZero() {
				w.refer(c, ToValue, name, "", text, place)
			}
			continue
		}
		switch resource, attribute, _ := w.t.SplitName(name); attribute {
		case "":
			w.refer(c, ToValue, resource, "", text, place)
		default:
			w.refer(c, ToAttribute, resource, attribute, text, place)
		}
	}
}

// find looks for a text in a part of the source; the part itself is the place
// of what is written in another way there.
func (w *walk) find(text string, within diag.Range) (diag.Range, bool) {
	i := bytes.Index(w.t.Source().Text()[within.Start:within.End], []byte(text))
	if i < 0 {
		return within, false
	}
	start := within.Start + uint32(i)
	return diag.Range{Start: start, End: start + uint32(len(text))}, true
}
