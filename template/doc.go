// Package template reads templates of Alibaba Cloud's Resource Orchestration
// Service (ROS), checks them, and evaluates them.
//
// The way of a template:
//
//	tmpl, err := template.Parse("web.yml", text, nil)          // all faults at once
//	found := tmpl.Validate(schema.Default())                   // against resource types
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
// are bounded. Fn::GetStackOutput, Fn::MarketplaceImage and data sources in
// Locals need the service and are refused with a finding that says so; so is a
// template whose Transform is to be expanded first. Templates that wrap
// Terraform are recognised and read, not evaluated.
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
