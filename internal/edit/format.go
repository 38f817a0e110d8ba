package edit

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// Options change how a text is formatted.
type Options struct {
	// Indent is the number of spaces a level is indented by; 0 means 2.
	Indent int
	// Sections, if any, are the keys at the top in the order they are to have;
	// others come behind them.
	Sections []string
}

// Format normalises the layout of a document that was read without errors:
// indentation, blanks, empty lines, line breaks, the order of its sections. The
// result reads as the same values and has the same comments; what cannot be
// changed without harm to them stays as it is.
func Format(d *doc.Doc, opts *Options) []byte {
	o := Options{}
	if opts != nil {
		o = *opts
	}
	if o.Indent <= 0 {
		o.Indent = 2
	}
	text := string(d.Source().Text())
	f := formatter{root: d.Root(), text: text, json: d.Syntax() == doc.JSON}
	if f.json {
		if len(o.Sections) > 0 {
			f.keep(sortMembers(text, o.Sections), equalUnordered)
		}
		f.keep(layoutJSON(f.text, o.Indent), Equal)
		return []byte(f.text)
	}
	l := scan(text)
	f.comments = l.comments()
	tidy := apply(text, l.tidy())
	if !f.keep(apply(tidy, scan(tidy).indent(o.Indent)), Equal) {
		// Each step by itself may do.
		f.keep(tidy, Equal)
		f.keep(apply(f.text, scan(f.text).indent(o.Indent)), Equal)
	}
	if len(o.Sections) > 0 {
		f.keep(sortSections(scan(f.text), o.Sections), equalUnordered)
	}
	return []byte(f.text)
}

// formatter takes a text through the steps of formatting.
type formatter struct {
	root     doc.Node
	text     string
	json     bool
	comments []string
}

// keep takes the result of a step, unless something was lost on the way.
func (f *formatter) keep(text string, equal func(a, b doc.Node) bool) bool {
	if text == f.text {
		return true
	}
	d, found := doc.Parse("", []byte(text), nil)
	if found.Count(diag.Error) > 0 || !equal(f.root, d.Root()) {
		return false
	}
	if !f.json && !sameComments(f.comments, Comments(text)) {
		return false
	}
	f.text, f.root = text, d.Root()
	return true
}

// equalUnordered compares two maps whose members may be in another order.
func equalUnordered(a, b doc.Node) bool {
	if a.Kind() != doc.Map || b.Kind() != doc.Map || a.Len() != b.Len() {
		return Equal(a, b)
	}
	for member := range a.Items() {
		if other := b.Get(member.Key()); other.IsZero() || !Equal(member, other) {
			return false
		}
	}
	return true
}
