package doc

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// builder makes a tree from the bottom up. A finished value waits on the stack
// until its list or map is closed; then it moves to its place beside its
// siblings.
type builder struct {
	whole bool // nothing was lost, whatever was found
	*Doc
	lim   Limits
	stack []node
	path  []segment // open lists and maps
	found diag.List
	// weight counts the nodes, and what aliases repeat as if it were written
	// out.
	weight int
	full   bool // a budget is used up: nothing more is read
}

// segment is a step of a data path: a key, or an index if that is not -1.
type segment struct {
	key   string
	index int
}

// maxFound bounds the findings of one document.
const maxFound = 100

func newBuilder(src *diag.Source, text string, lim *Limits) *builder {
	return &builder{Doc: &Doc{src: src, text: text, seed: maphash.MakeSeed()}, lim: lim.withDefaults()}
}

// report adds a finding at the place where the builder is.
func (b *builder) report(sev diag.Severity, code diag.Code, start, end uint32, args ...string) {
	if len(b.found) < maxFound {
		b.found = append(b.found, diag.New(sev, code, b.src, diag.Range{Start: start, End: end}, b.dataPath(), args...))
	}
}

func (b *builder) dataPath() string {
	var s strings.Builder
	for _, seg := range b.path {
		if seg.index >= 0 {
			fmt.Fprintf(&s, "[%d]", seg.index)
			continue
		}
		if s.Len() > 0 {
			s.WriteByte('.')
		}
		s.WriteString(seg.key)
	}
	return s.String()
}

// enter notes the path of the member that is read next; leave drops it.
func (b *builder) enter(key string, index int) { b.path = append(b.path, segment{key, index}) }
func (b *builder) leave()                      { b.path = b.path[:len(b.path)-1] }

// push puts a finished value on the stack.
func (b *builder) push(n node) {
	b.weight++
	if b.weight > b.lim.Nodes {
		b.exhaust(n.start, "document-too-many-nodes", b.lim.Nodes)
	}
	b.stack = append(b.stack, n)
}

// exhaust ends the reading because a budget is used up.
func (b *builder) exhaust(at uint32, code diag.Code, limit int) {
	if !b.full {
		b.full = true
		b.report(diag.Error, code, at, min(at+1, uint32(len(b.text))), fmt.Sprint(limit))
	}
}

// tooDeep reports whether one more list or map would nest too deeply.
func (b *builder) tooDeep(at uint32) bool {
	if len(b.path) < b.lim.Depth {
		return false
	}
	b.exhaust(at, "document-too-deep", b.lim.Depth)
	return true
}

// setKey gives the value on top of the stack its key. A key whose text is not
// verbatim in the source comes with side.
func (b *builder) setKey(k key) {
	n := &b.stack[len(b.stack)-1]
	n.flags |= keyed | k.flags | flags(k.kind)<<keyKindShift
	n.keyStart, n.keyEnd = k.start, k.end
	if k.flags&keySide != 0 {
		n.keyEnd = uint32(len(b.keys))
		b.keys = append(b.keys, sideKey{k.text, k.end})
	}
}

// key is a key just read.
type key struct {
	start, end uint32
	flags      flags // keyQuoted or keySide
	kind       Kind
	text       string
}

// closeList makes a list of the values on the stack from mark on.
func (b *builder) closeList(mark int, start, end uint32) {
	n := node{kind: List, start: start, end: end}
	n.a, n.b = b.settle(b.stack[mark:])
	b.stack = b.stack[:mark]
	b.push(n)
}

// closeMap makes a map of the keyed values on the stack from mark on. Of equal
// keys the last value stands in the place of the first; that is worth a
// warning unless the first one came by a merge key, as the first merged do.
func (b *builder) closeMap(mark, merged int, start, end uint32) {
	n := node{kind: Map, start: start, end: end}
	if members := b.stack[mark:]; len(members) <= linearKeys {
		members = b.uniqueFew(members, merged)
		n.a, n.b = b.settle(members)
	} else {
		b.uniqueMany(&n, members, merged)
	}
	b.stack = b.stack[:mark]
	b.push(n)
}

// settle moves finished values to their place in the tree.
func (b *builder) settle(members []node) (first, count uint32) {
	first = uint32(len(b.nodes))
	b.nodes = append(b.nodes, members...)
	return first, uint32(len(members))
}

func (b *builder) uniqueFew(members []node, merged int) []node {
	var texts [linearKeys]string
	kept := 0
next:
	for i := range members {
		text := b.keyText(&members[i])
		for j := range kept {
			if texts[j] == text {
				b.duplicate(&members[j], &members[i], j >= merged)
				members[j] = members[i]
				continue next
			}
		}
		members[kept], texts[kept] = members[i], text
		kept++
	}
	return members[:kept]
}

func (b *builder) uniqueMany(n *node, members []node, merged int) {
	size := uint32(64)
	for size < 2*uint32(len(members)) {
		size *= 2
	}
	m := mapIndex{first: uint32(len(b.nodes)), table: uint32(len(b.slots)), mask: size - 1}
	b.slots = append(b.slots, make([]uint32, size)...)
	table := b.slots[m.table:]
	kept := uint32(0)
next:
	for i := range members {
		text := b.keyText(&members[i])
		h := uint32(maphash.String(b.seed, text))
		for ; table[h&m.mask] != 0; h++ {
			j := table[h&m.mask] - 1
			if b.keyText(&members[j]) == text {
				b.duplicate(&members[j], &members[i], int(j) >= merged)
				members[j] = members[i]
				continue next
			}
		}
		members[kept] = members[i]
		kept++
		table[h&m.mask] = kept
	}
	n.flags |= indexed
	n.a, n.b = uint32(len(b.maps)), kept
	b.maps = append(b.maps, m)
	b.settle(members[:kept])
}

// duplicate warns of the second of two equal keys.
func (b *builder) duplicate(first, second *node, warn bool) {
	if !warn || len(b.found) >= maxFound {
		return
	}
	text := b.keyText(second)
	r := b.keyRange(second)
	b.enter(text, -1)
	b.report(diag.Warning, "duplicate-key", r.Start, r.End, text)
	b.leave()
	if len(b.found) > 0 {
		d := &b.found[len(b.found)-1]
		where := diag.New(diag.Advice, "duplicate-key-first", b.src, b.keyRange(first), "", text)
		d.Related = []diag.Related{{Source: b.src, Range: where.Range, Message: where.Message}}
	}
}

// sideText stores a text that is not verbatim in the source.
func (b *builder) sideText(s string) uint32 {
	b.side = append(b.side, s)
	return uint32(len(b.side) - 1)
}

// finish makes the value at the bottom of the stack the root. What growing the
// arrays left unused is given back.
func (b *builder) finish() (*Doc, diag.List) {
	if len(b.stack) > 0 {
		b.nodes = append(b.nodes, b.stack[0])
	}
	b.nodes, b.side, b.keys = shrink(b.nodes), shrink(b.side), shrink(b.keys)
	b.maps, b.slots = shrink(b.maps), shrink(b.slots)
	b.found.Sort()
	b.holed = b.hasErrors() && !b.whole
	return b.Doc, b.found
}

func shrink[E any](s []E) []E {
	if cap(s)-len(s) <= len(s)/8 {
		return s
	}
	return slices.Clone(s)
}
