package edit

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// step is how much deeper new values stand than what they belong to.
const step = 2

// changer makes the edits of one change to one document.
type changer struct {
	*layout
	d     *doc.Doc
	edits []diag.Edit
}

// Set puts a value where a path leads to. What is not there yet is added: a key
// at the end of its map, and the maps around it; an index must be there.
func Set(d *doc.Doc, path string, v doc.Node) (*doc.Doc, error) {
	return change(d, path, func(c *changer, n doc.Node, way []doc.Node, left []Step) (expected, error) {
		if len(left) > 0 {
			return c.add(n, way, left, v)
		}
		if len(way) == 0 {
			return nil, pathError("the path is empty")
		}
		return c.set(way, n, v), nil
	})
}

// Insert puts a value into the list that a path leads to, before its item i, or
// at its end if it has i items.
func Insert(d *doc.Doc, path string, i int, v doc.Node) (*doc.Doc, error) {
	return change(d, path, func(c *changer, n doc.Node, way []doc.Node, left []Step) (expected, error) {
		switch {
		case len(left) > 0 || n.Kind() != doc.List:
			return nil, pathError("there is no list")
		case i < 0 || i > n.Len():
			return nil, pathError("the list has no such place")
		}
		return c.insert(way, n, i, v)
	})
}

// Remove takes away what a path leads to, with the comments right above it.
func Remove(d *doc.Doc, path string) (*doc.Doc, error) {
	return change(d, path, func(c *changer, n doc.Node, way []doc.Node, left []Step) (expected, error) {
		if len(left) > 0 || len(way) == 0 {
			return nil, pathError("there is nothing")
		}
		return c.remove(way, n)
	})
}

// expected reports whether the tree of the changed text is what was asked for.
type expected func(root doc.Node) bool

// operation makes the edits of a change at the node n, which its path reaches
// by way of its ancestors, the root first; left are the steps that lead on.
type operation func(c *changer, n doc.Node, way []doc.Node, left []Step) (expected, error)

func change(d *doc.Doc, path string, op operation) (*doc.Doc, error) {
	text := string(d.Source().Text())
	l := scan(text)
	if ends := l.finalBreak(); d.Syntax() == doc.YAML && len(ends) > 0 {
		text = apply(text, ends)
		settled, found := doc.Parse(d.Source().Name(), []byte(text), nil)
		if found.Count(diag.Error) > 0 || !Equal(d.Root(), settled.Root()) {
			return nil, &Error{path, "the text cannot be changed"}
		}
		d, l = settled, scan(text)
	}
	way, left, err := walk(d.Root(), path)
	if err != nil {
		return nil, err
	}
	for _, n := range way {
		if n.Shared() {
			return nil, &Error{path, "the value stands elsewhere and came by an alias"}
		}
	}
	n, way := way[len(way)-1], way[:len(way)-1]
	c := &changer{layout: l, d: d}
	ok, err := op(c, n, way, left)
	if err != nil {
		return nil, &Error{path, err.Error()}
	}
	return c.finish(path, ok)
}

// finish applies the edits and checks what came out.
func (c *changer) finish(path string, ok expected) (*doc.Doc, error) {
	text := apply(c.text, c.edits)
	out, found := doc.Parse(c.d.Source().Name(), []byte(text), nil)
	if found.Count(diag.Error) > 0 || out.Syntax() != c.d.Syntax() && out.Root().Len() > 0 || !ok(out.Root()) {
		return nil, &Error{path, "the text around it cannot be kept"}
	}
	return out, nil
}

func (c *changer) edit(start, end int, text string) {
	c.edits = append(c.edits, diag.Edit{Range: diag.Range{Start: uint32(start), End: uint32(end)}, Text: text})
}

// inFlow reports whether a list or map is written with brackets.
func (c *changer) inFlow(n doc.Node) bool {
	i := c.contentOf(n)
	return i < len(c.tokens) && (c.tokens[i].kind == opening || c.tokens[i].flow > 0)
}

// contentOf returns the index of the first token of a value, without its tag
// and anchor.
func (c *changer) contentOf(n doc.Node) int {
	i := c.at(int(n.Range().Start))
	for i < len(c.tokens) && (c.tokens[i].kind == property && !c.tokens[i].key || c.tokens[i].kind == comment) {
		i++
	}
	return i
}

// flowText writes a value with brackets, for a place on a line.
func (c *changer) flowText(v doc.Node, at int) string {
	if c.d.Syntax() == doc.YAML {
		return string(appendFlow(nil, v, flowYAML))
	}
	text := strings.TrimSuffix(layoutJSON(string(appendFlow(nil, v, jsonWriter)), step), "\n")
	line := c.text[c.lineStart(at):]
	return strings.ReplaceAll(text, "\n", "\n"+line[:spaces(line)])
}

// flowKey writes a key within brackets.
func (c *changer) flowKey(key string) string {
	w := flowYAML
	if c.d.Syntax() == doc.JSON {
		w = jsonWriter
	}
	return string(w.text(nil, key, true)) + ": "
}

// blockText writes a value behind a colon or dash: what goes on its line, and
// the lines below.
func blockText(v doc.Node, column int, item bool) (head, body string) {
	p := &printer{step: step}
	p.value(v, column, item)
	text := p.out.String()
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// dashes returns the indexes of the dashes of a block list's items.
func (c *changer) dashes(n doc.Node) []int {
	var out []int
	end := int(n.Range().End)
	column := -1
	for i := c.contentOf(n); i < len(c.tokens) && c.tokens[i].start < end; i++ {
		t := &c.tokens[i]
		if t.kind != dash || t.flow > 0 || column >= 0 && t.column != column {
			continue
		}
		column = t.column
		out = append(out, i)
	}
	return out
}

// slot returns the index of the colon or dash before a member of a block list
// or map, and the column where that member starts; -1 if it has none.
func (c *changer) slot(parent, n doc.Node) (i, column int) {
	if parent.Kind() == doc.List {
		dashes := c.dashes(parent)
		if len(dashes) != parent.Len() {
			return -1, 0
		}
		for k := range parent.Len() {
			if parent.At(k) == n {
				return dashes[k], c.tokens[dashes[k]].column
			}
		}
		return -1, 0
	}
	key := c.at(int(n.KeyRange().Start))
	for i = key; i < len(c.tokens) && c.tokens[i].kind != colon; i++ {
		if c.tokens[i].start > int(n.KeyRange().End) {
			return -1, 0
		}
	}
	for key > 0 && (key == len(c.tokens) || !c.tokens[key].key) {
		key--
	}
	if i >= len(c.tokens) || c.tokens[i].flow > 0 {
		return -1, 0
	}
	return i, c.tokens[key].column
}
