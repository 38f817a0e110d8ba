package edit

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// Convert writes a document that was read without errors in the other syntax.
// This is the one operation that prints the whole tree: comments, anchors,
// short tags and the layout are lost. The values are equal. It fails with an
// *Error where they would not be.
func Convert(d *doc.Doc, to doc.Syntax, opts *Options) ([]byte, error) {
	if d.Syntax() == to {
		return Format(d, opts), nil
	}
	if d.Root().Kind() < doc.List {
		return nil, &Error{Reason: "a document is a map or a list"}
	}
	o := Options{Indent: 2}
	if opts != nil && opts.Indent > 0 {
		o.Indent = opts.Indent
	}
	out := Print(d.Root(), to, o.Indent)
	again, found := doc.Parse(d.Source().Name(), out, nil)
	if found.Count(diag.Error) > 0 || !Equal(d.Root(), again.Root()) {
		return nil, &Error{Reason: "cannot be written as " + to.String()}
	}
	if opts != nil && len(opts.Sections) > 0 {
		out = Format(again, opts)
	}
	return out, nil
}

// Error says why a text cannot be changed as asked.
type Error struct {
	Path   string // of the value concerned; "" for the whole document
	Reason string
}

// Error returns "path: reason".
func (e *Error) Error() string {
	if e.Path == "" {
		return "edit: " + e.Reason
	}
	return "edit: " + e.Path + ": " + e.Reason
}
