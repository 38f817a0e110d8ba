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

// Doc is the tree of one document. It is immutable and safe for concurrent use.
type Doc struct {
	src *diag.Source
}

// Root returns the root; the zero Node if nothing could be read.
func (d *Doc) Root() Node { return Node{} }

// Source returns the text the document was read from.
func (d *Doc) Source() *diag.Source { return d.src }

// Node is a handle of one node. The zero Node stands for "absent"; all its
// methods are safe and give zero values.
type Node struct {
	doc *Doc
	id  int32
}

// IsZero reports whether the node is absent.
func (n Node) IsZero() bool { return n.doc == nil }

// Doc returns the document of the node.
func (n Node) Doc() *Doc { return n.doc }

// Kind returns the kind.
func (n Node) Kind() Kind { return Null }

// Range returns the place of the value.
func (n Node) Range() diag.Range { return diag.Range{} }

// KeyRange returns the place of the key under which the value stands in a map.
func (n Node) KeyRange() diag.Range { return diag.Range{} }

// Key returns the key under which the value stands in a map.
func (n Node) Key() string { return "" }

// Text returns the decoded text of a scalar.
func (n Node) Text() string { return "" }

// Bool returns the value of a Bool node.
func (n Node) Bool() bool { return false }

// Int returns the value of an Int node.
func (n Node) Int() (int64, bool) { return 0, false }

// Float returns the value of an Int or Float node.
func (n Node) Float() float64 { return 0 }

// Literal returns a number's text as written.
func (n Node) Literal() string { return "" }

// Len returns the number of members of a List or Map.
func (n Node) Len() int { return 0 }

// At returns the i-th member of a List or value of a Map.
func (n Node) At(i int) Node { return Node{} }

// KeyAt returns the i-th key of a Map.
func (n Node) KeyAt(i int) string { return "" }

// Get returns the value under a key of a Map, or the zero Node.
func (n Node) Get(key string) Node { return Node{} }

// Items yields the members in order.
func (n Node) Items() iter.Seq[Node] { return func(func(Node) bool) {} }

// AppendJSON appends the value as JSON.
func (n Node) AppendJSON(dst []byte) []byte { return dst }
