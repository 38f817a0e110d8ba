// Package rule checks templates by rules, which are values: a program lists
// them, turns some off, adds its own, and a template waives what is no fault in
// it.
//
//	tmpl, err := template.Parse("web.yml", text, nil)
//	found := rule.Check(tmpl, &rule.Options{Types: schema.Default()})
//
// The findings are those of the rules together with those of Parse. An error is
// what the service surely refuses; what is most likely a mistake is a warning,
// and a reviewer's remark is advice. How sure a rule is depends on what is known
// of a resource type, see provider.Coverage: what may only be a gap of the
// catalogue is a warning or not reported. Resources whose condition may be false
// are checked like all others.
//
// # Rules
//
// A [Rule] has a code, documentation, and a function that is called once a
// template with a [Pass]. It reports what it can tell at once, and asks to be
// called on the one walk over the document that all rules share: for each
// parameter, resource, value, function call or reference. To add a built-in rule
// takes one value in a file of its group and its words in package diag; a group
// is registered in Default.
//
// A rule of a host program takes a code of its own and brings the words for it,
// in English and perhaps in Chinese. It sees what the built-in rules see.
//
// # Waivers
//
// A comment waives findings of a code in what it stands behind or before, with
// all that is in it; the reason is not optional:
//
//	# bianpai:ignore unknown-property our region has it already
//	Disk:
//	  Type: ALIYUN::ECS::Disk
//
// In JSON, and for a whole resource or template, Metadata does so:
//
//	Metadata: {bianpai: {Ignore: {unknown-property: our region has it already}}}
//
// A waiver without a reason has no effect and is a finding itself, and so is one
// that waives nothing.
//
// # Cost
//
// Reading and checking a template takes about twice as long as decoding its
// YAML, with all built-in rules. The number of faults does not change that.
//
// # Concurrency
//
// Check may be called from many goroutines. Rules hold no state of their own:
// what Run needs to remember lives in the variables it closes over.
package rule
