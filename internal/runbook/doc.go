// Package runbook is the language of OOS templates: it reads them, checks them,
// binds their parameters and renders what their tasks are to do. It is pure: it
// has no clock and does no I/O, and the same inputs give the same results.
//
//	t, err := runbook.Parse("restart.yaml", src, nil)
//	values, err := t.Bind(map[string]any{"instanceId": "i-1"}, world)
//	scope := &runbook.Scope{Template: t, Values: values, World: world, Output: outputs}
//	run, err := scope.Condition(t.Tasks[0].When)
//	properties, err := scope.Render(t.Tasks[0].Properties)
//
// # Rendering
//
// A text that is exactly one {{ reference }} becomes the value with its type;
// else references become text within the text. Rendering is a single pass:
// what a reference brings in is never looked at again. Functions evaluate only
// what they need, so the branch of Fn::If that is not chosen may refer to what
// does not exist. Expressions are compiled once, when a template is parsed.
//
// # Marks
//
// What derives from a sensitive value is sensitive. References into the
// parameter store, {{ oos:name }} and {{ oos-secret:name }}, are unknown values
// unless the Scope has a Store; Resolve fills them in at the moment of the call.
//
// # Errors and concurrency
//
// Parse, Validate and Bind give all faults at once as a diag.List or a
// *diag.ListError; evaluation gives an *Error. A Template and Values are
// immutable and safe for concurrent use; a Scope is safe for concurrent reads if
// its functions are.
package runbook
