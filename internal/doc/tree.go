package doc

import (
	"hash/maphash"

	"github.com/bianpai/bianpai/diag"
)

// node is one value of the tree. The children of a list or map stand side by
// side in Doc.nodes; each carries the key under which it stands, so that a map
// needs no nodes for its keys.
type node struct {
	kind  Kind
	flags flags
	// The value in the source; for an alias, the alias itself.
	start, end uint32
	// A scalar's text is source[a:b], or side[a] with flag textSide. A list's
	// or map's children are nodes[a:a+b], or start at maps[a].first with flag
	// indexed.
	a, b uint32
	// The key in the source; with flag keySide, keyEnd is an index into keys.
	keyStart, keyEnd uint32
}

type flags uint16

const (
	textSide  flags = 1 << iota // the text is not verbatim in the source
	truth                       // the value of a Bool
	indexed                     // a map with a hash index
	shared                      // a copy of a node made for an alias
	keyed                       // stands in a map
	keyQuoted                   // the key is the source without its quotes
	keySide                     // the key is not verbatim in the source
	// The kind of the key, as YAML has keys that are not strings.
	keyKindShift       = iota
	keyKindMask  flags = 7 << keyKindShift
)

// sideKey is a key whose text is not verbatim in the source.
type sideKey struct {
	text string
	end  uint32
}

// mapIndex is the hash index of a map with more than linearKeys keys: an open
// addressing table of child ordinals plus one in Doc.slots.
type mapIndex struct {
	first uint32 // first child
	table uint32 // offset in Doc.slots
	mask  uint32 // size of the table minus one
}

// linearKeys is how many keys are compared one by one rather than hashed.
const linearKeys = 16

// Doc is the tree of one document. It is immutable and safe for concurrent use.
type Doc struct {
	src   *diag.Source
	text  string // the source's bytes
	json  bool   // read as JSON
	holed bool   // a fault kept a part of the text from being read
	nodes []node // children before their parent; the root is the last one
	side  []string
	keys  []sideKey
	maps  []mapIndex
	slots []uint32
	seed  maphash.Seed
}

func (d *Doc) scalarText(n *node) string {
	if n.flags&textSide != 0 {
		return d.side[n.a]
	}
	return d.text[n.a:n.b]
}

func (d *Doc) keyText(n *node) string {
	switch {
	case n.flags&keySide != 0:
		return d.keys[n.keyEnd].text
	case n.flags&keyQuoted != 0:
		return d.text[n.keyStart+1 : n.keyEnd-1]
	}
	return d.text[n.keyStart:n.keyEnd]
}

func (d *Doc) keyRange(n *node) diag.Range {
	if n.flags&keySide != 0 {
		return diag.Range{Start: n.keyStart, End: d.keys[n.keyEnd].end}
	}
	return diag.Range{Start: n.keyStart, End: n.keyEnd}
}

func (d *Doc) firstChild(n *node) uint32 {
	if n.flags&indexed != 0 {
		return d.maps[n.a].first
	}
	return n.a
}

// find returns the index of the child with the key, -1 if there is none.
func (d *Doc) find(n *node, key string) int32 {
	if n.flags&indexed == 0 {
		for i := n.a; i < n.a+n.b; i++ {
			if d.keyText(&d.nodes[i]) == key {
				return int32(i)
			}
		}
		return -1
	}
	m := d.maps[n.a]
	for h := uint32(maphash.String(d.seed, key)); ; h++ {
		at := d.slots[m.table+h&m.mask]
		if at == 0 {
			return -1
		}
		if i := m.first + at - 1; d.keyText(&d.nodes[i]) == key {
			return int32(i)
		}
	}
}
