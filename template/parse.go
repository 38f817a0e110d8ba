package template

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// Parse parses a template.
func Parse(name string, src []byte, opts *ParseOptions) (*Template, error) {
	d, l := doc.Parse(name, src, nil)
	return &Template{Name: name, doc: d, findings: l}, nil
}

// Detect tells what a document is.
func Detect(src []byte) Kind { return NotTemplate }

// Bind binds.
func (t *Template) Bind(params map[string]any, ps *Pseudo) (*Scope, error) { return &Scope{t: t}, nil }

// Expand expands.
func (s *Scope) Expand() (*Desired, error) { return &Desired{}, nil }

// Resolve fills the holes of v that l knows and leaves the rest.
func (s *Scope) Resolve(v value.Value, l Lookup) (value.Value, error) { return v, nil }

// Outputs evaluates the outputs.
func (s *Scope) Outputs(l Lookup) ([]OutputValue, diag.List) { return nil, nil }

// AppendWire appends the scope as JSON.
func (s *Scope) AppendWire(dst []byte, w *value.Wire) []byte { return append(dst, "{}"...) }

// LoadScope loads a scope that AppendWire has written.
func LoadScope(data []byte, open func(string) (value.Value, bool)) (*Scope, error) {
	return &Scope{}, nil
}
