package template

import (
	"io/fs"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// Kind tells what a document is.
type Kind uint8

// The kinds of document.
const (
	Stack       Kind = iota // a ROS template with resources of its own
	Terraform               // a ROS template that wraps a Terraform workspace
	Runbook                 // an OOS template
	NotTemplate             // anything else
)

// String returns the kind's name: "stack".
func (k Kind) String() string {
	switch k {
	case Stack:
		return "stack"
	case Terraform:
		return "terraform"
	case Runbook:
		return "runbook"
	}
	return "not a template"
}

// Template is a parsed ROS template. It is immutable, its exported fields must
// not be changed, and it is safe for concurrent use.
type Template struct {
	Name        string // the name given to Parse: a file's path
	Description doc.Node
	Metadata    doc.Node
	Transforms  []string
	// Workspace and Files are of a Terraform template, whose parameters and
	// outputs are those of its root module together with what the sections say.
	Workspace doc.Node
	Files     []*File

	// All in the order of the template.
	Parameters []*Parameter
	Conditions []*Condition
	Rules      []*Rule
	Locals     []*Local
	Resources  []*Resource
	Outputs    []*Output
	Mappings   doc.Node

	kind     Kind
	expanded bool // a transform was
	nodes    int  // of the document, and of what it was expanded to
	doc      *doc.Doc
	strict   bool
	module   func(typ, version string) ([]byte, error)
	findings diag.List

	asks  bool // some call asks the world
	zoned bool // some call asks for zones
	dated bool // some call asks for the time

	names      map[string]symbol // of parameters, locals and resources
	conditions map[string]int32
}

// Parameter is one declared parameter.
type Parameter struct {
	Name string
	Type string // String, Number, Boolean, CommaDelimitedList, Json, ALIYUN::OOS::…
	// Default is Absent if there is none, and null if the parameter may be
	// left empty. It is as written, not converted to Type.
	Default       value.Value
	AllowedValues []value.Value // nil: any
	// AllowedPattern is a regular expression in Python's syntax.
	AllowedPattern        string
	MinLength, MaxLength  *int
	MinValue, MaxValue    *float64
	NoEcho                bool
	Confirm               bool     // a form asks twice
	TextArea              bool     // a form has several lines for it
	Required              bool     // a form wants it filled in
	ReadOnly              bool     // a form does not let it be changed
	Placeholder           doc.Node // text, or a map from language to text
	AssociationProperty   string
	AssociationMetadata   doc.Node
	ConstraintDescription doc.Node // text, or a map from language to text
	Description           doc.Node // likewise
	Label                 doc.Node // likewise
	Node                  doc.Node
}

// Condition is one entry of Conditions.
type Condition struct {
	Name string
	Node doc.Node
}

// Local is one entry of Locals.
type Local struct {
	Name       string
	Type       string // Macro, Eval, or a DATASOURCE:: type
	Value      doc.Node
	Properties doc.Node // of a data source
	Node       doc.Node
}

// Rule is one entry of Rules.
type Rule struct {
	Name       string
	Condition  doc.Node // zero: always applies
	Assertions []Assertion
	Node       doc.Node
}

// Assertion is one assertion of a rule.
type Assertion struct {
	Assert      doc.Node
	Description string
}

// Resource is one entry of Resources.
type Resource struct {
	Name           string
	Type           string
	Condition      string   // "" if there is none
	DependsOn      []string // logical ids, without the empty and doubled ones and without functions
	DeletionPolicy string   // "Delete", "Retain", or "" where a parameter decides
	Count          doc.Node // zero: not counted
	Properties     doc.Node
	Metadata       doc.Node
	UpdatePolicy   doc.Node
	Node           doc.Node

	policy   doc.Node   // DeletionPolicy as written
	computed []doc.Node // functions in DependsOn
	fixed    bool       // Condition is the literal false
}

// Output is one entry of Outputs.
type Output struct {
	Name        string
	Description doc.Node // text, or a map from language to text
	Label       doc.Node // likewise
	Condition   string
	Value       doc.Node // zero if there is none
	NoEcho      bool
	Node        doc.Node

	fixed bool // Condition is the literal false
}

// Types gives what is known of resource types; provider/schema has one.
type Types interface {
	// Type returns nil for an unknown type.
	Type(name string) *provider.Type
}

// ParseOptions change how a template is parsed. The zero value is the default.
type ParseOptions struct {
	// Strict makes the limits of the service errors instead of warnings.
	Strict bool
	// Limits bounds the text; a zero field is its default.
	Limits Limits
	// Module gives the template of a module, by its type and the version that
	// is asked for: "default", "latest" or "v2". A module that it does not
	// have (nil) stays a resource of its own, as do all without it.
	Module func(typ, version string) ([]byte, error)
}

// Limits bounds what the reader of a document accepts. A zero field stands for
// its default.
type Limits = doc.Limits

// ParseFS parses a file of a file system.
func ParseFS(fsys fs.FS, name string, opts *ParseOptions) (*Template, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	return Parse(name, src, opts)
}

// Diagnostics returns the findings of Parse.
func (t *Template) Diagnostics() diag.List { return t.findings }

// Kind tells whether the template is a native one or wraps Terraform.
func (t *Template) Kind() Kind { return t.kind }

// Source returns the text of the template.
func (t *Template) Source() *diag.Source { return t.doc.Source() }

// Root returns the root of the document.
func (t *Template) Root() doc.Node { return t.doc.Root() }

// Parameter returns a parameter by name, or nil.
func (t *Template) Parameter(name string) *Parameter {
	if s := t.names[name]; s.kind == parameterSymbol {
		return t.Parameters[s.index]
	}
	return nil
}

// Resource returns a resource by its logical id, or nil.
func (t *Template) Resource(name string) *Resource {
	if s := t.names[name]; s.kind == resourceSymbol {
		return t.Resources[s.index]
	}
	return nil
}

// Local returns a local by name, or nil.
func (t *Template) Local(name string) *Local {
	if s := t.names[name]; s.kind == localSymbol {
		return t.Locals[s.index]
	}
	return nil
}

// NeedsTransform reports whether the template has a transform, other than
// Terraform, that was not expanded: one that does not exist. Parse expands
// Aliyun::Serverless-2018-04-03; the resources are then those that it made,
// while Root is the document as it was written.
func (t *Template) NeedsTransform() bool {
	return t.kind == Stack && len(t.Transforms) > 0 && !t.expanded
}
