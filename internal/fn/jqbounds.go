package fn

import (
	"strconv"

	"github.com/itchyny/gojq"
)

// jqBounder rewrites a parsed program: what makes larger values out of smaller
// ones, or looks at whole values in one step, goes through functions that
// charge the meter. refused names what has no bounded form.
type jqBounder struct {
	refused string
	defined map[string]bool // functions that the program defines
}

// jqRefused reach outside of the program or have no bounded form.
var jqRefused = map[string]bool{
	"$ENV": true, "combinations": true, "debug": true, "env": true, "get_search_list": true,
	"gsub": true, "halt_error": true, "input": true, "input_filename": true,
	"input_line_number": true, "inputs": true, "localtime": true, "modulemeta": true,
	"now": true, "stderr": true, "strflocaltime": true, "sub": true,
}

// jqWhole look at a whole value in one step; they cannot stand in a path.
var jqWhole = map[string]bool{
	"add": true, "all": true, "any": true, "ascii": true, "ascii_downcase": true, "ascii_upcase": true,
	"explode": true, "flatten": true, "from_entries": true, "fromjson": true, "group_by": true,
	"implode": true, "keys": true, "keys_unsorted": true, "length": true, "max": true, "max_by": true,
	"min": true, "min_by": true, "reverse": true, "sort": true, "sort_by": true, "to_entries": true,
	"tojson": true, "tonumber": true, "tostring": true, "transpose": true, "unique": true,
	"unique_by": true, "utf8bytelength": true, "test": true, "match": true, "capture": true,
	"scan": true, "split": true, "splits": true, "trim": true, "ltrim": true, "rtrim": true,
	"ltrimstr": true, "rtrimstr": true, "startswith": true, "endswith": true, "paths": true,
	"leaf_paths": true, "tostream": true, "todate": true, "fromdate": true, "walk": true,
	"toarray": true, "has": true, "bsearch": true, "trimstr": true,
}

// jqPairs cost the product of the sizes of input and argument.
var jqPairs = map[string]bool{
	"contains": true, "inside": true, "index": true, "rindex": true, "indices": true,
}

// jqPaths take paths whose numbers could make arrays grow.
var jqPaths = map[string]bool{"setpath": true, "getpath": true, "delpaths": true}

func (b *jqBounder) refuse(what string) {
	if b.refused == "" {
		b.refused = what
	}
}

func (b *jqBounder) query(q *gojq.Query) {
	if q == nil {
		return
	}
	if len(q.Imports) > 0 || q.Meta != nil {
		b.refuse("a module")
	}
	for _, def := range q.FuncDefs {
		if b.defined == nil {
			b.defined = make(map[string]bool)
		}
		b.defined[def.Name+"/"+strconv.Itoa(len(def.Args))] = true
		b.query(def.Body)
	}
	b.patterns(q.Patterns)
	b.query(q.Left)
	b.query(q.Right)
	if q.Term != nil {
		b.term(q.Term)
	}
	switch q.Op {
	case gojq.OpAdd:
		b.call(q, jqAdd, q.Left, q.Right)
	case gojq.OpMul:
		b.call(q, jqMul, q.Left, q.Right)
	case gojq.OpUpdateAdd:
		b.update(q, jqAdd)
	case gojq.OpUpdateMul:
		b.update(q, jqMul)
	case gojq.OpSub, gojq.OpDiv, gojq.OpEq, gojq.OpNe, gojq.OpLt, gojq.OpLe, gojq.OpGt, gojq.OpGe:
		q.Left, q.Right = visited(q.Left), visited(q.Right)
	}
}

// call makes a query a call of a function.
func (b *jqBounder) call(q *gojq.Query, name string, args ...*gojq.Query) {
	q.Left, q.Right, q.Op, q.Patterns = nil, nil, 0, nil
	q.Term = callTerm(name, args...)
}

// update makes l += r into: r as $r | l |= add(.; $r).
func (b *jqBounder) update(q *gojq.Query, name string) {
	const bound = "$bounded"
	change := &gojq.Query{Term: callTerm(name,
		&gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity}},
		&gojq.Query{Term: callTerm(bound)})}
	modify := &gojq.Query{Left: q.Left, Op: gojq.OpModify, Right: change}
	q.Left, q.Right, q.Op = q.Right, modify, gojq.OpPipe
	q.Patterns = []*gojq.Pattern{{Name: bound}}
}

func callTerm(name string, args ...*gojq.Query) *gojq.Term {
	return &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name, Args: args}}
}

// visited makes q into: q | visit.
func visited(q *gojq.Query) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeQuery, Query: &gojq.Query{
		Left: q, Op: gojq.OpPipe, Right: &gojq.Query{Term: callTerm(jqVisited)},
	}}}
}

// wrapTerm makes a term, without its suffixes, into: (term | visit).
func wrapTerm(t *gojq.Term) {
	inner := *t
	inner.SuffixList = nil
	*t = gojq.Term{
		Type:       gojq.TermTypeQuery,
		Query:      &gojq.Query{Left: &gojq.Query{Term: &inner}, Op: gojq.OpPipe, Right: &gojq.Query{Term: callTerm(jqVisited)}},
		SuffixList: t.SuffixList,
	}
}

func (b *jqBounder) term(t *gojq.Term) {
	b.index(t.Index)
	for _, suffix := range t.SuffixList {
		b.index(suffix.Index)
	}
	b.query(t.Query)
	b.text(t.Str)
	switch t.Type {
	case gojq.TermTypeFunc:
		b.function(t)
	case gojq.TermTypeObject:
		for _, member := range t.Object.KeyVals {
			b.text(member.KeyString)
			b.query(member.KeyQuery)
			b.query(member.Val)
		}
		wrapTerm(t)
	case gojq.TermTypeArray:
		b.query(t.Array.Query)
		wrapTerm(t)
	case gojq.TermTypeString, gojq.TermTypeFormat:
		if t.Str != nil && t.Str.Queries != nil || t.Format != "" {
			wrapTerm(t)
		}
	case gojq.TermTypeUnary:
		b.term(t.Unary.Term)
	default:
		b.control(t)
	}
}

func (b *jqBounder) control(t *gojq.Term) {
	switch {
	case t.If != nil:
		b.query(t.If.Cond)
		b.query(t.If.Then)
		for _, other := range t.If.Elif {
			b.query(other.Cond)
			b.query(other.Then)
		}
		b.query(t.If.Else)
	case t.Try != nil:
		b.query(t.Try.Body)
		b.query(t.Try.Catch)
	case t.Reduce != nil:
		b.query(t.Reduce.Query)
		b.patterns(t.Reduce.Patterns)
		b.query(t.Reduce.Start)
		b.query(t.Reduce.Update)
	case t.Foreach != nil:
		b.query(t.Foreach.Query)
		b.patterns(t.Foreach.Patterns)
		b.query(t.Foreach.Start)
		b.query(t.Foreach.Update)
		b.query(t.Foreach.Extract)
	case t.Label != nil:
		b.query(t.Label.Body)
	}
}

func (b *jqBounder) function(t *gojq.Term) {
	f := t.Func
	for _, arg := range f.Args {
		b.query(arg)
	}
	switch {
	case b.defined[f.Name+"/"+strconv.Itoa(len(f.Args))]:
	case jqRefused[f.Name]:
		b.refuse(f.Name)
	case f.Name == "join" && len(f.Args) == 1:
		f.Name = jqJoin
	case jqPairs[f.Name] && len(f.Args) == 1:
		f.Args[0] = &gojq.Query{Term: callTerm(jqPair, f.Args[0])}
	case jqPaths[f.Name] && len(f.Args) > 0:
		f.Args[0] = &gojq.Query{Term: callTerm(jqIndex, f.Args[0])}
	case jqWhole[f.Name]:
		visitFirst(t)
	}
}

// visitFirst makes a call f into: (visit | f), without its suffixes.
func visitFirst(t *gojq.Term) {
	inner := *t
	inner.SuffixList = nil
	*t = gojq.Term{
		Type:       gojq.TermTypeQuery,
		Query:      &gojq.Query{Left: &gojq.Query{Term: callTerm(jqVisited)}, Op: gojq.OpPipe, Right: &gojq.Query{Term: &inner}},
		SuffixList: t.SuffixList,
	}
}

func (b *jqBounder) index(i *gojq.Index) {
	if i == nil {
		return
	}
	b.text(i.Str)
	for _, bound := range [...]**gojq.Query{&i.Start, &i.End} {
		if *bound != nil {
			b.query(*bound)
			*bound = &gojq.Query{Term: callTerm(jqIndex, *bound)}
		}
	}
}

func (b *jqBounder) text(s *gojq.String) {
	if s == nil {
		return
	}
	for _, q := range s.Queries {
		b.query(q)
	}
}

func (b *jqBounder) patterns(list []*gojq.Pattern) {
	for _, p := range list {
		if p == nil {
			continue
		}
		b.patterns(p.Array)
		for _, member := range p.Object {
			b.text(member.KeyString)
			b.query(member.KeyQuery)
			b.patterns([]*gojq.Pattern{member.Val})
		}
	}
}
