package edit

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
)

// set replaces the value n, which the last of way holds.
func (c *changer) set(way []doc.Node, n, v doc.Node) expected {
	parent := way[len(way)-1]
	want := membersOf(parent)
	for i := range want {
		if want[i].value == n {
			want[i].value = v
		}
	}
	ok := changedAt(way, holdsExactly(want))
	switch {
	case c.tagged(parent, n):
		return c.setTagged(way, n, v, ok)
	case c.inFlow(parent):
		c.setFlow(n, v)
	default:
		c.setBlock(parent, n, v)
	}
	return ok
}

// tagged reports whether n is the argument of a function's short tag, of which
// parent is the map.
func (c *changer) tagged(parent, n doc.Node) bool {
	if parent.Kind() != doc.Map || parent.Len() != 1 {
		return false
	}
	k := n.KeyRange()
	i := c.at(int(k.Start))
	return i < len(c.tokens) && c.tokens[i].start == int(k.Start) && c.tokens[i].kind == property && !c.tokens[i].key && c.tokens[i].flow == 0 ||
		k.Start < k.End && c.text[k.Start] == '!' && c.colonBehind(int(k.End)) < 0
}

// colonBehind returns the index of the colon token right behind an offset, -1
// if another token stands there.
func (c *changer) colonBehind(at int) int {
	if i := c.at(at); i < len(c.tokens) && c.tokens[i].kind == colon {
		return i
	}
	return -1
}

// setTagged changes a function's argument: behind its tag if a text replaces a
// text, else the call is written in its long form.
func (c *changer) setTagged(way []doc.Node, n, v doc.Node, ok expected) expected {
	if r, verbatim := n.Verbatim(); verbatim && v.Kind() == doc.String {
		if text := v.Text(); r.Start < r.End && plainFits(text, true) && n.Range() == r {
			c.edit(int(r.Start), int(r.End), text)
			return ok
		}
	}
	call := wrap(way[len(way)-1].At(0).Key(), v)
	if len(way) == 1 { // the call is the whole document
		r := way[0].Range()
		head, body := blockText(call, 0, false)
		c.edit(int(r.Start), int(r.End), strings.TrimPrefix(head+body, "\n"))
		return ok
	}
	return c.set(way[:len(way)-1], way[len(way)-1], call)
}

// wrap makes a map of one key.
func wrap(key string, v doc.Node) doc.Node {
	text := append(doc.AppendString([]byte{'{'}, key), ':')
	text = append(appendFlow(text, v, jsonWriter), '}')
	d, _ := doc.ParseJSON("", text, nil)
	return d.Root()
}

func (c *changer) setFlow(n, v doc.Node) {
	r := n.Range()
	text := c.flowText(v, int(r.Start))
	if r.Start < r.End {
		c.edit(int(r.Start), int(r.End), text)
		return
	}
	if i := c.colonBehind(int(n.KeyRange().End)); i >= 0 {
		c.edit(c.tokens[i].end, c.tokens[i].end, " "+text)
		return
	}
	c.edit(int(n.KeyRange().End), int(n.KeyRange().End), ": "+text)
}

// setBlock replaces the value behind a colon or dash. A comment on that line
// stays there.
func (c *changer) setBlock(parent, n, v doc.Node) {
	i, column := c.slot(parent, n)
	if i < 0 {
		c.setFlow(n, v) // as good as any: the result is checked
		return
	}
	item := parent.Kind() == doc.List
	head, body := blockText(v, column+step, item)
	slot := &c.tokens[i]
	r := n.Range()
	start, end := int(r.Start), max(int(r.End), slot.end)
	lineEnd := c.lineEnd(slot.end)
	onLine := start >= slot.end && start < lineEnd && r.Start < r.End
	switch {
	case onLine && c.inline(n) && body == "":
		c.edit(start, end, strings.TrimPrefix(head, " "))
	case onLine && c.inline(n):
		c.edit(slot.end, end, head)
		c.edit(c.lineEnd(end), c.lineEnd(end), body)
	default:
		note := lineEnd
		if k := slices.IndexFunc(c.tokens[i:], func(t token) bool { return t.kind == comment }); k >= 0 && c.tokens[i+k].start < lineEnd {
			note = c.tokens[i+k].start
			head += " "
		}
		c.edit(slot.end, note, head)
		c.edit(lineEnd, max(lineEnd, end), body)
	}
}

// inline reports whether a value is neither a block list or map nor a block
// scalar.
func (c *changer) inline(n doc.Node) bool {
	i := c.contentOf(n)
	if i >= len(c.tokens) {
		return false
	}
	t := &c.tokens[i]
	return t.kind != block && t.kind != dash && !t.key
}

// add adds what the steps lead to, from the deepest node that is there.
func (c *changer) add(n doc.Node, way []doc.Node, left []Step, v doc.Node) (expected, error) {
	for i := len(left) - 1; i > 0; i-- {
		if left[i].Index >= 0 {
			return nil, pathError("there is no list")
		}
		v = wrap(left[i].Key, v)
	}
	s := left[0]
	switch {
	case s.Index >= 0:
		return nil, pathError("there is no such item")
	case n.IsZero() || n.Kind() != doc.Map && n.Kind() != doc.Null:
		return nil, pathError("there is no map")
	case n.Len() == 0 && len(way) > 0 && !c.inFlow(way[len(way)-1]):
		return c.set(way, n, wrap(s.Key, v)), nil
	case n.Kind() != doc.Map:
		if len(way) == 0 {
			return nil, pathError("there is no map")
		}
		return c.set(way, n, wrap(s.Key, v)), nil
	}
	return c.addMember(append(slices.Clone(way), n), n, s.Key, v)
}

func (c *changer) addMember(way []doc.Node, n doc.Node, key string, v doc.Node) (expected, error) {
	want := append(membersOf(n), member{key, v})
	ok := changedAt(way, holdsExactly(want))
	if c.inFlow(n) {
		i := c.closingOf(n)
		if i < 0 {
			return nil, pathError("its brackets are not found")
		}
		c.addFlow(i, func(at int) string { return c.flowKey(key) + c.flowText(v, at) })
		return ok, nil
	}
	i := c.contentOf(n)
	for i < len(c.tokens) && !c.tokens[i].key {
		i++
	}
	if i == len(c.tokens) {
		return nil, pathError("its keys are not found")
	}
	column := c.tokens[i].column
	p := &printer{step: step}
	p.start(column, false)
	p.key(key, column)
	p.member(v, column)
	end := c.lineEnd(int(n.Range().End))
	c.edit(end, end, p.out.String())
	return ok, nil
}

// closingOf returns the index of the closing bracket of a list or map.
func (c *changer) closingOf(n doc.Node) int {
	i := c.at(int(n.Range().End)) - 1
	if i < 0 || c.tokens[i].kind != closing {
		return -1
	}
	return i
}

// addFlow adds a member before the closing bracket i, in a line of its own if
// the last member has one.
func (c *changer) addFlow(i int, text func(at int) string) {
	last := i - 1
	for last > 0 && c.tokens[last].kind == comment {
		last--
	}
	at := c.tokens[last].end
	switch c.tokens[last].kind {
	case opening:
		c.edit(at, at, text(at))
		return
	case comma:
		c.edit(at, at, " "+text(at))
		return
	}
	between := ", "
	for k, flow := last, c.tokens[i].flow+1; k >= 0; k-- {
		if t := &c.tokens[k]; t.flow == flow && t.first && t.kind != closing && t.kind != comment {
			between = ",\n" + strings.Repeat(" ", t.column)
			break
		} else if t.flow < flow || t.flow == flow && t.kind == comma {
			break
		}
	}
	c.edit(at, at, between+text(at))
}

// insert puts a value into a list before its item i.
func (c *changer) insert(way []doc.Node, n doc.Node, i int, v doc.Node) (expected, error) {
	want := slices.Insert(membersOf(n), i, member{"", v})
	ok := changedAt(append(slices.Clone(way), n), holdsExactly(want))
	switch {
	case n.Len() == 0 && len(way) > 0 && !c.inFlow(way[len(way)-1]):
		list, _ := doc.ParseJSON("", append(appendFlow([]byte{'['}, v, jsonWriter), ']'), nil)
		return c.set(way, n, list.Root()), nil
	case c.inFlow(n) && i == n.Len():
		k := c.closingOf(n)
		if k < 0 {
			return nil, pathError("its brackets are not found")
		}
		c.addFlow(k, func(at int) string { return c.flowText(v, at) })
		return ok, nil
	case c.inFlow(n):
		at := int(n.At(i).Range().Start)
		between := ", "
		if t := &c.tokens[min(c.at(at), len(c.tokens)-1)]; t.first {
			between = ",\n" + strings.Repeat(" ", t.column)
		}
		c.edit(at, at, c.flowText(v, at)+between)
		return ok, nil
	}
	dashes := c.dashes(n)
	if len(dashes) != n.Len() {
		return nil, pathError("its items are not found")
	}
	c.insertBlock(n, dashes, i, v)
	return ok, nil
}

func (c *changer) insertBlock(n doc.Node, dashes []int, i int, v doc.Node) {
	first := &c.tokens[dashes[0]]
	head, body := blockText(v, first.column+step, true)
	item := "-" + head + body
	indent := strings.Repeat(" ", first.column)
	switch {
	case i > 0:
		end := c.lineEnd(max(int(n.At(i-1).Range().End), c.tokens[dashes[i-1]].end))
		c.edit(end, end, "\n"+indent+item)
	case first.first:
		start := c.lineStart(first.start)
		c.edit(start, start, indent+item+"\n")
	default:
		c.edit(first.start, first.start, item+"\n"+indent)
	}
}
