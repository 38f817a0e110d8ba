package template

import (
	"iter"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// Node is one value of the document that a template was read from: a scalar, a
// list or a map that knows its place in the text. The zero Node stands for what
// is not there; all its methods are safe.
type Node = doc.Node

// NodeKind is the kind of data that a node holds.
type NodeKind = doc.Kind

// The kinds of nodes. A zero Node is a null too; ask IsZero.
const (
	NodeNull   = doc.Null
	NodeBool   = doc.Bool
	NodeInt    = doc.Int
	NodeFloat  = doc.Float
	NodeString = doc.String
	NodeList   = doc.List
	NodeMap    = doc.Map
)

// Call takes a function call apart: a map whose one key is Ref or begins with
// Fn::. All other nodes are data.
func Call(n Node) (name string, arg Node, ok bool) { return callOf(n) }

// NestedTemplate names the property of a resource type whose value is a
// template of its own, with names of its own; "" for a type without one.
func NestedTemplate(typ string) string { return rawProperty(typ) }

// SubNames yields the names that a text of Fn::Sub refers to by ${name}, in
// order, doubled ones too. ${!name} is none.
func SubNames(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := text; rest != ""; {
			var token subToken
			token, rest = nextToken(rest)
			if token.name && !yield(token.text) {
				return
			}
		}
	}
}

// SplitName takes apart a name with dots in a text of Fn::Sub, as the service
// does it: into the name of a resource and that of its attribute. A name that
// is a resource as a whole has no attribute; not ok is a name whose resource
// does not exist.
func (t *Template) SplitName(name string) (resource, attribute string, ok bool) {
	if !strings.Contains(name, ".") {
		return name, "", t.Instance(name) != nil
	}
	return splitAttribute(name, func(s string) bool { return t.Instance(s) != nil })
}

// Instance returns the resource that a reference names: by its logical id or,
// if it has a Count, by that of one of its instances, as in Web[0]; else nil.
func (t *Template) Instance(name string) *Resource {
	if r := t.Resource(name); r != nil || !strings.HasSuffix(name, "]") {
		return r
	}
	base, _, ok := instance(name)
	if !ok {
		return nil
	}
	if r := t.Resource(base); r != nil && !r.Count.IsZero() {
		return r
	}
	return nil
}

// Condition returns a condition by name, or nil.
func (t *Template) Condition(name string) *Condition {
	if i, ok := t.conditions[name]; ok {
		return t.Conditions[i]
	}
	return nil
}

// Refuses tells why a literal can be no value of the parameter, as a code with
// its arguments. null is always taken.
func (p *Parameter) Refuses(n Node) (code diag.Code, args []string, refused bool) {
	v := n.Value()
	if v.IsNull() || !slices.Contains(parameterTypes, p.Type) {
		return "", nil, false
	}
	converted, ok := convert(p.Type, v)
	if !ok {
		return "default-unfit", []string{p.Name, p.Type, n.Kind().String()}, true
	}
	if fault := p.violates(converted); fault != nil {
		return fault.code, fault.args, true
	}
	return "", nil, false
}
