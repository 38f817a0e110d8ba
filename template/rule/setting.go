package rule

import (
	"slices"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// indexName is the number of an instance of a resource that has a Count: what
// it is part of is not the same for all of them.
const indexName = "ALIYUN::Index"

// branch is one of the values that Fn::If chooses from, with what must hold for
// that. A value that no Fn::If is around has one branch, without terms.
type branch struct {
	node  template.Node
	terms []template.Term
}

// maxBranches bounds the branches of one value: macros that hold macros
// multiply.
const maxBranches = 16

// branches takes apart Fn::If, and macros that stand for a value. It is nil
// where a function decides the choice.
func (p *Pass) branches(n template.Node) []branch {
	return p.split(nil, branch{node: n})
}

func (p *Pass) split(into []branch, b branch) []branch {
	if len(into) > maxBranches || len(b.terms) > maxBranches {
		return nil
	}
	name, arg, call := template.Call(b.node)
	switch {
	case call && name == "Fn::If" && arg.Len() == 3:
		condition := arg.At(0)
		if inner := condition.Get("Condition"); !inner.IsZero() {
			condition = inner
		}
		if condition.Kind() != template.NodeString {
			return nil
		}
		for i, holds := range []bool{true, false} {
			terms := append(slices.Clone(b.terms), template.Term{Condition: condition.Text(), Holds: holds})
			if into = p.split(into, branch{arg.At(1 + i), terms}); into == nil {
				return nil
			}
		}
		return into
	case call && name == "Ref":
		if l := p.Template.Local(arg.Text()); l != nil && !isData(l) && !l.Value.IsZero() && l.Type != "Eval" {
			return p.split(into, branch{l.Value, append(b.terms, template.Term{})})
		}
	}
	return append(into, branch{b.node, slices.DeleteFunc(slices.Clone(b.terms), func(t template.Term) bool { return t.Condition == "" })})
}

// setting is the text of a scalar that the template settles.
type setting struct {
	text  string
	node  template.Node   // as written: a literal, or a Ref
	terms []template.Term // what must hold for it
	// parameter is the one whose default it is: a stack may have another; nil
	// for a literal.
	parameter *template.Parameter
}

func (s *setting) at() diag.Range { return s.node.Range() }

// settings gives what a scalar can be: literals and defaults of parameters, in
// all branches. whole says that it can be nothing else, but for other values of
// those parameters; what is absent has no settings and is whole.
func (p *Pass) settings(n template.Node) (all []setting, whole bool) {
	if n.Kind() == template.NodeNull {
		return nil, true
	}
	if n.Kind() < template.NodeList {
		return []setting{{text: n.Text(), node: n}}, true
	}
	branches := p.branches(n)
	whole = branches != nil
	for _, b := range branches {
		switch name, arg, call := template.Call(b.node); {
		case call && name == "Ref" && arg.Text() == "ALIYUN::NoValue":
		case call && name == "Ref":
			parameter := p.Template.Parameter(arg.Text())
			if parameter == nil || parameter.NoEcho {
				whole = false
				continue
			}
			value := parameter.Node.Get("Default")
			if value.Kind() == template.NodeNull || value.Kind() >= template.NodeList || value.Text() == "" {
				whole = false
				continue
			}
			all = append(all, setting{value.Text(), b.node, b.terms, parameter})
		case call || b.node.Kind() >= template.NodeList:
			whole = false
		case b.node.Kind() != template.NodeNull:
			all = append(all, setting{text: b.node.Text(), node: b.node, terms: b.terms})
		}
	}
	return all, whole
}

// referred names the resource that a value is an id of: by Ref or Fn::GetAtt;
// nil if it is something else.
func (p *Pass) referred(n template.Node) *template.Resource {
	switch name, arg, _ := template.Call(n); name {
	case "Ref":
		return p.Template.Instance(arg.Text())
	case "Fn::GetAtt":
		return p.Template.Instance(arg.At(0).Text())
	}
	return nil
}

// identity tells values apart of which nothing is known but how they are
// written: two of the same identity are the same, those of others may be. It is
// "" for what is not there.
func (p *Pass) identity(n template.Node) string {
	if n.Kind() == template.NodeNull {
		return ""
	}
	if r := p.referred(n); r != nil && r.Count.IsZero() {
		return "\x00" + r.Name
	}
	return string(n.AppendJSON(nil))
}

// exists gives what must hold for a resource to be there.
func exists(r *template.Resource) []template.Term {
	if r.Condition == "" {
		return nil
	}
	return []template.Term{{Condition: r.Condition, Holds: true}}
}

// severityOf says how bad it is that some things together are refused: they are
// so in each stack, or where one condition holds, or only where several do or
// parameters keep their defaults. 0: they are never together, or nobody knows.
func (p *Pass) severityOf(byDefault bool, terms ...template.Term) diag.Severity {
	if slices.ContainsFunc(terms, func(t template.Term) bool { return p.Template.Condition(t.Condition) == nil }) {
		return 0
	}
	if len(terms) > 0 && p.Conditions().Can(terms...).Verdict != template.CanBe {
		return 0
	}
	if byDefault || slices.ContainsFunc(terms, func(t template.Term) bool { return t != terms[0] }) {
		return diag.Warning
	}
	return diag.Error
}

// copies tells how many of a resource there are at least, as far as the text
// says so, and whether a parameter's default does.
func (p *Pass) copies(r *template.Resource) (n int64, byDefault bool) {
	if r.Count.IsZero() {
		return 1, false
	}
	if n, ok := r.Count.Int(); ok {
		return n, false
	}
	if name, arg, _ := template.Call(r.Count); name == "Ref" {
		if parameter := p.Template.Parameter(arg.Text()); parameter != nil {
			if n, ok := parameter.Node.Get("Default").Int(); ok {
				return n, true
			}
		}
	}
	return 1, true
}
