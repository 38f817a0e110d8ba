package edit

import (
	"slices"

	"github.com/bianpai/bianpai/internal/doc"
)

// remove takes the value n out of the last of way, which holds it.
func (c *changer) remove(way []doc.Node, n doc.Node) (expected, error) {
	parent := way[len(way)-1]
	if c.tagged(parent, n) {
		return nil, pathError("it is the argument of a function")
	}
	want := slices.DeleteFunc(membersOf(parent), func(m member) bool { return m.value == n })
	ok := changedAt(way, holdsExactly(want))
	if c.inFlow(parent) {
		c.removeFlow(parent, n)
		return ok, nil
	}
	i, _ := c.slot(parent, n)
	if i < 0 {
		return nil, pathError("its place is not found")
	}
	if parent.Len() == 1 {
		return c.clear(way, parent)
	}
	c.removeBlock(i, n)
	return ok, nil
}

// clear makes a list or map empty.
func (c *changer) clear(way []doc.Node, parent doc.Node) (expected, error) {
	text := "{}"
	if parent.Kind() == doc.List {
		text = "[]"
	}
	empty, _ := doc.ParseJSON("", []byte(text), nil)
	if len(way) > 1 {
		return c.set(way[:len(way)-1], parent, empty.Root()), nil
	}
	r := parent.Range()
	c.edit(int(r.Start), int(r.End), text)
	return changedAt(way, holdsExactly(nil)), nil
}

// removeFlow takes a member out of brackets, with one comma.
func (c *changer) removeFlow(parent, n doc.Node) {
	start, end := int(n.Range().Start), int(n.Range().End)
	if parent.Kind() == doc.Map {
		k := n.KeyRange()
		start = int(k.Start)
		end = max(end, int(k.End))
		if i := c.colonBehind(int(k.End)); i >= 0 {
			end = max(end, c.tokens[i].end)
		}
		if i := c.at(start); i > 0 && c.tokens[i-1].kind == question {
			start = c.tokens[i-1].start
		}
	}
	i := c.at(end)
	for i < len(c.tokens) && c.tokens[i].kind == comment {
		i++
	}
	if i < len(c.tokens) && c.tokens[i].kind == comma {
		c.cutBefore(start, end, i)
		return
	}
	before := c.at(start) - 1
	for before > 0 && c.tokens[before].kind == comment {
		before--
	}
	switch t := &c.tokens[max(before, 0)]; {
	case t.kind == comma && before == c.at(start)-1:
		c.edit(t.start, end, "")
	case t.kind == comma:
		c.edit(t.start, t.end, "")
		c.edit(start, end, "")
	default:
		c.edit(start, end, "")
	}
}

// cutBefore removes a member that the comma i follows, and the white space up
// to the next one.
func (c *changer) cutBefore(start, end, i int) {
	t := &c.tokens[i]
	if c.at(end) != i { // a comment stands between
		c.edit(start, end, "")
		c.edit(t.start, t.end, "")
		return
	}
	end = t.end
	if i+1 < len(c.tokens) && c.tokens[i+1].kind != comment {
		end = c.tokens[i+1].start
	}
	c.edit(start, end, "")
}

// removeBlock removes an entry of a block list or map, given its dash or colon:
// its lines with the comments right above them, or, behind a dash on the same
// line, what reaches to the next entry.
func (c *changer) removeBlock(slot int, n doc.Node) {
	head := slot
	for c.tokens[slot].kind == colon && head > 0 && !c.tokens[head].key {
		head--
	}
	t := &c.tokens[head]
	last := c.lineEnd(max(int(n.Range().End), c.tokens[slot].end))
	if t.first {
		end := len(c.text)
		if line := c.lineOf(last) + 1; line < len(c.lines) {
			end = c.lines[line]
		}
		c.edit(c.headOf(head), end, "")
		return
	}
	next := c.at(last)
	if next == len(c.tokens) {
		c.edit(t.start, last, "")
		return
	}
	if c.tokens[next].kind == comment { // the line of the dash ends with it
		c.edit(t.start, c.tokens[next].start, "")
		return
	}
	c.edit(t.start, c.tokens[next].start, "")
}
