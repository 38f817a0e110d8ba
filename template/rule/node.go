package rule

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// fields walks a map whose members are known, or of which nothing is known.
// top says that they are the properties of a resource, so that none known may
// mean that there are none; raw is the one that holds a template of its own.
func (w *walk) fields(n template.Node, known map[string]*provider.Property, freeKeys, top bool, raw string) {
	if name, arg, isCall := template.Call(n); isCall {
		w.call(n, name, arg, nil, "")
		return
	}
	if !freeKeys && (len(known) > 0 || top && w.typ.Coverage >= provider.CoverageTop) {
		place := n.KeyRange()
		if place == (diag.Range{}) && n.Len() > 0 {
			place = n.At(0).KeyRange() // an item of a list begins with its first member
		} else if place == (diag.Range{}) {
			place = n.Range()
		}
		w.tellMembers(n, place, known, top)
	}
	for i := range n.Len() {
		member := n.At(i)
		key := member.Key()
		if key == raw && raw != "" {
			continue // names in it are its own
		}
		before := w.enter(key)
		w.node(member, known[key], key)
		w.leave(before)
	}
}

func (w *walk) tellMembers(n template.Node, place diag.Range, known map[string]*provider.Property, top bool) {
	m := &Members{Node: n, Known: known, Type: w.typ, Top: top, Place: place, Severity: w.severity}
	for _, f := range w.members {
		f(m)
	}
}

// expression walks a node of which nothing is known.
func (w *walk) expression(n template.Node) { w.node(n, nil, "") }

// node walks a value; p is the property that it is the value of, nil if that is
// not known.
func (w *walk) node(n template.Node, p *provider.Property, name string) {
	switch n.Kind() {
	case template.NodeNull:
		return // as good as not given
	case template.NodeMap:
		if f, arg, isCall := template.Call(n); isCall {
			w.call(n, f, arg, p, name)
			return
		}
	}
	if p != nil && !isPlaceholder(n) {
		w.value = Value{n, p, w.typ, name, w.severity}
		for _, f := range w.values {
			f(&w.value)
		}
	}
	switch n.Kind() {
	case template.NodeMap:
		if p != nil && p.Type == provider.TypeMap && p.Properties != nil {
			w.fields(n, p.Properties, p.FreeKeys, false, "")
			return
		}
		for i := range n.Len() {
			member := n.At(i)
			before := w.enter(member.Key())
			w.node(member, nil, "")
			w.leave(before)
		}
	case template.NodeList:
		var items *provider.Property
		if p != nil && p.Type == provider.TypeList {
			items = p.Items
		}
		for i := range n.Len() {
			before := w.enterItem(i)
			w.node(n.At(i), items, name)
			w.leave(before)
		}
	}
}

// isPlaceholder reports whether a text is, or holds, one that a program fills in
// before the service sees the template: Compute Nest writes {{ … }}.
func isPlaceholder(n template.Node) bool {
	_, after, found := strings.Cut(n.Text(), "{{")
	return found && n.Kind() == template.NodeString && strings.Contains(after, "}}")
}
