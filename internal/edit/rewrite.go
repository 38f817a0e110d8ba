package edit

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// Part is a run of the decoded text of a scalar and what comes in its place.
type Part struct {
	Start, End int
	Text       string
}

// Rewriting collects new texts for scalars and keys, anywhere in a document, to
// be made at once.
type Rewriting struct {
	d     *doc.Doc
	texts map[doc.Node][]Part
	keys  map[doc.Node]string
	nodes []doc.Node // with a new text or key, in the order they came
}

// Rewrite begins a rewriting of a document.
func Rewrite(d *doc.Doc) *Rewriting {
	return &Rewriting{d: d, texts: map[doc.Node][]Part{}, keys: map[doc.Node]string{}}
}

// Text changes parts of a string's text; they must not overlap and come in
// order. Of several calls for a node the first counts.
func (r *Rewriting) Text(n doc.Node, parts ...Part) {
	if _, ok := r.texts[n]; !ok && len(parts) > 0 {
		r.texts[n] = parts
		r.nodes = append(r.nodes, n)
	}
}

// Key changes the key under which a value stands.
func (r *Rewriting) Key(n doc.Node, key string) {
	if _, ok := r.keys[n]; !ok {
		r.keys[n] = key
		r.nodes = append(r.nodes, n)
	}
}

// Len returns the number of texts and keys that change.
func (r *Rewriting) Len() int { return len(r.nodes) }

// Do makes the changes. It fails with an *Error, and changes nothing, if one of
// them cannot be made.
func (r *Rewriting) Do() (*doc.Doc, error) {
	text := string(r.d.Source().Text())
	var edits []diag.Edit
	for _, n := range r.nodes {
		if parts, ok := r.texts[n]; ok {
			edits = append(edits, r.textEdits(text, n, parts)...)
		}
		if key, ok := r.keys[n]; ok {
			edits = append(edits, r.keyEdit(text, n, key))
		}
	}
	slices.SortFunc(edits, func(a, b diag.Edit) int { return int(a.Range.Start) - int(b.Range.Start) })
	edits = slices.Compact(edits)
	out, found := doc.Parse(r.d.Source().Name(), []byte(apply(text, edits)), nil)
	if found.Count(diag.Error) > 0 || out.Syntax() != r.d.Syntax() || !r.same(r.d.Root(), out.Root()) {
		return nil, &Error{Reason: "a text cannot be changed where it stands"}
	}
	return out, nil
}

// same reports whether a tree is as before but for the changes.
func (r *Rewriting) same(before, after doc.Node) bool {
	if before.Kind() != after.Kind() || before.Len() != after.Len() {
		return false
	}
	if parts, ok := r.texts[before]; ok {
		return after.Text() == replaceParts(before.Text(), parts)
	}
	if before.Kind() < doc.List {
		return Equal(before, after)
	}
	for i := range before.Len() {
		x, y := before.At(i), after.At(i)
		key, renamed := r.keys[x]
		if !renamed {
			key = x.Key()
		}
		if key != y.Key() || !r.same(x, y) {
			return false
		}
	}
	return true
}

func replaceParts(text string, parts []Part) string {
	var b strings.Builder
	at := 0
	for _, p := range parts {
		b.WriteString(text[at:p.Start])
		b.WriteString(p.Text)
		at = p.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// textEdits finds the parts in the source. A text that stands there word for
// word, or in which they can be told by counting, keeps the way it is written.
func (r *Rewriting) textEdits(text string, n doc.Node, parts []Part) []diag.Edit {
	whole := replaceParts(n.Text(), parts)
	at := n.Range()
	if v, ok := n.Verbatim(); ok {
		quoted := v.Start > 0 && strings.IndexByte(`"'`, text[v.Start-1]) >= 0
		// A plain text that has what ends one within brackets is not in any.
		if !quoted && v == at && !plainFits(whole, plainFits(n.Text(), true)) {
			return []diag.Edit{{Range: at, Text: r.scalarText(whole)}}
		}
		return shiftParts(parts, v.Start)
	}
	if n.Shared() {
		return nil // it changes where it stands
	}
	if edits := countParts(text[at.Start:at.End], n.Text(), parts, at.Start); edits != nil {
		return edits
	}
	return []diag.Edit{{Range: at, Text: r.scalarText(whole)}}
}

func shiftParts(parts []Part, by uint32) []diag.Edit {
	edits := make([]diag.Edit, len(parts))
	for i, p := range parts {
		edits[i] = diag.Edit{Range: diag.Range{Start: by + uint32(p.Start), End: by + uint32(p.End)}, Text: p.Text}
	}
	return edits
}

// countParts finds each part in the source of a scalar as the occurrence with
// the same number as in its decoded text; nil if source and text do not have
// equally many.
func countParts(source, text string, parts []Part, by uint32) []diag.Edit {
	edits := make([]diag.Edit, 0, len(parts))
	type place struct{ text, source int } // behind the last occurrence found
	last := map[string]place{}
	for _, p := range parts {
		old := text[p.Start:p.End]
		at, seen := last[old]
		if !seen && (strings.ContainsAny(old, `'"\\`) || strings.Count(source, old) != strings.Count(text, old)) {
			return nil
		}
		for {
			i := at.text + strings.Index(text[at.text:], old)
			at = place{i + len(old), at.source + strings.Index(source[at.source:], old) + len(old)}
			if i >= p.Start {
				break
			}
		}
		last[old] = at
		end := by + uint32(at.source)
		edits = append(edits, diag.Edit{Range: diag.Range{Start: end - uint32(len(old)), End: end}, Text: p.Text})
	}
	return edits
}

func (r *Rewriting) scalarText(s string) string {
	if r.d.Syntax() == doc.JSON {
		return string(doc.AppendString(nil, s))
	}
	return yamlString(s, true)
}

func (r *Rewriting) keyEdit(text string, n doc.Node, key string) diag.Edit {
	at := n.KeyRange()
	old := text[at.Start:at.End]
	e := diag.Edit{Range: at, Text: r.scalarText(key)}
	if len(old) > 1 && strings.IndexByte(`"'`, old[0]) >= 0 && doc.PlainKind(key) == doc.String && plainFits(key, true) {
		e.Text = old[:1] + key + old[:1]
	}
	return e
}
