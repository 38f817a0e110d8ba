package doc

import (
	"iter"

	"github.com/bianpai/bianpai/diag"
)

// Kind is the kind of data that a node holds.
type Kind uint8

// The kinds. A zero Node has kind Null too; ask IsZero.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	List
	Map
)

// String returns the name of the kind as template authors say it.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "integer", "number", "string", "list", "map"}[k]
}

// Root returns the root; the zero Node if nothing could be read.
func (d *Doc) Root() Node {
	if d == nil || len(d.nodes) == 0 {
		return Node{}
	}
	return Node{d, int32(len(d.nodes) - 1)}
}

// Source returns the text the document was read from, as UTF-8.
func (d *Doc) Source() *diag.Source { return d.src }

// Syntax is a way to write a document.
type Syntax uint8

// The syntaxes.
const (
	YAML Syntax = iota
	JSON
)

// String returns "YAML" or "JSON".
func (s Syntax) String() string {
	if s == JSON {
		return "JSON"
	}
	return "YAML"
}

// Syntax tells how the text was read: faulty JSON that YAML can read is YAML.
func (d *Doc) Syntax() Syntax {
	if d.json {
		return JSON
	}
	return YAML
}

// Nodes returns the number of nodes of the tree; what an alias repeats counts
// once.
func (d *Doc) Nodes() int { return len(d.nodes) }

// Node is a handle of one node. The zero Node stands for "absent"; all its
// methods are safe and give zero values. Two handles of the same node are
// equal.
type Node struct {
	doc *Doc
	id  int32
}

// absent is what the zero Node reads.
var absent node

func (n Node) at() *node {
	if n.doc == nil {
		return &absent
	}
	return &n.doc.nodes[n.id]
}

// IsZero reports whether the node is absent.
func (n Node) IsZero() bool { return n.doc == nil }

// Doc returns the document of the node.
func (n Node) Doc() *Doc { return n.doc }

// Kind returns the kind.
func (n Node) Kind() Kind { return n.at().kind }

// Range returns the place of the value: with its quotes or brackets, with its
// tag and anchor, without a line break after it. For an alias it is the alias.
// For the map that a short tag stands for it is all from the tag on. An empty
// value has an empty range behind its key.
func (n Node) Range() diag.Range {
	p := n.at()
	return diag.Range{Start: p.start, End: p.end}
}

// KeyRange returns the place of the key under which the value stands in a map,
// with its quotes; of the tag if the key comes from a short tag.
func (n Node) KeyRange() diag.Range {
	if p := n.at(); p.flags&keyed != 0 {
		return n.doc.keyRange(p)
	}
	return diag.Range{}
}

// Key returns the text of the key under which the value stands in a map.
func (n Node) Key() string {
	if p := n.at(); p.flags&keyed != 0 {
		return n.doc.keyText(p)
	}
	return ""
}

// KeyKind returns the kind of the key: String but for the plain keys of YAML
// that read as something else, as 1 or true.
func (n Node) KeyKind() Kind {
	return Kind(n.at().flags & keyKindMask >> keyKindShift)
}

// Shared reports whether the value came through an alias or a merge key: it
// stands elsewhere and changes with its other uses.
func (n Node) Shared() bool { return n.at().flags&shared != 0 }

// Text returns the decoded text of a scalar: for numbers and booleans as
// written, for null, lists and maps "".
func (n Node) Text() string {
	if p := n.at(); p.kind != Null && p.kind < List {
		return n.doc.scalarText(p)
	}
	return ""
}

// Literal returns a scalar's text as written, without quotes and escapes: as
// Text, but it tells ~ from null and keeps all digits of a number.
func (n Node) Literal() string {
	if p := n.at(); n.doc != nil && p.kind < List {
		return n.doc.scalarText(p)
	}
	return ""
}

// Bool returns the value of a Bool node, false for any other.
func (n Node) Bool() bool { return n.at().flags&truth != 0 }

// Int returns the value of an Int node; false for any other.
func (n Node) Int() (int64, bool) {
	if p := n.at(); p.kind == Int {
		return intValue(n.doc.scalarText(p))
	}
	return 0, false
}

// Float returns the value of an Int or Float node, 0 for any other.
func (n Node) Float() float64 {
	switch p := n.at(); p.kind {
	case Int:
		i, _ := intValue(n.doc.scalarText(p))
		return float64(i)
	case Float:
		return floatValue(n.doc.scalarText(p))
	}
	return 0
}

// Len returns the number of members of a List or Map, 0 for any other.
func (n Node) Len() int {
	if p := n.at(); p.kind >= List {
		return int(p.b)
	}
	return 0
}

// At returns the i-th member of a List or value of a Map, the zero Node
// outside of it.
func (n Node) At(i int) Node {
	if i < 0 || i >= n.Len() {
		return Node{}
	}
	return Node{n.doc, int32(n.doc.firstChild(n.at())) + int32(i)}
}

// KeyAt returns the text of the i-th key of a Map.
func (n Node) KeyAt(i int) string { return n.At(i).Key() }

// Get returns the value under a key of a Map, or the zero Node. Keys are
// compared by their text. It takes the same time in a map of any size.
func (n Node) Get(key string) Node {
	if p := n.at(); p.kind == Map {
		if id := n.doc.find(p, key); id >= 0 {
			return Node{n.doc, id}
		}
	}
	return Node{}
}

// Items yields the members of a List or the values of a Map in order.
func (n Node) Items() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range n.Len() {
			if !yield(n.At(i)) {
				return
			}
		}
	}
}

// Verbatim returns the part of the source that is the scalar's text as it is,
// without quotes; false if the text is written otherwise, with escapes or over
// several lines, or stands elsewhere, as that of an alias.
func (n Node) Verbatim() (diag.Range, bool) {
	p := n.at()
	if n.doc == nil || p.kind >= List || p.flags&(textSide|shared) != 0 {
		return diag.Range{}, false
	}
	return diag.Range{Start: p.a, End: p.b}, true
}
