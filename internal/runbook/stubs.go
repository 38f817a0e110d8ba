package runbook

import (
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

type programs struct{}
type expression interface{ eval(*Scope) (value.Value, error) }

func (t *Template) expression(n doc.Node) expression { return nil }
func (t *Template) condition(n doc.Node) expression { return nil }
func (s *Scope) truth(n doc.Node, x expression) (bool, error) { return false, nil }
func equal(a, b value.Value) bool { return value.Equal(a, b) }
func shown(v value.Value) string { return v.String() }

// Error says why an expression has no value. Its Finding has code, place and words.
type Error struct {
	Finding diag.Diagnostic
	// Waits lists the entries of the parameter store without which a condition cannot be decided.
	Waits []string
}

func (e *Error) Error() string { return e.Finding.Message }

func failed(code diag.Code, args ...string) error {
	return &Error{Finding: diag.New(diag.Error, code, nil, diag.Range{}, "", args...)}
}

// Parse reads a template and checks all that can be checked without knowing others.
func Parse(name string, src []byte, opts *ParseOptions) (*Template, error) { return nil, nil }

// ValidateOptions is what a template is checked against.
type ValidateOptions struct {
	// Templates gives child templates and product actions by name; nil, and a nil result: unknown.
	Templates func(name, version string) *Template
}

// Validate gives the findings of Parse and those that need other templates.
func (t *Template) Validate(opts *ValidateOptions) diag.List { return nil }

// Values are the values of an execution's parameters, immutable.
type Values struct {
	names  []string
	values []value.Value
}

// Get gives a parameter's value by its declared name.
func (v *Values) Get(name string) (value.Value, bool) { return value.Value{}, false }

// Map gives all values as a map in the template's order.
func (v *Values) Map() value.Value { return value.Value{} }

// AppendWire appends the values for a journal.
func (v *Values) AppendWire(dst []byte, w *value.Wire) []byte { return dst }

// LoadValues reads what AppendWire wrote.
func LoadValues(data []byte, open func(ref string) (value.Value, bool)) (*Values, error) { return nil, nil }

// Bind gives the parameters values.
func (t *Template) Bind(params map[string]any, w *World) (*Values, error) { return nil, nil }

// Select runs an output's selector on a raw result: typ List gives all results, any other the first or null.
func (s *Scope) Select(raw value.Value, selector doc.Node, typ string) (value.Value, error) { return value.Value{}, nil }

// Property runs PropertySelector of rendered properties on a response: the first result or null.
func (s *Scope) Property(raw, properties value.Value) (value.Value, error) { return value.Value{}, nil }

// Items renders the items of a loop.
func (s *Scope) Items(l *Loop) ([]value.Value, error) { return nil, nil }

// Rate renders and reads the rate control of a loop.
func (s *Scope) Rate(l *Loop, items int) (Rate, error) { return Rate{}, nil }

// Aggregate makes a loop's output of the values of its items (null where an item has none).
func Aggregate(typ string, items []value.Value) (value.Value, error) { return value.Value{}, nil }

// SleepUntil gives when a sleep with rendered properties that starts now ends.
func SleepUntil(properties value.Value, now time.Time) (time.Time, error) { return time.Time{}, nil }

// ParseDuration reads an ISO 8601 duration or its short form.
func ParseDuration(text string) (time.Duration, error) { return 0, nil }

// Resolve fills in the references into the parameter store.
func Resolve(v value.Value, store Store) (value.Value, error) { return v, nil }

// CallParameters drops what an API call leaves out: null members and null elements, at any depth.
func CallParameters(v value.Value) value.Value { return v }

// ChildParameters drops the null members of a map, so that the child's defaults apply.
func ChildParameters(v value.Value) value.Value { return v }
