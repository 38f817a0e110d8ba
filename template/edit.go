package template

import (
	"encoding/json"
	"slices"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/edit"
)

// EditError says why a template cannot be changed as asked.
type EditError = edit.Error

// Editor changes the text of a ROS or OOS template. Each change replaces the
// ranges of the text that it concerns and leaves the rest, comments included,
// as it is; it is checked against what was asked for, and a change that fails
// leaves the text untouched. A change costs as much as reading the template.
//
// A path is the one that findings have: Resources.Web.Properties.Tags[0]. A key
// with dots in it is found as it stands; where it is new, it is put in brackets
// and quotes: Metadata["a.b"].
//
// An Editor is not safe for concurrent use.
type Editor struct {
	doc *doc.Doc
}

// NewEditor reads a template, of which only the text must be sound. The error
// is a *diag.ListError.
func NewEditor(name string, src []byte) (*Editor, error) {
	d, found := doc.Parse(name, src, nil)
	if err := found.Err(); err != nil {
		return nil, err
	}
	return &Editor{doc: d}, nil
}

// Bytes returns a copy of the text as it is now.
func (e *Editor) Bytes() []byte { return slices.Clone(e.doc.Source().Text()) }

// Source returns the text as it is now.
func (e *Editor) Source() *diag.Source { return e.doc.Source() }

// take keeps the document of a change that succeeded.
func (e *Editor) take(d *doc.Doc, err error) error {
	if err == nil {
		e.doc = d
	}
	return err
}

// Set puts a value where a path leads to. A key that is not there is added at
// the end of its map, with the maps around it. The value is whatever
// encoding/json can write: a string, number, map or struct, or a
// json.RawMessage, whose keys keep their order. The error is an *EditError.
func (e *Editor) Set(path string, v any) error {
	n, err := nodeOf(path, v)
	if err != nil {
		return err
	}
	return e.take(edit.Set(e.doc, path, n))
}

// Insert puts a value into a list before its item i, or at the end if there are
// i items. The error is an *EditError.
func (e *Editor) Insert(path string, i int, v any) error {
	n, err := nodeOf(path, v)
	if err != nil {
		return err
	}
	return e.take(edit.Insert(e.doc, path, i, n))
}

// Remove takes away what a path leads to, with the comments right above it. The
// error is an *EditError.
func (e *Editor) Remove(path string) error { return e.take(edit.Remove(e.doc, path)) }

// nodeOf makes a tree of a value.
func nodeOf(path string, v any) (doc.Node, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return doc.Node{}, &EditError{Path: path, Reason: "the value cannot be written: " + err.Error()}
	}
	d, found := doc.ParseJSON("", text, nil)
	if found.Count(diag.Error) > 0 {
		return doc.Node{}, &EditError{Path: path, Reason: "the value cannot be written: " + found[0].Message}
	}
	return d.Root(), nil
}

// Rename gives an entry of a section another name, and with it all that refers
// to it. In a ROS template the section is Parameters, Locals, Resources,
// Conditions, Mappings, Rules or Outputs; Ref, Fn::GetAtt, Fn::Sub, DependsOn,
// Condition, Fn::If, Fn::FindInMap and the rest follow, and the lists of names
// in Metadata. In an OOS template it is Parameters, Tasks or Outputs; the
// references {{ … }} and the jumps between tasks follow. A template within a
// template has names of its own and stays as it is. The error is an *EditError.
func (e *Editor) Rename(section, from, to string) error {
	c := &nameChange{root: e.doc.Root(), section: section, from: from, to: to, out: edit.Rewrite(e.doc)}
	if err := c.check(); err != nil {
		return err
	}
	if from == to {
		return nil
	}
	if detect(c.root) == Runbook {
		c.runbook()
	} else {
		c.stack()
	}
	return e.take(c.out.Do())
}
