package doc

import (
	"fmt"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"gopkg.in/yaml.v3"
)

// This is the only file that touches yaml.v3. From it we take the events of
// YAML's grammar: kind, style, tag, decoded text and start of each node. What a
// plain scalar means, where a node ends and what is an error beyond the grammar
// is ours.

// decodeYAML reads the first document of a text. message is yaml.v3's words for
// the first fault, with the line it names (0 if none).
func decodeYAML(text string) (root *yaml.Node, rest *yaml.Decoder, message string) {
	dec := yaml.NewDecoder(strings.NewReader(text))
	doc, message := decodeNext(dec)
	if doc == nil || len(doc.Content) == 0 {
		return nil, nil, message
	}
	return doc.Content[0], dec, ""
}

// decodeNext reads the next document: nil at the end, or with a fault.
func decodeNext(dec *yaml.Decoder) (doc *yaml.Node, message string) {
	defer func() {
		if p := recover(); p != nil {
			doc, message = nil, fmt.Sprint("panic: ", p)
		}
	}()
	var next yaml.Node
	if err := dec.Decode(&next); err != nil {
		if err.Error() == "EOF" {
			return nil, ""
		}
		return nil, strings.TrimPrefix(err.Error(), "yaml: ")
	}
	return &next, ""
}

// probeYAML returns yaml.v3's words for the first fault of a text, "" if it is
// sound.
func probeYAML(text string) (message string) {
	_, rest, message := decodeYAML(text)
	for message == "" && rest != nil {
		var more *yaml.Node
		if more, message = decodeNext(rest); more == nil {
			break
		}
	}
	return message
}

// yamlReader turns yaml.v3's nodes into ours.
type yamlReader struct {
	*builder
	lines   cursor
	anchors map[*yaml.Node]*anchored
	// open are the anchors whose nodes are not finished.
	open    map[*yaml.Node]bool
	aliases int
	merged  int
}

// anchored is a finished node that aliases may repeat.
type anchored struct {
	node   node
	weight int
}

// readYAML reads the whole text; if it has faults, as much as can be saved.
func readYAML(b *builder) {
	r := &yamlReader{builder: b, anchors: map[*yaml.Node]*anchored{}, open: map[*yaml.Node]bool{}}
	text, ok := r.prepare()
	if !ok {
		return
	}
	start := 0
	if strings.HasPrefix(text, byteOrderMark) {
		start = len(byteOrderMark)
	}
	root, rest, message := decodeYAML(text)
	switch {
	case message != "":
		r.recoverYAML(start, message)
	case root == nil:
		r.report(diag.Error, "document-empty", uint32(len(text)), uint32(len(text)))
	default:
		r.lines.reset(start)
		r.value(root)
		r.noMore(rest)
	}
}

// noMore reports what follows the first document.
func (r *yamlReader) noMore(rest *yaml.Decoder) {
	if r.full {
		return
	}
	more, message := decodeNext(rest)
	switch {
	case message != "":
		r.fault(0, len(r.text))
	case more != nil:
		at := r.lines.seek(more.Line, more.Column)
		r.report(diag.Error, "several-documents", at, lineEnd(r.text, at))
	}
}

// piece decodes a run of whole lines on its own and pushes the members of the
// map or the items of the list it makes; done only if it is one.
func (r *yamlReader) piece(start, end int) (message string, done bool) {
	root, _, message := decodeYAML(r.text[start:end])
	if message != "" || root == nil {
		return message, false
	}
	r.lines.reset(start)
	switch {
	case root.Kind == yaml.MappingNode && root.Tag == "!!map" && root.Anchor == "":
		_, merged := r.members(root)
		return "", merged == 0 || r.full
	case root.Kind == yaml.SequenceNode && root.Tag == "!!seq" && root.Anchor == "":
		r.items(root)
		return "", true
	}
	return "", false
}

// value pushes one node and returns where it ends.
func (r *yamlReader) value(n *yaml.Node) uint32 {
	start := r.lines.seek(n.Line, n.Column)
	if n.Kind == yaml.AliasNode {
		return r.alias(n, start)
	}
	if r.full {
		r.push(node{start: start, end: start, a: start, b: start})
		return start
	}
	if n.Kind == yaml.ScalarNode && n.Value == "" && strings.HasPrefix(r.text[start:], ":") {
		start++ // an empty value stands behind its colon
	}
	before := r.weight
	if n.Anchor != "" {
		r.open[n] = true
	}
	tag, name := "", ""
	if n.Style&yaml.TaggedStyle != 0 {
		tag, name = r.tag(n, start)
	}
	if name != "" {
		r.shortTag(n, start, name)
	} else {
		r.untagged(n, start, tag)
	}
	top := &r.stack[len(r.stack)-1]
	if n.Anchor != "" {
		delete(r.open, n)
		r.anchors[n] = &anchored{*top, r.weight - before + len(n.Value)/textPerNode}
	}
	return top.end
}

// textPerNode is how much repeated text counts as one node.
const textPerNode = 64

// untagged pushes a node that is no function; tag is a standard tag or "".
func (r *yamlReader) untagged(n *yaml.Node, start uint32, tag string) {
	if n.Kind == yaml.ScalarNode {
		r.push(r.scalar(n, start, tag))
		return
	}
	if r.tooDeep(start) {
		r.push(node{start: start, end: start, a: start, b: start})
		return
	}
	mark := len(r.stack)
	content := r.content(n, start)
	flow := n.Style&yaml.FlowStyle != 0 && content < uint32(len(r.text)) && strings.IndexByte("[{", r.text[content]) >= 0
	if n.Kind == yaml.SequenceNode {
		end := r.items(n)
		r.closeList(mark, start, closing(r.text, content, end, flow, ']'))
		return
	}
	end, merged := r.members(n)
	r.closeMap(mark, merged, start, closing(r.text, content, end, flow, '}'))
}

// content skips anchor and tag.
func (r *yamlReader) content(n *yaml.Node, start uint32) uint32 {
	if start == uint32(len(r.text)) || r.text[start] != '!' && r.text[start] != '&' {
		return start
	}
	scalar := n.Kind == yaml.ScalarNode
	tag := scalar || n.Style&yaml.TaggedStyle != 0 || r.text[start] == '!'
	end := propertiesEnd(r.text, start, n.Anchor != "", tag)
	if scalar && n.Style&^yaml.TaggedStyle == 0 && n.Value == "" {
		return end
	}
	return uint32(skipBlank(r.text, int(end), ""))
}

func (r *yamlReader) items(n *yaml.Node) (end uint32) {
	for i, c := range n.Content {
		r.enter("", i)
		end = r.value(c)
		r.leave()
	}
	return end
}

// members pushes the members of a map, those of merge keys first.
func (r *yamlReader) members(n *yaml.Node) (end uint32, merged int) {
	mark := len(r.stack)
	var sources []node
	for i := 0; i+1 < len(n.Content); i += 2 {
		kn, vn := n.Content[i], n.Content[i+1]
		k, ok := r.key(kn)
		r.enter(k.text, -1)
		end = max(r.value(vn), k.end)
		switch {
		case ok && kn.Tag == "!!merge" && kn.Kind == yaml.ScalarNode:
			sources = append(sources, r.mergeSources()...)
		case !ok:
			r.stack = r.stack[:len(r.stack)-1]
		default:
			r.setKey(k)
		}
		r.leave()
	}
	return end, r.merge(mark, sources)
}

// key reads the key of a member; not ok if it is none a template can have.
func (r *yamlReader) key(n *yaml.Node) (k key, ok bool) {
	start := r.lines.seek(n.Line, n.Column)
	switch {
	case n.Kind == yaml.AliasNode && n.Alias.Kind == yaml.ScalarNode:
		return key{start: start, end: aliasEnd(r.text, start), flags: keySide, kind: String, text: n.Alias.Value}, true
	case n.Kind != yaml.ScalarNode || n.Style&yaml.TaggedStyle != 0 && functionTags[n.Tag] != "":
		return r.badKey(n, start), false
	}
	tag := ""
	if n.Style&yaml.TaggedStyle != 0 {
		tag, _ = r.tag(n, start)
	}
	s := r.scalar(n, start, tag)
	k = key{start: start, end: s.end, kind: s.kind, text: n.Value, flags: keySide}
	switch {
	case s.flags&textSide != 0:
		r.side = r.side[:len(r.side)-1] // the key keeps the text
	case s.a == s.start && s.b == s.end:
		k.flags, k.text = 0, r.text[s.a:s.b]
	case s.a == s.start+1 && s.b == s.end-1:
		k.flags, k.text = keyQuoted, r.text[s.a:s.b]
	}
	if n.Anchor != "" {
		r.anchors[n] = &anchored{node: r.scalar(n, start, tag)}
	}
	return k, true
}

// badKey reports a key that is a list, a map or a function.
func (r *yamlReader) badKey(n *yaml.Node, start uint32) key {
	mark, found := len(r.stack), len(r.found)
	end := r.value(n)
	r.stack, r.found = r.stack[:mark], r.found[:found]
	code := diag.Code("key-not-scalar")
	if n.Kind == yaml.MappingNode && strings.HasPrefix(r.text[min(int(start), len(r.text)):], "{") {
		code = "unquoted-braces"
	}
	r.report(diag.Error, code, start, end)
	return key{start: start, end: end}
}

// kindOf gives the kind of a scalar by its tag, or else by its style and text.
func kindOf(n *yaml.Node, text string, start uint32, tag string) (kind Kind, truth bool) {
	switch {
	case tag != "":
		kind, truth = resolve(n.Value)
		return taggedKind(kind, tag), truth
	case n.Style&^yaml.TaggedStyle != 0:
		return String, false
	case start < uint32(len(text)) && text[start] == '!':
		return String, false // the lone ! says: take it as it stands
	}
	return resolve(n.Value)
}

// scalar reads a scalar.
func (r *yamlReader) scalar(n *yaml.Node, start uint32, tag string) node {
	content := r.content(n, start)
	s := node{start: start}
	verbatim := false
	switch style := n.Style &^ yaml.TaggedStyle; {
	case style&yaml.DoubleQuotedStyle != 0:
		s.end = quotedEnd(r.text, content, '"')
		verbatim = between(r.text, &s, content+1, s.end-1, n.Value)
	case style&yaml.SingleQuotedStyle != 0:
		s.end = quotedEnd(r.text, content, '\'')
		verbatim = between(r.text, &s, content+1, s.end-1, n.Value)
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		s.end = blockEnd(r.text, content, n.Value)
	default:
		s.end = content + uint32(len(n.Value))
		if verbatim = between(r.text, &s, content, s.end, n.Value); !verbatim {
			s.end = plainEnd(r.text, content, n.Value)
		}
	}
	if !verbatim {
		s.flags |= textSide
		s.a = r.sideText(n.Value)
	}
	kind, yes := kindOf(n, r.text, start, tag)
	s.kind = kind
	if kind == Bool && yes {
		s.flags |= truth
	}
	return s
}

// alias pushes a copy of what the alias names.
func (r *yamlReader) alias(n *yaml.Node, start uint32) uint32 {
	end := aliasEnd(r.text, start)
	target := r.anchors[n.Alias]
	if r.aliases++; r.aliases > r.lim.Aliases {
		r.exhaust(start, "too-many-aliases", r.lim.Aliases)
	}
	if target == nil && r.open[n.Alias] {
		r.report(diag.Error, "recursive-alias", start, end, n.Value)
	}
	if target != nil {
		if r.weight += target.weight; r.weight > r.lim.Nodes {
			r.exhaust(start, "alias-growth", r.lim.Nodes)
		}
	}
	if target == nil || r.full {
		r.push(node{start: start, end: end, a: start, b: start})
		return end
	}
	c := target.node
	c.start, c.end = start, end
	c.flags = c.flags&^(keyed|keyQuoted|keySide|keyKindMask) | shared
	c.keyStart, c.keyEnd = 0, 0
	r.push(c)
	return end
}

// tag judges the tag of a node: standard is what is left to apply, function the
// key of the map that a short tag stands for.
func (r *yamlReader) tag(n *yaml.Node, start uint32) (standard, function string) {
	if name, ok := functionTags[n.Tag]; ok {
		return "", name
	}
	standard, code := standardTag(n.Tag, n.Kind == yaml.ScalarNode, n.Kind == yaml.MappingNode)
	if code == "" && n.Kind == yaml.ScalarNode {
		if kind, _ := resolve(n.Value); !tagFits(standard, kind) {
			code, standard = "tag-value-mismatch", ""
		}
	}
	if code != "" {
		r.badTag(code, n.Tag, start)
	}
	return standard, ""
}

// shortTag pushes the map that a node with a function's tag stands for.
func (r *yamlReader) shortTag(n *yaml.Node, start uint32, name string) {
	if r.tooDeep(start) {
		r.push(node{start: start, end: start, a: start, b: start})
		return
	}
	mark := len(r.stack)
	r.enter(name, -1)
	if n.Kind == yaml.ScalarNode {
		r.argument(n, start, name)
	} else {
		r.untagged(n, start, "")
	}
	r.leave()
	// The argument stands behind the tag.
	top := &r.stack[len(r.stack)-1]
	end := top.end
	top.start = max(top.start, min(r.content(n, start), end))
	at, tagEnd := tagRange(r.text, start)
	r.setKey(key{start: at, end: tagEnd, flags: keySide, kind: String, text: name})
	r.closeMap(mark, 0, start, end)
}

// argument pushes the scalar behind a function's tag: always a string.
func (r *yamlReader) argument(n *yaml.Node, start uint32, name string) {
	s := r.scalar(n, start, "!!str")
	if name != "Fn::GetAtt" || !r.attribute(s, n.Value) {
		r.push(s)
	}
}
