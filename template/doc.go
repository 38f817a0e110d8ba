// Package template reads templates of Alibaba Cloud's Resource Orchestration
// Service (ROS), checks them, and evaluates them.
//
// The way of a template:
//
//	tmpl, err := template.Parse("web.yml", text, nil)          // all faults at once
//	found := rule.Check(tmpl, &rule.Options{Types: types})     // what is likely wrong, by rules
//	scope, err := tmpl.Bind(params, &template.Pseudo{Region: "cn-hangzhou"})
//	desired, err := scope.Expand()                             // resources, with holes
//	value, err := scope.Resolve(desired.Resources[0].Properties, lookup)
//	outputs, warnings := scope.Outputs(lookup)
//
// Bind fixes all that depends on parameters alone: locals, counts, conditions,
// rules. Expand evaluates the properties as far as that goes: what depends on
// another resource stays a hole, an expression in the template's own syntax
// that knows which resources it waits for. Resolve fills holes as resources
// come to be. A Scope can be written down (AppendWire) and loaded elsewhere
// without the template (LoadScope); it then resolves holes and outputs by the
// same rules. Nothing here does I/O, reads a clock or starts a goroutine.
//
// # Language
//
// The functions are those of the service, each where the service allows it,
// evaluated as the service's Python does: equality, truth, slices, numbers and
// their text. Fn::If and the default of Fn::Select are lazy. Work and results
// are bounded. What needs the service (the parameter store, data sources in
// Locals, outputs of other stacks, images of the marketplace) is asked of a
// [World] that the host program gives, while the template is bound. The
// Serverless transform is expanded by Parse, and so are modules whose templates
// the host program gives. Templates that wrap Terraform are read, with the
// variables and outputs of their root module, but not planned.
//
// Template.Evaluate is all of it in one call: parameters in, resources and
// outputs out, what is unknown shown, and the graph of the resources with the
// reason of each edge.
//
// # Secrets
//
// The value of a parameter with NoEcho is sensitive, and so is all that is
// computed from it. Findings do not show sensitive values.
//
// # Errors
//
// Errors are of type *diag.ListError and hold every fault that could be found,
// each with code, place and remedy. Parse returns the template as far as it
// could be read along with the error.
//
// # Concurrency
//
// Templates and scopes are immutable and safe for concurrent use.
package template
