package runbook

import (
	"io/fs"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// Template is a parsed OOS template. It is immutable, its exported fields must
// not be changed, and it is safe for concurrent use.
type Template struct {
	Name        string // the name given to Parse: a file's path
	Version     string // FormatVersion
	Description doc.Node
	Metadata    doc.Node
	RamRole     doc.Node // zero if there is none

	// All in the order of the template.
	Parameters []*Parameter
	Conditions []*Condition
	Tasks      []*Task
	Outputs    []*Output
	States     doc.Node // of a state template, which has no tasks

	root     doc.Node
	doc      *doc.Doc
	options  ParseOptions
	outer    *Template // of the tasks of an ACS::Loop: whose names they see too
	before   int       // and the tasks of outer that come before
	findings diag.List

	parameters names
	conditions names
	tasks      names
	heavy      []bool // per condition: is not evaluated

	expressions map[doc.Node]expression
	programs    *programs
	stored      []string
	isStored    map[string]bool
	backward    bool // a task may go on to itself or an earlier one
}

// Parameter is one declared parameter.
type Parameter struct {
	Name string
	Type string // String, Number, Boolean, List or Json
	// Default is the default as written, references included; zero if there is
	// none, and the parameter has to be given then.
	Default       doc.Node
	AllowedValues []value.Value // nil: any
	// AllowedPattern is a regular expression in Python's syntax that must match
	// the whole value.
	AllowedPattern        string
	MinLength, MaxLength  *int
	MinValue, MaxValue    *float64
	NoEcho                bool
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

// Output is one output of the template.
type Output struct {
	Name  string
	Type  string // String, Number, Boolean, List or Json: a label, not a cast
	Value doc.Node
	Node  doc.Node
}

// Task is one task.
type Task struct {
	Name string
	// Action is the action in its own spelling, whatever the case in which the
	// template writes it; as written if it is unknown.
	Action     string
	Index      int      // in the list of tasks
	Properties doc.Node // zero if there are none
	When       doc.Node // zero: always
	Outputs    []*TaskOutput
	Loop       *Loop // nil: no loop
	// OnError and OnSuccess are targets: End, Next, or the name of a task as
	// that task spells it. Empty stands for the default, End and Next.
	OnError    string
	OnSuccess  string
	IsCritical bool
	Polling
	Choices     []Choice // of an ACS::Choice
	DefaultTask string   // of an ACS::Choice: a target
	// Inner is the template written inside the properties: the content of an
	// ACS::Template or the tasks of an ACS::Loop. nil if there is none.
	Inner *Template
	Node  doc.Node

	outputs names
}

// TaskOutput is one declared output of a task.
type TaskOutput struct {
	Name     string
	Type     string   // String, Number, Boolean, List or Json
	Selector doc.Node // a jq program, or a function
	Node     doc.Node
}

// Choice is one choice of an ACS::Choice.
type Choice struct {
	When     doc.Node
	NextTask string // a target
}

// Loop says that a task runs once for each of several items.
type Loop struct {
	Items doc.Node
	// RateControl is the map or reference under that key; in the form of 2019,
	// which writes the same keys beside Items, it is the loop itself; zero if
	// neither is there. Scope.Rate reads all forms.
	RateControl doc.Node
	Flat        bool // the form of 2019
	Outputs     []*LoopOutput
	Node        doc.Node

	outputs names
}

// LoopOutput is one output of a loop, made of an output of its items.
type LoopOutput struct {
	Name           string
	AggregateType  string // Fn::ListJoin, Fn::Sum, …
	AggregateField string // an output of the task, as the task spells it
	Node           doc.Node
}

// The targets that are not tasks.
const (
	End  = "ACS::END"
	Next = "ACS::NEXT"
)

// ParseOptions change how a template is parsed. The zero value is the default.
type ParseOptions struct {
	// Strict makes the limits of the service errors instead of warnings.
	Strict bool
	// Child says that another template starts this one: it has no trigger.
	Child bool
	// Limits bounds the text; a zero field is its default.
	Limits doc.Limits
}

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

// Source returns the text of the template; of a template inside another one, of
// the outer.
func (t *Template) Source() *diag.Source { return t.doc.Source() }

// Root returns the root of the template.
func (t *Template) Root() doc.Node { return t.root }

// Task returns a task by its name, or by its name in another case if that is
// unambiguous; nil if there is none.
func (t *Template) Task(name string) *Task {
	if i, ok := t.tasks.find(name); ok {
		return t.Tasks[i]
	}
	return nil
}

// Parameter returns a parameter by its name, with the same leniency.
func (t *Template) Parameter(name string) *Parameter {
	if i, ok := t.parameters.find(name); ok {
		return t.Parameters[i]
	}
	return nil
}

// Jump gives the index of the task that follows the task at index from by way
// of a target; the number of tasks stands for the end.
func (t *Template) Jump(from int, target string) int {
	switch target {
	case End:
		return len(t.Tasks)
	case Next, "":
		return min(from+1, len(t.Tasks))
	}
	if i, ok := t.tasks.find(target); ok {
		return i
	}
	return len(t.Tasks)
}

// Stored lists the parameter store's entries that the template refers to, each
// once, with their prefix: "oos:name" or "oos-secret:name".
func (t *Template) Stored() []string { return t.stored }

// Output returns a declared output of the task, with leniency in case; nil if
// there is none.
func (task *Task) Output(name string) *TaskOutput {
	if i, ok := task.outputs.find(name); ok {
		return task.Outputs[i]
	}
	return nil
}

// LoopOutput returns an output of the task's loop likewise.
func (task *Task) LoopOutput(name string) *LoopOutput {
	if task.Loop == nil {
		return nil
	}
	if i, ok := task.Loop.outputs.find(name); ok {
		return task.Loop.Outputs[i]
	}
	return nil
}
