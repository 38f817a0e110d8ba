package providertest

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// Variants of a template are made by rewriting byte ranges of its source, so
// that all else stays as its author wrote it. What cannot be rewritten safely
// (aliases, unusual layouts) is left alone: the variant is parsed again, and
// dropped if it does not say what was meant.

// splice is a replacement of a part of a source.
type splice struct {
	at   diag.Range
	text string
}

// spliced applies splices, which must not overlap.
func spliced(src []byte, splices ...splice) []byte {
	out := bytes.Clone(src)
	for len(splices) > 0 { // from the back, so that ranges stay true
		last := 0
		for i := range splices {
			if splices[i].at.Start > splices[last].at.Start {
				last = i
			}
		}
		s := splices[last]
		splices = append(splices[:last:last], splices[last+1:]...)
		out = append(append(bytes.Clone(out[:s.at.Start]), s.text...), out[s.at.End:]...)
	}
	return out
}

var errNoEdit = errors.New("the source cannot be edited there")

// reparse makes a template of an edited source.
func (s *simulation) reparse(src []byte) (*template.Template, error) {
	t, err := template.Parse(s.now.template.Name, src, nil)
	if err != nil {
		return nil, err
	}
	return t, rule.Check(t, &rule.Options{Types: s.types, Rules: rule.Certain()}).Err()
}

// quoted writes a text such that JSON and YAML read it alike.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return `""`
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// editable reports whether a node stands where it is used.
func editable(n doc.Node) bool { return !n.IsZero() && !n.Shared() && n.Range().Start < n.Range().End }

// inFlow reports whether a map is written with braces.
func inFlow(src []byte, m doc.Node) bool { return src[m.Range().Start] == '{' }

// setScalar writes another literal in the place of one.
func setScalar(n doc.Node, literal string) (splice, error) {
	if !editable(n) {
		return splice{}, errNoEdit
	}
	return splice{n.Range(), literal}, nil
}

// addMember writes a new first member into a map that has some.
func addMember(src []byte, m doc.Node, name, literal string) (splice, error) {
	first := m.At(0)
	if !editable(m) || !editable(first) || first.KeyRange().Start < m.Range().Start {
		return splice{}, errNoEdit
	}
	at := first.KeyRange().Start
	if inFlow(src, m) {
		return splice{diag.Range{Start: at, End: at}, quoted(name) + ": " + literal + ", "}, nil
	}
	indent, ok := indentOf(src, at)
	if !ok {
		return splice{}, errNoEdit
	}
	return splice{diag.Range{Start: at, End: at}, name + ": " + literal + "\n" + indent}, nil
}

// indentOf gives the blanks before an offset, if there is nothing else on its
// line.
func indentOf(src []byte, at uint32) (string, bool) {
	start := lineStart(src, at)
	indent := src[start:at]
	return string(indent), len(bytes.TrimLeft(indent, " ")) == 0
}

func lineStart(src []byte, at uint32) uint32 {
	return uint32(bytes.LastIndexByte(src[:at], '\n') + 1)
}

// dropMembers cuts some members out of a map; if none is left, the caller has
// to cut the map itself.
func dropMembers(src []byte, m doc.Node, drop func(doc.Node) bool) ([]splice, error) {
	if !editable(m) {
		return nil, errNoEdit
	}
	var out []splice
	kept := -1 // the last member that stays
	for i := range m.Len() {
		n := m.At(i)
		if !drop(n) {
			kept = i
			continue
		}
		r, err := memberRange(src, m, i, kept)
		if err != nil {
			return nil, err
		}
		out = append(out, splice{at: r})
	}
	return joined(out), nil
}

// memberRange is what to cut for the i-th member of a map. In braces the comma
// goes with it; kept is the last member before it that stays, or -1.
func memberRange(src []byte, m doc.Node, i, kept int) (diag.Range, error) {
	n := m.At(i)
	if n.IsZero() || n.KeyRange().Start >= n.KeyRange().End {
		return diag.Range{}, errNoEdit
	}
	r := diag.Range{Start: n.KeyRange().Start, End: max(n.Range().End, n.KeyRange().End)}
	last := i == m.Len()-1
	if inFlow(src, m) {
		switch {
		case !last:
			r.End = m.At(i + 1).KeyRange().Start
		case kept >= 0:
			r.Start = max(m.At(kept).Range().End, m.At(kept).KeyRange().End)
		}
		return r, nil
	}
	if _, ok := indentOf(src, r.Start); !ok {
		return diag.Range{}, errNoEdit
	}
	r.Start = lineStart(src, r.Start)
	if !last {
		r.End = lineStart(src, m.At(i+1).KeyRange().Start)
	} else if end := bytes.IndexByte(src[r.End:], '\n'); end >= 0 {
		r.End += uint32(end) + 1
	} else {
		r.End = uint32(len(src))
	}
	if r.End <= r.Start {
		return diag.Range{}, errNoEdit
	}
	return r, nil
}

// joined makes one cut of those that touch or overlap.
func joined(cuts []splice) []splice {
	var out []splice
	for _, c := range cuts {
		if n := len(out); n > 0 && c.at.Start <= out[n-1].at.End {
			out[n-1].at.Start = min(out[n-1].at.Start, c.at.Start)
			out[n-1].at.End = max(out[n-1].at.End, c.at.End)
			continue
		}
		out = append(out, c)
	}
	return out
}
