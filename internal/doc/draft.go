package doc

import (
	"slices"

	"github.com/bianpai/bianpai/diag"
)

// Draft is a value that can be changed: what a program makes of a document
// before it is read again as one, see Build. A nil Draft reads as absent.
type Draft struct {
	Kind  Kind
	Text  string // of a scalar, as Node.Literal gives it
	Key   string // under which it stands in a map
	Items []*Draft
	// At and KeyAt are the places in the source that findings point to.
	At, KeyAt diag.Range

	index map[string]int // of the items of a large map, as many as it has
}

// Copy makes a draft of a node. Its parts keep their places in the source; with
// at, for a node of another source, all get that one.
func Copy(n Node, at *diag.Range) *Draft {
	d := &Draft{Kind: n.Kind(), Text: n.Literal(), Key: n.Key(), At: n.Range(), KeyAt: n.KeyRange()}
	if at != nil {
		d.At, d.KeyAt = *at, *at
	}
	for item := range n.Items() {
		d.Items = append(d.Items, Copy(item, at))
	}
	return d
}

// DraftText makes a string.
func DraftText(s string, at diag.Range) *Draft { return &Draft{Kind: String, Text: s, At: at} }

// DraftList makes a list.
func DraftList(at diag.Range, items ...*Draft) *Draft {
	return &Draft{Kind: List, Items: items, At: at}
}

// DraftMap makes an empty map.
func DraftMap(at diag.Range) *Draft { return &Draft{Kind: Map, At: at} }

// Get returns the value under a key of a map, nil if there is none.
func (d *Draft) Get(key string) *Draft {
	if d == nil || d.Kind != Map {
		return nil
	}
	if i := d.find(key); i >= 0 {
		return d.Items[i]
	}
	return nil
}

// find gives the place of a key, -1 if there is none.
func (d *Draft) find(key string) int {
	if len(d.Items) <= linearKeys {
		return slices.IndexFunc(d.Items, func(item *Draft) bool { return item.Key == key })
	}
	if len(d.index) != len(d.Items) {
		d.index = make(map[string]int, 2*len(d.Items))
		for i, item := range d.Items {
			d.index[item.Key] = i
		}
	}
	if i, ok := d.index[key]; ok {
		return i
	}
	return -1
}

// Set puts a value under a key of a map, in the place of the one there or
// behind the others, and returns the map.
func (d *Draft) Set(key string, v *Draft) *Draft {
	v.Key = key
	if v.KeyAt == (diag.Range{}) {
		v.KeyAt = v.At
	}
	if i := d.find(key); i >= 0 {
		d.Items[i] = v
		return d
	}
	d.Items = append(d.Items, v)
	if len(d.index) == len(d.Items)-1 && d.index != nil {
		d.index[key] = len(d.Items) - 1
	}
	return d
}

// Remove takes a key out of a map.
func (d *Draft) Remove(key string) {
	if d != nil {
		d.index = nil
		d.Items = slices.DeleteFunc(d.Items, func(item *Draft) bool { return item.Key == key })
	}
}

// Clone copies a draft with all its parts.
func (d *Draft) Clone() *Draft {
	c := *d
	c.index = nil
	c.Items = make([]*Draft, len(d.Items))
	for i, item := range d.Items {
		c.Items[i] = item.Clone()
	}
	return &c
}

// Build makes a document of a draft. Its source is src, in which the places of
// the draft lie. The findings say whether it is too large.
func Build(src *diag.Source, root *Draft, lim *Limits) (*Doc, diag.List) {
	b := newBuilder(src, string(src.Text()), lim)
	b.draft(root)
	if b.full {
		return (&Doc{src: src, text: b.text, seed: b.seed}), b.found
	}
	return b.finish()
}

func (b *builder) draft(d *Draft) {
	mark := len(b.stack)
	switch {
	case b.full || d.Kind >= List && b.tooDeep(d.At.Start):
		b.push(node{kind: Null, start: d.At.Start, end: d.At.End})
		return
	case d.Kind < List:
		n := node{kind: d.Kind, flags: textSide, start: d.At.Start, end: d.At.End, a: b.sideText(d.Text)}
		if d.Kind == Bool && isYes(d.Text) {
			n.flags |= truth
		}
		b.push(n)
		return
	}
	for i, item := range d.Items {
		b.enter(item.Key, i)
		b.draft(item)
		b.leave()
		if d.Kind == Map {
			b.setKey(key{start: item.KeyAt.Start, end: item.KeyAt.End, flags: keySide, kind: String, text: item.Key})
		}
	}
	if d.Kind == Map {
		b.closeMap(mark, 0, d.At.Start, d.At.End)
		return
	}
	b.closeList(mark, d.At.Start, d.At.End)
}

// isYes reports whether YAML reads a boolean's text as true.
func isYes(s string) bool {
	switch s {
	case "yes", "Yes", "YES", "on", "On", "ON", "TRUE", "True", "true":
		return true
	}
	return false
}
