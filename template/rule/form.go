package rule

import (
	"strings"

	"github.com/bianpai/bianpai/template"
)

// interfaceKey is the entry of Metadata that says how a form is laid out.
const interfaceKey = "ALIYUN::ROS::Interface"

// form tells of the parameters that the console's form of a parameter looks at.
func (w *walk) form(p *template.Parameter) {
	if p.AssociationMetadata.Kind() != template.NodeMap {
		return
	}
	before := w.enter("AssociationPropertyMetadata")
	w.formNode(p.AssociationMetadata)
	w.leave(before)
}

// formNode finds ${Name} and ${Name.field} in texts; a text that is the name of
// a parameter is a reference in the old form.
func (w *walk) formNode(n template.Node) {
	switch n.Kind() {
	case template.NodeString:
		text := n.Text()
		if w.t.Parameter(text) != nil {
			w.refer(nil, ToForm, text, "", n, n.Range())
			return
		}
		search := n.Range()
		for name := range template.SubNames(text) {
			if strings.HasPrefix(name, ".") {
				continue // a sibling in a group of parameters
			}
			place, found := w.find("${"+name+"}", search)
			if found {
				search.Start = place.End
			}
			if w.t.Parameter(name) == nil {
				name, _, _ = strings.Cut(name, ".") // a field of its value
			}
			w.refer(nil, ToForm, name, "", n, place)
		}
	case template.NodeList, template.NodeMap:
		for i := range n.Len() {
			member := n.At(i)
			if n.Kind() == template.NodeList {
				before := w.enterItem(i)
				w.formNode(member)
				w.leave(before)
				continue
			}
			before := w.enter(member.Key())
			if member.Key() == "MappingName" {
				w.refer(nil, ToMapping, member.Text(), "", member, member.Range())
			}
			w.formNode(member)
			w.leave(before)
		}
	}
}

// metadata walks what the console evaluates of the template's Metadata.
func (w *walk) metadata() {
	n := w.t.Metadata.Get(interfaceKey).Get("ResourcesForParameterConstraints")
	if n.Kind() != template.NodeMap {
		return
	}
	w.begin("Metadata", interfaceKey)
	before := w.enter("ResourcesForParameterConstraints")
	w.expression(n)
	w.leave(before)
}
