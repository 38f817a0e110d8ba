package template

import (
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/edit"
)

// Syntax is a way to write a template.
type Syntax uint8

// The syntaxes; the zero value leaves a text in the one it has.
const (
	SameSyntax Syntax = iota
	YAML
	JSON
)

// FormatOptions change how a template is formatted. The zero value, as nil, is
// the default.
type FormatOptions struct {
	// Indent is the number of spaces a level is indented by; 0 means 2.
	Indent int
	// SortSections puts the sections into the service's canonical order.
	SortSections bool
	// Syntax is the syntax to convert to. A conversion writes the text anew:
	// comments, anchors and short tags are lost.
	Syntax Syntax
}

// stackSections and runbookSections are the sections in canonical order.
var (
	stackSections = []string{
		keyVersion, keyTransform, "Description", "Conditions", "Mappings", "Parameters", "Rules", "Locals",
		"Resources", "Outputs", "Metadata", keyWorkspace,
	}
	runbookSections = []string{
		"FormatVersion", "Description", "Parameters", "Conditions", "RamRole", "Tasks", "States", "Outputs", "Metadata",
	}
)

// Format normalises the layout of a ROS or OOS template, YAML or JSON:
// indentation, blanks at the ends of lines, empty lines, line breaks. The text
// is changed in place, never written anew: the result reads as the same values,
// has the same comments, quotes and order of keys, and is not changed by
// another Format. The error is a *diag.ListError if the text cannot be read, or
// an *EditError if it cannot be converted. The name is for messages.
func Format(name string, src []byte, opts *FormatOptions) ([]byte, error) {
	if opts == nil {
		opts = &FormatOptions{}
	}
	d, found := doc.Parse(name, src, nil)
	if err := found.Err(); err != nil {
		return nil, err
	}
	o := &edit.Options{Indent: opts.Indent}
	if opts.SortSections {
		o.Sections = canonicalSections(d.Root())
	}
	switch opts.Syntax {
	case YAML:
		return edit.Convert(d, doc.YAML, o)
	case JSON:
		return edit.Convert(d, doc.JSON, o)
	}
	return edit.Format(d, o), nil
}

func canonicalSections(root doc.Node) []string {
	switch detect(root) {
	case Stack, Terraform:
		return stackSections
	case Runbook:
		return runbookSections
	}
	return nil
}
