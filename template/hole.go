package template

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// refExpr is a reference to a resource or to an attribute of one.
type refExpr struct {
	to        string
	attribute string // "" for Ref
}

func (x *refExpr) AppendJSON(dst []byte) []byte {
	if x.attribute == "" {
		dst = append(dst, `{"Ref":`...)
		dst = value.AppendQuoted(dst, x.to)
		return append(dst, '}')
	}
	dst = append(dst, `{"Fn::GetAtt":[`...)
	dst = value.AppendQuoted(dst, x.to)
	dst = append(dst, ',')
	dst = value.AppendQuoted(dst, x.attribute)
	return append(dst, "]}"...)
}

// reference makes the hole that a reference leaves, in one piece of memory.
func reference(to, attribute string) value.Value {
	h := &struct {
		hole value.Hole
		expr refExpr
		refs [1]string
	}{expr: refExpr{to, attribute}, refs: [1]string{to}}
	h.hole.Expr = &h.expr
	h.hole.Refs = h.refs[:]
	return value.Unknown(&h.hole)
}

// nodeExpr is a call in a document that cannot be evaluated yet.
type nodeExpr struct {
	scope *Scope
	node  doc.Node
	index int
}

// AppendJSON writes the expression such that a scope without the template can
// evaluate it: the number of the instance and macros are put in.
func (x *nodeExpr) AppendJSON(dst []byte) []byte {
	return x.scope.appendExpr(dst, x.node, x.index)
}

// later makes the hole of a call that waits for unknown parts of its
// arguments.
func (e *evaluator) later(call doc.Node, args ...value.Value) value.Value {
	h := &struct {
		hole value.Hole
		expr nodeExpr
	}{expr: nodeExpr{e.scope, call, e.index}}
	h.hole.Expr = &h.expr
	var refs refSet
	for _, v := range args {
		if e.scope.trial == nil || len(refs.list) < maxWaits {
			refs.collect(v)
		}
		h.hole.Sensitive = h.hole.Sensitive || v.HasSensitive()
	}
	h.hole.Refs = refs.list
	return value.Unknown(&h.hole)
}

// refSet collects names, each once, in the order in which they come.
type refSet struct {
	list []string
	seen map[string]bool // once the list is long
}

// collect adds what the unknown parts of a value wait for.
func (s *refSet) collect(v value.Value) {
	switch {
	case !v.HasUnknown():
	case v.IsUnknown():
		for _, ref := range v.Hole().Refs {
			s.add(ref)
		}
	default:
		for _, member := range v.Items() {
			s.collect(member)
		}
	}
}

func (s *refSet) add(name string) {
	const long = 16
	if s.seen == nil && len(s.list) >= long {
		s.seen = make(map[string]bool, 4*long)
		for _, known := range s.list {
			s.seen[known] = true
		}
	}
	if s.seen[name] || s.seen == nil && slices.Contains(s.list, name) {
		return
	}
	if s.seen != nil {
		s.seen[name] = true
	}
	s.list = append(s.list, name)
}

// appendExpr writes a node as JSON. Inside a counted resource it puts the
// instance's number in the place of ALIYUN::Index, and everywhere the
// expression of a macro in the place of its name.
func (s *Scope) appendExpr(dst []byte, n doc.Node, index int) []byte {
	switch n.Kind() {
	case doc.List:
		dst = append(dst, '[')
		for i := range n.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = s.appendExpr(dst, n.At(i), index)
		}
		return append(dst, ']')
	case doc.Map:
		if name, arg, ok := callOf(n); ok {
			if out, done := s.appendCall(dst, name, arg, index); done {
				return out
			}
		}
		dst = append(dst, '{')
		for i := range n.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = value.AppendQuoted(dst, n.KeyAt(i))
			dst = append(dst, ':')
			dst = s.appendExpr(dst, n.At(i), index)
		}
		return append(dst, '}')
	}
	return n.Scalar().AppendJSON(dst)
}

// appendCall writes the calls that do not stay as they are.
func (s *Scope) appendCall(dst []byte, name string, arg doc.Node, index int) ([]byte, bool) {
	switch {
	case name == "Ref" && arg.Kind() == doc.String:
		if index >= 0 && arg.Text() == pseudoIndex {
			return strconv.AppendInt(dst, int64(index), 10), true
		}
		if l := s.local(arg.Text()); l != nil && l.macro {
			return s.appendExpr(dst, l.node, index), true
		}
	case name == "Fn::Sub" && index >= 0:
		text := arg
		if arg.Kind() == doc.List {
			text = arg.At(0)
		}
		if text.Kind() != doc.String || !strings.Contains(text.Text(), pseudoIndex) {
			return dst, false
		}
		if arg.Kind() == doc.List && !arg.At(1).Get(pseudoIndex).IsZero() {
			return dst, false
		}
		dst = append(dst, `{"Fn::Sub":`...)
		replaced := replaceIndex(text.Text(), index)
		if arg.Kind() != doc.List {
			dst = value.AppendQuoted(dst, replaced)
			return append(dst, '}'), true
		}
		dst = append(dst, '[')
		dst = value.AppendQuoted(dst, replaced)
		for i := 1; i < arg.Len(); i++ {
			dst = append(dst, ',')
			dst = s.appendExpr(dst, arg.At(i), index)
		}
		return append(dst, "]}"...), true
	}
	return dst, false
}
